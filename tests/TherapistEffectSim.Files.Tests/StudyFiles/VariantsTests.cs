using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Files.Tests.StudyFiles;

public sealed class VariantsTests
{
    private const string Two = """
        variants:
          - {label: noisy, scenario.alliance.reliability: 0.5, scenario.outcome.within: {shape: linear, slope: 0.2}}
          - {label: sites, scenario.trial.sites: 3}

        """;

    [Fact]
    public void Cells_OfVariants_AreTheBaseAndOneReasonAtATime()
    {
        IReadOnlyList<Cell> cells = Example.ReadSmallWith(Two).ToStudy(1).Cells;

        Assert.Equal(["1 variant base", "2 variant noisy", "3 variant sites"], cells.Select(c => $"{c.Number} {c.Factors.Single().Name} {c.Factors[0].Value}"));
        Assert.Equal([1, 0.5, 1], cells.Select(c => c.Scenario.Alliance.Reliability));
        Assert.Equal([1, 1, 3], cells.Select(c => c.Scenario.Trial.Sites));
        Assert.Equal(new LinearShape { Slope = 0.2 }, ((EndpointOutcome)cells[1].Scenario.Outcome).Within);
        Assert.Equal(StudyFile.ScenarioHash(Example.Read(Example.Small).ToStudy(1).Cells[0].Scenario), StudyFile.ScenarioHash(cells[0].Scenario));
    }

    [Fact]
    public void Cells_OfVariantsAndAGrid_AreCrossedAndMayBeExcluded() => Assert.Equal(
        ["1: 30 base", "2: 30 noisy", "3: 30 sites", "4: 60 noisy", "5: 60 sites"],
        Example.ReadSmallWith(Two + "grid: {scenario.trial.therapists: [30, 60]}\nexclude: [{variant: base, scenario.trial.therapists: 60}]")
            .ToStudy(1).Cells.Select(c => $"{c.Number}: {string.Join(' ', c.Factors.Select(f => f.Value))}"));

    [Fact]
    public void ToYaml_OfVariants_KeepsTheBaseAsTheScenarioAndWritesTheirDefaultsOut()
    {
        string yaml = Example.ReadSmallWith(Two + "exclude: [{variant: base}]").ToYaml(5);

        Assert.Contains("    reliability: 1  # varies\n", yaml, StringComparison.Ordinal);
        Assert.Contains("""
            variants:
              - label: noisy
                scenario.alliance.reliability: 0.5
                scenario.outcome.within:
                  shape: linear
                  slope-sd: 0
                  slope-correlation: 0
                  slope: 0.2
              - label: sites
                scenario.trial.sites: 3
            exclude:
              - variant: base

            """, yaml, StringComparison.Ordinal);
        Assert.Equal(yaml, Example.Read(yaml).ToYaml(5));
        Assert.Equal(["noisy", "sites"], Example.Read(yaml).ToStudy(1).Cells.Select(c => c.Factors[0].Value));
    }

    [Fact]
    public void Identity_OfVariants_ChangesWithEachAndNotWithAnEmptyList()
    {
        string plain = Example.Read(Example.Small).Identity(1);
        string two = Example.ReadSmallWith(Two).Identity(1);

        Assert.Equal(plain, Example.ReadSmallWith("variants: []").Identity(1));
        Assert.Equal(two, Example.ReadSmallWith(Two.Replace("0.5", "5e-1", StringComparison.Ordinal)).Identity(1));
        Assert.Equal(4, new HashSet<string>
        {
            plain,
            two,
            Example.ReadSmallWith(Two.Replace("sites: 3", "sites: 4", StringComparison.Ordinal)).Identity(1),
            Example.ReadSmallWith(Two.Replace("label: sites", "label: centres", StringComparison.Ordinal)).Identity(1),
        }.Count);
    }

    [Theory]
    [InlineData("variants: 3", "6:11: variants: must be a list of maps such as {label: ceiling, scenario.alliance.reliability: 0.7}, but was 3.")]
    [InlineData("variants: [noisy]", "6:12: variants[1]: must be a map such as {label: ceiling, scenario.alliance.reliability: 0.7}, but was 'noisy'.")]
    [InlineData("variants: [{scenario.trial.sites: 2}]", "6:12: variants[1].label: must name the variant in the result files, such as label: ceiling.")]
    [InlineData("variants: [{label: 3, scenario.trial.sites: 2}]", "6:20: variants[1].label: must name the variant in the result files, such as label: ceiling.")]
    [InlineData("variants: [{label: base, scenario.trial.sites: 2}]", "6:20: variants[1].label: must differ from the other labels, but base is the scenario as it stands.")]
    [InlineData("variants: [{label: a, scenario.trial.sites: 2}, {label: a, scenario.trial.sites: 3}]",
        "6:57: variants[2].label: must differ from the other labels, but a is another variant.")]
    [InlineData("variants: [{label: a}]", "6:12: variants[1]: must change the value of at least one path, such as scenario.alliance.reliability: 0.7; the scenario as it stands is the variant base.")]
    [InlineData("variants: [{label: a, trial.sites: 2}]", "6:23: variants[1].trial.sites: unknown path 'trial.sites'; did you mean "
        + "'scenario.trial.sites'? A path is the keys down to the value, joined by dots.")]
    [InlineData("variants: [{label: a, scenario.trial.sites: 0}]", "6:45: variants[1].scenario.trial.sites: must be a whole number in [1, 10000], but was 0.")]
    [InlineData("variants: [{label: a, scenario.redraw-predictors: 1}]", "6:23: variants[1].scenario.redraw-predictors: is not available in this version.")]
    [InlineData("grid: {scenario.trial.sites: [1, 2]}\nvariants: [{label: a, scenario.trial.sites: 2}]",
        "7:23: variants[1].scenario.trial.sites: varies what scenario.trial.sites on line 6 varies already.")]
    [InlineData("variants: [{label: a, scenario.attrition.outcome: {rate: 0.1}, scenario.attrition.outcome.rate: 0.2}]",
        "6:64: variants[1].scenario.attrition.outcome.rate: changes what scenario.attrition.outcome of the same variant changes already.")]
    [InlineData("variants: [{label: a, scenario.trial.sites: 2}]\nexclude: [{variant: b}]", "7:21: exclude[1].variant: must be one of base, a, but was 'b'.")]
    [InlineData("variants: [{label: a, scenario.outcome.site-icc: 0.1}]",
        "6:50: scenario.outcome.site-icc: site-icc above 0 needs more than one site, but trial.sites is 1 (cell 2: variant = a).")]
    public void Read_OfVariantsWithAMistake_NamesPlaceFindingAndWhatIsAccepted(string lines, string expected) =>
        Assert.Equal("study.yaml:" + expected, Assert.Single(Example.ErrorsOf(Example.Small + lines)));

    // The scenario of the stored study is the base: it must be a world also where no cell shows it.
    [Fact]
    public void Read_OfABaseThatIsNoWorld_RefusesItAlsoIfItIsExcluded() => Assert.Equal(
        "study.yaml:3:10: scenario.trial.therapists: therapists is missing: give the number of therapists, or per-arm (variant = base).",
        Assert.Single(Example.ErrorsOf(
            Example.Small.Replace("therapists: 30, ", "", StringComparison.Ordinal)
            + "variants: [{label: a, scenario.trial.therapists: 30}]\nexclude: [{variant: base}]")));
}
