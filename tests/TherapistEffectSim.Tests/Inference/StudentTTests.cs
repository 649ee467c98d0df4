using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;
using MathNetStudentT = MathNet.Numerics.Distributions.StudentT;

namespace TherapistEffectSim.Tests.Inference;

public sealed class StudentTTests
{
    // 40-digit arithmetic.
    [Theory]
    [InlineData(0.001, 0.5, 0.99946064766848764)]
    [InlineData(0.5, 3.7, 0.64533563331993198)]
    [InlineData(2.5, 7.25, 0.039865520758914579)]
    [InlineData(12.706, 1, 0.050000802358133188)]
    [InlineData(40, 5, 1.8411962171772954e-7)]
    [InlineData(1000, 3, 2.2053076425765927e-9)]
    [InlineData(1000000.0, 30, 2.0729069296087555e-159)]
    [InlineData(30, 100000000.0, 9.833364285883265e-198)]
    [InlineData(6, 12345.678, 2.0284592185435446e-9)]
    [InlineData(1e+200, 1, 6.3661977236758136e-201)]
    [InlineData(1e+200, 0.4, 6.6406067692830754e-81)]
    [InlineData(1e-08, 4, 0.9999999925)]
    public void TwoSided_KeepsRelativePrecision(double t, double df, double expected)
    {
        RelativeError.AssertWithin(2e-13, expected, StudentT.TwoSided(t, df));
        Assert.Equal(StudentT.TwoSided(t, df), StudentT.TwoSided(-t, df));
        Assert.Equal(0.5 * StudentT.TwoSided(t, df), StudentT.Survival(t, df));
        Assert.Equal(StudentT.Survival(t, df), StudentT.Cdf(-t, df));
    }

    [Fact]
    public void Cdf_AgreesWithMathNet()
    {
        foreach (double df in (double[])[0.7, 1, 2, 3.4, 10, 38.5, 250])
        {
            for (double t = -9; t < 9; t += 0.0931)
            {
                Assert.Equal(MathNetStudentT.CDF(0, 1, df, t), StudentT.Cdf(t, df), 1e-14 * (10 + df));
                Assert.Equal(1, StudentT.Cdf(t, df) + StudentT.Survival(t, df), 1e-15);
            }
        }
    }

    [Fact]
    public void Survival_WithOneOrTwoDf_IsTheClosedForm()
    {
        for (double t = 0.01; t < 1e6; t *= 1.37)
        {
            RelativeError.AssertWithin(1e-14, Math.Atan(1 / t) / Math.PI, StudentT.Survival(t, 1));
            double root = Math.Sqrt(2 + (t * t));
            RelativeError.AssertWithin(1e-14, 1 / (root * (root + t)), StudentT.Survival(t, 2));
        }
    }

    [Fact]
    public void TwoSided_WithHugeDf_IsTheNormalTail()
    {
        Assert.Equal(2 * NormalDistribution.Survival(2.5), StudentT.TwoSided(2.5, double.PositiveInfinity));
        foreach (double df in (double[])[1e17, 1e100, 1e300])
        {
            RelativeError.AssertWithin(1e-14, 2 * NormalDistribution.Survival(2.5), StudentT.TwoSided(2.5, df));
        }
    }

    // Fisher & Yates (1963), Table III, and df = ∞.
    [Theory]
    [InlineData(0.025, 1, 12.706)]
    [InlineData(0.025, 2, 4.303)]
    [InlineData(0.025, 10, 2.228)]
    [InlineData(0.025, 30, 2.042)]
    [InlineData(0.005, 5, 4.032)]
    [InlineData(0.05, 20, 1.725)]
    [InlineData(0.0005, 8, 5.041)]
    [InlineData(0.025, double.PositiveInfinity, 1.960)]
    public void UpperQuantile_AgreesWithPublishedTable(double p, double df, double expected) =>
        Assert.Equal(expected, StudentT.UpperQuantile(p, df), 5.1e-4);

    [Fact]
    public void UpperQuantile_OfSurvival_IsTheArgument()
    {
        Prop.ForAll(
            TAndDf().ToArbitrary(),
            pair =>
            {
                (double t, double df) = pair;
                double back = StudentT.UpperQuantile(StudentT.Survival(t, df), df);
                return (Math.Abs(back - t) <= 2e-13 * t).Label($"{back:R} for t = {t:R}, df {df:R}");
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void UpperQuantile_WithTwoDf_IsTheClosedForm()
    {
        for (double p = 1e-200; p < 0.49; p *= 1.83)
        {
            double expected = (1 - (2 * p)) / Math.Sqrt(2 * p * (1 - p));
            RelativeError.AssertWithin(1e-13, expected, StudentT.UpperQuantile(p, 2));
            Assert.Equal(-StudentT.UpperQuantile(p, 2), StudentT.Quantile(p, 2));
        }

        RelativeError.AssertWithin(1e-14, 2 * 1e-10 / Math.Sqrt(0.5), StudentT.UpperQuantile(0.5 - 1e-10, 2) * (1e-10 / (0.5 - (0.5 - 1e-10))));
    }

    [Fact]
    public void TwoSided_FallsWithTAndWithDf()
    {
        Prop.ForAll(
            TAndDf().ToArbitrary(),
            pair =>
            {
                (double t, double df) = pair;
                double p = StudentT.TwoSided(t, df);
                return StudentT.TwoSided(t * 1.001, df) <= p && StudentT.TwoSided(t, df * 1.01) <= p * (1 + 1e-12);
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
    }

    [Fact]
    public void Bounds_AreTheLimits()
    {
        Assert.Equal(1, StudentT.TwoSided(0, 3));
        Assert.Equal(0.5, StudentT.Cdf(0, 3));
        Assert.Equal(0, StudentT.TwoSided(double.NegativeInfinity, 3));
        Assert.Equal(1, StudentT.Cdf(double.PositiveInfinity, 3));
        Assert.Equal(0, StudentT.UpperQuantile(0.5, 3));
        Assert.Equal(double.PositiveInfinity, StudentT.UpperQuantile(0, 3));
        Assert.Equal(double.NegativeInfinity, StudentT.UpperQuantile(1, 3));
        Assert.Equal(double.PositiveInfinity, StudentT.UpperQuantile(1e-10, 0.01));
        Assert.Equal(double.NaN, StudentT.TwoSided(double.NaN, 3));
        Assert.Equal(double.NaN, StudentT.TwoSided(1, double.NaN));
        Assert.Equal(double.NaN, StudentT.TwoSided(1, 0));
        Assert.Equal(double.NaN, StudentT.UpperQuantile(double.NaN, 3));
        Assert.Equal(double.NaN, StudentT.UpperQuantile(-0.1, 3));
    }

    [Fact]
    public void TailsAndQuantiles_DoNotAllocate()
    {
        double sum = Every(3);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int df = 1; df < 100; df++)
        {
            sum += Every(df + 0.5);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(double.IsFinite(sum));
    }

    private static double Every(double df) =>
        StudentT.TwoSided(2, df) + StudentT.UpperQuantile(0.025, df) + StudentT.Quantile(0.45, df)
        + FDistribution.Survival(2, 3, df) + FDistribution.UpperQuantile(0.05, 3, df)
        + ChiSquared.Survival(2, df) + ChiSquared.Quantile(0.05, df) + NormalDistribution.UpperQuantile(0.1 / df);

    // t from 0.1 to 30 and df from 1 to 1e8: the p-value is a normal double and its condition number in t is below 10 near the median.
    private static Gen<(double T, double Df)> TAndDf() =>
        from logT in Gen.Choose(-1000, 1477)
        from logDf in Gen.Choose(0, 8000)
        select (Math.Pow(10, logT / 1000.0), Math.Pow(10, logDf / 1000.0));
}
