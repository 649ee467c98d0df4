namespace TherapistEffectSim.Cli.Tests;

/// <summary>The findings that the experiments' README states, looked at again with fewer trials.</summary>
/// <remarks>
/// The bound of 5 standard errors has a false-alarm rate below 1e-6 a finding. 2,000 trials: standard error of a rate at most .011, one off by .07 would be
/// seen 9 times in 10. 400 trials, of the atlas: at most .025, one off by .16.
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
        { "highly-selected-trial", 4, "null-model", "var(therapist)", "f-exact", 0.378 },
        { "highly-selected-trial", 5, "null-model", "var(therapist)", "f-exact", 0.138 },
        { "highly-selected-trial", 6, "null-model", "var(therapist)", "f-exact", 0.101 },
        { "toxic-tail", 1, "null-model", "var(therapist)", "f-exact", 0.178 },
        { "toxic-tail", 5, "null-model", "var(therapist)", "f-exact", 0.462 },
        { "toxic-tail", 6, "null-model", "var(therapist)", "f-exact", 0.679 },
        { "met-cau-null", 1, "quadratic", Square, "t-satterthwaite", 0.046 },
        { "met-cau-null", 1, "quadratic", Square, "lind-mehlum", 0.017 },
        { "met-cau-within-parabola", 1, "quadratic", Square, "t-satterthwaite", 0.056 },
        { "met-cau-within-parabola", 1, "within-curve", "I(alliance_within^2)", "t-satterthwaite", 0.65 },
        { "wide-range-unselected", 1, "linear", "alliance_between", "t-satterthwaite", 0.975 },
        { "wide-range-unselected", 2, "linear", "alliance_between", "t-satterthwaite", 0.072 },
        { "naturalistic-nonrandom", 3, "null-model", "var(therapist)", "f-exact", 0.948 },
        { "naturalistic-nonrandom", 3, "adjusted", "var(therapist)", "f-exact", 0.05 },
        { "naturalistic-nonrandom", 7, "null-model", "armtreatment", "t-satterthwaite", 0.791 },
        { "naturalistic-nonrandom", 7, "adjusted", "armtreatment", "t-satterthwaite", 0.939 },
        { "random-allocation-null", 1, "linear", "alliance_between", "t-satterthwaite", 0.032 },
        { "random-allocation-null", 2, "alliance-differs", "var(therapist)", "f-exact", 0.893 },
        { "naturalistic-large", 1, "null-model", "var(therapist)", "f-exact", 0.51 },
        { "partial-nesting", 1, "robust", "armgroup", "t-cr2", 0.756 },
        { "partial-nesting", 1, "mixed", "armgroup", "t-satterthwaite", 0.715 },
        { "within-dominant", 1, "linear", "alliance_within", "t-satterthwaite", 0.902 },
        { "within-dominant", 2, "linear", "alliance_between", "t-satterthwaite", 0.147 },
        { "within-dominant", 2, "contextual", "alliance_between", "t-satterthwaite", 0.051 },
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
        { "naturalistic-large", 2, "null-model", "icc_q05", 0.037 },
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
    [InlineData("within-dominant", 1, "within", "between", "only_a", 0.756)]
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

    [Fact]
    public void Run_OfTheLiterature_FindsWhatTheMetaAnalysisFound() => Check(
        "fluckiger-2018-linear",
        Replicates,
        [
            new("base", "correlations", "cor(total)", "", "estimate_mean", 0.279),
            new("base", "correlations", "cor(total)", "", "negative_rate", 0.0187),
            new("base", "correlations", "cor(total)", "", "empirical_se", 0.125),
            new("base", "correlations", "cor(total)", "t-correlation", "rejection_rate", 0.756),
            new("early", "correlations", "cor(total)", "", "estimate_mean", 0.221),
            new("late", "correlations", "cor(total)", "", "estimate_mean", 0.302),
            new("substance-use", "correlations", "cor(total)", "", "estimate_mean", 0.14),
            new("substance-use", "correlations", "cor(total)", "t-correlation", "rejection_rate", 0.362),
            new("one-true-effect", "correlations", "cor(total)", "", "negative_rate", 0.0019),
        ]);

    [Fact]
    public void Run_OfReverseCausation_FindsThatAdjustmentForPrognosisLeavesFeedback() => Check(
        "reverse-causation",
        Replicates,
        [
            new("base", "correlations", "cor(total)", "", "estimate_mean", 0.25),
            new("effect-and-late", "correlations", "cor(total)", "", "estimate_mean", 0.346),
            new("prognosis-only", "correlations", "cor(total)", "", "estimate_mean", 0.032),
            new("prognosis-only", "adjusted", "alliance", "t-satterthwaite", "rejection_rate", 0.053),
            new("feedback-only", "correlations", "cor(total)", "", "estimate_mean", 0.11),
            new("feedback-only", "raw-alliance", "alliance", "t-satterthwaite", "rejection_rate", 0.409),
            new("feedback-only", "adjusted", "alliance", "t-satterthwaite", "rejection_rate", 0.414),
            new("feedback-only", "linear", "alliance_between", "t-satterthwaite", "rejection_rate", 0.063),
        ]);

    [Fact]
    public void Run_OfManyAssessments_FindsThatReliabilityExplainsLittleOfTheRise() => Check(
        "many-assessments",
        Replicates,
        [
            new("1 base", "correlations", "cor(total)", "", "estimate_mean", 0.213),
            new("7 base", "correlations", "cor(total)", "", "estimate_mean", 0.236),
            new("1 seven-explain-14.7", "correlations", "cor(total)", "", "estimate_mean", 0.341),
            new("7 seven-explain-14.7", "correlations", "cor(total)", "", "estimate_mean", 0.378),
            new("7 late-feedback", "correlations", "cor(total)", "", "estimate_mean", 0.379),
            new("1 base", "correlations", "cor(total)", "t-correlation", "rejection_rate", 0.301),
            new("7 base", "correlations", "cor(total)", "t-correlation", "rejection_rate", 0.357),
        ]);

    [Fact]
    public void Run_OfRetention_FindsThatTheAllianceKeepsPatientsAndHardlyHelpsThem() => Check(
        "retention-not-outcome",
        Replicates,
        [
            new("base", "retention", "alliance", "t-satterthwaite", "rejection_rate", 0.84),
            new("base", "attendance", "alliance", "t-satterthwaite", "rejection_rate", 0.799),
            new("base", "outcome", "alliance", "t-satterthwaite", "rejection_rate", 0.122),
            new("base", "stayers", "retained", "t-satterthwaite", "rejection_rate", 0.165),
            new("base", "stayers-adjusted", "retained", "t-satterthwaite", "rejection_rate", 0.051),
            new("no-common-cause", "stayers", "retained", "t-satterthwaite", "rejection_rate", 0.056),
            new("substitution", "stayers-adjusted", "retained", "t-satterthwaite", "rejection_rate", 0.583),
            new("substitution", "outcome", "alliance", "t-satterthwaite", "rejection_rate", 0.214),
        ]);

    [Fact]
    public void Run_OfTheAtlas_FindsWhatEachReasonHides() => Check(
        "atlas",
        400,
        [
            Therapists("base", 0.98), Line("base", 0.797), Curve("base", 0.809),
            Curve("rated-by-therapists", 0.05), Curve("within-therapists", 0.051), Curve("trained-in-alliance", 0.154),
            Curve("selected-by-alliance", 0.191), Curve("few-patients", 0.437), Curve("ceiling", 0.524), Curve("loss-at-random", 0.562),
            Curve("loss-by-outcome", 0.442), Curve("plateau", 0.407), Line("selected-by-alliance", 0.228),
            Line("loss-by-alliance", 0.407), Line("slope-in-one-arm-only", 0.427), Therapists("few-patients", 0.602),
            Therapists("loss-by-outcome", 0.638), Therapists("loss-at-random", 0.805), Line("skills-go-together", 0.985),
        ]);

    [Fact]
    public void Run_OfTheAtlasWithoutEffects_FindsWhatEachReasonFeigns() => Check(
        "atlas-null",
        400,
        [
            Therapists("0 nothing base", 0.046), Therapists("0 nothing sorted-by-referral", 0.79), Therapists("0 nothing arm-differs-by-site", 0.23),
            Therapists("0 nothing better-patients-to-better-therapists", 0.105), Line("0.05 therapists base", 0.053),
            Line("0.05 therapists skills-go-together", 0.534), Line("0.05 therapists better-patients-to-better-alliances", 0.353),
            Line("0.05 therapists reverse-causation", 0.105), Curve("0.05 line base", 0.052), Curve("0.05 line ceiling", 0.077),
        ]);

    // 2,048 trials: standard error of a rate at most .011, one off by .075 would be seen 9 times in 10.
    [Fact]
    public void Run_OfGrowth_FindsThatTherapistsInSlopesCannotBeLeftOut() => Check(
        "growth-power",
        2048,
        [
            new("0.8 0.05", "slope-means", "armtreatment", "t-satterthwaite", "rejection_rate", 0.5835),
            new("0.8 0.05", "growth", "week:armtreatment", "t-satterthwaite", "rejection_rate", 0.57),
            new("0 0.17", "patient-slopes", "armtreatment", "t-satterthwaite", "rejection_rate", 0.175),
            new("0 0.17", "growth-ignoring-therapist", "week:armtreatment", "t-satterthwaite", "rejection_rate", 0.175),
        ]);

    [Fact]
    public void Run_OfTherapistsInSlopes_FindsWhatTheReadmeSays() => Check(
        "slope-therapist-effect",
        1024,
        [
            new("0 0.17", "growth-ignoring-therapist", "week:armtreatment", "t-satterthwaite", "rejection_rate", 0.3275),
            new("0 0.17", "growth", "var(week | therapist)", "rlrt-mixture", "rejection_rate", 0.588),
            new("0.5 0.05", "growth", "week:armtreatment", "t-satterthwaite", "rejection_rate", 0.296),
        ]);

    [Fact]
    public void Run_OfTheCourseOfMetAndCau_FindsWhatTheReadmeSays() => Check(
        "met-cau-2009-growth",
        64,
        [
            new("shares-are-true", "counsellors", "var(after_onset | therapist)", "rlrt-mixture", "rejection_rate", 0.66),
            new("shares-are-true", "quadratic", "after_onset:I(alliance_between^2)", "t-satterthwaite", "rejection_rate", 0.15),
            new("shares-are-observed", "quadratic", "after_onset:I(alliance_between^2)", "t-satterthwaite", "rejection_rate", 0.26),
        ]);

    private static Finding Therapists(string factors, double rate) => new(factors, "null-model", "var(therapist)", "f-exact", "rejection_rate", rate);

    private static Finding Line(string factors, double rate) => new(factors, "linear", "alliance_between", "t-satterthwaite", "rejection_rate", rate);

    private static Finding Curve(string factors, double rate) => new(factors, "quadratic", Square, "t-satterthwaite", "rejection_rate", rate);

    private static void Check(string experiment, int replicates, Finding[] findings)
    {
        using TemporaryFolder folder = new();

        CommandRun run = CommandRun.Of("run", StudyText.Experiment(experiment), "--replicates", $"{replicates}", "--out", folder.At("out"));

        Assert.Equal(ExitCode.Done, run.ExitCode);
        ResultTable summary = new(folder.At("out/summary.csv"));
        string[] factors = [.. summary.Header.Split(',').TakeWhile(column => column != "scenario")];
        foreach (Finding finding in findings)
        {
            Dictionary<string, string> row = summary
                .Where(("method", finding.Method), ("term", finding.Term), ("test", finding.Test), ("measure", finding.Measure))
                .Single(r => string.Join(' ', factors.Select(f => r[f])) == finding.Factors);
            double error = finding.Measure.EndsWith("_rate", StringComparison.Ordinal)
                ? Math.Sqrt(finding.Value * (1 - finding.Value) / replicates)
                : ResultTable.Number(row["mcse"]);
            double value = ResultTable.Number(row["value"]);
            Assert.True(Math.Abs(value - finding.Value) <= 5 * error, $"{finding}: {value}, standard error {error:G2}");
        }
    }

    /// <summary>A figure of the README: the values of the factors, what was measured, and what it was.</summary>
    private sealed record Finding(string Factors, string Method, string Term, string Test, string Measure, double Value);
}
