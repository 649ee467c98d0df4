using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Eigenvalues and eigenvectors of small symmetric matrices with elements of order 1, one per lane, by Jacobi's rotations.</summary>
/// <remarks>
/// Golub &amp; Van Loan (2013), Matrix Computations, section 8.5, cyclic by rows. A lane that has converged is not rotated further, so that
/// its result does not depend on its neighbours.
/// </remarks>
internal static class JacobiEigen
{
    // Largest element off the diagonal that counts as 0. Convergence is quadratic: one sweep before, it was some 1e-7.
    private const double LargestOffDiagonal = 1e-14;
    private const int MostSweeps = 20;

    /// <summary>Diagonalises A.</summary>
    /// <param name="a">Order × order, both triangles; on return its diagonal holds the eigenvalues.</param>
    /// <param name="vectors">[eigenvalue × order + element] Unit eigenvectors.</param>
    /// <param name="order">Rows and columns.</param>
    /// <typeparam name="T">The lane.</typeparam>
    public static void Of<T>(Span<T> a, Span<T> vectors, int order)
        where T : unmanaged, ILane<T>
    {
        vectors.Fill(T.Create(0));
        for (int k = 0; k < order; k++)
        {
            vectors[(k * order) + k] = T.Create(1);
        }

        for (int sweep = 0; sweep < MostSweeps; sweep++)
        {
            T open = T.LessThan(T.Create(LargestOffDiagonal), OffDiagonal(a, order));
            if (!T.Any(open))
            {
                return;
            }

            for (int p = 0; p < order - 1; p++)
            {
                for (int q = p + 1; q < order; q++)
                {
                    Rotate(a, vectors, order, p, q, open);
                }
            }
        }
    }

    private static T OffDiagonal<T>(ReadOnlySpan<T> a, int order)
        where T : unmanaged, ILane<T>
    {
        T largest = T.Create(0);
        for (int p = 1; p < order; p++)
        {
            for (int q = 0; q < p; q++)
            {
                largest = T.Max(largest, T.Abs(a[(p * order) + q]));
            }
        }

        return largest;
    }

    // t = tan φ = 2a_pq/(d ± √(d² + 4a_pq²)), d = a_qq − a_pp, with the sign of d; 0 where a_pq is.
    private static void Rotate<T>(Span<T> a, Span<T> vectors, int order, int p, int q, T open)
        where T : unmanaged, ILane<T>
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        T twice = a[(p * order) + q] + a[(p * order) + q];
        T difference = a[(q * order) + q] - a[(p * order) + p];
        T root = T.Sqrt(T.Fma(difference, difference, twice * twice));
        T signed = T.Select(T.LessThan(difference, zero), zero - root, root);
        T tangent = twice / (difference + signed);
        tangent = T.And(T.And(open, T.LessThan(zero, T.Abs(twice))), tangent);
        T cosine = one / T.Sqrt(T.Fma(tangent, tangent, one));
        T sine = tangent * cosine;
        T change = tangent * a[(p * order) + q];
        a[(p * order) + p] -= change;
        a[(q * order) + q] += change;
        a[(p * order) + q] = zero;
        a[(q * order) + p] = zero;
        for (int k = 0; k < order; k++)
        {
            if (k != p && k != q)
            {
                T first = a[(k * order) + p];
                T second = a[(k * order) + q];
                T rotated = (cosine * first) - (sine * second);
                a[(k * order) + p] = rotated;
                a[(p * order) + k] = rotated;
                rotated = (sine * first) + (cosine * second);
                a[(k * order) + q] = rotated;
                a[(q * order) + k] = rotated;
            }

            T vectorP = vectors[(p * order) + k];
            T vectorQ = vectors[(q * order) + k];
            vectors[(p * order) + k] = (cosine * vectorP) - (sine * vectorQ);
            vectors[(q * order) + k] = (sine * vectorP) + (cosine * vectorQ);
        }
    }
}
