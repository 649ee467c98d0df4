using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Tests.Performance;

public class MeasuresTests
{
    private static readonly SummaryKey s_key = new(3, "linear", "alliance_between", "t-satterthwaite", "power");
    private static readonly TestOutcome[] s_outcomes = SimulatedOutcomes.DrawWithFailures(new Random(12), 1000);

    [Fact]
    public void OfTermAndOfTest_WithoutTrueValue_HaveEmptyValuesNeverZero()
    {
        EstimateSums sums = SimulatedOutcomes.Sum(s_outcomes.Select(o => o with { Coverage = IntervalCoverage.None }), null);
        SummaryRow[] rows = [.. Measures.OfTerm(s_key, sums, Errors(s_outcomes)), .. Measures.OfTest(s_key, sums)];

        string[] needTruth =
            ["bias", "relative_bias", "median_bias", "mean_squared_error", "rejection_rate_true_sign", "coverage", "type_s", "type_m"];
        Assert.Equal(needTruth.Order(), rows.Where(row => row.Value is null).Select(row => row.Measure).Order());
        Assert.All(rows.Where(row => row.Value is null), row => Assert.Equal((null, null, null), (row.Mcse, row.ConfLow, row.ConfHigh)));
        Assert.All(rows, row => Assert.Null(row.TrueValue));
    }

    [Fact]
    public void OfTermAndOfTest_WithTrueValueZero_HaveNoRelativeBiasAndNoSigns()
    {
        EstimateSums sums = SimulatedOutcomes.Sum(s_outcomes, 0);
        SummaryRow[] rows = [.. Measures.OfTerm(s_key, sums, Errors(s_outcomes)), .. Measures.OfTest(s_key, sums)];

        Assert.Equal(
            ["rejection_rate_true_sign", "relative_bias", "type_m", "type_s"],
            rows.Where(row => row.Value is null).Select(row => row.Measure).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void OfTerm_StatesReplicatesAndFailuresAndNoTest()
    {
        Dictionary<string, SummaryRow> rows = Measures.OfTerm(s_key, Sums(), Errors(s_outcomes)).ToDictionary(row => row.Measure);

        Assert.All(rows.Values, row => Assert.Equal(("", "", 300L, 3), (row.Test, row.RejectionMeans, row.Failures, row.Scenario)));
        Assert.Equal((700L, 1000L), (rows["bias"].Replicates, rows["failure_rate"].Replicates));
        Assert.Equal((0.3, 0.1), (rows["failure_rate"].Value, rows["singular_rate"].Value));
    }

    [Fact]
    public void OfTest_StatesOnWhatEachMeasureRests()
    {
        Dictionary<string, SummaryRow> rows = Measures.OfTest(s_key, Sums()).ToDictionary(row => row.Measure);

        Assert.All(rows.Values, row => Assert.Equal(("t-satterthwaite", "power", 400L), (row.Test, row.RejectionMeans, row.Failures)));
        Assert.Equal(1000, rows["rejection_rate"].Replicates);
        Assert.Equal((600L, 600L), (rows["model_se"].Replicates, rows["coverage"].Replicates));
        Assert.Equal(Sums().Rejections, rows["type_m"].Replicates);
    }

    [Fact]
    public void OfTest_WhenNothingIsRejected_PrintsAnMcseThatIsNotZero()
    {
        EstimateSums sums = SimulatedOutcomes.Sum(
            s_outcomes.Select(o => o.Decision == Decision.Rejected ? o with { Decision = Decision.NotRejected } : o), 0.2);
        SummaryRow row = Measures.OfTest(s_key, sums).Single(row => row.Measure is "rejection_rate");

        Assert.Equal((0.0, 0.0), (row.Value, row.ConfLow));
        Assert.True(row.Mcse > 0);
        Assert.True(row.ConfHigh > 0);
    }

    [Fact]
    public void OfTest_WhenEveryReplicateFails_CountsNoRejections()
    {
        EstimateSums sums = SimulatedOutcomes.Sum(Enumerable.Repeat(TestOutcome.Failed(TermStatus.Dropped), 20), 0.2);
        Dictionary<string, SummaryRow> rows = Measures.OfTest(s_key, sums).ToDictionary(row => row.Measure);

        Assert.Equal((0.0, 20L), (rows["rejection_rate"].Value, rows["rejection_rate"].Failures));
        Assert.Null(rows["model_se"].Value);
        Assert.Null(rows["coverage"].Value);
    }

    [Fact]
    public void OfTerm_WhenAllEstimatesAreEqual_HasNoMcseRatherThanZero()
    {
        EstimateSums sums = SimulatedOutcomes.Sum(Enumerable.Repeat(s_outcomes[5] with { Estimate = 0 }, 20), 0.25);
        SummaryRow bias = Measures.OfTerm(s_key, sums, Errors(s_outcomes)).Single(row => row.Measure is "bias");

        Assert.Equal((-0.25, null, null), (bias.Value, bias.Mcse, bias.ConfLow));
    }

    [Fact]
    public void OfIcc_GivesMeanAndQuantiles()
    {
        double[] iccs = [.. Enumerable.Range(0, 1000).Select(i => Math.Max(0, (i - 100) / 1000.0))]; // 101 zeros, then evenly spread
        QuantileHistogram distribution = new(HistogramLayout.UnitInterval);
        Array.ForEach(iccs, distribution.Add);
        EstimateSums sums = SimulatedOutcomes.Sum(
            iccs.Select(icc => new TestOutcome(TermStatus.Ok, icc, double.NaN, Decision.NotMade, IntervalCoverage.None)), 0.3);

        Dictionary<string, SummaryRow> rows = Measures
            .OfIcc(s_key with { Term = "icc(therapist)" }, sums, distribution)
            .ToDictionary(row => row.Measure);

        Assert.Equal(iccs.Average(), rows["icc_mean"].Value!.Value, 12);
        Assert.Equal((0.0, null), (rows["icc_q05"].Value, rows["icc_q05"].Mcse));
        Assert.Equal(0.4, rows["icc_q50"].Value!.Value, 0.001);
        Assert.Equal(0.85, rows["icc_q95"].Value!.Value, 0.001);
        Assert.Equal(Math.Sqrt(0.25 / 1000), rows["icc_q50"].Mcse!.Value, 0.001); // density 1 there
        Assert.Equal(4, rows.Count);
    }

    [Fact]
    public void OfCurve_CountsVertexAndInvertedU()
    {
        CurveSums curves = new();
        curves.Add(linear: 0.2, quadratic: -0.5, lowest: -1, highest: 1, Decision.Rejected); // vertex 0.2: shown
        curves.Add(linear: 0.2, quadratic: -0.5, lowest: -1, highest: 1, Decision.NotRejected); // inside, not significant
        curves.Add(linear: 0.2, quadratic: 0.5, lowest: -1, highest: 1, Decision.Rejected); // inside, a U
        curves.Add(linear: 2, quadratic: -0.5, lowest: -1, highest: 1, Decision.Rejected); // vertex 2: outside
        curves.Add(linear: 2, quadratic: 0, lowest: -1, highest: 1, Decision.NotMade); // a straight line
        curves.AddFailure();
        curves.Append(curves.Copy());

        Dictionary<string, SummaryRow> rows = Measures.OfCurve(s_key, -0.5, curves).ToDictionary(row => row.Measure);

        Assert.Equal((6 / 12.0, 12L, 4L), (rows["vertex_inside"].Value, rows["vertex_inside"].Replicates, rows["vertex_inside"].Failures));
        Assert.Equal(2 / 12.0, rows["inverted_u_shown"].Value);
    }

    [Fact]
    public void CurveSums_ReadOfWhatWasWritten_GivesTheSameCounts()
    {
        CurveSums curves = new();
        curves.Add(linear: 0.2, quadratic: -0.5, lowest: -1, highest: 1, Decision.Rejected);
        curves.AddFailure();
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        curves.Write(writer);
        stream.Position = 0;
        using BinaryReader reader = new(stream);

        CurveSums read = CurveSums.Read(reader);

        Assert.Equal((2L, 1L, 1L, 1L), (read.Replicates, read.Failures, read.VertexInside, read.InvertedUShown));
    }

    [Fact]
    public void MeasureDefinitions_AreThoseOfTheRows()
    {
        QuantileHistogram iccs = new(HistogramLayout.UnitInterval);
        IEnumerable<string> measures =
        [
            .. Measures.OfTest(s_key, Sums()).Select(row => row.Measure),
            Measures.OfAnalyticPower(s_key, null, 0.5, isExact: true).Measure,
            Measures.OfAnalyticPower(s_key, null, 0.5, isExact: false).Measure,
            .. Measures.OfTerm(s_key, Sums(), Errors(s_outcomes)).Select(row => row.Measure),
            .. Measures.OfCorrelation(s_key, Sums()).Select(row => row.Measure),
            .. Measures.OfIcc(s_key, Sums(), iccs).Select(row => row.Measure),
            .. Measures.OfCurve(s_key, null, new CurveSums()).Select(row => row.Measure),
            .. Measures.OfSize(s_key, Sums(), Sums()).Select(row => row.Measure),
            Measures.BiasEliminatedCoverage(s_key, null, [], [], 0).Measure,
        ];

        Assert.Equal(
            measures.Order(StringComparer.Ordinal),
            MeasureDefinition.All.Select(measure => measure.Name).Order(StringComparer.Ordinal));
    }

    private static EstimateSums Sums() => SimulatedOutcomes.Sum(s_outcomes, SimulatedOutcomes.TrueValue);

    private static QuantileHistogram Errors(TestOutcome[] outcomes)
    {
        QuantileHistogram errors = new(HistogramLayout.SignedLogarithmic);
        foreach (TestOutcome outcome in outcomes.Where(outcome => double.IsFinite(outcome.Estimate)))
        {
            errors.Add(outcome.Estimate - SimulatedOutcomes.TrueValue);
        }

        return errors;
    }
}
