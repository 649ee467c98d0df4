using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>A = L D Lᵀ of symmetric matrices, one per lane, with L unit lower triangular. Columns without information are left out.</summary>
/// <remarks>
/// Packed lower triangles, row by row: element (i, j), j ≤ i, is at i(i + 1)/2 + j. A column marked as dropped in a lane takes no part
/// in that lane: its pivot counts as infinite, so that its coefficient is 0.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class LdlFactor<T>
    where T : unmanaged, ILane<T>
{
    /// <summary>Smallest pivot relative to the column's diagonal that counts as information.</summary>
    public const double RankTolerance = 1e-10;

    private readonly LaneBuffer<T> _lower;
    private readonly LaneBuffer<T> _scaled;
    private readonly LaneBuffer<T> _pivots;
    private readonly LaneBuffer<T> _inverses;
    private readonly LaneBuffer<T> _kept;

    /// <param name="order">Rows and columns.</param>
    public LdlFactor(int order)
    {
        Order = order;
        _lower = new(Packed.Length(order));
        _scaled = new(order);
        _pivots = new(order);
        _inverses = new(order);
        _kept = new(order);
        _kept.Span.Fill(T.FromBits(ulong.MaxValue));
    }

    /// <summary>Rows and columns.</summary>
    public int Order { get; }

    /// <summary>D, before dropped columns are taken out.</summary>
    public ReadOnlySpan<T> Pivots => _pivots.Span;

    /// <summary>1/D, and 0 for dropped columns.</summary>
    public ReadOnlySpan<T> InversePivots => _inverses.Span;

    /// <summary>L without its diagonal of ones, packed; what stands on the diagonal has no meaning.</summary>
    public ReadOnlySpan<T> Lower => _lower.Span;

    /// <summary>Masks of the columns that take part.</summary>
    public Span<T> Kept => _kept.Span;

    /// <summary>Factors A. The masks in <see cref="Kept"/> say which columns take part.</summary>
    /// <param name="a">Packed lower triangle.</param>
    public void Factor(ReadOnlySpan<T> a)
    {
        for (int i = 0; i < Order; i++)
        {
            FactorRow(a, i);
            Finish(i, _kept.Span[i]);
        }
    }

    /// <summary>Factors A and decides which columns take part: those whose pivot exceeds the tolerance times their diagonal. The last column always does.</summary>
    public void FactorWithRank(ReadOnlySpan<T> a, double tolerance)
    {
        for (int i = 0; i < Order; i++)
        {
            FactorRow(a, i);
            T kept = T.LessThan(T.Create(tolerance) * a[Packed.Index(i, i)], _pivots.Span[i]);
            Finish(i, i < Order - 1 ? kept : T.FromBits(ulong.MaxValue));
        }
    }

    /// <summary>Mask: every pivot, dropped columns' too, exceeds a share of the column's diagonal.</summary>
    /// <param name="share">The share.</param>
    /// <param name="a">What was factored.</param>
    public T HasPivotsAbove(double share, ReadOnlySpan<T> a)
    {
        T all = T.FromBits(ulong.MaxValue);
        for (int i = 0; i < Order; i++)
        {
            all = T.And(all, T.LessThan(T.Create(share) * a[Packed.Index(i, i)], _pivots.Span[i]));
        }

        return all;
    }

    /// <summary>Solves L x = b in place, for the first <paramref name="b"/>.Length columns; dropped columns give 0 to those after them.</summary>
    public void SolveLower(Span<T> b)
    {
        Span<T> lower = _lower.Span;
        for (int i = 1; i < b.Length; i++)
        {
            T sum = b[i];
            for (int k = 0; k < i; k++)
            {
                sum -= lower[Packed.Index(i, k)] * b[k];
            }

            b[i] = sum;
        }
    }

    /// <summary>Solves Lᵀ x = b in place, for the first <paramref name="b"/>.Length columns.</summary>
    public void SolveUpper(Span<T> b)
    {
        Span<T> lower = _lower.Span;
        for (int i = b.Length - 2; i >= 0; i--)
        {
            T sum = b[i];
            for (int k = i + 1; k < b.Length; k++)
            {
                sum -= lower[Packed.Index(k, i)] * b[k];
            }

            b[i] = sum;
        }
    }

    /// <summary>Diagonal element of the inverse of A without its last row and column: with L z = e, Σ z²/d.</summary>
    /// <param name="column">Which element.</param>
    /// <param name="z">Room for <see cref="Order"/> numbers.</param>
    public T InverseDiagonal(int column, Span<T> z)
    {
        z.Clear();
        z[column] = T.Create(1);
        SolveLower(z[..(Order - 1)]);
        T sum = T.Create(0);
        for (int i = column; i < Order - 1; i++)
        {
            sum = T.Fma(z[i] * z[i], _inverses.Span[i], sum);
        }

        return sum;
    }

    /// <summary>Coefficients of the regression of the last column on the others; 0 for dropped columns.</summary>
    /// <param name="coefficients">Order − 1 numbers.</param>
    public void Coefficients(Span<T> coefficients)
    {
        _lower.Span.Slice(Packed.Index(Order - 1, 0), Order - 1).CopyTo(coefficients);
        SolveUpper(coefficients);
    }

    // L(i, j) = (A(i, j) − Σ_k L(i, k) D(k) L(j, k)) / D(j); the products L(i, k) D(k) are kept while the row is made.
    private void FactorRow(ReadOnlySpan<T> a, int i)
    {
        ReadOnlySpan<T> row = a.Slice(Packed.Index(i, 0), i + 1);
        if (i == 0)
        {
            _pivots.Span[0] = row[0];
            return;
        }

        Span<T> scaled = _scaled.Span;
        Span<T> lowerRow = _lower.Span.Slice(Packed.Index(i, 0), i + 1);
        Span<T> inverses = _inverses.Span;
        T pivot = row[i];
        for (int j = 0; j < i; j++)
        {
            T sum = row[j];
            ReadOnlySpan<T> lowerJ = _lower.Span.Slice(Packed.Index(j, 0), j);
            for (int k = 0; k < lowerJ.Length; k++)
            {
                sum -= scaled[k] * lowerJ[k];
            }

            scaled[j] = sum;
            T element = sum * inverses[j];
            lowerRow[j] = element;
            pivot -= element * sum;
        }

        _pivots.Span[i] = pivot;
    }

    // A dropped column's multipliers are cleared too, so that it neither gives nor takes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish(int i, T kept)
    {
        T zero = T.Create(0);
        _kept.Span[i] = kept;
        _inverses.Span[i] = T.Select(kept, T.Create(1) / _pivots.Span[i], zero);
        if (i < Order - 1)
        {
            Span<T> lowerRow = _lower.Span.Slice(Packed.Index(i, 0), i);
            for (int k = 0; k < i; k++)
            {
                lowerRow[k] = T.Select(kept, lowerRow[k], zero);
            }
        }
    }
}

/// <summary>Addresses in a packed lower triangle.</summary>
internal static class Packed
{
    /// <summary>Numbers in the triangle.</summary>
    public static int Length(int order) => order * (order + 1) / 2;

    /// <summary>Position of element (i, j), j ≤ i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Index(int i, int j) => (i * (i + 1) / 2) + j;
}
