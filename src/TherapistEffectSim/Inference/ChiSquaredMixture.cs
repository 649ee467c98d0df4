namespace TherapistEffectSim.Inference;

/// <summary>The mixture of χ²(k − 1) and χ²(k), half each: the asymptotic null distribution of a likelihood ratio with one parameter on its bound and k − 1 others.</summary>
/// <remarks>Self &amp; Liang (1987), J. Am. Stat. Assoc. 82, case 5; Stram &amp; Lee (1994), Biometrics 50, case 3, for a variance with its k − 1 covariances.</remarks>
internal static class ChiSquaredMixture
{
    /// <summary>P(X ≥ x): 1 at 0 for k = 1.</summary>
    public static double Survival(double x, int k)
    {
        if (k == 1)
        {
            return x > 0 ? 0.5 * ChiSquared.Survival(x, 1) : 1;
        }

        return 0.5 * (ChiSquared.Survival(x, k - 1) + ChiSquared.Survival(x, k));
    }

    /// <summary>The x with P(X ≥ x) = p, for p in (0, 1) and k above 1.</summary>
    public static double UpperQuantile(double p, int k)
    {
        double low = ChiSquared.UpperQuantile(p, k - 1);
        double high = ChiSquared.UpperQuantile(p, k);
        for (double middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2)
        {
            (low, high) = Survival(middle, k) > p ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>As it is printed.</summary>
    public static string Name(int k) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"chi2({k - 1}) and chi2({k}), half each");
}
