using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Reports.Charts;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>What is run, and where the results go.</summary>
/// <param name="Study">A study file, or - for standard input.</param>
/// <param name="Out">Result folder; <see langword="null"/> for results/&lt;name of the study&gt;.</param>
/// <param name="Replicates">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Seed">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Sampling">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Force">Whether unfinished results of the same study may be replaced.</param>
/// <param name="DryRun">Whether only to say what would be done.</param>
/// <param name="KeepReplicates">Whether the tests of all replicates are written.</param>
/// <param name="Report">Whether the results are made into an HTML report.</param>
internal sealed record RunRequest(
    string Study, string? Out, int? Replicates, ulong? Seed, Sampling? Sampling, int Threads, bool Force, bool DryRun, bool KeepReplicates, bool Report);

/// <summary><c>tes run</c>: simulates a study and writes its result folder.</summary>
internal static class RunCommand
{
    public static Command Create(Streams streams)
    {
        Argument<string> study = new("STUDY") { Description = "A study file (YAML or JSON); - reads standard input." };
        Option<string?> folder = ResultFolderOption("results/<name of the study>");
        Option<int?> replicates = WholeNumber.Replicates();
        Option<ulong?> seed = WholeNumber.Seed();
        Choice<Sampling?> sampling = Choices.Sampling();
        Option<int?> threads = WholeNumber.Threads();
        Option<bool> force = new("--force") { Description = "Start again where unfinished results of the same study stand" };
        Option<bool> dryRun = new("--dry-run") { Description = "Say what would be run and how long it may take, and run nothing" };
        Option<bool> keep = new("--keep-replicates") { Description = "Also write replicates.csv: every test of every replicate, for R's rsimsum" };
        Option<bool> report = new("--report") { Description = "Also write report.html, as tes report does" };
        ExplainedCommand command = new("run", "Simulates a study: prints how often each test rejects and writes the result folder.")
        {
            Notes =
            [
                "The same study and seed give the same bits on every machine, for any number of threads.",
                "Ctrl-C keeps what is done: the folder then says interrupted, and --force starts again.",
                "The folder holds summary.csv, joint.csv, joint-pairs.csv, study.yaml and manifest.json.",
            ],
            Examples =
            [
                "tes run experiments/quickstart.yaml",
                "tes run experiments/met-cau-2009.yaml --replicates 20000 --out results/met",
            ],
        };
        command.Arguments.Add(study);
        foreach (Option option in new Option[] { folder, replicates, seed, sampling.Option, threads, force, dryRun, keep, report })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => Run(
            new(
                parsed.GetRequiredValue(study),
                parsed.GetValue(folder),
                parsed.GetValue(replicates),
                parsed.GetValue(seed),
                sampling.In(parsed),
                parsed.GetValue(threads) ?? DefaultThreads(),
                parsed.GetValue(force),
                parsed.GetValue(dryRun),
                parsed.GetValue(keep),
                parsed.GetValue(report)),
            streams));
        return command;
    }

    /// <summary>The option that names the result folder.</summary>
    /// <param name="usual">What it is if it is not given, for the help.</param>
    public static Option<string?> ResultFolderOption(string usual)
    {
        Option<string?> folder = new("--out", "-o") { Description = $"Result folder [default: {usual}]", HelpName = "DIR" };
        folder.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && string.IsNullOrWhiteSpace(result.Tokens[0].Value))
            {
                result.AddError("--out must name a folder, but is empty.");
            }
        });
        return folder;
    }

    /// <summary>Runs.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(RunRequest request, Streams streams)
    {
        if (request.Report && ChartLibrary.Missing is string missing)
        {
            streams.Say(missing);
            return ExitCode.Failed;
        }

        StudySource source = StudySource.Load(request.Study, request.Seed, request.Sampling, streams);
        string path = request.Out ?? Path.Combine("results", source.File.Name);
        Study study = source.Study(request.Replicates);
        if (source.SeedWasDrawn)
        {
            streams.Say($"No seed is given; drew {source.Seed}. Write seed: {source.Seed} into the study to have the same numbers again.");
        }

        using ResultFolder folder = ResultFolder.Open(
            path, source.File.Identity(source.Seed), request.Force ? UnfinishedResults.StartAgain : UnfinishedResults.Refuse);
        if (request.DryRun)
        {
            DryRun.Write(study, path, request.Threads, streams);
            return ExitCode.Done;
        }

        RunReport report = new(study);
        DateTimeOffset started = DateTimeOffset.UtcNow;
        Stopwatch clock = Stopwatch.StartNew();
        ResultWriter writer = new(folder, study, request.KeepReplicates);
        RunOptions options = new()
        {
            Threads = request.Threads,
            OnCell = cell =>
            {
                writer.Write(cell);
                report.Add(cell);
            },
            OnReplicate = request.KeepReplicates ? writer.Write : null,
        };
        bool complete;
        using (new ProgressLine(options.Progress, (long)study.Replicates * study.Cells.Count, streams))
        {
            complete = StudyRunner.Run(study, options, streams.Interruption);
        }

        if (!complete && report.Cells == 0)
        {
            streams.Say("Interrupted before the first 64 replicates were done: nothing is kept.");
            return ExitCode.Interrupted;
        }

        double perSecond = options.Progress.ReplicatesDone / clock.Elapsed.TotalSeconds;
        writer.Finish(source, complete, request.Replicates, new RunTimes(started, DateTimeOffset.UtcNow, request.Threads, perSecond));
        report.Write(streams);
        streams.Say(complete
            ? string.Create(CultureInfo.InvariantCulture, $"Results in {path} ({clock.Elapsed.TotalSeconds:F1} s).")
            : $"Interrupted. What was finished is in {path}; --force starts again.");
        if (request.Report)
        {
            ReportCommand.Run(path, file: null, streams);
        }

        return complete ? ExitCode.Done : ExitCode.Interrupted;
    }

    /// <summary>Threads where the command does not say.</summary>
    public static int DefaultThreads() =>
        int.TryParse(Environment.GetEnvironmentVariable("SLURM_CPUS_PER_TASK"), NumberStyles.None, CultureInfo.InvariantCulture, out int threads) && threads > 0
            ? threads
            : Environment.ProcessorCount;
}
