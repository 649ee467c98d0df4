using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Starting values of θ from moments of the residuals of ordinary least squares.</summary>
/// <remarks>
/// Rao's MIVQUE(0), Searle, Casella &amp; McCulloch (1992), Variance Components, section 11.3: E[rᵀH_kr] = σ²(tr MH_k + Σ_l ψ_l tr MH_kMH_l) with
/// M = I − X(XᵀX)⁻¹Xᵀ, with σ² from the rows that are orthogonal to all random columns. Covariance matrices are made positive definite.
/// </remarks>
internal static class NestedStart
{
    private const double LeastEigenvalue = 0.01;
    private const double LeastShare = 0.02; // of the largest eigenvalue of the term

    /// <summary>θ; null where the data leave nothing to estimate σ² from.</summary>
    /// <param name="criterion">Moves to θ = 0.</param>
    public static double[]? Of(NestedCriterion criterion)
    {
        NestedStatistics data = criterion.Data;
        int count = data.Layout.Count;
        double[] theta = new double[count];
        criterion.Evaluate(theta);
        NestedDerivatives derivatives = new(criterion);
        derivatives.Take();
        int m = data.Fixed;
        int within = data.Observations - data.RandomRank - (m - 1);
        double variance = data.RestSquares / Math.Max(1, within);
        if (!(variance > 0))
        {
            return null;
        }

        double[] system = new double[count * count];
        double[] psi = new double[count];
        for (int k = 0; k < count; k++)
        {
            double expected = derivatives.Trace(k);
            for (int i = 0; i < m - 1; i++)
            {
                expected -= derivatives.Product(k)[(i * m) + i];
            }

            psi[k] = (derivatives.Product(k)[^1] / variance) - expected;
            for (int l = 0; l < count; l++)
            {
                system[(k * count) + l] = derivatives.Trace(k, l) + Projection(derivatives, k, l, m);
            }
        }

        SmallMatrix.Solve(system, psi, count, 1);
        Place(data.Layout, psi, theta);
        return Array.TrueForAll(theta, double.IsFinite) ? theta : null;
    }

    private static double Projection(NestedDerivatives derivatives, int k, int l, int m)
    {
        double sum = 0;
        for (int i = 0; i < m - 1; i++)
        {
            sum -= 2 * derivatives.Diagonal(k, l)[i];
            for (int j = 0; j < m - 1; j++)
            {
                sum += derivatives.Product(k)[(i * m) + j] * derivatives.Product(l)[(j * m) + i];
            }
        }

        return sum;
    }

    // Cholesky factors of the terms' matrices, with eigenvalues raised to a least one.
    private static void Place(CovarianceLayout layout, double[] psi, double[] theta)
    {
        for (int first = 0; first < layout.Count;)
        {
            int order = 1;
            while (first + order < layout.Count
                && layout.Elements[first + order] is { } next
                && next.Level == layout.Elements[first].Level
                && next.Column == layout.Elements[first].Column)
            {
                order++;
            }

            double[] matrix = Positive(psi.AsSpan(first, order * (order + 1) / 2), order);
            SmallCholesky.TryFactor(matrix, order);
            int at = first;
            for (int c = 0; c < order; c++)
            {
                for (int r = c; r < order; r++)
                {
                    theta[at++] = matrix[(r * order) + c];
                }
            }

            first = at;
        }
    }

    private static double[] Positive(ReadOnlySpan<double> triangle, int order)
    {
        Lane1[] a = new Lane1[order * order];
        Lane1[] vectors = new Lane1[order * order];
        double scale = 0;
        foreach (double element in triangle)
        {
            scale = Math.Max(scale, Math.Abs(element));
        }

        scale = scale > 0 && double.IsFinite(scale) ? scale : 1;
        int at = 0;
        for (int c = 0; c < order; c++)
        {
            for (int r = c; r < order; r++)
            {
                a[(r * order) + c] = a[(c * order) + r] = Lane1.Create(triangle[at++] / scale);
            }
        }

        JacobiEigen.Of<Lane1>(a, vectors, order);
        double largest = 0;
        for (int e = 0; e < order; e++)
        {
            largest = Math.Max(largest, scale * a[(e * order) + e][0]);
        }

        double[] matrix = new double[order * order];
        for (int e = 0; e < order; e++)
        {
            double eigenvalue = Math.Max(scale * a[(e * order) + e][0], Math.Max(LeastEigenvalue, LeastShare * largest));
            for (int i = 0; i < order; i++)
            {
                for (int j = 0; j < order; j++)
                {
                    matrix[(i * order) + j] += eigenvalue * vectors[(e * order) + i][0] * vectors[(e * order) + j][0];
                }
            }
        }

        return matrix;
    }
}
