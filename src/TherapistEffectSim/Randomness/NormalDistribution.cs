
namespace TherapistEffectSim.Randomness;

/// <summary>The standard normal distribution. Tails keep their relative precision down to 2e-308, below which they are 0.</summary>
/// <remarks>
/// The Mills ratio R(x) = (1 − Φ(x)) / φ(x) is a Chebyshev series in (x − 4) / (x + 4), the variable of Shepherd &amp; Laframboise (1981),
/// Math. Comp. 36(153), so that one formula serves all x ≥ 0; coefficients fitted to 40 digits. NaN in, NaN out.
/// </remarks>
internal static class NormalDistribution
{
    private const double InverseSqrtTwoPi = 0.3989422804014327;
    private const double MillsCentre = 4;
    private const double CentralHalfWidth = 0.3; // |p − ½| up to which quantiles are measured from the median

    /// <summary>Φ(x).</summary>
    public static double Cdf(double x) => Survival(-x);

    /// <summary>1 − Φ(x), to 1e-15 relative wherever it is below ½.</summary>
    public static double Survival(double x)
    {
        const double centralUpTo = 0.5;
        if (Math.Abs(x) < centralUpTo)
        {
            return 0.5 - (InverseSqrtTwoPi * Elementary.Exp(-0.5 * x * x) * FromMedianOverDensity(x));
        }

        return x < 0 ? 1 - UpperTail(-x) : UpperTail(x);
    }

    /// <summary>The x with Φ(x) = p, to 1e-15 relative. −∞ at 0, +∞ at 1, NaN outside [0, 1].</summary>
    public static double Quantile(double p) => -UpperQuantile(p);

    /// <summary>The x with 1 − Φ(x) = p, to 1e-15 relative. +∞ at 0, −∞ at 1, NaN outside [0, 1].</summary>
    public static double UpperQuantile(double p)
    {
        if (!(p >= 0 && p <= 1))
        {
            return double.NaN;
        }

        double fromMedian = 0.5 - p;
        if (Math.Abs(fromMedian) <= CentralHalfWidth)
        {
            return CentralQuantile(fromMedian);
        }

        return fromMedian > 0 ? TailQuantile(p) : -TailQuantile(1 - p);
    }

    private static double UpperTail(double x)
    {
        if (x > 38)
        {
            return 0;
        }

        // The rounding error of x² would cost x²/2 units in the last place.
        double square = x * x;
        double remainder = Math.FusedMultiplyAdd(x, x, -square);
        double density = InverseSqrtTwoPi * Elementary.Exp(-0.5 * square) * (1 - (0.5 * remainder));
        return density * MillsRatio(x);
    }

    private static double MillsRatio(double x) => ChebyshevSeries.Evaluate(Mills, (x - MillsCentre) / (x + MillsCentre)) / (1 + x);

    // Newton on log(1 − Φ(x)) = log p, whose slope is −1 / R(x).
    private static double TailQuantile(double p)
    {
        const int steps = 3;
        double logP = Elementary.Log(p);
        if (double.IsNegativeInfinity(logP))
        {
            return double.PositiveInfinity;
        }

        // Abramowitz & Stegun (1964), 26.2.23: within 4.5e-4.
        double t = Math.Sqrt(-2 * logP);
        double x = t - ((2.515517 + (t * (0.802853 + (t * 0.010328)))) / (1 + (t * (1.432788 + (t * (0.189269 + (t * 0.001308)))))));
        for (int step = 0; step < steps; step++)
        {
            double mills = MillsRatio(x);
            double ratio = InverseSqrtTwoPi * mills * Elementary.Exp(Math.FusedMultiplyAdd(-0.5 * x, x, -logP));
            x += mills * Elementary.Log(ratio);
        }

        return x;
    }

    // Newton on Φ(x) − ½ = fromMedian.
    private static double CentralQuantile(double fromMedian)
    {
        const int steps = 5;
        double x = fromMedian / InverseSqrtTwoPi;
        for (int step = 0; step < steps; step++)
        {
            x -= FromMedianOverDensity(x) - (fromMedian / InverseSqrtTwoPi * Elementary.Exp(0.5 * x * x));
        }

        return x;
    }

    // (Φ(x) − ½) / φ(x) = x + x³/3 + x⁵/(3·5) + …
    private static double FromMedianOverDensity(double x)
    {
        const double negligible = 1e-17;
        double square = x * x;
        double term = x;
        double sum = x;
        for (int n = 3; Math.Abs(term) > negligible * Math.Abs(sum); n += 2)
        {
            term *= square / n;
            sum += term;
        }

        return sum;
    }

    // (1 + x) R(x) in (x − 4) / (x + 4).
    private static ReadOnlySpan<double> Mills =>
    [
        1.1670525350882472, -0.1610195767134654, -0.028002821825452974, 0.03167452189239266, -0.012103231162345369,
        0.0027056129762167095, -0.00029931636202703166, -1.716686526879361e-05, 1.0178489264109868e-05, -4.894829570004192e-07,
        -2.844006500151048e-07, 3.0766283713811506e-08, 9.180378674469537e-09, -1.2756102213808737e-09, -3.660279376104134e-10,
        4.5926359348595205e-11, 1.7189314687646526e-11, -1.2726833698700693e-12, -8.668081913316188e-13, 1.1061557204136741e-15,
        4.2750210770103334e-14, 3.790937692263904e-15, -1.8474103010592332e-15, -4.0419094130708177e-16, 5.340854385017358e-17,
        2.941479937590055e-17, 9.07669182362014e-19, -1.5916377861588121e-18, -2.9355176837542816e-19,
    ];
}
