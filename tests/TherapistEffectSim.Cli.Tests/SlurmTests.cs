using System.Diagnostics;
using Xunit.Abstractions;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>Studies on a Slurm cluster.</summary>
public sealed class SlurmTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Study_OnACluster_GivesTheFilesOfOneRun()
    {
        if (!OperatingSystem.IsLinux() || !IsThere("slurmctld") || !IsThere("slurmd") || !IsThere("sbatch") || !IsThere("munged"))
        {
            output.WriteLine("Skipped: there is no Slurm on this machine (Debian: slurmctld slurmd slurm-client munge).");
            return;
        }

        using TemporaryFolder folder = new();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101); // munged refuses to work in a closed folder
        string script = Path.Join(StudyText.Repository(), "tests", "slurm", "study.sh");
        using Process process = Process.Start(new ProcessStartInfo("bash", [script, folder.At("root"), "dotnet", Path.Join(AppContext.BaseDirectory, "tes.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.True(process.ExitCode == 0, said + await error);
        Assert.EndsWith("Submitted again, all went on, and the files are those of one run.\n", said);
    }

    [Fact]
    public void Slurm_WritesScriptsWithTheNumberOfShards()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line.Replace("seed: 1\n", "", StringComparison.Ordinal));
        string[] command = ["slurm", study, "--shards", "3", "--replicates", "500", "--keep-replicates", "--out", folder.At("it's"), "--scripts", folder.At("s"), "--cpus", "4", "--time", "1-0:30"];

        CommandRun run = CommandRun.Of(command);

        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Output));
        Assert.Matches($"^No seed is given; drew [0-9]+ for all shards\\.\nWrote .*\\.\nNext: {folder.At("s/submit.sh")}\n$", run.Error);
        Assert.Equal(["line.yaml", "s", "s/array.sbatch", "s/log", "s/merge.sbatch", "s/study.yaml", "s/submit.sh"], folder.Content);
        string array = File.ReadAllText(folder.At("s/array.sbatch"));
        Assert.Contains("\n#SBATCH --array=1-3\n#SBATCH --cpus-per-task=4\n#SBATCH --time=1-0:30\n", array, StringComparison.Ordinal);
        Assert.EndsWith($" run study.yaml --out '{folder.Path}/it'\\''s' --shard \"$SLURM_ARRAY_TASK_ID/3\" --resume --keep-replicates\n", array);
        Assert.Contains("\nreplicates: 500\n", File.ReadAllText(folder.At("s/study.yaml")), StringComparison.Ordinal);
        Assert.Matches("\nseed: [0-9]+\n", File.ReadAllText(folder.At("s/study.yaml")));
        Assert.Equal($"{study}: {folder.At("s")} holds scripts already; --force replaces them.\n", CommandRun.Of(command).Error);
        Assert.Equal(ExitCode.Done, CommandRun.Of([.. command, "--force"]).ExitCode);
    }

    [Theory]
    [InlineData("STUDY: 64 replicates can be split into at most 1 shards, whole blocks of 64, but --shards is 2.\n", "--shards", "2")]
    [InlineData("--time must be minutes, or [days-]hours:minutes:seconds, but was 'long'.\nHelp: tes slurm --help\n", "--shards", "1", "--time", "long")]
    [InlineData("Option '--shards' is required.\nHelp: tes slurm --help\n")]
    public void Slurm_OfWhatCannotBeRun_SaysWhy(string message, params string[] options)
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line);

        Assert.Equal(
            new CommandRun(ExitCode.InvalidInput, "", message.Replace("STUDY", study, StringComparison.Ordinal)),
            CommandRun.Of(["slurm", study, "--scripts", folder.At("s"), "--out", folder.At("out"), .. options]));
        Assert.Equal(["line.yaml"], folder.Content);
    }

    private static bool IsThere(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin").Any(folder => File.Exists(Path.Join(folder, program)));
}
