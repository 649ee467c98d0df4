using TherapistEffectSim.Design;

namespace TherapistEffectSim.Files.Tests.StudyFiles;

public sealed class GridTests
{
    [Fact]
    public void Cells_OfAGrid_AreCrossedInOrderAndTheLastVariesFastest() => Assert.Equal(
        ["1: 15 1", "2: 15 2", "3: 30 1", "4: 30 2", "5: 60 1", "6: 60 2"],
        CellsOf("""
            grid:
              scenario.trial.therapists: [15, 30, 60]
              scenario.trial.sites: [1, 2]
            """));

    [Fact]
    public void Cells_OfZippedLists_VaryTogetherAfterTheGrid() => Assert.Equal(
        ["1: 15 2 0.5", "2: 15 3 0.7", "3: 30 2 0.5", "4: 30 3 0.7"],
        CellsOf("""
            grid:
              scenario.trial.therapists: [15, 30]
            zip:
              - {scenario.trial.sites: [2, 3], scenario.alliance.reliability: [0.5, 0.70]}
            """));

    [Fact]
    public void Cells_OfTwoZips_AreCrossed() => Assert.Equal(
        ["1: 2 3", "2: 2 4", "3: 5 3", "4: 5 4"],
        CellsOf("zip: [{scenario.trial.sites: [2, 5]}, {scenario.alliance.assessments: [3, 4]}]"));

    [Fact]
    public void Cells_ThatMatchAllValuesOfAnExclusion_AreLeftOutAndTheRestCountedAnew() => Assert.Equal(
        ["1: 15 0", "2: 15 0.1", "3: 30 0.1"],
        CellsOf("""
            grid:
              scenario.trial.therapists: [15, 30, 60]
              scenario.therapists.outcome-icc: [0, 0.1]
            exclude:
              - {scenario.trial.therapists: 30, scenario.therapists.outcome-icc: 0.0}
              - {scenario.trial.therapists: 6e1}
            """));

    [Theory]
    [InlineData("{from: 0, to: 0.3, by: 0.1}", "0 0.1 0.2 0.3")]
    [InlineData("{from: 0.3, to: 0, by: -0.15}", "0.3 0.15 0")]
    [InlineData("{from: -0.30, to: 0.0, by: 0.15}", "-0.3 -0.15 0")]
    [InlineData("{from: 0, to: 1, by: 0.4}", "0 0.4 0.8")]
    [InlineData("{from: 1e-3, to: 3e-3, by: 0.001}", "0.001 0.002 0.003")]
    [InlineData("{from: 2, to: 2, by: 1}", "2")]
    public void Cells_OfARange_HaveExactDecimalsAndBothEnds(string range, string expected)
    {
        Study study = Example.ReadSmallWith($"grid: {{scenario.outcome.severity: {range}}}").ToStudy(1);

        Assert.Equal(
            expected.Split(' ').Select(text => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture)),
            study.Cells.Select(c => ((EndpointOutcome)c.Scenario.Outcome).Severity));
        Assert.All(study.Cells, c => Assert.Equal(study.Cells.Count > 1, !c.Factors.IsEmpty));
    }

    [Fact]
    public void Cells_OfPoints_AreCalledByTheirNumbers()
    {
        Study study = Example.Read(Example.Small.Replace("0.1}\n", "0.1}\n  outcome: {within: {shape: points}}\n", StringComparison.Ordinal)
            + "grid: {scenario.outcome.within.points: [[[-1, 0], [1, 0.50]], [[-1, 0], [0, 1], [1, 0]]]}").ToStudy(1);

        Assert.Equal(["-1 0 1 0.5", "-1 0 0 1 1 0"], study.Cells.Select(c => c.Factors[0].Value));
        Assert.Equal(
            new PointsShape { Points = [new() { Score = -1, Outcome = 0 }, new() { Score = 1, Outcome = 0.5 }] },
            ((EndpointOutcome)study.Cells[0].Scenario.Outcome).Within);
    }

    [Fact]
    public void Cells_OfWholeShapes_AreCalledByTheirLabels()
    {
        Study study = Example.ReadSmallWith("""
            grid:
              scenario.outcome.between:
                - {label: flat, shape: none}
                - {label: steep, shape: inverted-u, optimum: 0, loss-at-2sd: 0.60}
              scenario.trial.caseload: [5, {label: varied, mean: 8, cv: 0.5}]
            """).ToStudy(1);

        Assert.Equal(["flat 5", "flat varied", "steep 5", "steep varied"], study.Cells.Select(c => string.Join(' ', c.Factors.Select(f => f.Value))));
        Assert.Equal(["outcome_between", "trial_caseload"], study.Cells[0].Factors.Select(f => f.Name));
        Assert.Equal(new InvertedUShape { LossAt2Sd = 0.6 }, ((EndpointOutcome)study.Cells[2].Scenario.Outcome).Between);
        Assert.Equal(new DrawnCaseload { Mean = 8, Cv = 0.5 }, study.Cells[3].Scenario.Trial.Caseload);
    }

    [Fact]
    public void Cells_OfAGridThatBringsARequiredKey_AreRead()
    {
        string text = Example.Small.Replace(", caseload: 10", "", StringComparison.Ordinal) + "grid: {scenario.trial.caseload: [5, 10]}";

        Assert.Equal([5, 10], Example.Read(text).ToStudy(1).Cells.Select(c => ((FixedCaseload)c.Scenario.Trial.Caseload).Patients));
    }

    [Fact]
    public void Cells_OfALargeGrid_AreMadeOneByOne()
    {
        Study study = Example.ReadSmallWith("""
            grid:
              scenario.trial.therapists: {from: 10, to: 109, by: 1}
              scenario.trial.caseload: {from: 1, to: 100, by: 1}
              scenario.outcome.severity: {from: 0, to: 0.9, by: 0.1}
            """).ToStudy(1);

        Assert.Equal(100_000, study.Cells.Count);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Cell cell = study.Cells[54_321];

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 100_000);
        Assert.Equal(54_322, cell.Number);
        Assert.Equal(["64", "33", "0.1"], cell.Factors.Select(f => f.Value));
        Assert.Throws<ArgumentOutOfRangeException>(() => study.Cells[100_000]);
    }

    [Theory]
    [InlineData("grid: 3", "6:7: grid: must be a map from paths such as scenario.trial.therapists to lists of values, but was 3.")]
    [InlineData("grid: {trial.therapists: [1]}", "6:8: grid.trial.therapists: unknown path 'trial.therapists'; did you mean "
        + "'scenario.trial.therapists'? A path is the keys down to the value, joined by dots.")]
    [InlineData("grid: {scenario.redraw-predictors: [true]}", "6:8: grid.scenario.redraw-predictors: is not available in this version.")]
    [InlineData("grid: {scenario.trial.sites: 3}", "6:30: grid.scenario.trial.sites: must be a list of values or {from, to, by}, but was 3.")]
    [InlineData("grid: {scenario.trial.sites: []}", "6:30: grid.scenario.trial.sites: must list at least one value, but is empty.")]
    [InlineData("grid: {scenario.trial.sites: [2, 2.0]}", "6:34: grid.scenario.trial.sites: lists 2 twice.")]
    [InlineData("grid: {scenario.trial.sites: [2, 0]}", "6:34: scenario.trial.sites: must be a whole number in [1, 10000], but was 0.")]
    [InlineData("grid: {scenario.trial.sites: {from: 1, to: 3}}", "6:30: grid.scenario.trial.sites.by: is missing; a range has from, to and by.")]
    [InlineData("grid: {scenario.trial.sites: {from: 1, to: 3, by: -1}}", "6:51: grid.scenario.trial.sites.by: must lead from 1 to 3, but was -1.")]
    [InlineData("grid: {scenario.trial.sites: {from: 1, to: 3, by: 1e-40}}", "6:51: grid.scenario.trial.sites.by: must lead from 1 to 3, but was 0.")]
    [InlineData("grid: {scenario.outcome.severity: {from: 0, to: 1e15, by: 1e-9}}",
        "6:35: grid.scenario.outcome.severity: gives the grid more than 1000000 cells.")]
    [InlineData("grid: {scenario.outcome.between: [{shape: none}]}",
        "6:35: scenario.outcome.between: a map needs a label for the result files, such as {label: steep, …}.")]
    [InlineData("grid: {scenario.trial: [{label: a}]}", "6:25: scenario.trial.caseload: is missing; give a whole number in [1, 100000], "
        + "a list with one such number for each therapist, {mean, cv} or {total, cv}.")]
    [InlineData("grid: {scenario.trial.caseload.cv: [0.5]}",
        "6:37: scenario.trial.caseload.cv: cannot vary, because scenario.trial.caseload is 10 in the scenario, not a map.")]
    [InlineData("grid: {scenario.outcome.between: [{label: a, shape: none}], scenario.outcome.between.slope: [1]}",
        "6:61: grid.scenario.outcome.between.slope: varies what scenario.outcome.between on line 6 varies already.")]
    [InlineData("zip: {}", "6:6: zip: must be a list of maps from paths to lists of equal length, but was a map.")]
    [InlineData("zip: [{scenario.trial.sites: [1], scenario.alliance.assessments: [2, 3]}]",
        "6:7: zip[1]: must list equally many values for each path, but scenario.trial.sites has 1, scenario.alliance.assessments has 2.")]
    [InlineData("exclude: [{scenario.trial.sites: 1}]", "6:12: exclude[1].scenario.trial.sites: names a path, but neither grid nor zip varies any.")]
    [InlineData("grid: {scenario.trial.sites: [1, 2]}\nexclude: [{scenario.trial.sites: 3}]",
        "7:34: exclude[1].scenario.trial.sites: must be one of 1, 2, but was 3.")]
    [InlineData("grid: {scenario.trial.sites: [1]}\nexclude: [{scenario.trial.sites: 1}]", "7:10: exclude: leaves no cell of the grid.")]
    public void Read_OfAGridWithAMistake_NamesPlaceFindingAndWhatIsAccepted(string lines, string expected) =>
        Assert.Equal("study.yaml:" + expected, Assert.Single(Example.ErrorsOf(Example.Small + lines)));

    [Fact]
    public void Read_OfAMistakeThatOnlyACellHas_NamesTheCellAndThePlaceOfTheGridValue() => Assert.Equal(
        "study.yaml:8:32: scenario.trial.caseload: caseload lists 2 therapists, but the trial has 30 (cell 3: trial_sites = 2, trial_caseload = 3 4).",
        Example.ErrorsOf(Example.Small + """
            grid:
              scenario.trial.sites: [1, 2]
              scenario.trial.caseload: [5, [3, 4]]
            exclude: [{scenario.trial.sites: 1, scenario.trial.caseload: 3 4}]
            """).Single());

    [Fact]
    public void Read_OfMoreThanAMillionCells_RefusesThem() => Assert.Equal(
        "study.yaml:6:7: grid: has 1,000,100 cells, but at most 1,000,000 are accepted.",
        Assert.Single(Example.ErrorsOf(
            Example.Small + "grid: {scenario.outcome.severity: {from: 1, to: 10001, by: 1}, scenario.trial.sites: ["
            + string.Join(", ", Enumerable.Range(1, 100)) + "]}")));

    [Fact]
    public void Read_OfARangeThatIsOneTooLong_RefusesIt() => Assert.Equal(
        "study.yaml:6:35: grid.scenario.outcome.severity: gives the grid more than 1000000 cells.",
        Assert.Single(Example.ErrorsOf(Example.Small + "grid: {scenario.outcome.severity: {from: 0, to: 1000000, by: 1}}")));

    private static IEnumerable<string> CellsOf(string lines) =>
        Example.ReadSmallWith(lines).ToStudy(1).Cells.Select(c => $"{c.Number}: {string.Join(' ', c.Factors.Select(f => f.Value))}");
}
