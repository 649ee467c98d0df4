using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>Test and interval of a Pearson correlation r.</summary>
/// <remarks>t = r·√(df/(1 − r²)) (Student 1908, Biometrika 6); interval by z = atanh r with variance 1/(df − 1) (Fisher 1921, Metron 1).</remarks>
internal static class CorrelationTest
{
    /// <summary>t; infinite where r is 1 or −1.</summary>
    public static double Statistic(double r, double df) => r * Math.Sqrt(df / ((1 - r) * (1 + r)));

    /// <summary>√((1 − r²)/df).</summary>
    public static double StandardError(double r, double df) => Math.Sqrt((1 - r) * (1 + r) / df);

    /// <summary>Fisher's interval; NaN where df − 1 is not above 0.</summary>
    /// <param name="r">The correlation.</param>
    /// <param name="df">Degrees of freedom of <see cref="Statistic"/>.</param>
    /// <param name="criticalValue">Quantile of the standard normal distribution.</param>
    public static (double Low, double High) Interval(double r, double df, double criticalValue)
    {
        if (!(df > 1))
        {
            return (double.NaN, double.NaN);
        }

        if (Math.Abs(r) == 1)
        {
            return (r, r);
        }

        double z = 0.5 * (Elementary.Log1p(r) - Elementary.Log1p(-r));
        double half = criticalValue / Math.Sqrt(df - 1);
        return (Tanh(z - half), Tanh(z + half));
    }

    private static double Tanh(double z)
    {
        double e = Elementary.Expm1(-2 * Math.Abs(z));
        return Math.CopySign(e / (e + 2), z);
    }
}
