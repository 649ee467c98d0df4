using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;
using MathNetChiSquared = MathNet.Numerics.Distributions.ChiSquared;

namespace TherapistEffectSim.Tests.Inference;

public sealed class ChiSquaredTests
{
    // 40-digit arithmetic.
    [Theory]
    [InlineData(0.01, 0.2, 0.61852767094818668, 0.38147232905181332)]
    [InlineData(3.84, 1, 0.9499564787512949, 0.050043521248705103)]
    [InlineData(1e-06, 2.5, 1.1734951203835507e-8, 0.9999999882650488)]
    [InlineData(1400, 3, 1.0, 2.9456193610163087e-303)]
    [InlineData(50, 100, 6.953305247616099e-6, 0.99999304669475238)]
    [InlineData(200, 100, 0.99999998821549928, 1.1784500720979422e-8)]
    [InlineData(1234.5, 1200.5, 0.75835076694507519, 0.24164923305492481)]
    [InlineData(0.5, 0.01, 0.9947771081314607, 5.2228918685392955e-3)]
    public void CdfAndSurvival_KeepRelativePrecision(double x, double df, double cdf, double survival)
    {
        RelativeError.AssertWithin(1e-13, cdf, ChiSquared.Cdf(x, df));
        RelativeError.AssertWithin(1e-13, survival, ChiSquared.Survival(x, df));
    }

    [Fact]
    public void Cdf_AgreesWithMathNet()
    {
        foreach (double df in (double[])[0.5, 1, 2, 3.3, 10, 57, 200])
        {
            for (double x = 0.05; x < 3 * df + 20; x += 0.37)
            {
                Assert.Equal(MathNetChiSquared.CDF(df, x), ChiSquared.Cdf(x, df), 3e-13); // MathNet is off by 2e-14 at df = 200
                Assert.Equal(1, ChiSquared.Cdf(x, df) + ChiSquared.Survival(x, df), 1e-15);
            }
        }
    }

    [Fact]
    public void Survival_WithOneDegreeOfFreedom_IsTheTwoSidedNormalTail()
    {
        for (double z = 0.01; z < 37; z += 0.0917)
        {
            // z² is rounded: z²/2 units in the last place; the continued fraction takes some 80 terms near z² = 3.
            RelativeError.AssertWithin(5e-16 * (40 + (z * z)), 2 * NormalDistribution.Survival(z), ChiSquared.Survival(z * z, 1));
        }
    }

    [Fact]
    public void Survival_WithTwoDegreesOfFreedom_IsExponential()
    {
        for (double x = 0.01; x < 1400; x *= 1.07)
        {
            RelativeError.AssertWithin(1e-13, Math.Exp(-0.5 * x), ChiSquared.Survival(x, 2));
        }
    }

    // Table 8 of Pearson & Hartley (1966), Biometrika Tables for Statisticians.
    [Theory]
    [InlineData(0.05, 1, 3.84146)]
    [InlineData(0.05, 2, 5.99146)]
    [InlineData(0.05, 10, 18.3070)]
    [InlineData(0.01, 1, 6.63490)]
    [InlineData(0.025, 30, 46.9792)]
    [InlineData(0.95, 5, 1.145476)]
    public void UpperQuantile_AgreesWithPublishedTable(double p, double df, double expected) =>
        RelativeError.AssertWithin(3e-6, expected, ChiSquared.UpperQuantile(p, df));

    [Fact]
    public void Quantiles_InvertTheTails()
    {
        Prop.ForAll(
            TailsAndDf().ToArbitrary(),
            pair =>
            {
                (double p, double df) = pair;
                double upper = ChiSquared.Survival(ChiSquared.UpperQuantile(p, df), df);
                double lower = ChiSquared.Cdf(ChiSquared.Quantile(p, df), df);
                return (Math.Abs(upper - p) <= 1e-12 * p).Label($"upper {upper:R} for {p:R}, df {df:R}")
                    .And((Math.Abs(lower - p) <= 1e-12 * p).Label($"lower {lower:R} for {p:R}, df {df:R}"));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Survival_GrowsWithDegreesOfFreedom()
    {
        Prop.ForAll(
            Gen.Choose(1, 20_000).Zip(Gen.Choose(50, 20_000)).ToArbitrary(),
            pair =>
            {
                double x = pair.Item1 / 100.0;
                double df = pair.Item2 / 100.0;
                return ChiSquared.Survival(x, df * 1.01) >= ChiSquared.Survival(x, df)
                    && ChiSquared.Survival(x * 1.01, df) <= ChiSquared.Survival(x, df);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Bounds_AreTheLimits()
    {
        Assert.Equal(1, ChiSquared.Survival(-1, 2));
        Assert.Equal(0, ChiSquared.Cdf(0, 2));
        Assert.Equal(0, ChiSquared.Survival(double.PositiveInfinity, 2));
        Assert.Equal(0, ChiSquared.Quantile(0, 2));
        Assert.Equal(double.PositiveInfinity, ChiSquared.Quantile(1, 2));
        Assert.Equal(double.PositiveInfinity, ChiSquared.UpperQuantile(0, 2));
        Assert.Equal(double.NaN, ChiSquared.Survival(double.NaN, 2));
        Assert.Equal(double.NaN, ChiSquared.Survival(1, 0));
        Assert.Equal(double.NaN, ChiSquared.Survival(1, double.PositiveInfinity));
        Assert.Equal(double.NaN, ChiSquared.Quantile(double.NaN, 2));
        Assert.Equal(double.NaN, ChiSquared.Quantile(0.5, double.NaN));
    }

    // p from 1e-12 to 0.999 and df from 1 to 1e4: quantiles within the doubles.
    private static Gen<(double P, double Df)> TailsAndDf() =>
        from exponent in Gen.Choose(-1200, 0)
        from logDf in Gen.Choose(0, 400)
        select (0.999 * Math.Pow(10, exponent / 100.0), Math.Pow(10, logDf / 100.0));
}
