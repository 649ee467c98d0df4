namespace TherapistEffectSim.Cli.Tests;

/// <summary>The findings that the experiments' README states, looked at again with fewer trials.</summary>
/// <remarks>
/// 2,000 trials: standard error at most .011. The bound of 5 standard errors has a false-alarm rate below 1e-6 a finding; a rate off by .07 would be
/// seen 9 times in 10.
/// </remarks>
public sealed class ExperimentFindingsTests
{
    private const int Replicates = 2000;
    private const string Square = "I(alliance_between^2)";

    public static TheoryData<string, int, string, string, string, double> Findings() => new()
    {
        { "quickstart", 1, "linear", "alliance_between", "t-satterthwaite", 0.13 },
        { "quickstart", 2, "quadratic", Square, "t-satterthwaite", 0.58 },
        { "quickstart", 4, "quadratic", Square, "t-satterthwaite", 0.99 },
        { "met-cau-2009", 1, "null-model", "var(therapist)", "f-exact", 0.563 },
        { "met-cau-2009", 1, "quadratic", Square, "t-satterthwaite", 0.106 },
        { "met-cau-2009", 2, "quadratic", Square, "t-satterthwaite", 0.174 },
        { "highly-selected-trial", 4, "null-model", "var(therapist)", "f-exact", 0.373 },
        { "highly-selected-trial", 5, "null-model", "var(therapist)", "f-exact", 0.136 },
        { "highly-selected-trial", 6, "null-model", "var(therapist)", "f-exact", 0.099 },
        { "toxic-tail", 1, "null-model", "var(therapist)", "f-exact", 0.175 },
        { "toxic-tail", 5, "null-model", "var(therapist)", "f-exact", 0.45 },
        { "toxic-tail", 6, "null-model", "var(therapist)", "f-exact", 0.677 },
        { "met-cau-null", 1, "quadratic", Square, "t-satterthwaite", 0.046 },
        { "met-cau-null", 1, "quadratic", Square, "lind-mehlum", 0.017 },
        { "met-cau-within-parabola", 1, "quadratic", Square, "t-satterthwaite", 0.056 },
        { "met-cau-within-parabola", 1, "within-curve", "I(alliance_within^2)", "t-satterthwaite", 0.65 },
        { "wide-range-unselected", 1, "linear", "alliance_between", "t-satterthwaite", 0.971 },
        { "wide-range-unselected", 2, "linear", "alliance_between", "t-satterthwaite", 0.07 },
    };

    [Theory]
    [MemberData(nameof(Findings))]
    public void Run_OfAnExperiment_FindsWhatItsReadmeSays(string experiment, int scenario, string method, string term, string test, double rate)
    {
        using TemporaryFolder folder = new();

        CommandRun run = CommandRun.Of("run", StudyText.Experiment(experiment), "--replicates", $"{Replicates}", "--out", folder.At("out"));

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Dictionary<string, string> row = new ResultTable(folder.At("out/summary.csv"))
            .Where(("scenario", $"{scenario}"), ("method", method), ("term", term), ("test", test), ("measure", "rejection_rate"))
            .Single();
        double error = Math.Sqrt(rate * (1 - rate) / Replicates);
        Assert.InRange(ResultTable.Number(row["value"]), rate - (5 * error), rate + (5 * error));
    }
}
