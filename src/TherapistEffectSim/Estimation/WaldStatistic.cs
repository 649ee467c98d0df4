namespace TherapistEffectSim.Estimation;

/// <summary>Wald's χ² of several coefficients of one fit together: bᵀV⁻¹b, with V their covariance matrix from the model.</summary>
/// <remarks><see cref="JointWald{T}"/> is the same for studies of a random intercept.</remarks>
internal static class WaldStatistic
{
    /// <summary>The statistic; NaN if V is singular.</summary>
    /// <param name="estimates">b.</param>
    /// <param name="contrasts">A vector for each coefficient; the covariance of two is the product of their vectors, times <paramref name="variance"/>.</param>
    /// <param name="variance">σ².</param>
    public static double Of(ReadOnlySpan<double> estimates, double[][] contrasts, double variance)
    {
        int q = estimates.Length;
        double[] matrix = new double[q * q];
        for (int k = 0; k < q; k++)
        {
            for (int l = 0; l <= k; l++)
            {
                for (int i = 0; i < contrasts[k].Length; i++)
                {
                    matrix[(k * q) + l] += contrasts[k][i] * contrasts[l][i];
                }
            }
        }

        if (!SmallCholesky.TryFactor(matrix, q))
        {
            return double.NaN;
        }

        double[] scaled = [.. estimates];
        SmallCholesky.SolveLower(matrix, q, scaled);
        double sum = 0;
        foreach (double s in scaled)
        {
            sum += s * s;
        }

        return sum / variance;
    }
}
