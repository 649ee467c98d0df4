using FsCheck;
using FsCheck.Fluent;
using MathNet.Numerics.Distributions;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.Inference;

namespace TherapistEffectSim.Tests.Randomness;

public sealed class NormalDistributionTests
{
    // 40-digit arithmetic.
    [Theory]
    [InlineData(1.0e-3, 0.49960105778608894)]
    [InlineData(1.0, 0.15865525393145705)]
    [InlineData(1.959963984540054, 0.025000000000000011)]
    [InlineData(8.0, 6.2209605742717841e-16)]
    [InlineData(20.0, 2.7536241186062337e-89)]
    [InlineData(37.0, 5.7255712225245768e-300)]
    public void Survival_DownTheTail_KeepsRelativePrecision(double x, double expected)
    {
        RelativeError.AssertWithin(1e-15, expected, NormalDistribution.Survival(x));
        RelativeError.AssertWithin(1e-15, expected, NormalDistribution.Cdf(-x));
        RelativeError.AssertWithin(1e-15, 1 - expected, NormalDistribution.Cdf(x));
    }

    [Theory]
    [InlineData(1e-300, 37.047096299361199)]
    [InlineData(1e-100, 21.273453560965324)]
    [InlineData(1e-16, 8.2220822161304356)]
    [InlineData(1e-5, 4.2648907939228246)]
    [InlineData(0.025, 1.9599639845400542)]
    [InlineData(0.19, 0.87789629505122859)]
    [InlineData(0.21, 0.80642124701824024)]
    [InlineData(0.45, 0.12566134685507401)]
    [InlineData(0.4999999999, 2.5066284820303539e-10)]
    public void UpperQuantile_FromTheMedianToTheFarTail_IsRightTo1e15(double p, double expected)
    {
        RelativeError.AssertWithin(1e-15, expected, NormalDistribution.UpperQuantile(p));
        Assert.Equal(-NormalDistribution.UpperQuantile(p), NormalDistribution.Quantile(p));
    }

    [Fact]
    public void CdfAndSurvival_AgreeWithMathNet()
    {
        for (double x = -8; x <= 8; x += 0.0371)
        {
            Assert.Equal(Normal.CDF(0, 1, x), NormalDistribution.Cdf(x), 1e-15);
            Assert.Equal(1, NormalDistribution.Cdf(x) + NormalDistribution.Survival(x), 1e-15);
        }
    }

    [Fact]
    public void UpperQuantile_OfSurvival_IsTheArgument()
    {
        // Condition number of the inverse in x: at most 1 / (x h(x)) < 3 for x >= 0.5.
        for (double x = 0.5; x < 37; x += 0.0173)
        {
            RelativeError.AssertWithin(3e-15, x, NormalDistribution.UpperQuantile(NormalDistribution.Survival(x)));
        }
    }

    [Fact]
    public void Survival_OfTheLargerOfTwoNumbers_IsNotLarger()
    {
        Prop.ForAll(
            Gen.Choose(-38_000, 38_000).Zip(Gen.Choose(1, 1000)).ToArbitrary(),
            pair =>
            {
                double x = pair.Item1 / 1000.0;
                return NormalDistribution.Survival(x + (pair.Item2 / 1000.0)) <= NormalDistribution.Survival(x);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Bounds_AreTheLimits()
    {
        Assert.Equal(0, NormalDistribution.Survival(double.PositiveInfinity));
        Assert.Equal(1, NormalDistribution.Survival(double.NegativeInfinity));
        Assert.Equal(0.5, NormalDistribution.Survival(0));
        Assert.Equal(0, NormalDistribution.UpperQuantile(0.5));
        Assert.Equal(double.PositiveInfinity, NormalDistribution.UpperQuantile(0));
        Assert.Equal(double.NegativeInfinity, NormalDistribution.UpperQuantile(1));
        Assert.Equal(double.NaN, NormalDistribution.Survival(double.NaN));
        Assert.Equal(double.NaN, NormalDistribution.UpperQuantile(double.NaN));
        Assert.Equal(double.NaN, NormalDistribution.UpperQuantile(-0.1));
        Assert.Equal(double.NaN, NormalDistribution.UpperQuantile(1.1));
    }
}
