using System.CommandLine;
using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>What is run, and where the results go.</summary>
/// <param name="Study">A study file, or - for standard input.</param>
/// <param name="Out">Result folder; <see langword="null"/> for results/&lt;name of the study&gt;.</param>
/// <param name="Replicates">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Seed">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Sampling">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Shard">The only shard to be run; <see langword="null"/> if not given.</param>
/// <param name="Resume">Whether to go on from what an earlier run has done.</param>
/// <param name="Force">Whether what an earlier run has done may be discarded.</param>
/// <param name="DryRun">Whether only to say what would be done.</param>
/// <param name="KeepReplicates">Whether the tests of all replicates are written.</param>
/// <param name="Report">Whether the results are made into an HTML report.</param>
internal sealed record RunRequest(
    string Study,
    string? Out,
    int? Replicates,
    ulong? Seed,
    Sampling? Sampling,
    int Threads,
    Shard? Shard,
    bool Resume,
    bool Force,
    bool DryRun,
    bool KeepReplicates,
    bool Report);

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
        Option<string?> shard = ShardOption.Create("Run only shard K of M, 1/4 to 4/4 for four; tes merge joins them");
        Option<bool> resume = new("--resume") { Description = "Go on from what an interrupted or shorter run has done; start if there is none" };
        Option<bool> force = new("--force") { Description = "Start again where unfinished results of the same study stand" };
        Option<bool> dryRun = new("--dry-run") { Description = "Say what would be run and how long it may take, and run nothing" };
        Option<bool> keep = new("--keep-replicates") { Description = "Also write replicates.csv: every test of every replicate, for R's rsimsum" };
        Option<bool> report = new("--report") { Description = "Also write report.html, as tes report does" };
        ExplainedCommand command = new("run", "Simulates a study: prints how often each test rejects and writes the result folder.")
        {
            Notes =
            [
                "The same study and seed give the same bits on every machine, for any number of threads.",
                "What is done is kept every few seconds: after Ctrl-C, a time limit or a power cut, the same command",
                "with --resume goes on. With more --replicates it extends a finished study.",
                "The folder holds summary.csv, joint.csv, joint-pairs.csv, study.yaml, manifest.json and the",
                "checkpoint that --resume reads; without it the results are complete all the same.",
            ],
            Examples =
            [
                "tes run experiments/quickstart.yaml",
                "tes run experiments/met-cau-2009.yaml --replicates 20000 --out results/met",
                "tes run experiments/met-cau-2009.yaml --replicates 50000 --out results/met --resume",
                "tes run experiments/atlas.yaml --shard 3/8",
            ],
        };
        command.Arguments.Add(study);
        foreach (Option option in new Option[] { folder, replicates, seed, sampling.Option, threads, shard, resume, force, dryRun, keep, report })
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(resume) && result.GetValue(force))
            {
                result.AddError("--resume keeps what is done and --force discards it: give one of them.");
            }

            if (result.GetValue(report) && result.GetValue(shard) is not null)
            {
                result.AddError("--report needs results, which a shard alone has not: give it to tes report after tes merge.");
            }
        });
        command.SetAction(parsed => StudyExecution.Run(
            new(
                parsed.GetRequiredValue(study),
                parsed.GetValue(folder),
                parsed.GetValue(replicates),
                parsed.GetValue(seed),
                sampling.In(parsed),
                parsed.GetValue(threads) ?? WholeNumber.DefaultThreads(),
                ShardOption.In(parsed, shard),
                parsed.GetValue(resume),
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
}
