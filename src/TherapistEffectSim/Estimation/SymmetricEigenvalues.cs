namespace TherapistEffectSim.Estimation;

/// <summary>Eigenvalues of a symmetric matrix of any order.</summary>
/// <remarks>
/// Householder's reduction to tridiagonal form, then the implicit QL method with Wilkinson's shift: Golub &amp; Van Loan (2013), Matrix Computations,
/// sections 8.3.1 and 8.3.5. Errors are of the order of rounding relative to the largest eigenvalue.
/// </remarks>
internal static class SymmetricEigenvalues
{
    private const int MostSteps = 60; // per eigenvalue; 2 are usual
    private const double Rounding = 1.1e-16;

    /// <summary>All eigenvalues, in no order.</summary>
    /// <param name="matrix">Order × order, symmetric; overwritten.</param>
    /// <param name="diagonal">On return the eigenvalues; its length is the order.</param>
    /// <param name="room">Room of twice that length.</param>
    public static void Of(Span<double> matrix, Span<double> diagonal, Span<double> room)
    {
        Span<double> beside = room[..diagonal.Length];
        Tridiagonalise(matrix, diagonal, beside, room.Slice(diagonal.Length, diagonal.Length));
        for (int low = 0; low < diagonal.Length; low++)
        {
            for (int step = 0; step < MostSteps; step++)
            {
                int high = low;
                while (high < diagonal.Length - 1
                    && Math.Abs(beside[high]) > Rounding * (Math.Abs(diagonal[high]) + Math.Abs(diagonal[high + 1])))
                {
                    high++;
                }

                if (high == low)
                {
                    break;
                }

                Step(diagonal, beside, low, high);
            }
        }
    }

    // beside[i] couples i and i + 1.
    private static void Tridiagonalise(Span<double> a, Span<double> diagonal, Span<double> beside, Span<double> product)
    {
        int n = diagonal.Length;
        beside.Clear();
        for (int k = 0; k < n - 1; k++)
        {
            double length = 0;
            for (int i = k + 1; i < n; i++)
            {
                length += a[(i * n) + k] * a[(i * n) + k];
            }

            length = Math.Sqrt(length);
            diagonal[k] = a[(k * n) + k];
            double first = a[((k + 1) * n) + k];
            beside[k] = first > 0 ? -length : length;
            if (length == 0)
            {
                continue;
            }

            // v = x − (∓|x|)e₁ in column k; the rest becomes A − v wᵀ − w vᵀ.
            a[((k + 1) * n) + k] = first - beside[k];
            double square = length * (length + Math.Abs(first)); // |v|²/2
            double half = 0;
            for (int i = k + 1; i < n; i++)
            {
                double sum = 0;
                for (int j = k + 1; j < n; j++)
                {
                    sum += a[(i * n) + j] * a[(j * n) + k];
                }

                product[i] = sum / square;
                half += product[i] * a[(i * n) + k];
            }

            half /= 2 * square;
            for (int i = k + 1; i < n; i++)
            {
                product[i] -= half * a[(i * n) + k];
            }

            for (int i = k + 1; i < n; i++)
            {
                for (int j = k + 1; j < n; j++)
                {
                    a[(i * n) + j] -= (a[(i * n) + k] * product[j]) + (product[i] * a[(j * n) + k]);
                }
            }
        }

        diagonal[n - 1] = a[^1];
    }

    private static void Step(Span<double> d, Span<double> e, int low, int high)
    {
        double g = (d[low + 1] - d[low]) / (2 * e[low]);
        double r = Hypotenuse(g, 1);
        g = d[high] - d[low] + (e[low] / (g + (g < 0 ? -r : r)));
        double sine = 1;
        double cosine = 1;
        double p = 0;
        for (int i = high - 1; i >= low; i--)
        {
            double f = sine * e[i];
            double b = cosine * e[i];
            r = Hypotenuse(f, g);
            e[i + 1] = r;
            if (r == 0)
            {
                d[i + 1] -= p;
                e[high] = 0;
                return;
            }

            sine = f / r;
            cosine = g / r;
            g = d[i + 1] - p;
            r = ((d[i] - g) * sine) + (2 * cosine * b);
            p = sine * r;
            d[i + 1] = g + p;
            g = (cosine * r) - b;
        }

        d[low] -= p;
        e[low] = g;
        e[high] = 0;
    }

    private static double Hypotenuse(double a, double b)
    {
        double larger = Math.Max(Math.Abs(a), Math.Abs(b));
        double ratio = larger > 0 ? Math.Min(Math.Abs(a), Math.Abs(b)) / larger : 0;
        return larger * Math.Sqrt(1 + (ratio * ratio));
    }
}
