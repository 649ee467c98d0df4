using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>The regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 − P(a, x), each to full relative precision where it is small.</summary>
/// <remarks>
/// Power series below the mean, Legendre's continued fraction above (Abramowitz &amp; Stegun 6.5.29 and 6.5.31). The number of terms
/// grows as √a; beyond a = 1e10 near the mean the result is NaN. NaN in, NaN out.
/// </remarks>
internal static class IncompleteGamma
{
    private const double OneOverTwoPi = 0.15915494309189535;
    private const double SeriesPrecision = 1e-18;
    private const double FractionPrecision = 2.5e-16; // one unit in the last place above 1
    private const int LargestNumberOfTerms = 1_000_000;

    /// <summary>P(a, x), a &gt; 0: 0 for x ≤ 0, 1 at +∞.</summary>
    public static double Lower(double a, double x) => Evaluate(a, x, upper: false, out _);

    /// <summary>Q(a, x), a &gt; 0: 1 for x ≤ 0, 0 at +∞.</summary>
    public static double Upper(double a, double x) => Evaluate(a, x, upper: true, out _);

    /// <summary>P or Q.</summary>
    /// <param name="a">Positive and finite.</param>
    /// <param name="x">Any number.</param>
    /// <param name="upper">Q instead of P.</param>
    /// <param name="powerTerm">x^a e^−x / Γ(a): x times the density.</param>
    public static double Evaluate(double a, double x, bool upper, out double powerTerm)
    {
        powerTerm = 0;
        if (!(a > 0) || double.IsPositiveInfinity(a) || double.IsNaN(x))
        {
            return double.NaN;
        }

        if (x <= 0 || double.IsPositiveInfinity(x))
        {
            return x > 0 == upper ? 0 : 1;
        }

        double exponent = -GammaFunctions.StirlingError(a) - GammaFunctions.Deviance(a, x, x - a);
        powerTerm = Math.Sqrt(a * OneOverTwoPi) * Elementary.Exp(exponent);
        if (x >= a + 1)
        {
            double q = powerTerm / Fraction(a, x);
            return upper ? q : 1 - q;
        }

        if (upper && a < 1)
        {
            return UpperForSmallParameter(a, x);
        }

        double p = powerTerm / a * Series(a, x);
        return upper ? 1 - p : p;
    }

    // 1 + x/(a+1) + x²/((a+1)(a+2)) + …
    private static double Series(double a, double x)
    {
        double term = 1;
        double sum = 1;
        for (int n = 1; n <= LargestNumberOfTerms; n++)
        {
            term *= x / (a + n);
            sum += term;
            if (!(term > SeriesPrecision * sum))
            {
                return sum;
            }
        }

        return double.NaN;
    }

    // x+1−a − 1(1−a)/(x+3−a − 2(2−a)/(x+5−a − …)), by the modified method of Lentz
    private static double Fraction(double a, double x)
    {
        double fraction = x + 1 - a;
        double c = fraction;
        double d = 0;
        for (int n = 1; n <= LargestNumberOfTerms; n++)
        {
            double numerator = n * (a - n);
            double denominator = x + 1 - a + (2 * n);
            d = 1 / Math.FusedMultiplyAdd(numerator, d, denominator);
            c = denominator + (numerator / c);
            double factor = c * d;
            fraction *= factor;
            if (!(Math.Abs(factor - 1) > FractionPrecision))
            {
                return fraction;
            }
        }

        return double.NaN;
    }

    // 1 − x^a/Γ(1+a) (1 + a Σ (−x)ⁿ/((a+n) n!)), n ≥ 1, without the cancellation of 1 − P for small a
    private static double UpperForSmallParameter(double a, double x)
    {
        double term = 1;
        double sum = 0;
        for (int n = 1; Math.Abs(term) > SeriesPrecision * Math.Abs(sum); n++)
        {
            term *= -x / n;
            sum += term / (a + n);
        }

        double logGamma = a <= 0.5 ? GammaFunctions.LogGammaOnePlus(a) : GammaFunctions.LogGamma(1 + a);
        double power = Elementary.Expm1((a * Elementary.Log(x)) - logGamma);
        return -power - ((1 + power) * a * sum);
    }
}
