using System.Collections.Immutable;

namespace TherapistEffectSim.Estimation;

/// <summary>Where the free elements of the relative covariance matrices Ψ = ΛΛᵀ stand: lower triangles of the terms, column by column, inner level first.</summary>
/// <remarks>
/// θ holds the elements of Λ, ψ those of Ψ, in the same order. A term's element of Ψ off the diagonal stands for two of the matrix.
/// </remarks>
internal sealed class CovarianceLayout
{
    /// <param name="inner">Columns of each term of the inner level.</param>
    /// <param name="outer">Columns of each term of the outer level; empty if there is none.</param>
    public CovarianceLayout(IReadOnlyList<int> inner, IReadOnlyList<int> outer)
    {
        Columns = [inner.Sum(), outer.Sum()];
        Elements = [.. OfLevel(0, inner), .. OfLevel(1, outer)];
    }

    /// <summary>Columns of both levels.</summary>
    public ImmutableArray<int> Columns { get; }

    /// <summary>The free elements.</summary>
    public ImmutableArray<CovarianceElement> Elements { get; }

    /// <summary>Number of free elements.</summary>
    public int Count => Elements.Length;

    /// <summary>Writes Λ of a level.</summary>
    /// <param name="theta">θ.</param>
    /// <param name="level">0 or 1.</param>
    /// <param name="factor">Columns × columns.</param>
    public void Factor(ReadOnlySpan<double> theta, int level, Span<double> factor)
    {
        factor.Clear();
        for (int i = 0; i < Count; i++)
        {
            if (Elements[i].Level == level)
            {
                factor[(Elements[i].Row * Columns[level]) + Elements[i].Column] = theta[i];
            }
        }
    }

    /// <summary>∂ψ/∂θ, row-major, one row per element of ψ.</summary>
    public void Jacobian(ReadOnlySpan<double> theta, Span<double> jacobian)
    {
        jacobian.Clear();
        for (int k = 0; k < Count; k++)
        {
            for (int i = 0; i < Count; i++)
            {
                // ψ_ab = Σ_c λ_ac λ_bc.
                (CovarianceElement psi, CovarianceElement lambda) = (Elements[k], Elements[i]);
                double derivative = 0;
                if (psi.Level == lambda.Level && lambda.Row == psi.Row)
                {
                    derivative += At(theta, psi.Level, psi.Column, lambda.Column);
                }

                if (psi.Level == lambda.Level && lambda.Row == psi.Column)
                {
                    derivative += At(theta, psi.Level, psi.Row, lambda.Column);
                }

                jacobian[(k * Count) + i] = derivative;
            }
        }
    }

    /// <summary>Σ_k g_k ∂²ψ_k/∂θ_i∂θ_j.</summary>
    public double SecondDerivatives(ReadOnlySpan<double> gradient, int i, int j)
    {
        (CovarianceElement a, CovarianceElement b) = (Elements[i], Elements[j]);
        if (a.Level != b.Level || a.Column != b.Column)
        {
            return 0;
        }

        int psi = IndexOf(a.Level, Math.Max(a.Row, b.Row), Math.Min(a.Row, b.Row));
        return psi < 0 ? 0 : a.Row == b.Row ? 2 * gradient[psi] : gradient[psi];
    }

    /// <summary>ψ of θ.</summary>
    public void Covariances(ReadOnlySpan<double> theta, Span<double> psi)
    {
        for (int k = 0; k < Count; k++)
        {
            CovarianceElement element = Elements[k];
            psi[k] = 0;
            for (int c = 0; c <= element.Column; c++)
            {
                psi[k] += At(theta, element.Level, element.Row, c) * At(theta, element.Level, element.Column, c);
            }
        }
    }

    private double At(ReadOnlySpan<double> theta, int level, int row, int column)
    {
        int index = IndexOf(level, row, column);
        return index < 0 ? 0 : theta[index];
    }

    private int IndexOf(int level, int row, int column) => Elements.IndexOf(new CovarianceElement(level, row, column));

    private static IEnumerable<CovarianceElement> OfLevel(int level, IReadOnlyList<int> terms)
    {
        int first = 0;
        foreach (int columns in terms)
        {
            for (int c = 0; c < columns; c++)
            {
                for (int r = c; r < columns; r++)
                {
                    yield return new(level, first + r, first + c);
                }
            }

            first += columns;
        }
    }
}
