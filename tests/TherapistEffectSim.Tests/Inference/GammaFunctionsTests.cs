using MathNet.Numerics;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Tests.Inference;

public sealed class GammaFunctionsTests
{
    // 40-digit arithmetic.
    [Theory]
    [InlineData(1e-300, 690.77552789821371)]
    [InlineData(0.1, 2.2527126517342059)]
    [InlineData(0.5, 0.57236494292470009)]
    [InlineData(0.9999, 5.7729791561193863e-5)]
    [InlineData(1.0001, -5.7713342220471268e-5)]
    [InlineData(1.5, -0.12078223763524522)]
    [InlineData(1.9999, -4.2275208772153458e-5)]
    [InlineData(2.0001, 4.2281658112919946e-5)]
    [InlineData(3.3, 0.9870985778947344)]
    [InlineData(10, 12.80182748008147)]
    [InlineData(100000.0, 1.0512877089736569e+6)]
    [InlineData(1e+17, 3.8143946580898776e+18)]
    public void LogGamma_AlsoNearItsZeros_KeepsRelativePrecision(double x, double expected) =>
        RelativeError.AssertWithin(2e-15, expected, GammaFunctions.LogGamma(x));

    [Theory]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(-1, double.NaN)]
    [InlineData(double.NaN, double.NaN)]
    public void LogGamma_AtTheEdges_IsTheLimit(double x, double expected) => Assert.Equal(expected, GammaFunctions.LogGamma(x));

    [Fact]
    public void LogGamma_OfTheNextNumber_IsLargerByTheLogarithm()
    {
        for (double x = 0.01; x < 50; x *= 1.01)
        {
            double difference = GammaFunctions.LogGamma(x + 1) - GammaFunctions.LogGamma(x);
            Assert.Equal(Math.Log(x), difference, 1e-15 * (4 + Math.Abs(GammaFunctions.LogGamma(x))));
        }
    }

    [Fact]
    public void StirlingError_IsWhatLogGammaLeaves()
    {
        for (double a = 0.01; a < 100; a *= 1.07)
        {
            double expected = SpecialFunctions.GammaLn(a + 1) - ((a + 0.5) * Math.Log(a)) + a - (0.5 * Math.Log(2 * Math.PI));
            Assert.Equal(expected, GammaFunctions.StirlingError(a), 1e-14 * (1 + (a * Math.Abs(Math.Log(a)))));
        }
    }

    [Fact]
    public void Deviance_WhereTheSeriesEnds_ContinuesTheClosedForm()
    {
        foreach (double u in (double[])[-0.39999, -0.1, 0.1, 0.39999])
        {
            RelativeError.AssertWithin(1e-13, -Math.Log(1 + u) + u, GammaFunctions.Deviance(1, 1 + u, u));
        }

        // u²/2 − u³/3 + u⁴/4
        RelativeError.AssertWithin(1e-15, 50 * (1 - (2e-6 / 3) + 0.5e-12), GammaFunctions.Deviance(1e14, 1e14 + 1e8, 1e8));
    }
}
