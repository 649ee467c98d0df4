using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>What is to be run on a cluster, and how.</summary>
/// <param name="Study">A study file, or - for standard input.</param>
/// <param name="Shards">Number of shards.</param>
/// <param name="Out">Result folder; <see langword="null"/> for results/&lt;name of the study&gt;.</param>
/// <param name="Scripts">Folder of the scripts; <see langword="null"/> for slurm/&lt;name of the study&gt;.</param>
/// <param name="Replicates">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Seed">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="KeepReplicates">Whether the tests of all replicates are kept.</param>
/// <param name="Time">Time limit of a shard, as Slurm reads it.</param>
/// <param name="Cpus">Processors of a shard.</param>
/// <param name="Submit">Whether the scripts are submitted.</param>
/// <param name="Force">Whether scripts that exist are replaced.</param>
internal sealed record SlurmRequest(
    string Study, int Shards, string? Out, string? Scripts, int? Replicates, ulong? Seed, bool KeepReplicates, string Time, int Cpus, bool Submit, bool Force);

/// <summary><c>tes slurm</c>: scripts that run a study in shards on a Slurm cluster and merge them.</summary>
internal static partial class SlurmCommand
{
    private const int UsualMostOfArray = 1000; // Slurm's MaxArraySize is 1001 unless the site has changed it

    public static Command Create(Streams streams)
    {
        Argument<string> study = new("STUDY") { Description = "A study file (YAML or JSON); - reads standard input." };
        Option<int> shards = WholeNumber.Of<int>("--shards", 1, Shard.Most, "Into how many shards the replicates are split; tes run --dry-run advises", "M");
        shards.Required = true;
        Option<string?> folder = RunCommand.ResultFolderOption("results/<name of the study>");
        Option<string?> scripts = new("--scripts") { Description = "Folder for the scripts [default: slurm/<name of the study>]", HelpName = "DIR" };
        Option<int?> replicates = WholeNumber.Replicates();
        Option<ulong?> seed = WholeNumber.Seed();
        Option<bool> keep = new("--keep-replicates") { Description = "Also write replicates.csv: every test of every replicate, for R's rsimsum" };
        Option<string> time = new("--time") { Description = "Time limit of a shard: minutes, or [days-]hours:minutes:seconds", HelpName = "TIME", DefaultValueFactory = _ => "4:00:00" };
        time.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !TimePattern().IsMatch(result.Tokens[0].Value))
            {
                result.AddError($"--time must be minutes, or [days-]hours:minutes:seconds, but was '{result.Tokens[0].Value}'.");
            }
        });
        Option<int> cpus = WholeNumber.Of<int>("--cpus", 1, 1024, "Processors, and so threads, of a shard", "N");
        cpus.DefaultValueFactory = _ => 1;
        Option<bool> submit = new("--submit") { Description = "Submit them too" };
        Option<bool> force = new("--force") { Description = "Replace scripts that exist" };
        ExplainedCommand command = new("slurm", "Writes the scripts that run a study in shards on a Slurm cluster, and merge it.")
        {
            Notes =
            [
                "submit.sh submits an array of shards, and the merge for when all are done. Run again after a",
                "failure or a time limit it goes on: finished shards end at once, others where they stopped.",
                "Account and partition: add #SBATCH lines, or set SBATCH_ACCOUNT and SBATCH_PARTITION.",
                "experiments/README.md has a guide.",
            ],
            Examples =
            [
                "tes slurm experiments/atlas.yaml --shards 40",
                "tes slurm experiments/atlas.yaml --shards 40 --cpus 4 --time 30 --submit",
            ],
        };
        command.Arguments.Add(study);
        foreach (Option option in new Option[] { shards, folder, scripts, replicates, seed, keep, time, cpus, submit, force })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => Run(
            new(
                parsed.GetRequiredValue(study),
                parsed.GetRequiredValue(shards),
                parsed.GetValue(folder),
                parsed.GetValue(scripts),
                parsed.GetValue(replicates),
                parsed.GetValue(seed),
                parsed.GetValue(keep),
                parsed.GetRequiredValue(time),
                parsed.GetValue(cpus),
                parsed.GetValue(submit),
                parsed.GetValue(force)),
            streams));
        return command;
    }

    /// <summary>Writes, and submits if asked to.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(SlurmRequest request, Streams streams)
    {
        StudySource source = StudySource.Load(request.Study, request.Seed, null, streams);
        Study study = source.Study(request.Replicates);
        string results = request.Out ?? Path.Combine("results", study.Name);
        string scripts = request.Scripts ?? Path.Combine("slurm", study.Name);
        string? refusal = StudyExecution.WhyNotSplit(study, request.Shards, string.Create(CultureInfo.InvariantCulture, $"--shards is {request.Shards}"))
            ?? (File.Exists(scripts) ? $"{scripts} must be a folder for scripts, but is a file" : null)
            ?? (!request.Force && File.Exists(Path.Join(scripts, SlurmScripts.ArrayName)) ? $"{scripts} holds scripts already; --force replaces them" : null);
        if (refusal is not null)
        {
            streams.Say($"{source.Name}: {refusal}.");
            return ExitCode.InvalidInput;
        }

        // A folder of another study is found now, not by a thousand jobs.
        ResultFolder.Open(results, source.File.Identity(source.Seed), UnfinishedResults.Resume).Dispose();
        if (source.SeedWasDrawn)
        {
            streams.Say($"No seed is given; drew {source.Seed} for all shards.");
        }

        SlurmScripts.Write(scripts, results, source.File.ToYaml(source.Seed, request.Replicates), study.Name, request);
        streams.Say($"Wrote {Wording.List([.. SlurmScripts.Names.Select(name => Path.Join(scripts, name))], "and")}.");
        if (request.Shards > UsualMostOfArray)
        {
            streams.Say("Note: most clusters take arrays up to 1000 only; scontrol show config | grep MaxArraySize says what this one takes.");
        }

        if (!request.Submit)
        {
            streams.Say($"Next: {Path.Join(scripts, SlurmScripts.SubmitName)}");
            return ExitCode.Done;
        }

        return Submit(Path.GetFullPath(Path.Join(scripts, SlurmScripts.SubmitName)), streams);
    }

    private static int Submit(string script, Streams streams)
    {
        try
        {
            using Process submit = Process.Start(new ProcessStartInfo("bash", [script]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> error = submit.StandardError.ReadToEndAsync();
            string output = submit.StandardOutput.ReadToEnd();
            submit.WaitForExit();
            streams.Output.Write(output);
            streams.Error.Write(error.GetAwaiter().GetResult());
            return submit.ExitCode == 0 ? ExitCode.Done : ExitCode.Failed;
        }
        catch (Win32Exception e)
        {
            streams.Say($"bash cannot be started, so that nothing is submitted: {e.Message}");
            return ExitCode.Failed;
        }
    }

    [GeneratedRegex("^([0-9]+-)?[0-9]+(:[0-9]{1,2}){0,2}$", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TimePattern();
}
