using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>The logarithm of the gamma function, Stirling's error and Loader's deviance term: the parts of every density here.</summary>
/// <remarks>
/// Loader (2000), Fast and accurate computation of binomial probabilities: writing x^a e^−x / Γ(a) and x^a y^b / B(a, b) by these parts
/// keeps full precision where logarithms of gamma functions of large numbers would cancel.
/// </remarks>
internal static class GammaFunctions
{
    private const double HalfLogTwoPi = 0.9189385332046728;

    /// <summary>log Γ(x) for x &gt; 0; +∞ at 0 and at +∞; NaN below 0 and for NaN. Relative precision also near the zeros 1 and 2.</summary>
    public static double LogGamma(double x)
    {
        if (!(x > 0) || double.IsPositiveInfinity(x))
        {
            return x == 0 ? double.PositiveInfinity : double.IsPositiveInfinity(x) ? x : double.NaN;
        }

        return x switch
        {
            < 0.5 => LogGammaOnePlus(x) - Elementary.Log(x),
            <= 1.5 => LogGammaOnePlus(x - 1),
            <= 2.5 => LogGammaOnePlus(x - 2) + Elementary.Log1p(x - 2),
            _ => ((x - 0.5) * Elementary.Log(x)) - x + HalfLogTwoPi + StirlingError(x),
        };
    }

    /// <summary>log Γ(1 + u), |u| ≤ ½.</summary>
    public static double LogGammaOnePlus(double u) => u * ChebyshevSeries.Evaluate(LogGammaSlope, 2 * u);

    /// <summary>δ(a) = log Γ(a+1) − (a+½) log a + a − ½ log 2π, a &gt; 0; about 1/(12a) for large a.</summary>
    public static double StirlingError(double a)
    {
        const double seriesFrom = 10;
        double fromRecurrence = 0;
        while (a < seriesFrom)
        {
            // δ(a) − δ(a+1)
            fromRecurrence += ((a + 0.5) * Elementary.Log1p(1 / a)) - 1;
            a += 1;
        }

        // Abramowitz & Stegun (1964), 6.1.41
        double square = 1 / (a * a);
        double sum = 1.0 / 156;
        sum = (sum * square) - (691.0 / 360360);
        sum = (sum * square) + (1.0 / 1188);
        sum = (sum * square) - (1.0 / 1680);
        sum = (sum * square) + (1.0 / 1260);
        sum = (sum * square) - (1.0 / 360);
        sum = (sum * square) + (1.0 / 12);
        return fromRecurrence + (sum / a);
    }

    /// <summary>a log(a/m) + m − a ≥ 0, given m and also m − a, which the caller may know without cancellation.</summary>
    public static double Deviance(double a, double m, double difference)
    {
        const double seriesUpTo = 0.4;
        double u = difference / a;
        if (!(Math.Abs(u) < seriesUpTo))
        {
            return (a * Elementary.Log(a / m)) + difference;
        }

        // u − log(1+u) = r u − 2 (r³/3 + r⁵/5 + …), r = u / (2+u)
        double r = u / (2 + u);
        double square = r * r;
        double power = r * square;
        double sum = 0;
        for (int k = 3; k <= 31 && Math.Abs(power) > 1e-18 * Math.Abs(sum); k += 2)
        {
            sum += power / k;
            power *= square;
        }

        return a * ((r * u) - (2 * sum));
    }

    // log Γ(1 + u) / u in 2u
    private static ReadOnlySpan<double> LogGammaSlope =>
    [
        -0.633011426275031, 0.4405675574678963, -0.057857409449912446, 0.010513973690267811, -0.002163989092091715,
        0.0004744402338724658, -0.00010799644528099427, 2.5201155299530276e-05, -5.986014498026819e-06, 1.4410616180293054e-06,
        -3.5060690575761177e-07, 8.603823016763753e-08, -2.126510912478688e-08, 5.287778091463614e-09, -1.3217135752166157e-09,
        3.3186698554450495e-10, -8.365902567746219e-11, 2.116338666160694e-11, -5.370507653794381e-12, 1.3666688100545857e-12,
        -3.486660039885161e-13, 8.915622432767707e-14, -2.28454959350908e-14, 5.86514671522212e-15, -1.5084071183968602e-15,
        3.885614648428306e-16, -1.0024188186640361e-16, 2.5896418565384152e-17,
    ];
}
