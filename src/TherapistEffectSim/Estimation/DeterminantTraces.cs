using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>The traces that the derivatives of log|A_xx| are made of.</summary>
/// <typeparam name="T">The lane: one data set each.</typeparam>
internal sealed class DeterminantTraces<T>
    where T : unmanaged, ILane<T>
{
    private readonly int _order; // p
    private readonly LdlFactor<T> _ldl;
    private readonly LaneBuffer<T> _s2; // L⁻¹TL⁻ᵀ, full square
    private readonly LaneBuffer<T> _column;

    /// <param name="ldl">Factor of A, the outcome last.</param>
    public DeterminantTraces(LdlFactor<T> ldl)
    {
        _order = ldl.Order - 1;
        _ldl = ldl;
        _s2 = new(_order * _order);
        _column = new(_order);
    }

    /// <summary>tr A⁻¹T₂ and 2 tr A⁻¹T₃ − tr (A⁻¹T₂)², through S_k = L⁻¹T_kL⁻ᵀ.</summary>
    public void Of(ReadOnlySpan<T> t2, ReadOnlySpan<T> t3, out T trace2, out T curvature)
    {
        int p = _order;
        ReadOnlySpan<T> inverse = _ldl.InversePivots;
        Whiten(t3);
        T trace3 = T.Create(0);
        for (int k = 0; k < p; k++)
        {
            trace3 = T.Fma(_s2.Span[(k * p) + k], inverse[k], trace3);
        }

        Whiten(t2);
        trace2 = T.Create(0);
        T square = trace2;
        for (int i = 0; i < p; i++)
        {
            for (int j = 0; j < i; j++)
            {
                T s = _s2.Span[(i * p) + j];
                square = T.Fma((s + s) * s, inverse[i] * inverse[j], square);
            }

            T diagonal = _s2.Span[(i * p) + i] * inverse[i];
            trace2 += diagonal;
            square = T.Fma(diagonal, diagonal, square);
        }

        curvature = trace3 + trace3 - square;
    }

    // S = L⁻¹ T L⁻ᵀ: solve for each row of T (symmetric), then for each column of the result.
    private void Whiten(ReadOnlySpan<T> packed)
    {
        int p = _order;
        Span<T> s = _s2.Span;
        for (int i = 0; i < p; i++)
        {
            for (int j = 0; j < p; j++)
            {
                s[(i * p) + j] = packed[Packed.Index(Math.Max(i, j), Math.Min(i, j))];
            }

            _ldl.SolveLower(s.Slice(i * p, p));
        }

        Span<T> column = _column.Span;
        for (int j = 0; j < p; j++)
        {
            for (int i = 0; i < p; i++)
            {
                column[i] = s[(i * p) + j];
            }

            _ldl.SolveLower(column);
            for (int i = 0; i < p; i++)
            {
                s[(i * p) + j] = column[i];
            }
        }
    }
}
