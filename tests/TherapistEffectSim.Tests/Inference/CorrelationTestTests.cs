using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Tests.Inference;

public sealed class CorrelationTestTests
{
    /// <summary>Textbook example: r = .5 of 28 pairs has z = .5493 ± 1.96/5 and the interval .156 to .736 (Altman &amp; Gardner's method).</summary>
    [Fact]
    public void Interval_OfAHalf_IsTheOneByHand()
    {
        (double low, double high) = CorrelationTest.Interval(0.5, 26, 1.959963984540054);

        Assert.Equal(Math.Tanh(0.549306144334055 - 0.391992796908011), low, 1e-14);
        Assert.Equal(Math.Tanh(0.549306144334055 + 0.391992796908011), high, 1e-14);
    }

    [Theory]
    [InlineData(-0.999999)]
    [InlineData(-0.3)]
    [InlineData(0)]
    [InlineData(1e-9)]
    [InlineData(0.97)]
    public void Interval_IsThatOfTheFramework(double r)
    {
        (double low, double high) = CorrelationTest.Interval(r, 10, 2);

        Assert.Equal(Math.Tanh(Math.Atanh(r) - (2.0 / 3)), low, 1e-14);
        Assert.Equal(Math.Tanh(Math.Atanh(r) + (2.0 / 3)), high, 1e-14);
    }

    [Fact]
    public void Interval_WithoutVariance_IsMissing() => Assert.Equal((double.NaN, double.NaN), CorrelationTest.Interval(0.5, 1, 2));

    [Fact]
    public void Interval_OfAPerfectCorrelation_IsThatPoint()
    {
        Assert.Equal((-1.0, -1.0), CorrelationTest.Interval(-1, 8, 2));
        Assert.Equal(double.NegativeInfinity, CorrelationTest.Statistic(-1, 8));
        Assert.Equal(0, CorrelationTest.StandardError(-1, 8));
    }
}
