using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>Student's t distribution with real degrees of freedom df &gt; 0; +∞ is the standard normal distribution.</summary>
/// <remarks>
/// Tails keep their relative precision (1e-13, 1e-12 near 1e-300). NaN when an argument is NaN or df ≤ 0.
/// Abramowitz &amp; Stegun 26.7.1: P(|T| &gt; t) = I_x(df/2, ½) with x = df / (df + t²).
/// </remarks>
internal static class StudentT
{
    private const double CentralFrom = 0.6; // two-sided p from which quantiles are measured from the median

    /// <summary>P(T ≤ t).</summary>
    public static double Cdf(double t, double df) => Survival(-t, df);

    /// <summary>P(T &gt; t).</summary>
    public static double Survival(double t, double df)
    {
        double half = 0.5 * TwoSided(t, df);
        return t < 0 ? 1 - half : half;
    }

    /// <summary>P(|T| &gt; |t|): the two-sided p-value.</summary>
    public static double TwoSided(double t, double df)
    {
        if (!(df > 0) || double.IsNaN(t))
        {
            return double.NaN;
        }

        return double.IsPositiveInfinity(df) ? 2 * NormalDistribution.Survival(Math.Abs(t)) : TwoSided(Math.Abs(t), df, inner: false, out _);
    }

    /// <summary>The t with P(T ≤ t) = p. −∞ at 0, +∞ at 1, NaN outside [0, 1].</summary>
    public static double Quantile(double p, double df) => -UpperQuantile(p, df);

    /// <summary>The t with P(T &gt; t) = p. +∞ at 0, −∞ at 1, NaN outside [0, 1].</summary>
    public static double UpperQuantile(double p, double df)
    {
        if (!(df > 0) || !(p >= 0 && p <= 1))
        {
            return double.NaN;
        }

        if (double.IsPositiveInfinity(df))
        {
            return NormalDistribution.UpperQuantile(p);
        }

        double tail = Math.Min(p, 1 - p);
        double quantile = tail switch
        {
            0 => double.PositiveInfinity,
            0.5 => 0,
            _ => PositiveQuantile(tail, p <= 0.5 ? 0.5 - p : p - 0.5, df),
        };
        return p <= 0.5 ? quantile : -quantile;
    }

    private static double PositiveQuantile(double tail, double fromMedian, double df)
    {
        const double largestExponent = 700;
        double z = NormalDistribution.UpperQuantile(tail);
        double start = Math.Sqrt(df * Elementary.Expm1(Math.Min(z * z / df, largestExponent)));
        return 2 * tail > CentralFrom
            ? QuantileSearch.Solve(new Tail(df, inner: true), 2 * fromMedian, start)
            : QuantileSearch.Solve(new Tail(df, inner: false), 2 * tail, start);
    }

    // P(|T| > t), or P(|T| < t) when inner, for t >= 0; slope is 2 t times the density.
    private static double TwoSided(double t, double df, bool inner, out double slope)
    {
        const double farTailFrom = 1e290;
        double w = t * t / df;
        if (w > farTailFrom)
        {
            // The leading term x^a / (a B(a, ½)), a = df/2: the next is smaller by a factor of x.
            double logBeta = GammaFunctions.LogGamma(0.5 * df) + GammaFunctions.LogGamma(0.5) - GammaFunctions.LogGamma(0.5 * (df + 1));
            double far = Elementary.Exp((df * Elementary.Log(Math.Sqrt(df) / t)) - Elementary.Log(0.5 * df) - logBeta);
            slope = df * far;
            return inner ? 1 - far : far;
        }

        double x = 1 / (1 + w);
        double y = w / (1 + w);
        double probability = inner
            ? IncompleteBeta.Lower(0.5, 0.5 * df, y, x, out slope)
            : IncompleteBeta.Lower(0.5 * df, 0.5, x, y, out slope);
        slope *= 2;
        return probability;
    }

    private readonly struct Tail(double df, bool inner) : ITail
    {
        public bool Grows => inner;

        public double Probability(double x, out double slope) => TwoSided(x, df, inner, out slope);
    }
}
