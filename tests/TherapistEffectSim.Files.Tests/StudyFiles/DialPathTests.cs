using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Files.Tests.StudyFiles;

/// <summary>Each dial of a world is a path that a grid may vary, and reads back from the study as run.</summary>
public sealed class DialPathTests
{
    private const string Dials = """
        name: dials
        scenario:
          trial: {arms: [usual, other], sites: 2, therapists: 12, caseload: 10}
          therapists: {outcome-icc: 0.05, distribution: {kind: t, df: 5}}
          allocation: {kind: case-mix, with: alliance, correlation: 0.3}
          traits: {prior-treatment: {share: 0.4, outcome: 0.2}}
          alliance: {therapist-icc: 0.1, assessments: 4, rater: therapist, rater-icc: 0.3, validity: 0.6,
            reverse-causation: {early: 0, late: 0.2}, instrument: {items: 12, min: 1, max: 6, mean: 4, sd: 1}}
          outcome: {within: {shape: linear, slope: 0.1}, distribution: {kind: skewed, skewness: 0.4}}

        """;

    private static readonly Dictionary<string, (string First, string Second, Func<Scenario, object> Read)> s_dials = new()
    {
        ["allocation.correlation"] = ("-0.2", "0.4", s => ((CaseMixAllocation)s.Allocation).Correlation),
        ["allocation.with"] = ("referral", "outcome", s => ((CaseMixAllocation)s.Allocation).With),
        ["traits.prior-treatment.share"] = ("0.3", "0.6", s => s.Traits["prior-treatment"].Share),
        ["traits.prior-treatment.alliance"] = ("0", "0.3", s => s.Traits["prior-treatment"].Alliance),
        ["traits.prior-treatment.outcome"] = ("0", "0.3", s => s.Traits["prior-treatment"].Outcome),
        ["traits.prior-treatment.by-alliance"] = ("0", "0.2", s => s.Traits["prior-treatment"].ByAlliance),
        ["therapists.distribution.df"] = ("3", "30", s => ((TForm)s.Therapists.Distribution).Df),
        ["alliance.severity"] = ("-0.3", "0", s => s.Alliance.Severity),
        ["alliance.missing-assessments"] = ("0", "0.3", s => s.Alliance.MissingAssessments),
        ["alliance.reverse-causation"] = ("0.1", "0.2", s => s.Alliance.ReverseCausation.Late),
        ["alliance.reverse-causation.early"] = ("0.2", "0.1", s => s.Alliance.ReverseCausation.Early),
        ["alliance.reverse-causation.late"] = ("0", "0.3", s => s.Alliance.ReverseCausation.Late),
        ["alliance.timing"] = ("early", "late", s => s.Alliance.Timing),
        ["alliance.rater-icc"] = ("0", "0.3", s => s.Alliance.RaterIcc!),
        ["alliance.validity"] = ("0.2", "1", s => s.Alliance.Validity),
        ["alliance.instrument.max"] = ("5", "6", s => s.Alliance.Instrument!.Max),
        ["alliance.instrument.rounding"] = ("none", "items", s => s.Alliance.Instrument!.Rounding),
        ["outcome.within.slope-sd"] = ("0", "0.1", s => Outcome(s).Within.SlopeSd),
        ["outcome.within.slope-correlation"] = ("-0.5", "0.5", s => Outcome(s).Within.SlopeCorrelation),
        ["outcome.residual-sd"] = ("0.5", "2", s => Outcome(s).ResidualSd.Sd),
        ["outcome.distribution.skewness"] = ("-0.5", "0.5", s => ((SkewedForm)Outcome(s).Distribution).Skewness),
        ["outcome.site-by-arm-sd"] = ("0", "0.2", s => Outcome(s).SiteByArmSd),
        ["outcome.moderations.severity"] = ("0", "0.2", s => Outcome(s).Moderations.Severity),
        ["outcome.moderations.arm"] = ("0", "0.2", s => Outcome(s).Moderations.Arm),
        ["outcome.adherence.linear"] = ("0", "0.2", s => Outcome(s).Adherence.Linear),
        ["outcome.adherence.curvature"] = ("0", "0.2", s => Outcome(s).Adherence.Curvature),
        ["outcome.adherence.curvature-by-alliance"] = ("0", "-0.2", s => Outcome(s).Adherence.CurvatureByAlliance),
        ["outcome.adherence.by-severity"] = ("0", "0.2", s => Outcome(s).Adherence.BySeverity),
        ["retention.drop-out"] = ("0", "0.4", s => s.Retention.DropOut),
        ["retention.outcome"] = ("0", "0.4", s => s.Retention.Outcome),
        ["literature.alliance"] = ("0", "0.1", s => s.Literature.Alliance),
        ["literature.between"] = ("0", "0.1", s => s.Literature.Between),
        ["literature.within"] = ("0", "0.1", s => s.Literature.Within),
        ["literature.curvature"] = ("0", "0.1", s => s.Literature.Curvature),
        ["literature.arm-effect"] = ("0", "0.1", s => s.Literature.ArmEffect),
        ["literature.severity"] = ("0", "0.1", s => s.Literature.Severity),
        ["attrition.therapists"] = ("0", "0.1", s => s.Attrition.Therapists),
        ["attrition.outcome.therapist-sd"] = ("0", "1", s => s.Attrition.Outcome.TherapistSd),
    };

    public static TheoryData<string> Paths => [.. s_dials.Keys];

    [Theory]
    [MemberData(nameof(Paths))]
    public void ADial_VariesInAGridAndReadsBack(string path)
    {
        (string first, string second, Func<Scenario, object> read) = s_dials[path];
        StudyFile file = Example.Read(Dials + $"grid: {{scenario.{path}: [{first}, {second}]}}");
        Study study = file.ToStudy(1);

        Assert.Equal([first, second], study.Cells.Select(c => c.Factors.Single().Value));
        Assert.Equal([first, second], study.Cells.Select(c => Text(read(c.Scenario))));
        StudyFile again = Example.Read(file.ToYaml(1));
        Assert.Equal(file.Identity(1), again.Identity(1));
        Assert.Equal([first, second], again.ToStudy(1).Cells.Select(c => Text(read(c.Scenario))));
    }

    [Fact]
    public void OneTimeOfReverseCausation_VariesWhereBothAreOneNumber()
    {
        Study study = Example.Read(
            Dials.Replace("{early: 0, late: 0.2}", "0.1", StringComparison.Ordinal) + "grid: {scenario.alliance.reverse-causation.late: [0.1, 0.3]}").ToStudy(1);

        Assert.Equal(
            [new() { Early = 0.1, Late = 0.1 }, new() { Early = 0.1, Late = 0.3 }],
            study.Cells.Select(c => c.Scenario.Alliance.ReverseCausation));
    }

    private static EndpointOutcome Outcome(Scenario scenario) => (EndpointOutcome)scenario.Outcome;

    private static string Text(object value) =>
        FormattableString.Invariant($"{value}").ToLowerInvariant();
}
