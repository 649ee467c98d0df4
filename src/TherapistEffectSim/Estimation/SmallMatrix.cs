namespace TherapistEffectSim.Estimation;

/// <summary>Algebra of small dense matrices, row-major in spans.</summary>
internal static class SmallMatrix
{
    /// <summary>C = A·B.</summary>
    /// <param name="a">Rows × inner.</param>
    /// <param name="b">Inner × columns.</param>
    /// <param name="c">Rows × columns.</param>
    /// <param name="rows">Rows of A.</param>
    /// <param name="inner">Columns of A.</param>
    /// <param name="columns">Columns of B.</param>
    public static void Multiply(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int rows, int inner, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double sum = 0;
                for (int k = 0; k < inner; k++)
                {
                    sum += a[(i * inner) + k] * b[(k * columns) + j];
                }

                c[(i * columns) + j] = sum;
            }
        }
    }

    /// <summary>C = AᵀB.</summary>
    /// <param name="a">Inner × rows.</param>
    /// <param name="b">Inner × columns.</param>
    /// <param name="c">Rows × columns.</param>
    /// <param name="rows">Columns of A.</param>
    /// <param name="inner">Rows of A.</param>
    /// <param name="columns">Columns of B.</param>
    public static void TransposeMultiply(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int rows, int inner, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double sum = 0;
                for (int k = 0; k < inner; k++)
                {
                    sum += a[(k * rows) + i] * b[(k * columns) + j];
                }

                c[(i * columns) + j] = sum;
            }
        }
    }

    /// <summary>C = ABᵀ.</summary>
    /// <param name="a">Rows × inner.</param>
    /// <param name="b">Columns × inner.</param>
    /// <param name="c">Rows × columns.</param>
    /// <param name="rows">Rows of A.</param>
    /// <param name="inner">Columns of A and B.</param>
    /// <param name="columns">Rows of B.</param>
    public static void MultiplyTranspose(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int rows, int inner, int columns)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double sum = 0;
                for (int k = 0; k < inner; k++)
                {
                    sum += a[(i * inner) + k] * b[(j * inner) + k];
                }

                c[(i * columns) + j] = sum;
            }
        }
    }

    /// <summary>Copies the lower triangle of a symmetric matrix to the upper one.</summary>
    public static void Mirror(Span<double> a, int order)
    {
        for (int i = 0; i < order; i++)
        {
            for (int j = 0; j < i; j++)
            {
                a[(j * order) + i] = a[(i * order) + j];
            }
        }
    }

    /// <summary>X = L⁻¹X.</summary>
    /// <param name="lower">L, order × order, lower triangular.</param>
    /// <param name="x">Order × columns, overwritten.</param>
    /// <param name="order">Rows and columns of L.</param>
    /// <param name="columns">Columns of X.</param>
    public static void SolveLower(ReadOnlySpan<double> lower, Span<double> x, int order, int columns)
    {
        for (int i = 0; i < order; i++)
        {
            for (int c = 0; c < columns; c++)
            {
                double sum = x[(i * columns) + c];
                for (int k = 0; k < i; k++)
                {
                    sum -= lower[(i * order) + k] * x[(k * columns) + c];
                }

                x[(i * columns) + c] = sum / lower[(i * order) + i];
            }
        }
    }

    /// <summary>X = A⁻¹X by elimination with row exchanges; A is overwritten.</summary>
    /// <param name="a">Order × order, regular.</param>
    /// <param name="x">Order × columns, overwritten.</param>
    /// <param name="order">Rows and columns of A.</param>
    /// <param name="columns">Columns of X.</param>
    public static void Solve(Span<double> a, Span<double> x, int order, int columns)
    {
        for (int pivot = 0; pivot < order; pivot++)
        {
            int best = pivot;
            for (int i = pivot + 1; i < order; i++)
            {
                best = Math.Abs(a[(i * order) + pivot]) > Math.Abs(a[(best * order) + pivot]) ? i : best;
            }

            Exchange(a, pivot, best, order);
            Exchange(x, pivot, best, columns);
            for (int i = pivot + 1; i < order; i++)
            {
                double factor = a[(i * order) + pivot] / a[(pivot * order) + pivot];
                AddRow(a, i, pivot, -factor, order);
                AddRow(x, i, pivot, -factor, columns);
            }
        }

        for (int i = order - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < order; k++)
            {
                AddRow(x, i, k, -a[(i * order) + k], columns);
            }

            for (int c = 0; c < columns; c++)
            {
                x[(i * columns) + c] /= a[(i * order) + i];
            }
        }
    }

    private static void Exchange(Span<double> a, int i, int j, int columns)
    {
        for (int c = 0; i != j && c < columns; c++)
        {
            (a[(i * columns) + c], a[(j * columns) + c]) = (a[(j * columns) + c], a[(i * columns) + c]);
        }
    }

    private static void AddRow(Span<double> a, int to, int from, double factor, int columns)
    {
        for (int c = 0; c < columns; c++)
        {
            a[(to * columns) + c] += factor * a[(from * columns) + c];
        }
    }
}
