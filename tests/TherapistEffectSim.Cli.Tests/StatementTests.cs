using System.Globalization;

namespace TherapistEffectSim.Cli.Tests;

public sealed class StatementTests
{
    private const string Everything = """
        name: everything
        seed: 3
        replicates: 64
        scenario:
          trial: {arms: [usual, other], sites: 2, therapists: 12, caseload: {mean: 10, cv: 0.5}}
          therapists: {outcome-icc: 0.05, distribution: {kind: t, df: 5}}
          allocation: {kind: case-mix, with: alliance, correlation: 0.3}
          traits: {prior-treatment: {share: 0.4, outcome: 0.2}}
          alliance: {therapist-icc: 0.1, assessments: 4, rater: therapist, rater-icc: 0.3, validity: 0.6,
            reverse-causation: {early: 0, late: 0.2}, instrument: {items: 12, min: 1, max: 6, mean: 4, sd: 1}}
          outcome: {within: {shape: linear, slope: 0.1}, distribution: {kind: skewed, skewness: 0.4}, arm-effect: 0.2}
          attrition: {outcome: {rate: 0.1}}
        methods: [null-model]

        """;

    private const string Plain = """
        name: plain
        seed: 3
        replicates: 64
        scenario:
          trial: {therapists: 12, caseload: 8}
          therapists: {outcome-icc: 0.05}
          alliance: {therapist-icc: 0.1}
        methods: [null-model]

        """;

    [Fact]
    public void Statement_OfOneScenario_IsTheApprovedMarkdown()
    {
        using TemporaryFolder folder = new();
        Simulate(folder, StudyText.Grid);

        CommandRun run = CommandRun.Of("statement", folder.At("results"), "--scenario", "2");

        ApprovedText.AssertEqual("statement-markdown", WithoutBuild(run.Output));
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public void Statement_OfSeveralScenarios_IsTheApprovedText()
    {
        using TemporaryFolder folder = new();
        Simulate(folder, StudyText.Grid);

        CommandRun run = CommandRun.Of("statement", folder.At("results"), "--format", "text");

        ApprovedText.AssertEqual("statement-text", WithoutBuild(run.Output));
        Assert.All(run.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 100));
    }

    [Fact]
    public void Statement_OfARun_GivesItsNumbers()
    {
        using TemporaryFolder folder = new();
        Simulate(folder, StudyText.Line);
        ResultTable summary = new(folder.At("results/summary.csv"));

        string statement = CommandRun.Of("statement", folder.At("results")).Output;

        double rate = double.Parse(
            summary.Rows.First(r => r["term"] == "alliance_between" && r["measure"] == "rejection_rate")["value"], CultureInfo.InvariantCulture);
        Assert.Contains($"{100 * rate:F0} % (Monte Carlo standard error ", statement);
        Assert.Contains("seed 1", statement);
        Assert.Contains("64 trials", statement);
        Assert.Contains("20 therapists with 10 patients each (200 patients)", statement);
    }

    // Every assumption: whatever differs between two worlds, the texts of the two differ.
    [Theory]
    [InlineData(Everything, "trial.sites", "3")]
    [InlineData(Everything, "trial.therapists", "14")]
    [InlineData(Everything, "trial.nesting", "crossed")]
    [InlineData(Everything, "trial.caseload.mean", "11")]
    [InlineData(Everything, "trial.caseload.cv", "0.6")]
    [InlineData(Plain, "trial.caseload", "9")]
    [InlineData(Plain, "trial.caseload", "{total: 100, cv: 0.5}")]
    [InlineData(Plain, "trial.caseload", "[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]")]
    [InlineData(Plain, "trial.arms", "[a, b]")]
    [InlineData(Plain, "therapists.outcome-icc", "0.07")]
    [InlineData(Plain, "therapists.correlations.alliance-outcome", "0.2")]
    [InlineData(Plain, "therapists.correlations.alliance-adherence", "0.2")]
    [InlineData(Plain, "therapists.correlations.outcome-adherence", "0.2")]
    [InlineData(Plain, "therapists.contamination.share", "0.1")]
    [InlineData(Plain, "therapists.selection.keep", "0.5")]
    [InlineData(Plain, "therapists.training", "0.5")]
    [InlineData(Everything, "therapists.distribution.df", "6")]
    [InlineData(Everything, "allocation.with", "outcome")]
    [InlineData(Everything, "allocation.correlation", "0.2")]
    [InlineData(Plain, "allocation", "{kind: sorted, by: outcome}")]
    [InlineData(Everything, "traits.prior-treatment.share", "0.5")]
    [InlineData(Everything, "traits.prior-treatment.alliance", "0.1")]
    [InlineData(Everything, "traits.prior-treatment.outcome", "0.3")]
    [InlineData(Everything, "traits.prior-treatment.by-alliance", "0.1")]
    [InlineData(Plain, "alliance.therapist-icc", "0.2")]
    [InlineData(Plain, "alliance.reliability", "0.8")]
    [InlineData(Everything, "alliance.assessments", "3")]
    [InlineData(Everything, "alliance.missing-assessments", "0.1")]
    [InlineData(Everything, "alliance.therapist-mean", "measured")]
    [InlineData(Plain, "alliance.severity", "-0.2")]
    [InlineData(Everything, "alliance.reverse-causation.early", "0.1")]
    [InlineData(Everything, "alliance.reverse-causation.late", "0.1")]
    [InlineData(Everything, "alliance.timing", "late")]
    [InlineData(Everything, "alliance.rater-icc", "0.2")]
    [InlineData(Everything, "alliance.validity", "0.5")]
    [InlineData(Everything, "alliance.instrument.items", "10")]
    [InlineData(Everything, "alliance.instrument.min", "0")]
    [InlineData(Everything, "alliance.instrument.max", "7")]
    [InlineData(Everything, "alliance.instrument.mean", "4.5")]
    [InlineData(Everything, "alliance.instrument.sd", "1.5")]
    [InlineData(Everything, "alliance.instrument.rounding", "items")]
    [InlineData(Plain, "outcome.between", "{shape: linear, slope: 0.2}")]
    [InlineData(Plain, "outcome.between", "{shape: quadratic, curvature: 0.2, optimum: 0.5}")]
    [InlineData(Plain, "outcome.between", "{shape: inverted-u, loss-at-2sd: 0.5}")]
    [InlineData(Plain, "outcome.between", "{shape: plateau, slope: 0.3, knee: 0.5}")]
    [InlineData(Plain, "outcome.within", "{shape: points, points: [[-1, 0], [1, 2]]}")]
    [InlineData(Everything, "outcome.within.slope", "0.2")]
    [InlineData(Everything, "outcome.within.slope-sd", "0.1")]
    [InlineData(Plain, "outcome.alliance", "{slope: 0.2}")]
    [InlineData(Everything, "outcome.arm-effect", "0.3")]
    [InlineData(Everything, "outcome.arm-effect", "{d: 0.2, standardiser: residual}")]
    [InlineData(Plain, "outcome.severity", "-0.3")]
    [InlineData(Everything, "outcome.residual-sd", "2")]
    [InlineData(Everything, "outcome.residual-sd", "{other: 2}")]
    [InlineData(Everything, "outcome.distribution.skewness", "0.3")]
    [InlineData(Everything, "outcome.site-icc", "0.05")]
    [InlineData(Everything, "outcome.site-by-arm-sd", "0.1")]
    [InlineData(Everything, "outcome.moderations.severity", "0.1")]
    [InlineData(Everything, "outcome.moderations.arm", "0.1")]
    [InlineData(Everything, "outcome.adherence.linear", "0.1")]
    [InlineData(Everything, "outcome.adherence.curvature", "0.1")]
    [InlineData(Everything, "outcome.adherence.curvature-by-alliance", "0.1")]
    [InlineData(Everything, "outcome.adherence.by-severity", "0.1")]
    [InlineData(Plain, "retention.drop-out", "0.2")]
    [InlineData(Plain, "retention.outcome", "0.2")]
    [InlineData(Plain, "literature.alliance", "0.1")]
    [InlineData(Plain, "literature.between", "0.1")]
    [InlineData(Plain, "literature.within", "0.1")]
    [InlineData(Plain, "literature.curvature", "0.1")]
    [InlineData(Everything, "literature.arm-effect", "0.1")]
    [InlineData(Plain, "literature.severity", "0.1")]
    [InlineData(Plain, "attrition.alliance.rate", "0.2")]
    [InlineData(Everything, "attrition.outcome.rate", "0.2")]
    [InlineData(Everything, "attrition.outcome.depends-on.severity", "0.3")]
    [InlineData(Everything, "attrition.outcome.depends-on.alliance", "0.3")]
    [InlineData(Everything, "attrition.outcome.depends-on.true-alliance", "0.3")]
    [InlineData(Everything, "attrition.outcome.depends-on.outcome", "0.3")]
    [InlineData(Everything, "attrition.outcome.therapist-sd", "0.3")]
    [InlineData(Plain, "attrition.therapists", "0.1")]
    public void World_OfAStatement_NamesEachAssumption(string study, string path, string value)
    {
        string varied = $"{study.TrimEnd()}\nvariants:\n  - {{label: other, scenario.{path}: {value}}}\n";
        using StringReader text = new(varied);

        string[] worlds =
        [
            .. TherapistEffectSim.Files.StudyFiles.StudyFile.Read(text, "study").ToStudy(seed: 1).Cells
                .Select(cell => string.Join('\n', Statements.StatementWriter.WorldOf(cell.Scenario))),
        ];

        Assert.Equal(2, worlds.Length);
        Assert.NotEqual(worlds[0], worlds[1]);
    }

    [Fact]
    public void Statement_OfSomethingElseThanAResultFolder_SaysWhatIsNeeded()
    {
        using TemporaryFolder folder = new();
        Simulate(folder, StudyText.Line);
        string results = folder.At("results");
        CommandRun none = CommandRun.Of("statement", folder.At("none"));
        CommandRun other = CommandRun.Of("statement", folder.Path);
        CommandRun beyond = CommandRun.Of("statement", results, "--scenario", "2");
        File.AppendAllText(folder.At("results/joint.csv"), "\n");
        CommandRun changed = CommandRun.Of("statement", results);

        Assert.Equal((2, $"{folder.At("none")} must be a folder that tes run has written, but does not exist.\n"), (none.ExitCode, none.Error));
        Assert.Equal((2, $"{folder.Path} must be a folder that tes run has written, but holds no manifest.json.\n"), (other.ExitCode, other.Error));
        Assert.Equal((2, $"{results}: --scenario must be in [1, 1], but was 2.\n"), (beyond.ExitCode, beyond.Error));
        Assert.Equal(2, changed.ExitCode);
        Assert.Equal(
            $"{folder.At("results/joint.csv")} is not the file that the run wrote: its checksum differs from the one in manifest.json. Run the study again.\n", changed.Error);
        Assert.Equal("", none.Output + other.Output + beyond.Output + changed.Output);
    }

    private static void Simulate(TemporaryFolder folder, string study) =>
        Assert.Equal(0, CommandRun.Of("run", folder.Write("study.yaml", study), "--out", folder.At("results")).ExitCode);

    // Version and runtime differ between builds.
    private static string WithoutBuild(string statement) => System.Text.RegularExpressions.Regex.Replace(
        statement, @"version\s+\S+\s*(?:\(commit\s+\w+\),)?\s+on\s+\.NET\s+[^;]+;", "version …;", System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
}
