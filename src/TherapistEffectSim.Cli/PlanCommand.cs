using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Planning;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>What is planned, and where the results go.</summary>
/// <param name="Study">A study file, or - for standard input.</param>
/// <param name="Out">Result folder; <see langword="null"/> for results/&lt;name of the study&gt;-plan.</param>
/// <param name="Replicates">Of the search and its confirmation, instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Seed">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Sampling">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Threads">Threads.</param>
/// <param name="Unfinished">What to do about an unfinished plan of the same study.</param>
internal sealed record PlanRequest(string Study, string? Out, int? Replicates, ulong? Seed, Sampling? Sampling, int Threads, UnfinishedResults Unfinished);

/// <summary><c>tes plan</c>: finds the smallest or the cheapest trial that reaches a target.</summary>
internal static class PlanCommand
{
    public static Command Create(Streams streams)
    {
        Argument<string> study = new("STUDY") { Description = "A study file with a plan (YAML or JSON); - reads standard input." };
        Option<string?> folder = RunCommand.ResultFolderOption("results/<name of the study>-plan");
        Option<int?> replicates = WholeNumber.Of<int?>("--replicates", 20_000, 1_000_000_000, "Replicates of the search and its confirmation, instead of the file's", "N");
        Option<ulong?> seed = WholeNumber.Seed();
        Choice<Sampling?> sampling = Choices.Sampling();
        Option<int?> threads = WholeNumber.Threads();
        Option<bool> resume = new("--resume") { Description = "Go on with an interrupted plan" };
        Option<bool> force = new("--force") { Description = "Start again where an unfinished plan of the same study stands" };
        ExplainedCommand command = new("plan", "Finds the smallest or the cheapest trial that reaches a target, with its uncertainty, and writes the result folder.")
        {
            Notes =
            [
                "The study says under plan what must be reached, what may vary, and what it costs.",
                "Exit code 1: no design reaches the target, or none within the budget.",
                "The same study and seed give the same answer on every machine, for any number of threads.",
                "Ctrl-C keeps what is done: --resume goes on and ends with the answer of an undisturbed run.",
                "The folder holds plan.csv, curve.csv, plan.json, evaluations.csv, study.yaml and manifest.json.",
            ],
            Examples =
            [
                "tes plan experiments/plan-therapists.yaml",
                "tes plan experiments/plan-cost.yaml --replicates 1000000 --out results/cost",
            ],
        };
        command.Arguments.Add(study);
        foreach (Option option in new Option[] { folder, replicates, seed, sampling.Option, threads, resume, force })
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
                parsed.GetValue(threads) ?? RunCommand.DefaultThreads(),
                parsed.GetValue(resume) ? UnfinishedResults.Resume : parsed.GetValue(force) ? UnfinishedResults.StartAgain : UnfinishedResults.Refuse),
            streams));
        return command;
    }

    /// <summary>Plans.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(PlanRequest request, Streams streams)
    {
        StudySource source = StudySource.Load(request.Study, request.Seed, request.Sampling, streams);
        source = request.Replicates is int count && source.File.HasPlan ? source with { File = source.File.WithPlanReplicates(count) } : source;
        PlanProblem problem = source.Plan();
        if (source.SeedWasDrawn)
        {
            streams.Say($"No seed is given; drew {source.Seed}. Write seed: {source.Seed} into the study to have the same numbers again.");
        }

        string path = request.Out ?? Path.Combine("results", $"{source.File.Name}-plan");
        string identity = source.File.PlanIdentity(source.Seed);
        using ResultFolder folder = ResultFolder.Open(path, identity, request.Unfinished);
        IReadOnlyList<DesignRecord> known = request.Unfinished == UnfinishedResults.Resume ? EvaluationsCsv.Read(path) : [];
        DateTimeOffset started = DateTimeOffset.UtcNow;
        Stopwatch clock = Stopwatch.StartNew();
        EvaluationsCsv evaluations = new(folder.Create(EvaluationsCsv.FileName));
        StudyProgress progress = new();
        PlanOptions options = new() { Threads = request.Threads, Progress = progress, Known = known, OnRecord = evaluations.Write };
        PlanResult? result = null;
        using (new ProgressLine(progress, problem.LikelyReplicates, streams))
        {
            try
            {
                result = TrialPlanner.Plan(problem, options, streams.Interruption);
            }
            catch (OperationCanceledException)
            {
                // What was found is kept below.
            }
        }

        if (result is not null)
        {
            PlanCsv.Write(folder.Create("plan.csv"), problem, result);
            CurveCsv.Write(folder.Create("curve.csv"), problem, result);
            PlanJson.Write(folder.Create("plan.json"), problem, result);
        }

        folder.Create("study.yaml").Write(source.File.ToYaml(source.Seed));
        folder.Commit(new()
        {
            Version = ProductVersion.Number,
            GitCommit = ProductVersion.Commit,
            Seed = source.Seed,
            Drawn = TrialPlanner.IsWithoutPatients(problem) ? DrawnData.Statistics : DrawnData.Patients,
            StudyIdentity = identity,
            ResultsVersion = StudyFile.ResultsVersion,
            Status = result is null ? RunStatus.Interrupted : RunStatus.Complete,
            Scenarios = 1,
            Replicates = result?.Replicates ?? progress.ReplicatesDone,
            Machine = Machine.Current,
            Dotnet = Environment.Version.ToString(),
            Started = started,
            Ended = DateTimeOffset.UtcNow,
            Threads = request.Threads,
            ReplicatesPerSecond = progress.ReplicatesDone / clock.Elapsed.TotalSeconds,
        });
        if (result is null)
        {
            streams.Say($"Interrupted. What was finished is in {path}; --resume goes on, --force starts again.");
            return ExitCode.Interrupted;
        }

        new PlanReport(problem, result).Write(streams);
        streams.Say(string.Create(CultureInfo.InvariantCulture, $"Results in {path} ({clock.Elapsed.TotalSeconds:F1} s)."));
        return result.Status is PlanStatus.Reached or PlanStatus.ReachedByFirst ? ExitCode.Done : ExitCode.Failed;
    }
}
