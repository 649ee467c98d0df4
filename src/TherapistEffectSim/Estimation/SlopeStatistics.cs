using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>What data sets say about a model in which two effects vary between therapists, one data set per lane.</summary>
/// <remarks>
/// Per therapist Z_j = QR, R upper triangular 2 × 2, and the rows D = Qᵀ[X y]; what of [X y] is orthogonal to all Z_j enters as sums of products only. As in
/// <see cref="NestedStatistics"/> nothing is lost to the size of variances. A therapist without patients has zeros.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class SlopeStatistics<T>
    where T : unmanaged, ILane<T>
{
    /// <summary>R₁₁, R₁₂, R₂₂ stand before the rows of a therapist.</summary>
    public const int Triangle = 3;

    private readonly LaneBuffer<T> _values;
    private readonly LaneBuffer<T> _within;

    /// <param name="therapists">Number of therapists.</param>
    /// <param name="columns">Columns of [X y].</param>
    public SlopeStatistics(int therapists, int columns)
    {
        Therapists = therapists;
        Columns = columns;
        _values = new(therapists * Stride);
        _within = new(Packed.Length(columns));
    }

    /// <summary>Number of therapists.</summary>
    public int Therapists { get; }

    /// <summary>Columns of [X y].</summary>
    public int Columns { get; }

    /// <summary>Values of one therapist.</summary>
    public int Stride => Triangle + (2 * Columns);

    /// <summary>[therapist] R₁₁, R₁₂, R₂₂, then the two rows of D.</summary>
    public Span<T> Values => _values.Span;

    /// <summary>Cross-products of what is orthogonal to all Z_j, packed.</summary>
    public Span<T> Within => _within.Span;

    /// <summary>N.</summary>
    public T Observations { get; set; }

    /// <summary>Takes over a data set of one factor with two random columns.</summary>
    /// <param name="lane">Where it goes.</param>
    /// <param name="data">With as many groups as there are therapists here, and the same columns.</param>
    public void SetLane(int lane, NestedStatistics data)
    {
        Span<T> values = Values;
        for (int j = 0; j < Therapists; j++)
        {
            ReadOnlySpan<double> rows = data.Inner(j);
            int at = j * Stride;
            values[at] = values[at].With(lane, rows[0]);
            values[at + 1] = values[at + 1].With(lane, rows[1]);
            values[at + 2] = values[at + 2].With(lane, rows[data.Width + 1]);
            for (int c = 0; c < Columns; c++)
            {
                values[at + Triangle + c] = values[at + Triangle + c].With(lane, rows[2 + c]);
                values[at + Triangle + Columns + c] = values[at + Triangle + Columns + c].With(lane, rows[data.Width + 2 + c]);
            }
        }

        CrossProducts.SetLane(Within, lane, data.Rest, Columns);
        Observations = Observations.With(lane, data.Observations);
    }

    /// <summary>Takes over some columns of other statistics with the same therapists.</summary>
    /// <param name="from">With more columns.</param>
    /// <param name="columns">[column] Column there, in ascending order; that of the outcome is the last.</param>
    public void TakeColumns(SlopeStatistics<T> from, ReadOnlySpan<int> columns)
    {
        Observations = from.Observations;
        for (int i = 0; i < columns.Length; i++)
        {
            for (int k = 0; k <= i; k++)
            {
                Within[Packed.Index(i, k)] = from.Within[Packed.Index(columns[i], columns[k])];
            }
        }

        for (int j = 0; j < Therapists; j++)
        {
            ReadOnlySpan<T> source = from.Values.Slice(j * from.Stride, from.Stride);
            Span<T> target = Values.Slice(j * Stride, Stride);
            source[..Triangle].CopyTo(target);
            for (int i = 0; i < columns.Length; i++)
            {
                target[Triangle + i] = source[Triangle + columns[i]];
                target[Triangle + Columns + i] = source[Triangle + from.Columns + columns[i]];
            }
        }
    }
}
