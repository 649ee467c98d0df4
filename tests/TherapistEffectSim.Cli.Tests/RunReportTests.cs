using System.Diagnostics;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>What a run says to a person.</summary>
public sealed class RunReportTests
{
    [Theory]
    [InlineData("run-quickstart", "quickstart")]
    [InlineData("run-met-cau-2009", "met-cau-2009")]
    public void Run_OfAnExperiment_PrintsTheApprovedTable(string name, string experiment)
    {
        using TemporaryFolder folder = new();
        Stopwatch clock = Stopwatch.StartNew();

        CommandRun run = CommandRun.Of("run", StudyText.Experiment(experiment), "--replicates", "200", "--out", folder.At("out"));

        ApprovedText.AssertEqual(name, run.Output);
        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 30);
    }

    [Fact]
    public void Run_OfManyScenarios_PrintsTheApprovedLines()
    {
        CommandRun run = Run(StudyText.Line + "grid:\n  scenario.trial.therapists: [3, 10, 30]\n  scenario.outcome.between:\n"
            + "    - {label: none, shape: none}\n    - {label: steep, shape: linear, slope: 0.5}\n    - {label: curve, shape: quadratic, curvature: 0.3}\n");

        ApprovedText.AssertEqual("run-lines", run.Output);
    }

    [Fact]
    public void Run_ByPrecision_SaysHowManyReplicatesItTookAndThatIntervalsHoldUnderLooks()
    {
        CommandRun run = Run(StudyText.Line.Replace("replicates: 64", "replicates: {max: 2000, target-mcse: 0.012}", StringComparison.Ordinal)
            + "grid:\n  scenario.trial.therapists: [4, 20]\n");

        Assert.Contains("\n2 scenarios, 1,000 to 2,000 replicates each, alpha 0.05, seed 1\n", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"\nScenario 1: trial_therapists = 4 \(1,\d+ replicates\)\n", run.Output);
        Assert.Contains("\nScenario 2: trial_therapists = 20 (2,000 replicates)\n", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "\nA scenario ends when no rejection rate has a Monte Carlo standard error above 0.012, or at 2,000 replicates. Intervals\nhold under these repeated looks: they reach 2.",
            run.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfATrialThatLosesEverybody_SaysThatNothingCanBeTested()
    {
        CommandRun run = Run(StudyText.Line.Replace("methods:", "  attrition: {outcome: {rate: 0.9999}}\nmethods:", StringComparison.Ordinal));

        Assert.Contains("\nOn average 0.0 patients of 0.0 therapists are analysed.\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n  Note: on average 20.0 of 20 therapists lose all their patients and are not in the analysis.\n", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "\n  Note: linear can test alliance_between and alliance_within in none of the trials: too few therapists or patients, or a column that repeats others.\n",
            run.Output,
            StringComparison.Ordinal);
        Assert.Matches(@"\n linear +alliance_between +t-satterthwaite +– +not made +0\.632\n", run.Output);
    }

    [Fact]
    public void Run_OfATrialThatSometimesCannotBeTested_GivesBothRates()
    {
        CommandRun run = Run(StudyText.Line
            .Replace("therapists: 20, caseload: 10", "therapists: 4, caseload: 3", StringComparison.Ordinal)
            .Replace("methods:", "  attrition: {outcome: {rate: 0.7}}\nmethods:", StringComparison.Ordinal));

        Assert.Matches(
            @"\n  Note: null-model cannot test in \d+ % of the trials, which count as no rejection; of the others var\(therapist\) \(f-exact\) rejects in \d+ %",
            run.Output);
    }

    [Fact]
    public void Run_OfJointWaldWithFewTherapists_NotesThatItIsLiberal()
    {
        CommandRun run = Run(StudyText.Line.Replace(
            "[null-model, linear]",
            "[{preset: linear, tests: [{term: alliance_between & alliance_within, by: joint-wald}]}]",
            StringComparison.Ordinal));

        Assert.Contains(
            "\n  Note: linear: joint-wald takes the estimated variances as known, so that with 20 therapists it can reject too often; prefer t-kenward-roger or t-satterthwaite for each coefficient.\n",
            run.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfOneReplicate_ClaimsNothing()
    {
        CommandRun run = Run(StudyText.Line, "--replicates", "1");

        Assert.Contains("\n1 scenario, 1 replicate each, alpha 0.05, seed 1\n", run.Output, StringComparison.Ordinal);
        Assert.Contains(
            "\n  Note: chance alone moves the rates by up to ±40 points (95 %); for ±1 point run about 10,000 replicates.\n", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("too small", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AtAnotherLevelWithOneSidedTests_SaysWhatItsIntervalsAndSidesAre()
    {
        CommandRun run = Run(StudyText.Line
            .Replace("replicates: 64", "replicates: 64\nalpha: 0.01", StringComparison.Ordinal)
            .Replace(
                "[null-model, linear]",
                "\n  - {preset: linear, name: up, tests: [{term: alliance_between, by: wald-z, alternative: greater}]}\n"
                + "  - {preset: linear, name: down, tests: [{term: alliance_between, by: wald-z, alternative: less}]}",
                StringComparison.Ordinal));

        Assert.Matches(@"\n up +alliance_between +wald-z, greater .* power ", run.Output);
        Assert.Matches(@"\n down +alliance_between +wald-z, less .* wrong side ", run.Output);
        Assert.Contains(
            "\n  Note: down, alliance_between, wald-z: the truth is on the side that this one-sided test does not look at; its rejections are errors, not power.\n",
            run.Output,
            StringComparison.Ordinal);
        Assert.Contains("\ncoverage  share of the two-sided 99 % confidence intervals that hold the truth\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithTestsOfACurve_SaysWhatTheyLookFor()
    {
        CommandRun run = Run(StudyText.Line
            .Replace("shape: linear, slope: 0.2", "shape: quadratic, curvature: 0.2", StringComparison.Ordinal)
            .Replace(
                "[null-model, linear]",
                "\n  - {preset: quadratic, name: cap, tests: [{term: I(alliance_between^2), by: two-lines}, {term: I(alliance_between^2), by: lind-mehlum}]}\n"
                + "  - {preset: quadratic, name: cup, tests: [{term: I(alliance_between^2), by: lind-mehlum, shape: u}]}",
                StringComparison.Ordinal));

        Assert.Matches(@"\n cap +I\(alliance_between\^2\) +two-lines, inverted-u .* power ", run.Output);
        Assert.Matches(@"\n cap +I\(alliance_between\^2\) +lind-mehlum, inverted-u .* power ", run.Output);
        Assert.Matches(@"\n cup +I\(alliance_between\^2\) +lind-mehlum, u .* wrong side ", run.Output);
    }

    [Fact]
    public void Run_WithCorrectedMethods_SaysThatPValuesAreNotCorrected()
    {
        CommandRun run = Run(StudyText.Line.Replace(
            "[null-model, linear]",
            "[linear, {preset: linear, name: latent, reliability: known}, {preset: therapist-means, reliability: estimated}]",
            StringComparison.Ordinal));

        string words = run.Output.Replace('\n', ' ');
        Assert.Contains(
            " Corrected for the unreliability of the observed therapist means in latent and therapist-means: estimates and intervals of alliance_between and "
            + "I(alliance_between^2). Whether they reject is not: their p-values are those of the uncorrected terms. ",
            words,
            StringComparison.Ordinal);
        Assert.Contains(" Trials whose estimated reliability is not above 0 count as no rejection in therapist-means. ", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithTherapistsWhoAreAllAlike_SaysThatNothingCanBeCorrected()
    {
        CommandRun run = Run(StudyText.Line
            .Replace("therapist-icc: 0.1", "therapist-icc: 0", StringComparison.Ordinal)
            .Replace("[null-model, linear]", "[{preset: therapist-means, reliability: known}]", StringComparison.Ordinal));

        Assert.Contains(
            "\n  Note: therapist-means can test alliance_between in none of the trials: too few therapists or patients, a column that repeats others, or a reliability that is not above 0.\n",
            run.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfAFormulaWithoutATruth_SaysHowToSayIt()
    {
        CommandRun run = Run(StudyText.Line.Replace(
            "[null-model, linear]", "[{name: own, formula: \"outcome ~ alliance + (1 | therapist)\"}]", StringComparison.Ordinal));

        Assert.Contains("\nA truth that is empty is not known to the program; a study can say it under true-values.\n", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_InAnyCulture_WritesPoints()
    {
        System.Globalization.CultureInfo before = System.Globalization.CultureInfo.CurrentCulture;
        CommandRun invariant = Run(StudyText.Line);
        try
        {
            System.Globalization.CultureInfo german = (System.Globalization.CultureInfo)System.Globalization.CultureInfo.InvariantCulture.Clone();
            german.NumberFormat.NumberDecimalSeparator = ",";
            german.NumberFormat.NumberGroupSeparator = ".";
            System.Globalization.CultureInfo.CurrentCulture = german;

            Assert.Equal(invariant.Output, Run(StudyText.Line).Output);
        }
        finally
        {
            System.Globalization.CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Run_OfHundredsOfScenarios_ListsTheFirstFiveHundred()
    {
        CommandRun run = Run(StudyText.Line
            + "grid:\n  scenario.trial.therapists: {from: 10, to: 23, by: 1}\n  scenario.outcome.severity: {from: 0, to: 0.49, by: 0.01}\n");

        Assert.Contains("\n700 scenarios, 64 replicates each,", run.Output, StringComparison.Ordinal);
        Assert.Contains("\n(and 200 more: see summary.csv)\n", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"\n 500 +19 +0\.49 ", run.Output);
    }

    [Fact]
    public void ShareText_NextToTheBounds_KeepsTheDigitsThatTellThemApart()
    {
        Assert.Equal("0.03 %", ShareText.Percent(6, 20_000));
        Assert.Equal("0.00 %", ShareText.Percent(0, 20_000));
        Assert.Equal("50.0 %", ShareText.Percent(10_000, 20_000));
        Assert.Equal("33 %", ShareText.Percent(1, 3));
        Assert.Equal("[99.98, 100.00]", ShareText.Interval(0.9998, 1));
    }

    [Theory]
    [InlineData(-0.0001, 0.01, "0.00")]
    [InlineData(-0.3, 1, "0")]
    [InlineData(-0.0149, 0.01, "-0.01")]
    [InlineData(-1.2e-9, 1e-10, "-1.2e-09")]
    public void Rounded_OfANegativeNumber_NeverPrintsMinusZero(double value, double uncertainty, string text) =>
        Assert.Equal(text, Wording.Rounded(value, uncertainty, 1));

    private static CommandRun Run(string study, params string[] options)
    {
        using TemporaryFolder folder = new();
        CommandRun run = CommandRun.Of(["run", folder.Write("study.yaml", study), "--out", folder.At("out"), .. options]);
        Assert.Equal(ExitCode.Done, run.ExitCode);
        return run with { Output = run.Output.Replace("\n        ", " ", StringComparison.Ordinal) }; // notes in one line
    }
}
