using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Tests.Inference;

public sealed class LindMehlumTestTests
{
    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(2, 0)]
    [InlineData(3, -0.3)]
    public void Of_AnyCurve_IsTheWeakerSlopeOfTheParabolaAtTheEndsOfTheRange(int seed, double curvature)
    {
        CurveData data = new(25, x => -curvature * x * x, 1, seed);
        double[] x = [.. data.PresentX];

        CurveTestResult found = new LindMehlumTest(25, 2).Of(data.Curve());

        DenseRegression parabola = data.Regression(x, [.. x.Select(v => v * v)]);
        double expected = Math.Min(parabola.Ratio(0, 0, 1, 2 * x.Min()), -parabola.Ratio(0, 0, 1, 2 * x.Max()));
        Assert.Equal(expected, found.Statistic, 1e-8);
        Assert.Equal(parabola.Df, found.DegreesOfFreedom);
    }

    [Fact]
    public void Of_AU_IsWhatTheInvertedUIsOfTheNegativeOutcome()
    {
        CurveData data = new(25, x => 0.3 * x * x, 1, 4);

        Assert.True(new LindMehlumTest(25, 2).Of(data.Curve()).Statistic < 0);
        Assert.True(new LindMehlumTest(25, 2).Of(data.Curve(sign: -1)).Statistic > 2);
    }

    [Fact]
    public void Of_ARangeWithoutTheVertex_IsNotAboveZero()
    {
        CurveData data = new(40, x => -0.3 * (x - 20) * (x - 20), 0.1, 5);

        Assert.True(new LindMehlumTest(40, 2).Of(data.Curve()).Statistic < 0);
    }

    [Fact]
    public void Of_AsManyColumnsAsTherapists_IsNotEstimable()
    {
        CurveData data = new(4, x => x, 1, 6);

        Assert.Equal(CurveTestResult.NotEstimable, new LindMehlumTest(4, 2).Of(data.Curve()));
    }
}
