using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Files.Tests.StudyFiles;

/// <summary>Growth outcomes in study files.</summary>
public sealed class GrowthFileTests
{
    private const string Growth = """
        name: growth
        scenario:
          trial: {arms: [usual, trained], therapists: 12, caseload: 10}
          outcome:
            kind: growth
            weeks: [0, 1, 2.5, 4]
            turn: {week: 2, slope: 0.1}
            shares: {patient-icc: 0.5, therapist-icc: 0, slope-icc: 0.05, variance-ratio: 0.02}
            arm-effect: {d: 0.5, standardiser: end-point}
            onset-week: 1
            between: {shape: quadratic, curvature: 0.1}
            dropout: {rate: 0.3, shape: 2, depends-on: {severity: 0.4, slope: -0.2}}
        methods: [growth, slopes]

        """;

    [Fact]
    public void Read_OfAGrowthStudy_GivesItsScenarioAndReadsBackFromTheStudyAsRun()
    {
        StudyFile file = Example.Read(Growth);
        GrowthOutcome outcome = Assert.IsType<GrowthOutcome>(file.ToStudy(1).Cells[0].Scenario.Outcome);

        Assert.Equal(new double[] { 0, 1, 2.5, 4 }, outcome.Weeks.ToArray());
        Assert.Equal(new GrowthArmEffect { D = 0.5, Standardiser = GrowthStandardiser.EndPoint }, outcome.ArmEffect);
        Assert.Equal(new GrowthShares { PatientIcc = 0.5, TherapistIcc = 0, SlopeIcc = 0.05, VarianceRatio = 0.02 }, outcome.Shares);
        Assert.Equal(new GrowthDropout { Rate = 0.3, Shape = 2, DependsOn = new() { Severity = 0.4, Slope = -0.2 } }, outcome.Dropout);
        StudyFile again = Example.Read(file.ToYaml(1));
        Assert.Equal(file.Identity(1), again.Identity(1));
        Assert.Equal(file.ToYaml(1), again.ToYaml(1));
    }

    [Theory]
    [InlineData("slope-icc: 0.05", "slope-icc", "[0, 0.17]", "shares.slope-icc")]
    [InlineData("rate: 0.3", "rate", "[0, 0.5]", "dropout.rate")]
    [InlineData("onset-week: 1", "onset-week", "[0, 2]", "onset-week")]
    public void Cells_OfAGrid_VaryPartsOfTheOutcome(string given, string key, string values, string path)
    {
        Assert.Contains(given, Growth, StringComparison.Ordinal);
        Study study = Example.Read(Growth + $"grid: {{scenario.outcome.{path}: {values}}}").ToStudy(1);

        Assert.Equal(2, study.Cells.Count);
        Assert.EndsWith(key.Replace('-', '_'), study.Cells[0].Factors.Single().Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[0, 1, 2.5, 4]", "[0, 1, 1]", "6:12: scenario.outcome.weeks: weeks must ascend, but 1 comes after 1.")]
    [InlineData("[0, 1, 2.5, 4]", "[0, 1, 1.0005]", "6:12: scenario.outcome.weeks: weeks must be at least 0.001 apart, ten minutes, but 1.0005 comes after 1.")]
    [InlineData("[0, 1, 2.5, 4]", "[0]", "6:12: scenario.outcome.weeks: weeks must list 2 to 100 weeks, but lists 1.")]
    [InlineData("[0, 1, 2.5, 4]", "[0, one]", "6:16: scenario.outcome.weeks[2]: must be a number in [-1000, 10000], but was 'one'.")]
    [InlineData("onset-week: 1", "onset-week: 4", "10:17: scenario.outcome.onset-week: onset-week must be before the last week, 4, but was 4.")]
    [InlineData("therapist-icc: 0,", "therapist-icc: 0.6,", "8:27: scenario.outcome.shares.patient-icc: patient-icc and therapist-icc must add up to less than 1, but add up to 1.1.")]
    [InlineData("turn: {week: 2, slope: 0.1}", "patients: {intercept-sd: 1}", "8:13: scenario.outcome.shares: shares say what patients and therapists say in SDs: give one or the other.")]
    [InlineData("end-point", "endpoint", "9:40: scenario.outcome.arm-effect.standardiser: must be one of baseline, end-point, slope, but was 'endpoint'; did you mean 'end-point'?")]
    [InlineData("onset-week: 1", "arm-effect-for: alcohol", "10:21: scenario.outcome.arm-effect-for: arm-effect-for must be the name of a trait, but was 'alcohol'.")]
    public void Read_OfAMistake_NamesPlaceFindingAndWhatIsAccepted(string from, string to, string expected)
    {
        Assert.Contains(from, Growth, StringComparison.Ordinal);
        string[] errors = Example.ErrorsOf(Growth.Replace(from, to, StringComparison.Ordinal));
        Assert.Contains("study.yaml:" + expected, errors);
    }

    [Fact]
    public void Read_OfAKeyOfEndpointOutcomes_SaysWhatSaysItInGrowth()
    {
        string text = Growth.Replace("  outcome:\n", "  therapists: {outcome-icc: 0.1}\n  outcome:\n", StringComparison.Ordinal);
        Assert.Equal(
            "study.yaml:4:29: scenario.therapists.outcome-icc: outcome-icc is for endpoint outcomes; leave it out with outcome.kind: growth, where outcome.therapists or outcome.shares says it.",
            Assert.Single(Example.ErrorsOf(text)));
    }
}
