using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>What data sets say about a model in which intercept and slope vary between therapists and between their patients, one data set per lane.</summary>
/// <remarks>
/// Patients seen at the same weeks, a pattern, share Z = QR, R upper triangular 2 × 2, which is also what therapists' effects meet them with. Of their rows D = Qᵀ[X y] the
/// criterion needs, per pattern, the sums of products over all patients and, per therapist and pattern, the sums over the therapist's patients. What of [X y] is orthogonal to
/// the patients' Z enters as sums of products.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class ThreeLevelStatistics<T>
    where T : unmanaged, ILane<T>
{
    /// <summary>R₁₁, R₁₂, R₂₂ and the number of patients stand before the products of a pattern.</summary>
    public const int PatternHead = 4;

    private readonly LaneBuffer<T> _patterns;
    private readonly LaneBuffer<T> _sums;
    private readonly LaneBuffer<T> _within;

    /// <param name="therapists">Number of therapists.</param>
    /// <param name="patterns">Number of patterns of visits.</param>
    /// <param name="columns">Columns of [X y].</param>
    public ThreeLevelStatistics(int therapists, int patterns, int columns)
    {
        Therapists = therapists;
        Patterns = patterns;
        Columns = columns;
        _patterns = new(patterns * PatternStride);
        _sums = new(therapists * patterns * SumStride);
        _within = new(Packed.Length(columns));
    }

    /// <summary>Number of therapists.</summary>
    public int Therapists { get; }

    /// <summary>Number of patterns.</summary>
    public int Patterns { get; }

    /// <summary>Columns of [X y].</summary>
    public int Columns { get; }

    /// <summary>Values of a pattern.</summary>
    public int PatternStride => PatternHead + (3 * Packed.Length(Columns));

    /// <summary>Values of a therapist's patients with a pattern.</summary>
    public int SumStride => 1 + (2 * Columns);

    /// <summary>[pattern] R₁₁, R₁₂, R₂₂, patients; then packed Σd₁d₁ᵀ, Σ(d₁d₂ᵀ + d₂d₁ᵀ), Σd₂d₂ᵀ of the rows of D.</summary>
    public Span<T> PatternValues => _patterns.Span;

    /// <summary>[therapist][pattern] patients, then the sums of the two rows of D.</summary>
    public Span<T> Sums => _sums.Span;

    /// <summary>Cross-products of what is orthogonal to the patients' Z, packed.</summary>
    public Span<T> Within => _within.Span;

    /// <summary>N.</summary>
    public T Observations { get; set; }

    /// <summary>Takes over a data set with two nested factors and the same two columns in both.</summary>
    /// <param name="lane">Where it goes.</param>
    /// <param name="data">With as many outer groups as there are therapists here.</param>
    /// <param name="patternOf">[inner group, in the order of <paramref name="data"/>] Pattern.</param>
    public void SetLane(int lane, NestedStatistics data, ReadOnlySpan<int> patternOf)
    {
        Clear(PatternValues, lane);
        Clear(Sums, lane);
        int width = data.Width;
        for (int therapist = 0; therapist < Therapists; therapist++)
        {
            for (int u = data.FirstUnit[therapist]; u < data.FirstUnit[therapist + 1]; u++)
            {
                ReadOnlySpan<double> rows = data.Inner(u);
                Span<T> pattern = PatternValues.Slice(patternOf[u] * PatternStride, PatternStride);
                Span<T> sums = Sums.Slice(((therapist * Patterns) + patternOf[u]) * SumStride, SumStride);
                pattern[0] = pattern[0].With(lane, rows[0]);
                pattern[1] = pattern[1].With(lane, rows[1]);
                pattern[2] = pattern[2].With(lane, rows[width + 1]);
                Add(ref pattern[3], lane, 1);
                Add(ref sums[0], lane, 1);
                AddRows(pattern[PatternHead..], sums[1..], lane, rows.Slice(4, Columns), rows.Slice(width + 4, Columns));
            }
        }

        CrossProducts.SetLane(Within, lane, data.Rest, Columns);
        for (int therapist = 0; therapist < Therapists; therapist++)
        {
            AddOrthogonal(lane, data.Outer(therapist), data.OuterWidth);
        }

        Observations = Observations.With(lane, data.Observations);
    }

    /// <summary>Takes over some columns of other statistics with the same therapists and patterns.</summary>
    /// <param name="from">With more columns.</param>
    /// <param name="columns">[column] Column there, in ascending order; that of the outcome is the last.</param>
    public void TakeColumns(ThreeLevelStatistics<T> from, ReadOnlySpan<int> columns)
    {
        Observations = from.Observations;
        TakeProducts(from.Within, Within, columns);
        for (int k = 0; k < Patterns; k++)
        {
            ReadOnlySpan<T> source = from.PatternValues.Slice(k * from.PatternStride, from.PatternStride);
            Span<T> target = PatternValues.Slice(k * PatternStride, PatternStride);
            source[..PatternHead].CopyTo(target);
            for (int part = 0; part < 3; part++)
            {
                TakeProducts(
                    source[(PatternHead + (part * Packed.Length(from.Columns)))..], target[(PatternHead + (part * Packed.Length(Columns)))..], columns);
            }
        }

        for (int place = 0; place < Therapists * Patterns; place++)
        {
            ReadOnlySpan<T> source = from.Sums.Slice(place * from.SumStride, from.SumStride);
            Span<T> target = Sums.Slice(place * SumStride, SumStride);
            target[0] = source[0];
            for (int i = 0; i < columns.Length; i++)
            {
                target[1 + i] = source[1 + columns[i]];
                target[1 + Columns + i] = source[1 + from.Columns + columns[i]];
            }
        }
    }

    private static void TakeProducts(ReadOnlySpan<T> source, Span<T> target, ReadOnlySpan<int> columns)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            for (int k = 0; k <= i; k++)
            {
                target[Packed.Index(i, k)] = source[Packed.Index(columns[i], columns[k])];
            }
        }
    }

    // Rows that are orthogonal to the patients' Z, and so to the therapists': what they have of these is rounding.
    private void AddOrthogonal(int lane, ReadOnlySpan<double> outer, int width)
    {
        for (int row = 0; row < outer.Length; row += width)
        {
            ReadOnlySpan<double> own = outer.Slice(row + width - Columns, Columns);
            for (int i = 0; i < Columns; i++)
            {
                for (int k = 0; k <= i; k++)
                {
                    Add(ref Within[Packed.Index(i, k)], lane, own[i] * own[k]);
                }
            }
        }
    }

    private void AddRows(Span<T> products, Span<T> sums, int lane, ReadOnlySpan<double> first, ReadOnlySpan<double> second)
    {
        int packed = Packed.Length(Columns);
        for (int i = 0; i < Columns; i++)
        {
            Add(ref sums[i], lane, first[i]);
            Add(ref sums[Columns + i], lane, second[i]);
            for (int k = 0; k <= i; k++)
            {
                int at = Packed.Index(i, k);
                Add(ref products[at], lane, first[i] * first[k]);
                Add(ref products[packed + at], lane, (first[i] * second[k]) + (second[i] * first[k]));
                Add(ref products[(2 * packed) + at], lane, second[i] * second[k]);
            }
        }
    }

    private static void Add(ref T value, int lane, double more) => value = value.With(lane, value[lane] + more);

    private static void Clear(Span<T> values, int lane)
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = values[i].With(lane, 0);
        }
    }
}
