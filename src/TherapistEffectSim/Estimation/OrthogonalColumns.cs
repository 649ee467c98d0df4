using System.Collections.Immutable;

namespace TherapistEffectSim.Estimation;

/// <summary>An orthogonal basis of the fixed-effects columns of a data set, X = QR, with dependent columns left out.</summary>
/// <remarks>
/// A column is dropped if less than 10⁻⁷ of its length is left after those before it are taken out, the rule by which lme4 drops columns
/// (limited pivoting with the tolerance of R's qr). Columns are made orthogonal twice, so that Q is orthogonal to rounding however
/// ill-conditioned X is; each column of Q has length √N.
/// </remarks>
internal sealed class OrthogonalColumns
{
    private const double RankTolerance = 1e-7;

    private readonly double[] _upper; // R, [row × kept + column], of the kept columns

    private OrthogonalColumns(ImmutableArray<int> kept, ImmutableArray<int> dropped, double[][] columns, double[] upper)
    {
        Kept = kept;
        Dropped = dropped;
        Columns = columns;
        _upper = upper;
    }

    /// <summary>Indices of the columns of X that take part.</summary>
    public ImmutableArray<int> Kept { get; }

    /// <summary>Indices of the columns of X that depend on those before them.</summary>
    public ImmutableArray<int> Dropped { get; }

    /// <summary>Q: one array per kept column.</summary>
    public double[][] Columns { get; }

    /// <summary>2 log|det R|: what log|XᵀV⁻¹X| exceeds log|QᵀV⁻¹Q| by.</summary>
    public double LogDeterminantShift
    {
        get
        {
            double sum = 0;
            for (int k = 0; k < Kept.Length; k++)
            {
                sum += 2 * Randomness.Elementary.Log(_upper[(k * Kept.Length) + k]);
            }

            return sum;
        }
    }

    /// <summary>Builds the basis.</summary>
    /// <param name="x">Columns of X, each of length N.</param>
    public static OrthogonalColumns Of(IReadOnlyList<double[]> x)
    {
        List<int> kept = [];
        List<int> dropped = [];
        List<double[]> basis = [];
        List<double[]> coefficients = [];
        for (int c = 0; c < x.Count; c++)
        {
            double[] column = [.. x[c]];
            double[] projections = new double[basis.Count + 1];
            double length = Length(column);
            Orthogonalise(column, basis, projections);
            Orthogonalise(column, basis, projections);
            double left = Length(column);
            if (!(left > RankTolerance * length))
            {
                dropped.Add(c);
                continue;
            }

            double scale = left / Math.Sqrt(column.Length);
            for (int i = 0; i < column.Length; i++)
            {
                column[i] /= scale;
            }

            projections[^1] = scale;
            kept.Add(c);
            basis.Add(column);
            coefficients.Add(projections);
        }

        double[] upper = new double[kept.Count * kept.Count];
        for (int c = 0; c < kept.Count; c++)
        {
            for (int row = 0; row <= c; row++)
            {
                upper[(row * kept.Count) + c] = coefficients[c][row];
            }
        }

        return new([.. kept], [.. dropped], [.. basis], upper);
    }

    /// <summary>Takes the projection on the columns out of y.</summary>
    /// <returns>Coefficients of the projection in the basis Q.</returns>
    public double[] TakeOut(double[] y)
    {
        double[] coefficients = new double[Kept.Length];
        Orthogonalise(y, Columns, coefficients);
        Orthogonalise(y, Columns, coefficients);
        return coefficients;
    }

    /// <summary>The row of R⁻¹ that turns coefficients in the basis Q into the coefficient of a kept column.</summary>
    public double[] Contrast(int kept)
    {
        // Row k of R⁻¹ solves vᵀR = e_kᵀ, forward.
        int p = Kept.Length;
        double[] row = new double[p];
        for (int c = kept; c < p; c++)
        {
            double sum = c == kept ? 1 : 0;
            for (int i = kept; i < c; i++)
            {
                sum -= row[i] * _upper[(i * p) + c];
            }

            row[c] = sum / _upper[(c * p) + c];
        }

        return row;
    }

    private static void Orthogonalise(double[] column, IReadOnlyList<double[]> basis, double[] projections)
    {
        for (int k = 0; k < basis.Count; k++)
        {
            double[] q = basis[k];
            double product = 0;
            for (int i = 0; i < q.Length; i++)
            {
                product += q[i] * column[i];
            }

            product /= q.Length;
            projections[k] += product;
            for (int i = 0; i < q.Length; i++)
            {
                column[i] -= product * q[i];
            }
        }
    }

    private static double Length(double[] column)
    {
        double sum = 0;
        foreach (double value in column)
        {
            sum += value * value;
        }

        return Math.Sqrt(sum);
    }
}
