using System.Globalization;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Planning;

/// <summary>Mean and coefficient of variation of the caseloads of a pilot trial, with their intervals.</summary>
internal static class CaseloadSpread
{
    /// <summary>Student's interval of the mean.</summary>
    /// <param name="caseloads">Patients of each therapist, at least two of them.</param>
    /// <param name="confidence">In (0, 1).</param>
    public static CalibratedNumber Mean(IReadOnlyList<int> caseloads, double confidence)
    {
        double mean = caseloads.Average();
        double halfWidth = StudentT.UpperQuantile((1 - confidence) / 2, caseloads.Count - 1) * Sd(caseloads) / Math.Sqrt(caseloads.Count);
        return new(
            PilotQuantity.CaseloadMean, mean, new(Math.Max(1, mean - halfWidth), mean + halfWidth), "mean; t interval over therapists", Basis(caseloads));
    }

    /// <summary>The coefficient of variation with the jackknife interval of its logarithm.</summary>
    /// <remarks>
    /// Tukey's pseudo-values n·g − (n − 1)·g₍₋ᵢ₎ of g = log cv with Student's quantile at n − 1 degrees of freedom: Miller (1974), Biometrika 61. Approximate; it
    /// does not take caseloads to be normal. With equal caseloads, or all but one of them equal, there is no logarithm of every part, and the interval is the
    /// estimate.
    /// </remarks>
    /// <param name="caseloads">Patients of each therapist, at least two of them.</param>
    /// <param name="confidence">In (0, 1).</param>
    public static CalibratedNumber Cv(IReadOnlyList<int> caseloads, double confidence)
    {
        double cv = Sd(caseloads) / caseloads.Average();
        double[] without = [.. Enumerable.Range(0, caseloads.Count).Select(i => CvWithout(caseloads, i))];
        if (caseloads.Count < 3 || without.Any(part => !(part > 0)))
        {
            return new(PilotQuantity.CaseloadCv, cv, new(cv, cv), "SD over mean; no interval, as caseloads hardly differ", Basis(caseloads));
        }

        int n = caseloads.Count;
        double log = Elementary.Log(cv);
        double[] pseudo = [.. without.Select(part => (n * log) - ((n - 1) * Elementary.Log(part)))];
        double centre = pseudo.Average();
        double error = Math.Sqrt(pseudo.Sum(p => (p - centre) * (p - centre)) / (n - 1) / n);
        double halfWidth = StudentT.UpperQuantile((1 - confidence) / 2, n - 1) * error;
        return new(
            PilotQuantity.CaseloadCv,
            cv,
            new(Elementary.Exp(centre - halfWidth), Elementary.Exp(centre + halfWidth)),
            "SD over mean; jackknife interval of its logarithm, approximate",
            Basis(caseloads));
    }

    private static string Basis(IReadOnlyList<int> caseloads) =>
        string.Create(CultureInfo.InvariantCulture, $"{caseloads.Sum()} patients of {caseloads.Count} therapists");

    private static double Sd(IReadOnlyList<int> caseloads)
    {
        double mean = caseloads.Average();
        return Math.Sqrt(caseloads.Sum(c => (c - mean) * (c - mean)) / (caseloads.Count - 1));
    }

    private static double CvWithout(IReadOnlyList<int> caseloads, int left)
    {
        int[] others = [.. caseloads.Where((_, i) => i != left)];
        return others.Length < 2 ? 0 : Sd(others) / others.Average();
    }
}
