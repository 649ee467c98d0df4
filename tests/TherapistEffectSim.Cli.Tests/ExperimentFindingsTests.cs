namespace TherapistEffectSim.Cli.Tests;

/// <summary>The findings that the experiments' README states, looked at again with fewer trials.</summary>
/// <remarks>
/// 2,000 trials: standard error at most .011. The bound of 5 standard errors has a false-alarm rate below 1e-6 a finding; a rate off by .07 would be
/// seen 9 times in 10.
/// </remarks>
public sealed class ExperimentFindingsTests : IClassFixture<ExperimentFindingsTests.Runs>
{
    private const int Replicates = 2000;
    private const string Square = "I(alliance_between^2)";

    private readonly Runs _runs;

    public ExperimentFindingsTests(Runs runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        _runs = runs;
    }

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
        { "naturalistic-nonrandom", 3, "null-model", "var(therapist)", "f-exact", 0.948 },
        { "naturalistic-nonrandom", 3, "adjusted", "var(therapist)", "f-exact", 0.05 },
        { "naturalistic-nonrandom", 7, "null-model", "armtreatment", "t-satterthwaite", 0.791 },
        { "naturalistic-nonrandom", 7, "adjusted", "armtreatment", "t-satterthwaite", 0.939 },
        { "random-allocation-null", 1, "linear", "alliance_between", "t-satterthwaite", 0.032 },
        { "random-allocation-null", 2, "alliance-differs", "var(therapist)", "f-exact", 0.897 },
        { "naturalistic-large", 1, "null-model", "var(therapist)", "f-exact", 0.51 },
        { "within-dominant", 1, "linear", "alliance_within", "t-satterthwaite", 0.902 },
        { "within-dominant", 2, "linear", "alliance_between", "t-satterthwaite", 0.148 },
        { "within-dominant", 2, "contextual", "alliance_between", "t-satterthwaite", 0.053 },
        { "prior-treatment-moderator", 4, "moderated", "prior_treatment:alliance", "t-satterthwaite", 0.449 },
        { "prior-treatment-moderator", 6, "raw-alliance", "alliance", "t-satterthwaite", 0.649 },
        { "prior-treatment-moderator", 6, "moderated", "prior_treatment:alliance", "t-satterthwaite", 0.359 },
        { "directive-x-reactance", 1, "directiveness", "adherence", "t-satterthwaite", 0.05 },
        { "directive-x-reactance", 1, "matching", "adherence:severity", "t-satterthwaite", 0.43 },
        { "directive-x-reactance", 3, "matching", "adherence:severity", "t-satterthwaite", 0.882 },
        { "barber-2006-adherence-x-alliance", 1, "adherence-curve", "I(adherence^2)", "t-satterthwaite", 0.32 },
        { "barber-2006-adherence-x-alliance", 1, "adherence-curve", "I(adherence^2):alliance", "t-satterthwaite", 0.523 },
        { "barber-2006-adherence-x-alliance", 1, "lines", "adherence:alliance", "t-satterthwaite", 0.239 },
        { "barber-2006-adherence-x-alliance", 2, "lines", "adherence:alliance", "t-satterthwaite", 0.369 },
    };

    [Theory]
    [MemberData(nameof(Findings))]
    public void Run_OfAnExperiment_FindsWhatItsReadmeSays(string experiment, int scenario, string method, string term, string test, double rate)
    {
        Dictionary<string, string> row = _runs.Summary(experiment)
            .Where(("scenario", $"{scenario}"), ("method", method), ("term", term), ("test", test), ("measure", "rejection_rate"))
            .Single();
        AssertRate(rate, ResultTable.Number(row["value"]));
    }

    public static TheoryData<string, int, string, string, double> Iccs() => new()
    {
        { "naturalistic-nonrandom", 3, "null-model", "icc_mean", 0.078 },
        { "naturalistic-nonrandom", 7, "null-model", "icc_mean", 0.12 },
        { "naturalistic-nonrandom", 7, "adjusted", "icc_mean", 0.049 },
        { "naturalistic-large", 2, "null-model", "icc_q05", 0.036 },
        { "naturalistic-large", 2, "null-model", "icc_q95", 0.064 },
        { "naturalistic-large", 3, "null-model", "icc_q05", 0.052 },
    };

    /// <summary>Five of the run's own standard errors, and half a digit of what is printed.</summary>
    [Theory]
    [MemberData(nameof(Iccs))]
    public void Run_OfAnExperiment_EstimatesTheIccThatItsReadmeSays(string experiment, int scenario, string method, string measure, double icc)
    {
        Dictionary<string, string> row = _runs.Summary(experiment)
            .Where(("scenario", $"{scenario}"), ("method", method), ("term", "icc(therapist)"), ("measure", measure))
            .Single();
        Assert.Equal(icc, ResultTable.Number(row["value"]), (5 * ResultTable.Number(row["mcse"])) + 0.0005);
    }

    [Theory]
    [InlineData("within-dominant", 1, "within", "between", "only_a", 0.757)]
    [InlineData("barber-2006-adherence-x-alliance", 1, "curve", "by-alliance", "both", 0.217)]
    [InlineData("barber-2006-adherence-x-alliance", 3, "curve", "by-alliance", "both", 0.922)]
    [InlineData("directive-x-reactance", 1, "directiveness", "matching", "only_b", 0.409)]
    public void Run_OfAnExperiment_DecidesTogetherAsItsReadmeSays(string experiment, int scenario, string a, string b, string decision, double share)
    {
        Dictionary<string, string> row = _runs.Pairs(experiment).Where(("scenario", $"{scenario}"), ("a", a), ("b", b)).Single();

        AssertRate(share, ResultTable.Number(row[decision]) / Replicates);
    }

    private static void AssertRate(double expected, double found)
    {
        double error = Math.Sqrt(expected * (1 - expected) / Replicates);
        Assert.InRange(found, expected - (5 * error), expected + (5 * error));
    }

    /// <summary>The results of experiments, each run once.</summary>
    public sealed class Runs : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        internal ResultTable Summary(string experiment) => new(Path.Join(Of(experiment), "summary.csv"));

        internal ResultTable Pairs(string experiment) => new(Path.Join(Of(experiment), "joint-pairs.csv"));

        public void Dispose() => _folder.Dispose();

        private string Of(string experiment)
        {
            string results = _folder.At(experiment);
            if (!Directory.Exists(results))
            {
                CommandRun run = CommandRun.Of("run", StudyText.Experiment(experiment), "--replicates", $"{Replicates}", "--out", results);
                Assert.True(run.ExitCode == ExitCode.Done, run.Error);
            }

            return results;
        }
    }
}
