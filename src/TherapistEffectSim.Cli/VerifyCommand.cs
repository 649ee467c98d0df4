using System.CommandLine;
using System.Globalization;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Cli;

/// <summary>What is verified.</summary>
/// <param name="Study">A study file, or - for standard input.</param>
/// <param name="Seed">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Sampling">Instead of the file's; <see langword="null"/> if not given.</param>
/// <param name="Scenario">Number of the scenario.</param>
/// <param name="Replicates">Number of data sets.</param>
/// <param name="WritesR">Whether data and script for R are written.</param>
/// <param name="Out">Folder for them; <see langword="null"/> for verify/&lt;name of the study&gt;.</param>
internal sealed record VerifyRequest(string Study, ulong? Seed, Sampling? Sampling, int Scenario, int Replicates, bool WritesR, string? Out);

/// <summary><c>tes verify</c>: refits the data sets of a run by other ways and says how far the results are apart.</summary>
internal static class VerifyCommand
{
    private const int UsualReplicates = 20;
    private const int MostReplicates = 10_000;

    public static Command Create(Streams streams)
    {
        Argument<string> study = new("STUDY") { Description = "A study file (YAML or JSON); - reads standard input." };
        Option<int> replicates = WholeNumber.Of<int>("--replicates", 1, MostReplicates, "Data sets to refit, from the first on", "N");
        replicates.DefaultValueFactory = _ => UsualReplicates;
        Option<int> scenario = WholeNumber.Of<int>("--scenario", 1, int.MaxValue, "Number of the scenario, from 1", "N");
        scenario.DefaultValueFactory = _ => 1;
        Option<ulong?> seed = WholeNumber.Seed();
        Choice<Sampling?> sampling = Choices.Sampling();
        Option<bool> r = new("--r") { Description = "Also write the data sets, the results and a script that refits them in R with lme4" };
        Option<string?> output = new("--out", "-o") { Description = "Folder for --r, absent or empty [default: verify/<name of the study>]", HelpName = "DIR" };
        ExplainedCommand command = new("verify", "Refits data sets of a run from their rows, and says how far the results are apart.")
        {
            Notes =
            [
                "A run computes with sums of a whole batch of trials; tes verify writes single data sets and fits",
                "them as tes fit does. Differences are in standard errors (estimates), shares of the value (others).",
                "With --r the same can be asked of lme4: Rscript verify.R prints the largest difference.",
            ],
            Examples = ["tes verify experiments/met-cau-2009.yaml", "tes verify experiments/quickstart.yaml --replicates 100 --r"],
        };
        command.Arguments.Add(study);
        foreach (Option option in new Option[] { replicates, scenario, seed, sampling.Option, r, output })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => streams.UntilInterrupted(() => Run(
            new(
                parsed.GetRequiredValue(study),
                parsed.GetValue(seed),
                sampling.In(parsed),
                parsed.GetValue(scenario),
                parsed.GetValue(replicates),
                parsed.GetValue(r),
                parsed.GetValue(output)),
            streams)));
        return command;
    }

    /// <summary>Verifies.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(VerifyRequest request, Streams streams)
    {
        StudySource source = StudySource.Load(request.Study, request.Seed, request.Sampling, streams);
        Study study = source.Study(replicates: null);
        if (request.Scenario > study.Cells.Count)
        {
            string range = string.Create(CultureInfo.InvariantCulture, $"--scenario must be in [1, {study.Cells.Count}], but was {request.Scenario}.");
            streams.Say($"{source.Name}: {range}");
            return ExitCode.InvalidInput;
        }

        string folder = request.Out ?? Path.Combine("verify", study.Name);
        if (request.WritesR && (File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any())))
        {
            streams.Say($"{folder} must be absent or an empty folder: choose another one with --out.");
            return ExitCode.InvalidInput;
        }

        Verification verification = Verification.Of(study, request.Scenario, request.Replicates, streams.Interruption);
        if (request.WritesR)
        {
            verification.WriteForR(folder);
            streams.Say($"Wrote {Wording.LongCount(request.Replicates, "data set")} and verify.R. Next: Rscript {Path.Join(folder, "verify.R")}");
        }

        return verification.Report(streams) ? ExitCode.Done : ExitCode.Failed;
    }
}
