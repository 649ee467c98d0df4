using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Estimation;

public sealed class LevelCorrelationsTests
{
    private static readonly int[] s_therapists = [0, 0, 1, 1, 2, 2];

    /// <summary>x = 1, 3 | 2, 4 | 6, 8 and y = 1, 1 | 3, 5 | 2, 6: cross-products within 6, 6, 10; of the means 2, 3, 7 and 1, 4, 4 between.</summary>
    [Fact]
    public void Of_SixPatients_IsTheCorrelationByHand()
    {
        TherapistStatistics<Lane1> data = DataStatistics.Of([[1, 3, 2, 4, 6, 8], [1, 1, 3, 5, 2, 6]], s_therapists, [1, 1, 1]);

        AssertIs(6 / Math.Sqrt(6 * 10), 2, LevelCorrelations.Of(data, 0, 1, CorrelationLevel.Within));
        AssertIs(6 / Math.Sqrt(14 * 6), 1, LevelCorrelations.Of(data, 0, 1, CorrelationLevel.Between));
        AssertIs(18 / Math.Sqrt(34 * 22), 4, LevelCorrelations.Of(data, 0, 1, CorrelationLevel.Total));
        AssertIs(18 / Math.Sqrt(34 * 22), 4, LevelCorrelations.Of(data, 1, 0, CorrelationLevel.Total));
    }

    [Fact]
    public void Of_AColumnWithoutVariance_IsNotEstimable()
    {
        TherapistStatistics<Lane1> data = DataStatistics.Of([[1, 1, 2, 2, 6, 6], [1, 1, 3, 5, 2, 6]], s_therapists, [1, 1, 1]);

        Assert.False(IsTrue(LevelCorrelations.Of(data, 0, 1, CorrelationLevel.Within).Estimable));
        Assert.True(IsTrue(LevelCorrelations.Of(data, 0, 1, CorrelationLevel.Total).Estimable));
    }

    [Fact]
    public void Of_ALine_IsExactlyOne()
    {
        TherapistStatistics<Lane1> data = DataStatistics.Of([[0.1, 0.3, 0.7, 0.2, 0.9, 0.4], [-0.3, -0.9, -2.1, -0.6, -2.7, -1.2]], s_therapists, [1, 1, 1]);

        foreach (CorrelationLevel level in Enum.GetValues<CorrelationLevel>())
        {
            Assert.InRange(LevelCorrelations.Of(data, 0, 1, level).Estimate[0], -1, -1 + 1e-15);
        }
    }

    private static void AssertIs(double r, double df, LevelCorrelation<Lane1> found)
    {
        Assert.True(IsTrue(found.Estimable));
        Assert.Equal(r, found.Estimate[0], 1e-15);
        Assert.Equal(df, found.DegreesOfFreedom[0]);
    }

    private static bool IsTrue(Lane1 mask) => Lane1.Any(mask);
}
