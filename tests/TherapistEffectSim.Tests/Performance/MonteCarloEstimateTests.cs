using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Tests.Performance;

public class MonteCarloEstimateTests
{
    [Theory]
    [InlineData(0, 10, 0.0, 0.2775)]
    [InlineData(5, 10, 0.2366, 0.7634)]
    [InlineData(10, 10, 0.7225, 1.0)]
    public void Proportion_GivesTheIntervalOfWilson(long count, long total, double low, double high)
    {
        MonteCarloEstimate share = MonteCarloEstimate.Proportion(count, total);

        Assert.Equal(low, share.ConfLow, 4);
        Assert.Equal(high, share.ConfHigh, 4);
    }

    [Theory]
    [InlineData(3, 17)]
    [InlineData(1, 1000)]
    [InlineData(640, 1000)]
    public void Proportion_EndsWhereTheScoreTestJustRejects(long count, long total)
    {
        MonteCarloEstimate share = MonteCarloEstimate.Proportion(count, total);

        Assert.All(
            [share.ConfLow, share.ConfHigh],
            p => Assert.Equal(MonteCarloEstimate.Z, Math.Abs(share.Value - p) / Math.Sqrt(p * (1 - p) / total), 10));
    }

    [Theory]
    [InlineData(650, 1000, 0.0151)] // Morris et al. (2019), section 5.3: 1,900 and 10,000 replicates give 0.5 percentage points;
    [InlineData(1300, 2000, 0.0107)] // the others are those of powerlmm for a power of 0.65
    [InlineData(3250, 5000, 0.0067)]
    [InlineData(1805, 1900, 0.0050)]
    [InlineData(5000, 10000, 0.0050)]
    public void Proportion_HasThePublishedMcse(long count, long total, double mcse) =>
        Assert.Equal(mcse, MonteCarloEstimate.Proportion(count, total).Mcse, 4);

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(1000, 1000)]
    public void Proportion_AtItsEnds_HasNoMcseOfZero(long count, long total)
    {
        MonteCarloEstimate share = MonteCarloEstimate.Proportion(count, total);

        // p̃ = 1.9207/1003.8415 or one minus that, over n + z² = 1003.8415.
        Assert.Equal(0.0013794, share.Mcse, 6);
        Assert.Equal(count / (double)total, share.Value);
    }

    [Fact]
    public void Proportion_OfNothing_IsUnknown() => Assert.True(double.IsNaN(MonteCarloEstimate.Proportion(0, 0).Value));

    [Fact]
    public void Z_IsTheQuantileOfTheNormalDistribution() =>
        Assert.Equal(MonteCarloEstimate.Z, MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 0.975), 14);
}
