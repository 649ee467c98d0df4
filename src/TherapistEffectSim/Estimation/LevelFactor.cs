using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>
/// Regression of the outcome on columns of one level, between or within therapists, from their cross-products, and with it every regression on the
/// first k of these columns: L D Lᵀ with the outcome last. One data set per lane.
/// </summary>
/// <remarks>Columns without information are left out as by <see cref="LdlFactor{T}"/>, with the same tolerance.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class LevelFactor<T>
    where T : unmanaged, ILane<T>
{
    private const int OrderOfCurves = 4; // 1, b, b² and the outcome
    private const int PivotsPerProduct = 4; // sums of squares of up to 10⁷⁰ stay below the largest double

    private readonly int _order; // with the outcome
    private readonly int[] _source;             // [packed element] place in the statistics
    private readonly LaneBuffer<T> _lower;      // packed, multipliers
    private readonly LaneBuffer<T> _scaled;     // multipliers times pivots of the row at hand
    private readonly LaneBuffer<T> _pivots;     // [column]
    private readonly LaneBuffer<T> _inverses;   // [column] 1/pivot, 0 if dropped
    private readonly LaneBuffer<T> _kept;       // [column] mask
    private readonly LaneBuffer<T> _ranks;      // [k] columns that take part among the first k
    private readonly LaneBuffer<T> _residuals;  // [k] residual sum of squares after the first k
    private readonly LaneBuffer<T> _vector;

    /// <param name="columns">Columns of the statistics, without the outcome.</param>
    /// <param name="outcome">Column of the outcome.</param>
    public LevelFactor(IReadOnlyList<int> columns, int outcome)
    {
        int[] all = [.. columns, outcome];
        _order = all.Length;
        _source = new int[Packed.Length(_order)];
        for (int i = 0; i < _order; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                _source[Packed.Index(i, j)] = Packed.Index(Math.Max(all[i], all[j]), Math.Min(all[i], all[j]));
            }
        }

        _lower = new(Packed.Length(_order));
        _scaled = new(_order);
        _pivots = new(_order);
        _inverses = new(_order);
        _kept = new(_order);
        _ranks = new(_order);
        _residuals = new(_order);
        _vector = new(_order);
    }

    /// <summary>Columns without the outcome.</summary>
    public int Columns => _order - 1;

    /// <summary>[k] Columns that take part among the first k.</summary>
    public ReadOnlySpan<T> Ranks => _ranks.Span;

    /// <summary>[k] Residual sum of squares after the first k columns.</summary>
    public ReadOnlySpan<T> ResidualSumsOfSquares => _residuals.Span;

    /// <summary>[column] Mask of those that take part.</summary>
    public ReadOnlySpan<T> Kept => _kept.Span;

    /// <summary>Factors the cross-products.</summary>
    /// <param name="products">Packed lower triangle over all columns of the statistics.</param>
    public void Factor(ReadOnlySpan<T> products)
    {
        if (_order == OrderOfCurves)
        {
            FactorCurve(products);
            return;
        }

        ReadOnlySpan<int> source = _source;
        Span<T> lower = _lower.Span;
        Span<T> scaled = _scaled.Span;
        Span<T> inverses = _inverses.Span;
        T zero = T.Create(0);
        T one = T.Create(1);
        T rank = zero;
        _ranks.Span[0] = zero;
        for (int i = 0; i < _order - 1; i++)
        {
            int start = Packed.Index(i, 0);
            T diagonal = products[source[start + i]];
            T pivot = diagonal;
            for (int j = 0; j < i; j++)
            {
                T sum = products[source[start + j]];
                int row = Packed.Index(j, 0);
                for (int k = 0; k < j; k++)
                {
                    sum -= scaled[k] * lower[row + k];
                }

                scaled[j] = sum;
                T element = sum * inverses[j];
                lower[start + j] = element;
                pivot -= element * sum;
            }

            T kept = T.LessThan(T.Create(LdlFactor<T>.RankTolerance) * diagonal, pivot);
            inverses[i] = T.And(kept, one / pivot);
            _pivots.Span[i] = pivot;
            _kept.Span[i] = kept;
            rank += T.And(kept, one);
            _ranks.Span[i + 1] = rank;
            for (int j = 0; j < i; j++)
            {
                lower[start + j] = T.And(kept, lower[start + j]);
            }
        }

        Outcome(products);
    }

    // The same steps for three columns, those of a curve, without waiting for what was just written to memory.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FactorCurve(ReadOnlySpan<T> products)
    {
        ReadOnlySpan<int> source = _source.AsSpan(0, 10);
        T tolerance = T.Create(LdlFactor<T>.RankTolerance);
        T one = T.Create(1);
        T a00 = products[source[0]];
        T a10 = products[source[1]];
        T a11 = products[source[2]];
        T a20 = products[source[3]];
        T a22 = products[source[5]];
        T y0 = products[source[6]];
        T yy = products[source[9]];

        T kept0 = T.LessThan(tolerance * a00, a00);
        T inverse0 = T.And(kept0, one / a00);
        T l10 = a10 * inverse0;
        T l20 = a20 * inverse0;
        T ly0 = y0 * inverse0;
        T pivot1 = a11 - (l10 * a10);
        T kept1 = T.LessThan(tolerance * a11, pivot1);
        T inverse1 = T.And(kept1, one / pivot1);
        l10 = T.And(kept1, l10);
        T s21 = products[source[4]] - (a20 * l10);
        T l21 = s21 * inverse1;
        T y1 = products[source[7]] - (y0 * l10);
        T ly1 = y1 * inverse1;
        T pivot2 = a22 - (l20 * a20) - (l21 * s21);
        T kept2 = T.LessThan(tolerance * a22, pivot2);
        T inverse2 = T.And(kept2, one / pivot2);
        l20 = T.And(kept2, l20);
        l21 = T.And(kept2, l21);
        T y2 = products[source[8]] - (y0 * l20) - (y1 * l21);
        T ly2 = y2 * inverse2;

        Span<T> lower = _lower.Span[..9];
        lower[1] = l10;
        lower[3] = l20;
        lower[4] = l21;
        lower[6] = ly0;
        lower[7] = ly1;
        lower[8] = ly2;
        Put(_pivots.Span, a00, pivot1, pivot2);
        Put(_inverses.Span, inverse0, inverse1, inverse2);
        Put(_kept.Span, kept0, kept1, kept2);
        T rank1 = T.And(kept0, one);
        T rank2 = rank1 + T.And(kept1, one);
        _ranks.Span[0] = T.Create(0);
        Put(_ranks.Span[1..], rank1, rank2, rank2 + T.And(kept2, one));
        T residual1 = yy - (ly0 * y0);
        T residual2 = residual1 - (ly1 * y1);
        _residuals.Span[0] = yy;
        Put(_residuals.Span[1..], residual1, residual2, residual2 - (ly2 * y2));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(Span<T> to, T first, T second, T third)
    {
        to[2] = third;
        to[0] = first;
        to[1] = second;
    }

    private void Outcome(ReadOnlySpan<T> products)
    {
        int start = Packed.Index(_order - 1, 0);
        ReadOnlySpan<int> source = _source.AsSpan(start);
        Span<T> lower = _lower.Span;
        Span<T> scaled = _scaled.Span;
        Span<T> residuals = _residuals.Span;
        ReadOnlySpan<T> inverses = _inverses.Span;
        T residual = products[source[_order - 1]];
        residuals[0] = residual;
        for (int j = 0; j < _order - 1; j++)
        {
            T sum = products[source[j]];
            int row = Packed.Index(j, 0);
            for (int k = 0; k < j; k++)
            {
                sum -= scaled[k] * lower[row + k];
            }

            scaled[j] = sum;
            T element = sum * inverses[j];
            lower[start + j] = element;
            residual -= element * sum;
            residuals[j + 1] = residual;
        }
    }

    /// <summary>Coefficients of the regression on as many first columns as there are places; 0 for dropped ones.</summary>
    /// <param name="coefficients">[column]</param>
    public void Coefficients(Span<T> coefficients)
    {
        ReadOnlySpan<T> lower = _lower.Span;
        int outcome = Packed.Index(_order - 1, 0);
        for (int i = coefficients.Length - 1; i >= 0; i--)
        {
            T sum = lower[outcome + i];
            for (int k = i + 1; k < coefficients.Length; k++)
            {
                sum -= lower[Packed.Index(k, i)] * coefficients[k];
            }

            coefficients[i] = sum;
        }
    }

    /// <summary>Element (column, column) of the inverse of the cross-products of the first columns.</summary>
    /// <param name="column">Below <paramref name="columns"/>.</param>
    /// <param name="columns">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T InverseDiagonal(int column, int columns) =>
        column == columns - 1 ? _inverses.Span[column] : InverseDiagonalBefore(column, columns);

    // Where other columns come after it.
    private T InverseDiagonalBefore(int column, int columns)
    {
        ReadOnlySpan<T> lower = _lower.Span;
        ReadOnlySpan<T> inverses = _inverses.Span;
        T form = inverses[column];
        Span<T> u = _vector.Span;
        u[column] = T.Create(1);
        for (int i = column + 1; i < columns; i++)
        {
            int row = Packed.Index(i, 0);
            T sum = T.Create(0) - lower[row + column];
            for (int k = column + 1; k < i; k++)
            {
                sum -= lower[row + k] * u[k];
            }

            u[i] = sum;
            form = T.Fma(sum * sum, inverses[i], form);
        }

        return form;
    }

    /// <summary>Products of pivots whose logarithms add up to that of the determinant of the first columns.</summary>
    /// <param name="columns">How many.</param>
    public static int Products(int columns) => (columns + PivotsPerProduct - 1) / PivotsPerProduct;

    /// <summary>Writes these products, of the columns that take part.</summary>
    /// <param name="columns">How many columns.</param>
    /// <param name="products">Room for <see cref="Products"/>.</param>
    public void WriteProducts(int columns, Span<T> products)
    {
        T one = T.Create(1);
        for (int k = 0; k < columns; k++)
        {
            T pivot = T.Select(_kept.Span[k], _pivots.Span[k], one);
            products[k / PivotsPerProduct] = k % PivotsPerProduct == 0 ? pivot : products[k / PivotsPerProduct] * pivot;
        }
    }
}
