using System.Runtime.InteropServices;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Performance;

public sealed class SequentialIntervalTests
{
    // Jennison & Turnbull (2000), Group Sequential Methods, table 2.1: Pocock's constants at two-sided .05 for equally spaced looks.
    [Theory]
    [InlineData(1, 1.960)]
    [InlineData(2, 2.178)]
    [InlineData(3, 2.289)]
    [InlineData(4, 2.361)]
    [InlineData(5, 2.413)]
    [InlineData(10, 2.555)]
    public void CriticalValue_OfEquallySpacedLooks_IsThePublishedConstant(int looks, double published)
    {
        SequentialInterval interval = new([.. Enumerable.Range(1, looks).Select(k => 1000L * k)]);

        Assert.Equal(published, interval.CriticalValue, 0.5001e-3);
    }

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(50, 1000)]
    [InlineData(1000, 1000)]
    public void WilsonError_IsHalfTheWidthOfTheIntervalOverZ(long count, long total)
    {
        MonteCarloEstimate share = MonteCarloEstimate.Proportion(count, total);

        Assert.Equal((share.ConfHigh - share.ConfLow) / (2 * MonteCarloEstimate.Z), SequentialInterval.WilsonError(count, total), 1e-15);
    }

    [Fact]
    public void Of_AShareAndAMean_WidensBoth()
    {
        SequentialInterval interval = new([1000, 2000]);
        double c = interval.CriticalValue;
        SummaryRow rate = Row("rejection_rate", 0.5, 0.4691, 0.5309);
        SummaryRow bias = Row("bias", 0.2, 0.1, 0.3);

        Assert.Equal(c, (0.5 - interval.Of(rate).ConfLow!.Value) / Math.Sqrt(interval.Of(rate).ConfLow!.Value * (1 - interval.Of(rate).ConfLow!.Value) / 1000), 1e-9);
        Assert.Equal(0.2 + (0.1 * c / MonteCarloEstimate.Z), interval.Of(bias).ConfHigh!.Value, 1e-12);
        Assert.Null(interval.Of(bias with { Value = null, ConfLow = null, ConfHigh = null }).ConfLow);
    }

    // A run of looks at 1,000, 1,250, … 10,000 replicates of independent trials that reject with probability p, repeated 2,000 times: the interval at the
    // look where it stops must hold p. MCSE of the coverage .0049: a coverage of .9305 would be 4 MCSE too low.
    // By the rule: the first look with a standard error of at most .006. By spite: the first look whose interval does not hold p, if there is one.
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(0.8)]
    [InlineData(0.99)]
    public void Interval_OfARunThatStopsByItsPrecision_HoldsTheRate(double p)
    {
        const int repetitions = 2000;
        const double target = 0.006;
        long[] looks = [.. Enumerable.Range(0, 11).Select(k => (long)(1000 * Math.Pow(1.25, k))).Where(n => n * 1.1 < 10_000), 10_000];
        SequentialInterval interval = new(looks);
        Philox<Lane1> philox = new(StreamKey.ForStudy(20260301));
        Lane1[] words = new Lane1[10_002];
        ReadOnlySpan<ulong> bits = MemoryMarshal.Cast<Lane1, ulong>(words);
        int held = 0;
        int alwaysHeld = 0;
        double relativeWidth = 0;
        for (int repetition = 0; repetition < repetitions; repetition++)
        {
            philox.Fill(words, 0, (uint)repetition, Lane1.FromBits((ulong)(p * 1000)), Lane1.FromBits(0));
            long count = 0;
            int trial = 0;
            bool stopped = false;
            bool holds = true;
            foreach (long look in looks)
            {
                for (; trial < look; trial++)
                {
                    count += bits[trial] < p * ulong.MaxValue ? 1 : 0;
                }

                MonteCarloEstimate share = MonteCarloEstimate.Proportion(count, look, interval.CriticalValue);
                bool inside = share.ConfLow <= p && p <= share.ConfHigh;
                holds &= inside;
                if (!stopped && (SequentialInterval.WilsonError(count, look) <= target || look == looks[^1]))
                {
                    stopped = true;
                    held += inside ? 1 : 0;
                    MonteCarloEstimate single = MonteCarloEstimate.Proportion(count, look);
                    relativeWidth += (share.ConfHigh - share.ConfLow) / (single.ConfHigh - single.ConfLow) / repetitions;
                }
            }

            alwaysHeld += holds ? 1 : 0;
        }

        double least = 0.95 - (4 * Math.Sqrt(0.95 * 0.05 / repetitions));
        Assert.InRange((double)held / repetitions, least, 1);
        Assert.InRange((double)alwaysHeld / repetitions, least, 1);
        Assert.InRange(relativeWidth, 1.2, 1.6);
    }

    private static SummaryRow Row(string measure, double value, double low, double high) => new()
    {
        Scenario = 1,
        Method = "m",
        Term = "t",
        Test = "f-exact",
        Measure = measure,
        Value = value,
        Mcse = 0.1,
        ConfLow = low,
        ConfHigh = high,
        Replicates = 1000,
        Failures = 0,
    };
}
