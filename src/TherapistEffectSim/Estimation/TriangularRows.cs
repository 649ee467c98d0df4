namespace TherapistEffectSim.Estimation;

/// <summary>The upper-triangular factor of rows that are added one at a time by plane rotations: RᵀR is the sum of their squares and products.</summary>
/// <remarks>
/// Golub &amp; Van Loan (2013), Matrix Computations, section 5.1.8, Givens rotations. Nothing is squared, so that the columns may be as
/// nearly dependent, or as different in size, as doubles allow.
/// </remarks>
internal sealed class TriangularRows
{
    private readonly double[] _values; // pivots × columns, row-major

    /// <param name="pivots">Leading columns in which added rows are taken to 0.</param>
    /// <param name="columns">All columns.</param>
    public TriangularRows(int pivots, int columns)
    {
        Pivots = pivots;
        Columns = columns;
        _values = new double[pivots * columns];
    }

    /// <summary>Rows of the factor.</summary>
    public int Pivots { get; }

    /// <summary>Columns of the factor.</summary>
    public int Columns { get; }

    /// <summary>Row-major, <see cref="Pivots"/> × <see cref="Columns"/>; below the diagonal it is 0.</summary>
    public Span<double> Values => _values;

    /// <summary>An element.</summary>
    public double this[int row, int column] => _values[(row * Columns) + column];

    /// <summary>Takes over another factor of the same shape.</summary>
    public void CopyFrom(ReadOnlySpan<double> values) => values.CopyTo(_values);

    /// <summary>Back to no rows.</summary>
    public void Clear() => Array.Clear(_values);

    /// <summary>Adds a row.</summary>
    /// <param name="row">Length <see cref="Columns"/>; on return its pivots are 0 and the rest is what is orthogonal to the factor.</param>
    public void Add(Span<double> row)
    {
        for (int pivot = 0; pivot < Pivots; pivot++)
        {
            double x = row[pivot];
            if (x == 0)
            {
                continue;
            }

            Span<double> own = _values.AsSpan(pivot * Columns, Columns);
            double diagonal = own[pivot];
            double length = Length(diagonal, x);
            double cosine = diagonal / length;
            double sine = x / length;
            own[pivot] = length;
            row[pivot] = 0;
            for (int c = pivot + 1; c < Columns; c++)
            {
                double kept = own[c];
                own[c] = (cosine * kept) + (sine * row[c]);
                row[c] = (cosine * row[c]) - (sine * kept);
            }
        }
    }

    private static double Length(double a, double b)
    {
        double larger = Math.Max(Math.Abs(a), Math.Abs(b));
        double ratio = Math.Min(Math.Abs(a), Math.Abs(b)) / larger;
        return larger * Math.Sqrt(1 + (ratio * ratio));
    }
}
