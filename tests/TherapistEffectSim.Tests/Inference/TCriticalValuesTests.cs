using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Tests.Inference;

public sealed class TCriticalValuesTests
{
    private static readonly double[] s_levels = [1e-6, 0.005, 0.05, 0.1, 0.45];

    private static readonly TCriticalValues[] s_twoSided = [.. s_levels.Select(alpha => new TCriticalValues(alpha, Alternative.TwoSided))];
    private static readonly TCriticalValues[] s_less = [.. s_levels.Select(alpha => new TCriticalValues(alpha, Alternative.Less))];
    private static readonly TCriticalValues[] s_greater = [.. s_levels.Select(alpha => new TCriticalValues(alpha, Alternative.Greater))];

    [Fact]
    public void Rejects_ExactlyWhenThePValueIsBelowAlpha()
    {
        Prop.ForAll(
            Cases().ToArbitrary(),
            test =>
            {
                (int level, double df, double ratio) = test;
                double alpha = s_levels[level];
                double t = ratio * s_twoSided[level].Value(df);
                double oneSided = ratio * s_less[level].Value(df);
                return (s_twoSided[level].Rejects(t, df) == StudentT.TwoSided(t, df) < alpha).Label($"two-sided {alpha}, t = {t:R}, df = {df:R}")
                    .And((s_less[level].Rejects(oneSided, df) == StudentT.Cdf(oneSided, df) < alpha).Label("less"))
                    .And((s_greater[level].Rejects(oneSided, df) == StudentT.Survival(oneSided, df) < alpha).Label("greater"))
                    .Classify(Math.Abs(Math.Abs(ratio) - 1) < 1e-8, "near-critical");
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000));
    }

    [Fact]
    public void Rejects_AtItsGridPoints_Agrees()
    {
        double[] grid = [0.3, 0.999, .. Enumerable.Range(1, 205).Select(df => (double)df), .. Enumerable.Range(1, 64).Select(cell => 12800.0 / cell), 1e300, double.PositiveInfinity];
        foreach (double df in grid)
        {
            double critical = s_twoSided[2].Value(df);
            foreach (double t in (double[])[critical, Math.BitIncrement(critical), Math.BitDecrement(critical), critical * 1.0000001, critical * 0.9999999])
            {
                Assert.Equal(StudentT.TwoSided(t, df) < 0.05, s_twoSided[2].Rejects(t, df));
            }
        }
    }

    [Fact]
    public void Value_IsTheQuantile()
    {
        foreach (double df in (double[])[0.5, 1, 1.5, 7, 200, 200.5, 1e6, double.PositiveInfinity])
        {
            Assert.Equal(StudentT.UpperQuantile(0.025, df), s_twoSided[2].Value(df));
            Assert.Equal(StudentT.UpperQuantile(0.05, df), s_greater[2].Value(df));
        }
    }

    [Theory]
    [InlineData(double.NaN, 5, false)]
    [InlineData(100, double.NaN, false)]
    [InlineData(100, 0, false)]
    [InlineData(double.PositiveInfinity, 5, true)]
    [InlineData(double.NegativeInfinity, 0.5, true)]
    public void Rejects_OutsideTheUsual_FollowsThePValue(double t, double df, bool expected) =>
        Assert.Equal(expected, s_twoSided[2].Rejects(t, df));

    [Theory]
    [InlineData(0, Alternative.TwoSided)]
    [InlineData(1, Alternative.TwoSided)]
    [InlineData(double.NaN, Alternative.TwoSided)]
    [InlineData(0.5, Alternative.Less)]
    public void Constructor_RefusesOtherLevels(double alpha, Alternative alternative)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new TCriticalValues(alpha, alternative));

        Assert.Equal("alpha", error.ParamName);
        Assert.StartsWith($"alpha must be a number > 0 and < 1, and < 0.5 for a one-sided test, but was {alpha}.", error.Message);
    }

    [Fact]
    public void Rejects_DoesNotAllocate()
    {
        TCriticalValues values = s_twoSided[2];
        int rejections = values.Rejects(2, 5.5) ? 1 : 0;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            rejections += values.Rejects(1.5 + (i * 1e-3), 1 + (i * 0.5)) ? 1 : 0;
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(rejections > 0);
    }

    // df from 0.1 to 1e6; t from 0 to 3 critical values of either sign, a third of them within 1e-16 … 1e-4 of it.
    private static Gen<(int Level, double Df, double Ratio)> Cases() =>
        from level in Gen.Choose(0, s_levels.Length - 1)
        from logDf in Gen.Choose(-1000, 6000)
        from kind in Gen.Choose(0, 2)
        from position in Gen.Choose(0, 1_000_000)
        from sign in Gen.Elements(-1.0, 1.0)
        let near = 1 + (sign * Math.Pow(10, -4 - (position / 83_333.0)))
        select (level, Math.Pow(10, logDf / 1000.0), kind == 0 ? near * (position % 2 == 0 ? 1 : -1) : sign * 3e-6 * position);
}
