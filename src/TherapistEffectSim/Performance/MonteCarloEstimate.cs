using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Performance;

/// <summary>A quantity known from finitely many replicates. NaN where something cannot be told.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Mcse">Its Monte Carlo standard error.</param>
/// <param name="ConfLow">Lower end of the 95 % interval for the Monte Carlo error.</param>
/// <param name="ConfHigh">Upper end of the 95 % interval for the Monte Carlo error.</param>
internal readonly record struct MonteCarloEstimate(double Value, double Mcse, double ConfLow, double ConfHigh)
{
    /// <summary>0.975 quantile of the standard normal distribution: all intervals for the Monte Carlo error are 95 % intervals.</summary>
    public const double Z = 1.959963984540054;

    public static MonteCarloEstimate Unknown { get; } = new(double.NaN, double.NaN, double.NaN, double.NaN);

    /// <summary>value ± z·MCSE, for means and what is nearly normal.</summary>
    public static MonteCarloEstimate Normal(double value, double mcse) => new(value, mcse, value - (Z * mcse), value + (Z * mcse));

    /// <summary>Share p = x/n with the interval of Wilson and MCSE √(p(1 − p)/n).</summary>
    /// <remarks>
    /// Wilson (1927), J. Am. Stat. Assoc. 22: centre (x + z²/2)/(n + z²), half-width z·√(x(n − x)/n + z²/4)/(n + z²).
    /// At p = 0 or 1 the MCSE would be 0, as if nothing were left to chance. There it is √(p̃(1 − p̃)/(n + z²)) with the centre p̃ of that
    /// interval (Agresti &amp; Coull 1998, Am. Stat. 52).
    /// </remarks>
    /// <param name="count">x, in [0, n].</param>
    /// <param name="total">n; 0 gives <see cref="Unknown"/>.</param>
    /// <param name="z">Standard errors from the centre to the ends of the interval.</param>
    public static MonteCarloEstimate Proportion(long count, long total, double z = Z)
    {
        if (total == 0)
        {
            return Unknown;
        }

        double n = total;
        double p = count / n;
        double adjustedTotal = n + (z * z);
        double centre = (count + (z * z / 2)) / adjustedTotal;
        bool atEnd = count == 0 || count == total;
        double mcse = atEnd ? Math.Sqrt(centre * (1 - centre) / adjustedTotal) : Math.Sqrt(p * (1 - p) / n);
        ConfidenceInterval wilson = WilsonInterval.Of(count, n, z);
        return new MonteCarloEstimate(p, mcse, wilson.Low, wilson.High);
    }

    /// <summary>The same quantity in another unit.</summary>
    /// <param name="divisor">Positive or negative, not 0.</param>
    public MonteCarloEstimate DividedBy(double divisor) => Normal(Value / divisor, Mcse / Math.Abs(divisor));
}
