using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Statistics;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Tests.Inference;

public sealed class TwoLinesTestTests
{
    [Theory]
    [InlineData(1, 40)]
    [InlineData(2, 61)]
    [InlineData(3, 120)]
    [InlineData(4, 90)]
    [InlineData(5, 75)]
    public void Of_ATent_IsThatOfThePaperWrittenOut(int seed, int therapists)
    {
        CurveData data = new(therapists, x => -Math.Abs(x - 1), 1, seed);

        CurveTestResult found = new TwoLinesTest(therapists, 2).Of(data.Curve());

        (double statistic, double df) = Slow(data);
        Assert.Equal(statistic, found.Statistic, 1e-7);
        Assert.Equal(df, found.DegreesOfFreedom);
    }

    [Fact]
    public void Of_AnUnevenTent_FindsBothSlopes()
    {
        CurveData data = new(100, x => x < 2 ? x : 2 - (2 * (x - 2)), 0.3, 6);

        Assert.True(new TwoLinesTest(100, 2).Of(data.Curve()).Statistic > 5);
        Assert.True(new TwoLinesTest(100, 2).Of(data.Curve(sign: -1)).Statistic < 0);
    }

    [Fact]
    public void Of_ALine_IsNotAboveZeroByMuch()
    {
        CurveData data = new(100, x => x, 0.3, 7);

        Assert.True(new TwoLinesTest(100, 2).Of(data.Curve()).Statistic < 2);
    }

    [Theory]
    [InlineData(7)] // six with patients: three on a side
    [InlineData(10)] // nine
    public void Of_FewTherapists_IsNotEstimable(int therapists)
    {
        CurveData data = new(therapists, x => -Math.Abs(x - 1), 0.1, 8);

        Assert.Equal(CurveTestResult.NotEstimable, new TwoLinesTest(therapists, 2).Of(data.Curve()));
    }

    private static (double Statistic, double Df) Slow(CurveData data)
    {
        double[] x = [.. data.PresentX];
        double[] knots = [.. new[] { 0.05, 0.275, 0.5, 0.725, 0.95 }.Select(q => Quantile(x, q))];
        double[][] spline = [x, .. Enumerable.Range(0, 3).Select(k => x.Select(v => Piece(v, k, knots) - Piece(v, 3, knots)).ToArray())];
        DenseRegression smooth = data.Regression(spline);
        double[] means = [.. smooth.X.EnumerateColumns().Select(c => c.PointwiseMultiply(Vector<double>.Build.Dense(smooth.Weights)).Sum() / smooth.Weights.Sum())];
        Vector<double> Row(int row) => Vector<double>.Build.Dense([means[0], means[1], .. spline.Select(c => c[row])]);
        double[] fitted = [.. x.Select((_, row) => Row(row) * smooth.Beta)];
        int[] middle = [.. Enumerable.Range(0, x.Length).Where(r => x[r] > Quantile(x, 0.1) && x[r] < Quantile(x, 0.9))];
        int peak = middle.MaxBy(r => fitted[r]);
        double error = Math.Sqrt(smooth.Variance * (Row(peak) * smooth.Bread * Row(peak)));
        double[] flat = [.. middle.Where(r => fitted[r] > fitted[peak] - error).Select(r => x[r])];
        (double left, double right, _) = Lines(data, x, Quantile(flat, 0.5));
        (left, right, double df) = Lines(data, x, Quantile(flat, Math.Abs(right) / (Math.Abs(left) + Math.Abs(right))));
        return (Math.Min(left, -right), df);
    }

    private static (double Left, double Right, double Df) Lines(CurveData data, double[] x, double at)
    {
        DenseRegression One(Func<double, bool> isLeft) => data.Regression(
            [.. x.Select(v => isLeft(v) ? v - at : 0)], [.. x.Select(v => isLeft(v) ? 0 : v - at)], [.. x.Select(v => isLeft(v) ? 0.0 : 1)]);
        DenseRegression left = One(v => v <= at);
        DenseRegression right = One(v => v < at);
        return (left.Ratio(0, 0, 1, 0, 0), right.Ratio(0, 0, 0, 1, 0), left.Df);
    }

    // Hastie, Tibshirani & Friedman (2009), The Elements of Statistical Learning, (5.4) and (5.5).
    private static double Piece(double x, int k, double[] knots) =>
        (Math.Pow(Math.Max(x - knots[k], 0), 3) - Math.Pow(Math.Max(x - knots[4], 0), 3)) / (knots[4] - knots[k]);

    private static double Quantile(double[] values, double probability) =>
        values.QuantileCustom(probability, QuantileDefinition.R7);
}
