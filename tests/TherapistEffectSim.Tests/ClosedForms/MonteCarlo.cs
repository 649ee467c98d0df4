using MathNet.Numerics.Distributions;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>Comparisons of simulated figures with exact ones, at four Monte Carlo standard errors.</summary>
internal static class MonteCarlo
{
    /// <summary>Chance that a correct rate fails: that of a normal number beyond ±4.</summary>
    public const double FalseAlarmRate = 6.3e-5;

    private const double StandardErrors = 4;

    /// <summary>A share of replicates with a known probability, by the exact binomial distribution: near 0 and 1 it is not normal.</summary>
    /// <remarks>A rate that is off by (4 + 2.3) √(p(1 − p)/R) is seen 99 times in 100.</remarks>
    public static void AssertRate(double expected, SummaryRow rate, string what = "", double falseAlarmRate = FalseAlarmRate)
    {
        Assert.Equal(0, rate.Failures);
        int replicates = (int)rate.Replicates;
        AssertCount(expected, (int)Math.Round(rate.Value!.Value * replicates), replicates, $"{rate.Method} {rate.Test} {rate.Measure} {what}", falseAlarmRate);
    }

    /// <summary>A count out of a number of replicates with a known probability.</summary>
    public static void AssertCount(double expected, int count, int replicates, string what, double falseAlarmRate = FalseAlarmRate)
    {
        double p = Math.Min(expected, 1);
        double below = count == replicates ? 1 : Binomial.CDF(p, replicates, count);
        double above = count == 0 ? 1 : 1 - Binomial.CDF(p, replicates, count - 1);
        double mcse = Math.Sqrt(p * (1 - p) / replicates);
        Assert.True(
            Math.Min(below, above) >= falseAlarmRate / 2,
            $"{what}: {(double)count / replicates:G5}, exact {p:G5}, MCSE {mcse:G3}, z = {((double)count / replicates - p) / mcse:F2}");
    }

    /// <summary>A figure with a standard error against an exact or simulated value.</summary>
    public static void AssertValue(double expected, double value, double error, string what) =>
        Assert.True(
            Math.Abs(value - expected) <= StandardErrors * error,
            $"{what}: {value:G6}, expected {expected:G6}, standard error {error:G3}, z = {(value - expected) / error:F2}");

    /// <summary>The mean of an estimate, from its bias.</summary>
    public static void AssertMean(double expected, SummaryRow bias, string what = "")
    {
        Assert.Equal("bias", bias.Measure);
        AssertValue(expected, bias.TrueValue!.Value + bias.Value!.Value, bias.Mcse!.Value, $"{bias.Method} {bias.Term} {what}");
    }
}
