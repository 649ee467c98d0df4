using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Files.Tests.StudyFiles;

public sealed class StudyFileTests
{
    [Fact]
    public void Read_OfTheExample_FillsTheRecords()
    {
        StudyFile file = Example.Read(Example.Text);
        Study study = file.ToStudy(file.Seed!.Value);

        Assert.Equal("curve-and-caseload", study.Name);
        Assert.Equal(2009u, study.Seed);
        Assert.Equal(10_000, study.Replicates);
        Assert.Equal(["null-model", "linear", "quadratic", "own"], study.Methods.Select(m => m.Name));
        Assert.Equal(TestKind.FExact, study.Methods[3].Tests[1].By);
        Assert.Equal("I(alliance_between^2)", study.Joint[1].Term);
        Assert.Equal(12, study.Cells.Count);

        Cell cell = study.Cells[4];
        Assert.Equal(5, cell.Number);
        Assert.Equal([new("trial_therapists", "30"), new("therapists_outcome_icc", "0.05")], cell.Factors.AsEnumerable());
        Assert.Equal(30, cell.Scenario.Trial.Therapists);
        Assert.Equal(0.05, cell.Scenario.Therapists.OutcomeIcc);
        Assert.Equal(["usual", "motivational"], cell.Scenario.Trial.Arms.AsEnumerable());
        Assert.Equal(new DrawnCaseload { Mean = 15.4, Cv = 0.8 }, cell.Scenario.Trial.Caseload);
        EndpointOutcome outcome = Assert.IsType<EndpointOutcome>(cell.Scenario.Outcome);
        Assert.Equal(new QuadraticShape { Curvature = 0.15 }, outcome.Between);
        Assert.Equal(new ArmEffect { D = 0.2 }, outcome.ArmEffect);
        Assert.Equal(0.3, cell.Scenario.Attrition.Outcome.DependsOn.Severity);
    }

    [Fact]
    public void Read_OfAStudyWithoutOptionalKeys_TakesTheDefaults()
    {
        StudyFile file = Example.Read(Example.Small);
        Study study = file.ToStudy(seed: 7, replicates: 50);

        Assert.Null(file.Seed);
        Assert.Equal(new FixedReplicates { Count = 1000 }, file.Replicates);
        Assert.Equal(50, study.Replicates);
        Assert.Equal(["null-model", "linear", "quadratic"], study.Methods.Select(m => m.Name));
        Assert.Empty(study.Joint);
        Cell cell = Assert.Single(study.Cells);
        Assert.Empty(cell.Factors);
        Assert.Equal(["treatment"], cell.Scenario.Trial.Arms.AsEnumerable());
    }

    [Fact]
    public void Read_OfReplicatesByPrecision_GivesTheRule()
    {
        StudyFile file = Example.ReadSmallWith("replicates: {max: 20000, target-mcse: 5e-3}");
        PrecisionReplicates rule = new() { Min = 1000, Max = 20_000, TargetMcse = 0.005 };

        Assert.Equal(rule, file.Replicates);
        Assert.Equal(rule, file.ToStudy(1).Precision);
        Assert.Equal(20_000, file.ToStudy(1).Replicates);
        Assert.Null(file.ToStudy(1, replicates: 50).Precision);
        Assert.Contains("replicates:\n  min: 1000\n  max: 20000\n  target-mcse: 0.005\n", file.ToYaml(1), StringComparison.Ordinal);
        Assert.Contains("\nreplicates: 50\n", file.ToYaml(1, replicates: 50), StringComparison.Ordinal);
        Assert.Equal(file.ToYaml(1), Example.Read(file.ToYaml(1)).ToYaml(1));
    }

    [Fact]
    public void Read_OfAPlan_GivesItsQuestion()
    {
        StudyFile file = Example.ReadSmallWith("""
            plan:
              target: {interval-width: 0.5, tests: [{method: linear, term: alliance_between, by: t-satterthwaite}]}
              vary:
                scenario.trial.therapists: {from: 5, to: 41, multiple-of: 4, tied: {scenario.trial.sites: 0.25}}
                scenario.alliance.reliability: {from: 0.5, to: 1}
              cost: {therapist: 10, patient: 2, assessment: 0.5, site: 100, fixed: 1000}
              budget: 1e4
              curve: {scenario.therapists.outcome-icc: {from: 0, to: 0.1, by: 0.05}}
              sensitivity: {scenario.attrition.outcome.rate: [0.2, 0.4]}
            """);
        PlanProblem plan = file.ToPlan(seed: 3);

        Assert.Equal(0.5, plan.Target.IntervalWidth);
        Assert.Equal(new TargetTest { Method = "linear", Term = "alliance_between", By = TestKind.TSatterthwaite }, Assert.Single(plan.Target.Tests));
        Assert.Equal([new("trial_therapists", 8, 4, 9), new("alliance_reliability", 0.5m, 0.0005m, 1001)], plan.Dimensions.AsEnumerable());
        Assert.Equal(40, plan.Dimensions[0].Highest);
        Scenario largest = plan.At([40, 0.75]);
        Assert.Equal((40, 10, 0.75), (largest.Trial.Therapists, largest.Trial.Sites, largest.Alliance.Reliability));
        Assert.Equal(1000 + (10 * 100) + (40 * 10) + (400 * 2.5), plan.Cost!.Of(largest));
        Assert.Equal(10_000, plan.Budget);
        Assert.Equal(200_000, plan.Replicates);
        Assert.Equal(["0", "0.05", "0.1"], plan.Curves[0].Values.AsEnumerable());
        Assert.Equal(0.4, plan.Assumptions[0].At([40, 0.75], 1).Attrition.Outcome.Rate);
        Assert.Equal(file.ToYaml(3), Example.Read(file.ToYaml(3)).ToYaml(3));
        Assert.NotEqual(file.PlanIdentity(3), file.WithPlanReplicates(50_000).PlanIdentity(3));
        Assert.Equal(file.Identity(3), Example.Read(Example.Small).Identity(3));
    }

    [Fact]
    public void Read_OfJson_GivesTheStudyOfTheYaml()
    {
        string json = """
            {
            	"name": "curve-and-caseload", "question": "How many therapists show an inverted U?",
            	"seed": 2009, "replicates": 1e4, "alpha": 5e-2,
            	"scenario": {
            		"trial": {"arms": ["usual", "motivational"], "sites": 5, "therapists": 30, "caseload": {"mean": 15.40, "cv": 0.8}},
            		"therapists": {"outcome-icc": 0.02}, "allocation": {"kind": "random"},
            		"alliance": {"observed-therapist-icc": 0.0625, "reliability": 0.77, "assessments": 1},
            		"outcome": {"between": {"shape": "quadratic", "linear": 0.0, "curvature": 0.15}, "within": {"shape": "none"},
            			"arm-effect": 0.2, "severity": -0.30},
            		"attrition": {"alliance": {"rate": 0.308}, "outcome": {"rate": 0.194, "depends-on": {"severity": 0.3}}}
            	},
            	"methods": ["null-model", "linear", "quadratic",
            		{"name": "own", "formula": "outcome ~ arm + alliance + (1 | therapist)", "estimate": "reml",
            		 "tests": [{"term": "alliance", "by": "t-satterthwaite"}, {"variance": "therapist", "by": "f-exact"}]}],
            	"joint": [{"name": "therapist-variance", "method": "null-model", "variance": "therapist", "by": "f-exact"},
            		{"name": "curve", "method": "quadratic", "term": "I(alliance_between^2)", "by": "t-satterthwaite"}],
            	"grid": {"scenario.trial.therapists": [15, 30, 60, 120], "scenario.therapists.outcome-icc": [0, 0.05, 0.1]}
            }
            """;

        Assert.Equal(Example.Read(Example.Text).ToYaml(1), Example.Read(json).ToYaml(1));
    }

    [Fact]
    public void Read_OfJsonWithEscapes_ReadsTheText()
    {
        string json = """{"name": "a", "question": "a\/b \u00e9 \ud83d\ude00 \"q\"", "scenario": {"trial": {"therapists": 3, "caseload": 2},"""
            + """ "therapists": {"outcome-icc": 0}, "alliance": {"therapist-icc": 0}}}""";

        Assert.Equal("a/b é 😀 \"q\"", Example.Read(json).ToStudy(1).Question);
    }

    [Theory]
    [InlineData("no")]
    [InlineData("on")]
    [InlineData("y")]
    public void Read_OfWordsThatOldYamlTakesForBooleans_KeepsThem(string word)
    {
        StudyFile file = Example.Read(Example.Small.Replace("{therapists: 30", $"{{arms: [{word}, off], therapists: 30", StringComparison.Ordinal));

        Assert.Equal([word, "off"], file.ToStudy(1).Cells[0].Scenario.Trial.Arms.AsEnumerable());
        Assert.Equal([word, "off"], Example.Read(file.ToYaml(1)).ToStudy(1).Cells[0].Scenario.Trial.Arms.AsEnumerable());
    }

    [Theory]
    [InlineData("12", typeof(FixedCaseload))]
    [InlineData("[3, 4, 5]", typeof(ListedCaseload))]
    [InlineData("{mean: 8, cv: 0.6}", typeof(DrawnCaseload))]
    [InlineData("{total: 90, cv: 0.5}", typeof(SharedCaseload))]
    public void Read_OfACaseload_TellsItsFormByItsShape(string text, Type type)
    {
        string study = Example.Small.Replace("therapists: 30, caseload: 10", "therapists: 3, caseload: " + text, StringComparison.Ordinal);

        Assert.IsType(type, Example.Read(study).ToStudy(1).Cells[0].Scenario.Trial.Caseload);
    }

    [Fact]
    public void Read_OfArmEffects_TakesANumberOrAStandardisedDifference()
    {
        string arms = Example.Small.Replace("{therapists", "{arms: [a, b], therapists", StringComparison.Ordinal);

        Assert.Equal(new ArmEffect { D = 0.5 }, ArmEffectOf(arms + "  outcome: {arm-effect: 0.5}"));
        Assert.Equal(
            new ArmEffect { D = 0.5, Standardiser = Standardiser.Total }, ArmEffectOf(arms + "  outcome: {arm-effect: {d: 0.5, standardiser: total}}"));
    }

    [Fact]
    public void Read_OfAPresetWithOptions_TakesThePresetsNameUnlessGiven()
    {
        Study study = Example.ReadSmallWith("""
            methods:
              - {preset: linear, adjust: [severity]}
              - {preset: linear, name: other, estimate: ml, true-values: {"I(alliance_within^2)": 0.25}}
              - {preset: moderated, moderator: severity}
            """).ToStudy(1);

        Assert.Equal(["linear", "other", "moderated"], study.Methods.Select(m => m.Name));
        Assert.Equal(["severity"], study.Methods[0].Adjust.AsEnumerable());
        Assert.Equal(Criterion.Ml, study.Methods[1].Estimate);
        Assert.Equal([null, null, "severity"], study.Methods.Select(m => m.Moderator));
        Assert.Equal(0.25, study.Methods[1].True["I(alliance_within^2)"]);
    }

    private static ArmEffect ArmEffectOf(string text) => ((EndpointOutcome)Example.Read(text).ToStudy(1).Cells[0].Scenario.Outcome).ArmEffect;
}
