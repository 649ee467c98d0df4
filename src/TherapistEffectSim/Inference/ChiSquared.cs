using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>The χ² distribution with real degrees of freedom 0 &lt; df ≤ 1e10.</summary>
/// <remarks>Both tails keep their relative precision. NaN when an argument is NaN or df is not positive and finite.</remarks>
internal static class ChiSquared
{
    /// <summary>P(X ≤ x); 0 for x ≤ 0.</summary>
    public static double Cdf(double x, double df) => IncompleteGamma.Lower(0.5 * df, 0.5 * x);

    /// <summary>P(X &gt; x); 1 for x ≤ 0.</summary>
    public static double Survival(double x, double df) => IncompleteGamma.Upper(0.5 * df, 0.5 * x);

    /// <summary>The x with P(X ≤ x) = p. 0 at 0, +∞ at 1, NaN outside [0, 1].</summary>
    public static double Quantile(double p, double df) => p > 0.5 ? FromTail(1 - p, df, upper: true) : FromTail(p, df, upper: false);

    /// <summary>The x with P(X &gt; x) = p. +∞ at 0, 0 at 1, NaN outside [0, 1].</summary>
    public static double UpperQuantile(double p, double df) => p > 0.5 ? FromTail(1 - p, df, upper: false) : FromTail(p, df, upper: true);

    private static double FromTail(double p, double df, bool upper)
    {
        if (!(df > 0 && df < double.PositiveInfinity) || !(p >= 0 && p <= 1))
        {
            return double.NaN;
        }

        if (p == 0)
        {
            return upper ? double.PositiveInfinity : 0;
        }

        return QuantileSearch.Solve(new Tail(df, upper), p, Start(p, df, upper));
    }

    // Wilson & Hilferty (1931); far down the lower tail the leading term (x/2)^a / Γ(a+1) of the series.
    private static double Start(double p, double df, bool upper)
    {
        const double smallestRoot = 0.3;
        double z = NormalDistribution.UpperQuantile(p) * (upper ? 1 : -1);
        double variance = 2 / (9 * df);
        double root = 1 - variance + (z * Math.Sqrt(variance));
        if (root > smallestRoot)
        {
            return df * root * root * root;
        }

        double a = 0.5 * df;
        double logP = upper ? Elementary.Log1p(-p) : Elementary.Log(p);
        return 2 * Elementary.Exp((logP + GammaFunctions.LogGamma(a + 1)) / a);
    }

    private readonly struct Tail(double df, bool upper) : ITail
    {
        public bool Grows => !upper;

        public double Probability(double x, out double slope) => IncompleteGamma.Evaluate(0.5 * df, 0.5 * x, upper, out slope);
    }
}
