using System.Globalization;
using TherapistEffectSim.Files.Results;

namespace TherapistEffectSim.Cli;

/// <summary>The scripts of <c>tes slurm</c>, in a folder with the study as it is run.</summary>
/// <remarks>
/// The number of shards stands in the script: SLURM_ARRAY_TASK_COUNT is another number when single elements are run again. exec puts the program
/// in the place of the shell, so that Slurm's signals reach it.
/// </remarks>
internal static class SlurmScripts
{
    /// <summary>The script of the shards.</summary>
    public const string ArrayName = "array.sbatch";

    /// <summary>The script that submits the others.</summary>
    public const string SubmitName = "submit.sh";

    private const string MergeName = "merge.sbatch";
    private const string StudyName = "study.yaml";
    private const string LogName = "log";

    /// <summary>Names of all files.</summary>
    public static readonly string[] Names = [ArrayName, MergeName, SubmitName, StudyName];

    /// <summary>Writes all files.</summary>
    /// <param name="scripts">Their folder.</param>
    /// <param name="results">The result folder.</param>
    /// <param name="study">The study as run, with its seed.</param>
    /// <param name="name">Name of the study.</param>
    /// <param name="request">What was asked for.</param>
    public static void Write(string scripts, string results, string study, string name, SlurmRequest request)
    {
        string here = Path.GetFullPath(scripts);
        string target = Path.GetFullPath(results);
        Directory.CreateDirectory(Path.Join(here, LogName));
        string keep = request.KeepReplicates ? " --keep-replicates" : "";
        WholeFile.Write(Path.Join(here, StudyName), study);
        WholeFile.Write(Path.Join(here, ArrayName), Script(
            $"Runs the shards of {name}. One of them again: sbatch --array=3 {ArrayName}",
            [
                $"--job-name=tes-{name}",
                string.Create(CultureInfo.InvariantCulture, $"--array=1-{request.Shards}"),
                string.Create(CultureInfo.InvariantCulture, $"--cpus-per-task={request.Cpus}"),
                $"--time={request.Time}",
                "--mem=1G",
                "--signal=B:TERM@60",
                $"--chdir={Quoted(here)}",
                $"--output={LogName}/%x-%A_%a.txt",
            ],
            string.Create(
                CultureInfo.InvariantCulture,
                $"exec {Program()} run {StudyName} --out {Quoted(target)} --shard \"$SLURM_ARRAY_TASK_ID/{request.Shards}\" --resume{keep}")));
        WholeFile.Write(Path.Join(here, MergeName), Script(
            $"Joins the shards of {name}.",
            [
                $"--job-name=tes-{name}-merge",
                "--cpus-per-task=1",
                $"--time={request.Time}",
                "--mem=1G",
                $"--chdir={Quoted(here)}",
                $"--output={LogName}/%x-%j.txt",
            ],
            $"exec {Program()} merge {Quoted(target)}"));
        string submit = Path.Join(here, SubmitName);
        WholeFile.Write(submit, $$"""
            #!/bin/bash
            # Submits the shards of {{name}}, and their merge for when all have ended well. Run again it goes on where shards stopped.
            set -eu
            cd "$(dirname "${BASH_SOURCE[0]}")"
            command -v sbatch >/dev/null || { echo "sbatch is not there: this is no node of a Slurm cluster." >&2; exit 1; }
            array=$(sbatch --parsable {{ArrayName}})
            merge=$(sbatch --parsable --dependency="afterok:${array%%;*}" --kill-on-invalid-dep=yes {{MergeName}})
            echo "Shards are job ${array%%;*}, the merge is job ${merge%%;*}. To see them: squeue --me"

            """);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(submit, File.GetUnixFileMode(submit) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute);
        }
    }

    private static string Script(string comment, string[] options, string command) =>
        $"#!/bin/bash\n# {comment}\n{string.Concat(options.Select(option => $"#SBATCH {option}\n"))}set -eu\n{command}\n";

    // This program, as it was started: dotnet with tes.dll, or an executable of its own.
    private static string Program()
    {
        string process = Environment.ProcessPath ?? "tes";
        return Path.GetFileNameWithoutExtension(process) == "dotnet" || Path.GetFileNameWithoutExtension(process) == "testhost"
            ? $"dotnet {Quoted(Path.Join(AppContext.BaseDirectory, "tes.dll"))}"
            : Quoted(process);
    }

    private static string Quoted(string path) => $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
