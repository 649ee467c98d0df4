using MathNet.Numerics.Distributions;

namespace TherapistEffectSim.Tests.Randomness;

/// <summary>Tests of random numbers that fail for correct code with a stated probability over seeds.</summary>
/// <remarks>A defect of (bound + 2.33) MCSEs is seen 99 times in 100; the bound is 4.89 MCSEs at a false-alarm rate of 1e-6.</remarks>
internal static class MonteCarlo
{
    public const double FalseAlarmRate = 1e-6;

    /// <summary>Two-sided z test of the mean of independent draws.</summary>
    public static void AssertMean(double expected, IReadOnlyCollection<double> draws, double falseAlarmRate = FalseAlarmRate)
    {
        double mean = 0;
        double squares = 0;
        int count = 0;
        foreach (double draw in draws)
        {
            count++;
            double deviation = draw - mean;
            mean += deviation / count;
            squares += deviation * (draw - mean);
        }

        double mcse = Math.Sqrt(squares / (count - 1.0) / count);
        double bound = Bound(falseAlarmRate);
        double z = (mean - expected) / mcse;
        Assert.True(
            Math.Abs(z) <= bound,
            $"mean {mean:G6} of {count} draws, expected {expected:G6}, MCSE {mcse:G3}: z = {z:F2}, bound {bound:F2}");
    }

    /// <summary>Two-sided z test of a statistic with a known standard error.</summary>
    public static void AssertZ(double statistic, double expected, double standardError, string what)
    {
        double z = (statistic - expected) / standardError;
        Assert.True(
            Math.Abs(z) <= Bound(FalseAlarmRate), $"{what}: {statistic:G6}, expected {expected:G6}, standard error {standardError:G3}: z = {z:F2}");
    }

    /// <summary>Exact two-sided test of a rare count against its Poisson distribution.</summary>
    public static void AssertCount(double expected, long count, string what)
    {
        double below = Poisson.CDF(expected, count);
        double above = 1 - Poisson.CDF(expected, count - 1.0);
        Assert.True(Math.Min(below, above) >= FalseAlarmRate / 2, $"{what}: {count}, expected {expected:F1}");
    }

    /// <summary>Kolmogorov's test, asymptotic distribution. Sorts the draws.</summary>
    public static void AssertDistribution(Func<double, double> distribution, double[] draws, string what)
    {
        Array.Sort(draws);
        double largest = 0;
        for (int i = 0; i < draws.Length; i++)
        {
            double p = distribution(draws[i]);
            largest = Math.Max(largest, Math.Max(p - (i / (double)draws.Length), ((i + 1.0) / draws.Length) - p));
        }

        // P(√n·D > x) ≈ 2 exp(−2x²).
        double scaled = largest * Math.Sqrt(draws.Length);
        double bound = Math.Sqrt(-Math.Log(FalseAlarmRate / 2) / 2);
        Assert.True(scaled <= bound, $"{what}: largest distance {largest:G3}, times root n {scaled:F2}, bound {bound:F2}");
    }

    private static double Bound(double falseAlarmRate) => -Normal.InvCDF(0, 1, falseAlarmRate / 2);
}
