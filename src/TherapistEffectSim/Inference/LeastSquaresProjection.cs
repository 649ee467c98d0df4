namespace TherapistEffectSim.Inference;

/// <summary>Least squares on the points of a quadrature rule.</summary>
/// <remarks>
/// All vectors hold √weight·value, so that a mean of products is a dot product. Columns are orthogonalised in their order
/// (modified Gram–Schmidt, twice); one that its predecessors span is dropped, as lme4 does.
/// </remarks>
internal sealed class LeastSquaresProjection
{
    // Least share of a column's length that must be new; errors of the arithmetic are near 1e-15.
    private const double RankTolerance = 1e-8;

    private readonly double[]?[] _orthonormal; // [column] null if dropped
    private readonly double[,] _triangle;      // column k = Σ_{l ≤ k} (l, k)·orthonormal l

    /// <param name="columns">[column][point]; not changed.</param>
    public LeastSquaresProjection(IReadOnlyList<double[]> columns)
    {
        _orthonormal = new double[columns.Count][];
        _triangle = new double[columns.Count, columns.Count];
        for (int k = 0; k < columns.Count; k++)
        {
            double[] rest = [.. columns[k]];
            for (int pass = 0; pass < 2; pass++)
            {
                for (int l = 0; l < k; l++)
                {
                    if (_orthonormal[l] is { } direction)
                    {
                        _triangle[l, k] += Remove(direction, rest);
                    }
                }
            }

            double length = Math.Sqrt(Dot(rest, rest));
            if (length <= RankTolerance * Math.Sqrt(Dot(columns[k], columns[k])))
            {
                continue;
            }

            _triangle[k, k] = length;
            _orthonormal[k] = [.. rest.Select(value => value / length)];
        }
    }

    /// <summary>Whether the columns before it span a column.</summary>
    public bool Drops(int column) => _orthonormal[column] is null;

    /// <summary>Coefficients of the projection of a response; <see langword="null"/> for columns that are dropped.</summary>
    public double?[] Coefficients(double[] response, out double[] residual)
    {
        residual = [.. response];
        double[] scores = new double[_orthonormal.Length];
        for (int k = 0; k < scores.Length; k++)
        {
            scores[k] = _orthonormal[k] is { } direction ? Remove(direction, residual) : 0;
        }

        double?[] coefficients = new double?[scores.Length];
        for (int k = scores.Length - 1; k >= 0; k--)
        {
            if (_orthonormal[k] is null)
            {
                continue;
            }

            double sum = scores[k];
            for (int l = k + 1; l < scores.Length; l++)
            {
                sum -= _triangle[k, l] * (coefficients[l] ?? 0);
            }

            coefficients[k] = sum / _triangle[k, k];
        }

        return coefficients;
    }

    public static double Dot(double[] left, double[] right)
    {
        double sum = 0;
        for (int i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    private static double Remove(double[] direction, double[] rest)
    {
        double along = Dot(direction, rest);
        for (int i = 0; i < rest.Length; i++)
        {
            rest[i] -= along * direction[i];
        }

        return along;
    }
}
