using System.Runtime.CompilerServices;

namespace TherapistEffectSim.Estimation;

/// <content>What the fixed effects give to the sums.</content>
internal sealed partial class ThreeLevelDerivatives<T>
{
    // Σ s_iᵀE_kt for the Hessian, and for REML Σ s_is_iᵀ/d_i of therapists; returns Σ v_iv_iᵀ/d_i and leaves Ω K q.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private Symmetric2<T> TakeColumns(ReadOnlySpan<T> rows, LdlFactor<T> factor, in Symmetric2<T> k, in Symmetric2<T> p, T t1, T t2)
    {
        int m = _p + 1;
        ReadOnlySpan<T> x = rows[..m];
        ReadOnlySpan<T> y = rows.Slice(m, m);
        Span<T> first = _weighted.Span[..m];
        Span<T> second = _weighted.Span.Slice(m, m);
        ReadOnlySpan<T> lower = factor.Lower;
        ReadOnlySpan<T> inverse = factor.InversePivots;
        Symmetric2<T> ofColumns = default;
        for (int i = 0; i < _p; i++)
        {
            T a = x[i];
            T b = y[i];
            ReadOnlySpan<T> row = lower.Slice(Packed.Index(i, 0), i);
            for (int c = 0; c < row.Length; c++)
            {
                a -= row[c] * first[c];
                b -= row[c] * second[c];
            }

            first[i] = a;
            second[i] = b;
            T v1 = k.First(a, b);
            T v2 = k.Second(a, b);
            T s1 = a - p.First(v1, v2);
            T s2 = b - p.Second(v1, v2);
            Span<T> own = _mixed.Span.Slice(3 * i, 3);
            own[0] = T.Fma(s1, t1, own[0]);
            own[1] = T.Fma(s1, t2, T.Fma(s2, t1, own[1]));
            own[2] = T.Fma(s2, t2, own[2]);
            if (_reml)
            {
                ofColumns = ofColumns.Plus(inverse[i], Symmetric2<T>.Square(v1, v2));
                _outer.OfColumns = _outer.OfColumns.Plus(inverse[i], Symmetric2<T>.Square(s1, s2));
            }
        }

        if (_reml)
        {
            for (int i = 0; i < _p; i++)
            {
                T a = T.Create(0);
                T b = a;
                for (int c = 0; c < _p; c++)
                {
                    T weight = _inverse.Span[i >= c ? Packed.Index(i, c) : Packed.Index(c, i)];
                    a = T.Fma(weight, x[c], a);
                    b = T.Fma(weight, y[c], b);
                }

                first[i] = k.First(a, b);
                second[i] = k.Second(a, b);
            }
        }

        return ofColumns;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddColumns(ref PatternSums<T> pattern, ReadOnlySpan<T> x, ReadOnlySpan<T> y, T n, in Symmetric2<T> ofColumns)
    {
        ReadOnlySpan<T> first = _weighted.Span[..x.Length];
        ReadOnlySpan<T> second = _weighted.Span.Slice(_p + 1, x.Length);
        T y11 = pattern.Y11;
        T y12 = pattern.Y12;
        T y21 = pattern.Y21;
        T y22 = pattern.Y22;
        for (int i = 0; i < x.Length; i++)
        {
            y11 = T.Fma(x[i], first[i], y11);
            y12 = T.Fma(x[i], second[i], y12);
            y21 = T.Fma(y[i], first[i], y21);
            y22 = T.Fma(y[i], second[i], y22);
        }

        (pattern.Y11, pattern.Y12, pattern.Y21, pattern.Y22) = (y11, y12, y21, y22);
        pattern.OfColumns = pattern.OfColumns.Plus(n, ofColumns);
    }

    // The products with the residuals' coefficients on both sides.
    private Symmetric2<T> Contract(ReadOnlySpan<T> products)
    {
        int packed = Packed.Length(_p + 1);
        T sum11 = T.Create(0);
        T sum12 = sum11;
        T sum22 = sum11;
        ReadOnlySpan<T> c = _coefficients.Span;
        for (int i = 0; i <= _p; i++)
        {
            for (int k = 0; k <= i; k++)
            {
                int at = Packed.Index(i, k);
                T weight = c[i] * c[k];
                T both = i == k ? weight : weight + weight;
                sum11 = T.Fma(both, products[at], sum11);
                sum12 = T.Fma(both, products[packed + at], sum12);
                sum22 = T.Fma(both, products[(2 * packed) + at], sum22);
            }
        }

        return new(sum11, T.Create(0.5) * sum12, sum22);
    }

    private Symmetric2<T> ContractColumns(ReadOnlySpan<T> products)
    {
        int packed = Packed.Length(_p + 1);
        T sum11 = T.Create(0);
        T sum12 = sum11;
        T sum22 = sum11;
        for (int i = 0; i < _p; i++)
        {
            for (int k = 0; k <= i; k++)
            {
                int at = Packed.Index(i, k);
                T weight = _inverse.Span[at];
                T both = i == k ? weight : weight + weight;
                sum11 = T.Fma(both, products[at], sum11);
                sum12 = T.Fma(both, products[packed + at], sum12);
                sum22 = T.Fma(both, products[(2 * packed) + at], sum22);
            }
        }

        return new(sum11, T.Create(0.5) * sum12, sum22);
    }

    // Ω = (XᵀH⁻¹X)⁻¹ column by column; dropped columns have zeros.
    private void Invert(LdlFactor<T> factor)
    {
        if (!_reml)
        {
            return;
        }

        Span<T> column = _column.Span;
        for (int c = 0; c < _p; c++)
        {
            column.Clear();
            column[c] = T.Create(1);
            factor.SolveLower(column);
            for (int i = 0; i < _p; i++)
            {
                column[i] *= factor.InversePivots[i];
            }

            factor.SolveUpper(column);
            for (int i = c; i < _p; i++)
            {
                _inverse.Span[Packed.Index(i, c)] = column[i];
            }
        }
    }

    private ElementPairs<T> Fixed()
    {
        ElementPairs<T> sum = default;
        for (int i = 0; i < _p; i++)
        {
            T first = _mixed.Span[3 * i];
            T second = _mixed.Span[(3 * i) + 1];
            T third = _mixed.Span[(3 * i) + 2];
            T weight = _pivots.Span[i];
            sum.A1111 = T.Fma(first * weight, first, sum.A1111);
            sum.A1112 = T.Fma(first * weight, second, sum.A1112);
            sum.A1122 = T.Fma(first * weight, third, sum.A1122);
            sum.A1212 = T.Fma(second * weight, second, sum.A1212);
            sum.A1222 = T.Fma(second * weight, third, sum.A1222);
            sum.A2222 = T.Fma(third * weight, third, sum.A2222);
        }

        return sum;
    }
}
