using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>The F distribution with real degrees of freedom; +∞ for either gives χ²/df or its inverse, for both a point mass at 1.</summary>
/// <remarks>
/// Both tails keep their relative precision. NaN when an argument is NaN or degrees of freedom are not positive.
/// Abramowitz &amp; Stegun 26.6.2: P(F ≤ f) = I_x(df₁/2, df₂/2) with x = df₁ f / (df₁ f + df₂).
/// </remarks>
internal static class FDistribution
{
    /// <summary>P(F ≤ f); 0 for f ≤ 0.</summary>
    public static double Cdf(double f, double df1, double df2) => Evaluate(f, df1, df2, upper: false, out _);

    /// <summary>P(F &gt; f); 1 for f ≤ 0.</summary>
    public static double Survival(double f, double df1, double df2) => Evaluate(f, df1, df2, upper: true, out _);

    /// <summary>The f with P(F ≤ f) = p. 0 at 0, +∞ at 1, NaN outside [0, 1].</summary>
    public static double Quantile(double p, double df1, double df2) =>
        p > 0.5 ? FromTail(1 - p, df1, df2, upper: true) : FromTail(p, df1, df2, upper: false);

    /// <summary>The f with P(F &gt; f) = p. +∞ at 0, 0 at 1, NaN outside [0, 1].</summary>
    public static double UpperQuantile(double p, double df1, double df2) =>
        p > 0.5 ? FromTail(1 - p, df1, df2, upper: false) : FromTail(p, df1, df2, upper: true);

    // slope is f times the density.
    private static double Evaluate(double f, double df1, double df2, bool upper, out double slope)
    {
        slope = 0;
        if (!(df1 > 0 && df2 > 0) || double.IsNaN(f))
        {
            return double.NaN;
        }

        if (f <= 0 || double.IsPositiveInfinity(f))
        {
            return f > 0 == upper ? 0 : 1;
        }

        if (double.IsPositiveInfinity(df2))
        {
            return double.IsPositiveInfinity(df1)
                ? (f >= 1 == upper ? 0 : 1)
                : IncompleteGamma.Evaluate(0.5 * df1, 0.5 * df1 * f, upper, out slope);
        }

        if (double.IsPositiveInfinity(df1))
        {
            return IncompleteGamma.Evaluate(0.5 * df2, 0.5 * df2 / f, !upper, out slope);
        }

        // Divided by the larger of df₁ f and df₂, so that neither share overflows.
        double ratio = df1 / df2 * f;
        double inverse = df2 / df1 / f;
        double x = ratio <= 1 ? ratio / (1 + ratio) : 1 / (1 + inverse);
        double y = ratio <= 1 ? 1 / (1 + ratio) : inverse / (1 + inverse);
        return upper
            ? IncompleteBeta.Lower(0.5 * df2, 0.5 * df1, y, x, out slope)
            : IncompleteBeta.Lower(0.5 * df1, 0.5 * df2, x, y, out slope);
    }

    private static double FromTail(double p, double df1, double df2, bool upper)
    {
        if (!(df1 > 0 && df2 > 0) || !(p >= 0 && p <= 1))
        {
            return double.NaN;
        }

        if (p == 0)
        {
            return upper ? double.PositiveInfinity : 0;
        }

        if (double.IsPositiveInfinity(df1) && double.IsPositiveInfinity(df2))
        {
            return 1;
        }

        // log F has about mean 1/df₂ − 1/df₁ and variance 2/df₁ + 2/df₂ (Fisher's z).
        double z = NormalDistribution.UpperQuantile(p) * (upper ? 1 : -1);
        double start = Elementary.Exp((1 / df2) - (1 / df1) + (z * Math.Sqrt((2 / df1) + (2 / df2))));
        return QuantileSearch.Solve(new Tail(df1, df2, upper), p, start);
    }

    private readonly struct Tail(double df1, double df2, bool upper) : ITail
    {
        public bool Grows => !upper;

        public double Probability(double x, out double slope) => Evaluate(x, df1, df2, upper, out slope);
    }
}
