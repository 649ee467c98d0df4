using System.Collections.Immutable;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Tests.Performance;

public class EstimateSummaryTests
{
    private const double NotThere = double.NaN;
    private const double Alpha = 0.05;

    [Fact]
    public void Of_FourEstimates_GivesTheMeasuresWorkedOutByHand()
    {
        // θ = 1, z intervals of half-width 1.96·0.5 = 0.98 around estimates 0.5, 1, 2, 2.5: mean 1.5.
        EstimateRecord[] records =
            [.. ((double[])[0.5, 1, 2, 2.5]).Select(estimate => new EstimateRecord("", estimate, 0.5, NotThere, NotThere))];

        Dictionary<string, SummaryRow> rows = Rows(records, 1);

        Assert.Equal(0.75, rows["rejection_rate"].Value);
        Assert.Equal(0.5, rows["bias"].Value);
        Assert.Equal(0.5, rows["relative_bias"].Value);
        Assert.Equal(0.5, rows["median_bias"].Value);
        Assert.Equal(Math.Sqrt(2.5 / 3), rows["empirical_se"].Value!.Value, 12);
        Assert.Equal(0.5, rows["model_se"].Value);
        Assert.Equal(3.5 / 4, rows["mean_squared_error"].Value);
        Assert.Equal(0.5, rows["coverage"].Value);
        Assert.Equal(0.5, rows["bias_eliminated_coverage"].Value);
        Assert.Equal(0.0, rows["failure_rate"].Value);
        Assert.Null(rows["type_m"].Value);
        Assert.Equal(4, rows["bias"].Replicates);
    }

    [Fact]
    public void Of_RecordsWithDegreesOfFreedom_UsesTheirCriticalValues()
    {
        EstimateRecord[] records =
        [
            new("", 2.5, 1, 10, NotThere), // t quantile 2.228: rejected
            new("", 2.5, 1, 4, NotThere), // 2.776: not rejected
            new("", 2.5, 1, NotThere, NotThere), // 1.960: rejected
            new("", 2.5, 1, 4, 0.01), // the p-value decides
        ];

        Assert.Equal(0.75, Rows(records, 0)["rejection_rate"].Value);
        Assert.Equal(0.5, Rows(records, 0)["coverage"].Value);
    }

    [Fact]
    public void Of_MissingEstimates_CountsThemAsFailuresAndNoRejections()
    {
        EstimateRecord[] records = [new("", 3, 1, NotThere, NotThere), new("", NotThere, NotThere, NotThere, NotThere)];

        Dictionary<string, SummaryRow> rows = Rows(records, 1);

        Assert.Equal((0.5, 2L, 1L), (rows["rejection_rate"].Value, rows["rejection_rate"].Replicates, rows["rejection_rate"].Failures));
        Assert.Equal((2.0, 1L), (rows["bias"].Value, rows["bias"].Replicates));
        Assert.Equal(0.5, rows["failure_rate"].Value);
        Assert.Null(rows["empirical_se"].Value);
        Assert.Null(rows["bias"].Mcse);
    }

    [Fact]
    public void Of_EstimatesAlone_HasNoTestAndNoIntervals()
    {
        Dictionary<string, SummaryRow> rows = Rows([new("", 3, NotThere, NotThere, NotThere), new("", 2, NotThere, NotThere, NotThere)], 1);

        Assert.All(
            ["rejection_rate", "coverage", "bias_eliminated_coverage", "model_se", "relative_error_model_se"],
            measure => Assert.Null(rows[measure].Value));
        Assert.Equal(1.5, rows["bias"].Value);
    }

    [Fact]
    public void Of_WithoutTrueValue_LeavesWhatNeedsItEmpty()
    {
        Dictionary<string, SummaryRow> rows = Rows([new("", 3, 1, NotThere, NotThere), new("", 2, 1, NotThere, NotThere)], null);

        Assert.All(
            ["bias", "relative_bias", "median_bias", "mean_squared_error", "coverage", "rejection_rate_true_sign", "type_s", "type_m"],
            measure => Assert.Null(rows[measure].Value));
        Assert.Equal(1.0, rows["bias_eliminated_coverage"].Value);
        Assert.Equal(1.0, rows["rejection_rate"].Value);
    }

    [Fact]
    public void Of_SeveralMethods_SummarisesEachInOrderOfAppearance()
    {
        EstimateRecord[] records =
            [new("reml", 3, 1, NotThere, NotThere), new("ml", 1, 1, NotThere, NotThere), new("reml", 5, 1, NotThere, NotThere)];

        ImmutableArray<SummaryRow> rows = EstimateSummary.Of(records, "alliance", 1, Alpha, CriticalValue);

        Assert.Equal(["reml", "ml"], rows.Select(row => row.Method).Distinct());
        Assert.Equal([3.0, 0.0], rows.Where(row => row.Measure is "bias").Select(row => row.Value!.Value));
        Assert.All(rows, row => Assert.Equal("alliance", row.Term));
        string[] order = [.. MeasureDefinition.All.Select(measure => measure.Name)];
        int[] places = [.. rows.Take(rows.Length / 2).Select(row => Array.IndexOf(order, row.Measure))];
        Assert.Equal(places.Order(), places);
    }

    [Fact]
    public void Of_ManyEstimates_GivesTheMedianOfStoredErrors()
    {
        Random random = new(13);
        EstimateRecord[] records =
            [.. Enumerable.Range(0, 501).Select(_ => new EstimateRecord("", Normal.Sample(random, 2, 1), 1, 30, NotThere))];

        SummaryRow row = Rows(records, 1.5)["median_bias"];

        Assert.Equal(records.Select(record => record.Estimate).Median() - 1.5, row.Value!.Value, 12);
        Assert.InRange(row.Mcse!.Value / (Math.Sqrt(Math.PI / 2) / Math.Sqrt(501)), 0.3, 2);
    }

    [Theory]
    [InlineData(double.PositiveInfinity, 1, NotThere, 0.5, "An estimate must be finite or missing, but was Infinity in record 2.")]
    [InlineData(1, -1, NotThere, 0.5, "A standard error must be finite and >= 0 or missing, but was -1 in record 2.")]
    [InlineData(1, 1, 0, 0.5, "Degrees of freedom must be > 0 or missing, but were 0 in record 2.")]
    [InlineData(1, 1, NotThere, 1.5, "A p-value must be between 0 and 1 or missing, but was 1.5 in record 2.")]
    public void Of_AnImpossibleValue_SaysWhatIsWrongWhere(double estimate, double se, double df, double p, string message)
    {
        EstimateRecord[] records = [new("", 1, 1, NotThere, NotThere), new("", estimate, se, df, p)];

        ArgumentException error = Assert.Throws<ArgumentException>(() => Rows(records, 1));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(double.NaN)]
    public void Of_AnImpossibleLevel_IsRefused(double alpha) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => EstimateSummary.Of([], "x", 1, alpha, CriticalValue));

    private static Dictionary<string, SummaryRow> Rows(EstimateRecord[] records, double? trueValue) =>
        EstimateSummary.Of(records, "x", trueValue, Alpha, CriticalValue).ToDictionary(row => row.Measure);

    private static double CriticalValue(double df) =>
        double.IsPositiveInfinity(df) ? Normal.InvCDF(0, 1, 1 - (Alpha / 2)) : StudentT.InvCDF(0, 1, df, 1 - (Alpha / 2));
}
