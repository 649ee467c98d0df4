namespace TherapistEffectSim.Estimation;

/// <summary>Factor and solve for the few columns of a regression, one matrix at a time.</summary>
internal static class SmallCholesky
{
    /// <summary>Overwrites the lower triangle of A with L, where A = L Lᵀ. The strict upper triangle is neither read nor written.</summary>
    /// <param name="a">n × n, row-major.</param>
    /// <param name="n">Order of the matrix.</param>
    /// <returns>Whether A is positive definite to working precision (a NaN is not); if not, the content is undefined.</returns>
    public static bool TryFactor(Span<double> a, int n)
    {
        for (int j = 0; j < n; j++)
        {
            double pivot = a[(j * n) + j];
            for (int k = 0; k < j; k++)
            {
                pivot -= a[(j * n) + k] * a[(j * n) + k];
            }

            if (!(pivot > 0))
            {
                return false;
            }

            double diagonal = Math.Sqrt(pivot);
            a[(j * n) + j] = diagonal;
            for (int i = j + 1; i < n; i++)
            {
                double sum = a[(i * n) + j];
                for (int k = 0; k < j; k++)
                {
                    sum -= a[(i * n) + k] * a[(j * n) + k];
                }

                a[(i * n) + j] = sum / diagonal;
            }
        }

        return true;
    }

    /// <summary>Overwrites b with the x that solves L x = b.</summary>
    /// <param name="l">Factor from <see cref="TryFactor"/>.</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="b">Length n.</param>
    public static void SolveLower(ReadOnlySpan<double> l, int n, Span<double> b)
    {
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < i; k++)
            {
                b[i] -= l[(i * n) + k] * b[k];
            }

            b[i] /= l[(i * n) + i];
        }
    }

    /// <summary>Overwrites b with the x that solves Lᵀ x = b.</summary>
    /// <param name="l">Factor from <see cref="TryFactor"/>.</param>
    /// <param name="n">Order of the matrix.</param>
    /// <param name="b">Length n.</param>
    public static void SolveUpper(ReadOnlySpan<double> l, int n, Span<double> b)
    {
        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++)
            {
                b[i] -= l[(k * n) + i] * b[k];
            }

            b[i] /= l[(i * n) + i];
        }
    }
}
