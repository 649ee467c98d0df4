namespace TherapistEffectSim.Randomness;

/// <summary>Σ cₖ Tₖ(t) on −1 ≤ t ≤ 1.</summary>
internal static class ChebyshevSeries
{
    /// <summary>Clenshaw's recurrence.</summary>
    public static double Evaluate(ReadOnlySpan<double> coefficients, double t)
    {
        double next = 0;
        double afterNext = 0;
        double twice = 2 * t;
        for (int k = coefficients.Length - 1; k > 0; k--)
        {
            double current = Math.FusedMultiplyAdd(twice, next, coefficients[k] - afterNext);
            afterNext = next;
            next = current;
        }

        return Math.FusedMultiplyAdd(t, next, coefficients[0] - afterNext);
    }
}
