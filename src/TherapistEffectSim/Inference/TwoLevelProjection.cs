using static TherapistEffectSim.Inference.LeastSquaresProjection;

namespace TherapistEffectSim.Inference;

/// <summary>Least squares with infinite caseloads on columns that vary at both levels.</summary>
/// <remarks>
/// A random intercept has, with growing caseloads, ever more information within therapists than between them: coefficients are fixed by the
/// within level first, and what it leaves undetermined by the between level (lexicographic least squares). Without one both levels
/// count by their sums of squares. Vectors hold √weight·value.
/// </remarks>
internal sealed class TwoLevelProjection
{
    private readonly double[][] _between; // [column]
    private readonly LeastSquaresProjection _both;
    private readonly int[] _fixedWithin;  // columns that the within level determines
    private readonly int[] _fixedBetween; // columns that it leaves to the between level
    private readonly LeastSquaresProjection _first;
    private readonly LeastSquaresProjection _second;
    private readonly double[][] _followers; // [of fixed between][of fixed within] coefficients of the column's within part

    /// <param name="between">[column] Therapist means.</param>
    /// <param name="within">[column] Deviations from them, 0 where a column has none.</param>
    public TwoLevelProjection(double[][] between, double[][] within)
    {
        _between = between;
        _both = new([.. between.Zip(within, Stacked)]);
        int[] kept = [.. Enumerable.Range(0, between.Length).Where(k => !_both.Drops(k))];
        int[] varying = [.. kept.Where(k => Dot(within[k], within[k]) > 0)];
        LeastSquaresProjection all = new([.. varying.Select(k => within[k])]);
        _fixedWithin = [.. varying.Where((_, i) => !all.Drops(i))];
        _fixedBetween = [.. kept.Except(_fixedWithin)];
        _first = new([.. _fixedWithin.Select(k => within[k])]);
        _followers = [.. _fixedBetween.Select(k => Values(_first.Coefficients(within[k], out _)))];
        _second = new([.. _fixedBetween.Select((k, d) => Without(between[k], _followers[d]))]);
    }

    /// <summary>By the within level, then by the between level.</summary>
    public Projected WithinFirst(double[] between, double[] within)
    {
        double?[] coefficients = new double?[_between.Length];
        double[] first = Values(_first.Coefficients(within, out double[] leftWithin));
        double[] second = Values(_second.Coefficients(Without(between, first), out double[] leftBetween));
        for (int d = 0; d < second.Length; d++)
        {
            coefficients[_fixedBetween[d]] = second[d];
            for (int i = 0; i < first.Length; i++)
            {
                first[i] -= second[d] * _followers[d][i];
            }
        }

        for (int i = 0; i < first.Length; i++)
        {
            coefficients[_fixedWithin[i]] = first[i];
        }

        return new(coefficients, leftBetween, leftWithin);
    }

    /// <summary>By both levels at once.</summary>
    public Projected BothAtOnce(double[] between, double[] within)
    {
        double?[] coefficients = _both.Coefficients(Stacked(between, within), out double[] left);
        return new(coefficients, left[..between.Length], left[between.Length..]);
    }

    private static double[] Stacked(double[] between, double[] within) => [.. between, .. within];

    private static double[] Values(double?[] coefficients) => [.. coefficients.Select(b => b ?? 0)];

    // Therapist means of what columns that the within level determines leave.
    private double[] Without(double[] between, double[] coefficients)
    {
        double[] rest = [.. between];
        for (int i = 0; i < coefficients.Length; i++)
        {
            double[] column = _between[_fixedWithin[i]];
            for (int n = 0; n < rest.Length; n++)
            {
                rest[n] -= coefficients[i] * column[n];
            }
        }

        return rest;
    }
}
