using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>The regularised incomplete beta function I_x(a, b), full relative precision in both tails.</summary>
/// <remarks>
/// The continued fraction of Didonato &amp; Morris (1992), ACM Trans. Math. Softw. 18(3), function BFRAC, on the side of the mean where the
/// value is small; the other tail is I_y(b, a), y = 1 − x. Callers give both x and y, because 1 − x would lose one of them.
/// The number of terms grows as the square root of the smaller parameter; beyond a = b = 1e10 near the mean the result is NaN.
/// </remarks>
internal static class IncompleteBeta
{
    private const double OneOverTwoPi = 0.15915494309189535;
    private const double Precision = 2.5e-16; // one unit in the last place above 1
    private const int LargestNumberOfTerms = 1_000_000;

    /// <summary>I_x(a, b); its complement is <c>Lower(b, a, y, x)</c>.</summary>
    /// <param name="a">Positive and finite.</param>
    /// <param name="b">Positive and finite.</param>
    /// <param name="x">In [0, 1].</param>
    /// <param name="y">1 − x, in [0, 1].</param>
    public static double Lower(double a, double b, double x, double y) => Lower(a, b, x, y, out _);

    /// <inheritdoc cref="Lower(double, double, double, double)"/>
    /// <param name="a">Positive and finite.</param>
    /// <param name="b">Positive and finite.</param>
    /// <param name="x">In [0, 1].</param>
    /// <param name="y">1 − x, in [0, 1].</param>
    /// <param name="powerTerm">x^a y^b / B(a, b): x y times the density.</param>
    public static double Lower(double a, double b, double x, double y, out double powerTerm)
    {
        powerTerm = PowerTerm(a, b, x, y);
        return (b + 1) * x <= (a + 1) * y
            ? powerTerm / Fraction(a, b, x, y)
            : 1 - (powerTerm / Fraction(b, a, y, x));
    }

    // n = a + b: √(ab / 2πn) exp(δ(n) − δ(a) − δ(b) − D(a, nx) − D(b, ny)); nx − a = bx − ay
    private static double PowerTerm(double a, double b, double x, double y)
    {
        double n = a + b;
        double difference = (b * x) - (a * y);
        double exponent = GammaFunctions.StirlingError(n) - GammaFunctions.StirlingError(a) - GammaFunctions.StirlingError(b)
            - GammaFunctions.Deviance(a, n * x, difference) - GammaFunctions.Deviance(b, n * y, -difference);
        return Math.Sqrt(a / n * b * OneOverTwoPi) * Elementary.Exp(exponent);
    }

    // β₀ + α₁/(β₁ + α₂/(β₂ + …)), by the modified method of Lentz
    private static double Fraction(double a, double b, double x, double y)
    {
        double excess = (a * y) - (b * x) + 1;
        double fraction = a * excess / (a + 1);
        double c = fraction;
        double d = 0;
        for (int n = 1; n <= LargestNumberOfTerms; n++)
        {
            double middle = a + (2.0 * n) - 1;
            double numerator = n * (b - n) * x / middle;
            double denominator = n + numerator + ((a + n) * (excess + (n * (1 + y))) / (middle + 2));
            numerator *= x * (a + n - 1) * ((a + b + n - 1) / middle);
            d = 1 / Math.FusedMultiplyAdd(numerator, d, denominator);
            c = denominator + (numerator / c);
            double factor = c * d;
            fraction *= factor;
            if (!(Math.Abs(factor - 1) > Precision))
            {
                return fraction;
            }
        }

        return double.NaN;
    }
}
