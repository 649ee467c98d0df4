using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Inference;
using FisherSnedecor = MathNet.Numerics.Distributions.FisherSnedecor;

namespace TherapistEffectSim.Tests.Inference;

public sealed class FDistributionTests
{
    // 60-digit arithmetic.
    [Theory]
    [InlineData(0.01, 2.5, 80.3, 3.6768788545743414e-3, 0.99632312114542566)]
    [InlineData(4, 1, 20, 0.94073446455342953, 0.059265535446570473)]
    [InlineData(500, 2.5, 80.3, 1.0, 3.0650841043595012e-49)]
    [InlineData(3.1, 12, 7.5, 0.93589435478129463, 0.064105645218705367)]
    [InlineData(1.001, 50000.0, 80000.0, 0.54957878075232662, 0.45042121924767338)]
    [InlineData(1e-09, 5, 3, 2.3102127333950647e-22, 1.0)]
    [InlineData(25, 4, 100000000.0, 1.0, 9.8368604991509266e-21)]
    [InlineData(1e+300, 1, 1, 1.0, 6.3661977236758133e-151)]
    [InlineData(2, 150, 150, 0.99998643664526065, 1.3563354739353332e-5)]
    public void CdfAndSurvival_KeepRelativePrecision(double f, double df1, double df2, double cdf, double survival)
    {
        RelativeError.AssertWithin(1e-13, cdf, FDistribution.Cdf(f, df1, df2));
        RelativeError.AssertWithin(1e-13, survival, FDistribution.Survival(f, df1, df2));
    }

    [Fact]
    public void Cdf_AgreesWithMathNet()
    {
        foreach ((double df1, double df2) in ((double, double)[])[(1, 4), (2, 10.5), (3.7, 60), (29, 300), (0.8, 2)])
        {
            for (double f = 0.03; f < 8; f += 0.11)
            {
                Assert.Equal(FisherSnedecor.CDF(df1, df2, f), FDistribution.Cdf(f, df1, df2), 2e-14 * (df1 + df2));
                Assert.Equal(1, FDistribution.Cdf(f, df1, df2) + FDistribution.Survival(f, df1, df2), 1e-15);
            }
        }
    }

    [Fact]
    public void Survival_WithOneNumeratorDf_IsTheTwoSidedTailOfStudentT()
    {
        foreach (double df in (double[])[1, 2.5, 13, 400, 1e6])
        {
            for (double t = 0.01; t < 30; t *= 1.13)
            {
                RelativeError.AssertWithin(3e-13, StudentT.TwoSided(t, df), FDistribution.Survival(t * t, 1, df));
            }
        }
    }

    [Fact]
    public void Survival_OfTheInverse_IsTheCdfWithDfExchanged()
    {
        for (double f = 0.05; f < 20; f *= 1.21)
        {
            RelativeError.AssertWithin(1e-13, FDistribution.Cdf(1 / f, 7.5, 3), FDistribution.Survival(f, 3, 7.5));
        }
    }

    [Fact]
    public void Survival_WithInfiniteDf_IsChiSquaredOverDf()
    {
        RelativeError.AssertWithin(1e-15, ChiSquared.Survival(3 * 2.2, 3), FDistribution.Survival(2.2, 3, double.PositiveInfinity));
        RelativeError.AssertWithin(1e-15, ChiSquared.Cdf(3 / 2.2, 3), FDistribution.Survival(2.2, double.PositiveInfinity, 3));
        RelativeError.AssertWithin(1e-9, FDistribution.Survival(2.2, 3, double.PositiveInfinity), FDistribution.Survival(2.2, 3, 1e12));
        RelativeError.AssertWithin(1e-12, ChiSquared.UpperQuantile(0.05, 4) / 4, FDistribution.UpperQuantile(0.05, 4, double.PositiveInfinity));
        Assert.Equal(1, FDistribution.Survival(0.99, double.PositiveInfinity, double.PositiveInfinity));
        Assert.Equal(0, FDistribution.Survival(1, double.PositiveInfinity, double.PositiveInfinity));
        Assert.Equal(1, FDistribution.Quantile(0.3, double.PositiveInfinity, double.PositiveInfinity));
    }

    // Table 18 of Pearson & Hartley (1966), Biometrika Tables for Statisticians.
    [Theory]
    [InlineData(0.05, 1, 10, 4.9646)]
    [InlineData(0.05, 5, 20, 2.7109)]
    [InlineData(0.05, 10, 30, 2.1646)]
    [InlineData(0.01, 2, 15, 6.3589)]
    public void UpperQuantile_AgreesWithPublishedTable(double p, double df1, double df2, double expected) =>
        Assert.Equal(expected, FDistribution.UpperQuantile(p, df1, df2), 5.1e-5);

    [Fact]
    public void Quantiles_InvertTheTails()
    {
        Prop.ForAll(
            TailsAndDf().ToArbitrary(),
            triple =>
            {
                (double p, double df1, double df2) = triple;
                double upper = FDistribution.Survival(FDistribution.UpperQuantile(p, df1, df2), df1, df2);
                double lower = FDistribution.Cdf(FDistribution.Quantile(p, df1, df2), df1, df2);
                return (Math.Abs(upper - p) <= 2e-12 * p).Label($"upper {upper:R} for {p:R}, df {df1:R}, {df2:R}")
                    .And((Math.Abs(lower - p) <= 2e-12 * p).Label($"lower {lower:R} for {p:R}, df {df1:R}, {df2:R}"));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Bounds_AreTheLimits()
    {
        Assert.Equal(1, FDistribution.Survival(-1, 2, 3));
        Assert.Equal(0, FDistribution.Cdf(0, 2, 3));
        Assert.Equal(0, FDistribution.Survival(double.PositiveInfinity, 2, 3));
        Assert.Equal(0, FDistribution.Quantile(0, 2, 3));
        Assert.Equal(double.PositiveInfinity, FDistribution.UpperQuantile(0, 2, 3));
        Assert.Equal(0, FDistribution.UpperQuantile(1, 2, 3));
        Assert.Equal(double.NaN, FDistribution.Survival(double.NaN, 2, 3));
        Assert.Equal(double.NaN, FDistribution.Survival(1, 0, 3));
        Assert.Equal(double.NaN, FDistribution.Survival(1, 2, double.NaN));
        Assert.Equal(double.NaN, FDistribution.Quantile(2, 2, 3));
    }

    // p from 1e-12 to 0.999, df1 from 1 to 100, df2 from 1 to 1e5.
    private static Gen<(double P, double Df1, double Df2)> TailsAndDf() =>
        from exponent in Gen.Choose(-1200, 0)
        from logDf1 in Gen.Choose(0, 200)
        from logDf2 in Gen.Choose(0, 500)
        select (0.999 * Math.Pow(10, exponent / 100.0), Math.Pow(10, logDf1 / 100.0), Math.Pow(10, logDf2 / 100.0));
}
