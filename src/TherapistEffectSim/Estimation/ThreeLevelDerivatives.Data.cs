using System.Runtime.CompilerServices;

namespace TherapistEffectSim.Estimation;

/// <content>The sums over therapists, their patients, and patterns of visits.</content>
internal sealed partial class ThreeLevelDerivatives<T>
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeTherapist(ThreeLevelStatistics<T> data, ThreeLevelCriterion<T> criterion, int j)
    {
        int m = _p + 1;
        TherapistState<T> state = criterion.TherapistStates[j];
        Symmetric2<T> p = state.P;
        Symmetric2<T> k = state.K;
        ReadOnlySpan<T> rows = criterion.Rows.Slice(j * 2 * m, 2 * m);
        (T q1, T q2) = Residual(rows[..m], rows.Slice(m, m));
        T v1 = k.First(q1, q2);
        T v2 = k.Second(q1, q2);
        T t1 = q1 - p.First(v1, v2);
        T t2 = q2 - p.Second(v1, v2);

        // N = I − KP
        T one = T.Create(1);
        T zero = T.Create(0);
        T n11 = one - T.Fma(k.A11, p.A11, k.A12 * p.A12);
        T n12 = zero - T.Fma(k.A11, p.A12, k.A12 * p.A22);
        T n21 = zero - T.Fma(k.A12, p.A11, k.A22 * p.A12);
        T n22 = one - T.Fma(k.A12, p.A12, k.A22 * p.A22);
        Symmetric2<T> own = p.Minus(k.Between(p));
        Symmetric2<T> square = Symmetric2<T>.Square(t1, t2);
        _outer.Traces = _outer.Traces.Plus(own);
        _outer.Squares = _outer.Squares.Plus(square);
        _outer.Pairs.AddTraces(one, own, own);
        _outer.Forms.AddForms(own, square);
        Symmetric2<T> ofColumns = _forScoring ? default : TakeColumns(rows, criterion.Factor, k, p, t1, t2);
        TherapistSums<T> sums = new() { V1 = v1, V2 = v2, Square = Symmetric2<T>.Square(v1, v2), K = k, OfColumns = ofColumns };
        TakePatients(data, criterion, j, ref sums);
        TakeCross(sums, k, n11, n12, n21, n22, t1, t2);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakePatients(ThreeLevelStatistics<T> data, ThreeLevelCriterion<T> criterion, int j, ref TherapistSums<T> sums)
    {
        int m = _p + 1;
        int stride = data.SumStride;
        ReadOnlySpan<T> values = data.Sums.Slice(j * data.Patterns * stride, data.Patterns * stride);
        for (int k = 0; k < data.Patterns; k++)
        {
            ReadOnlySpan<T> own = values.Slice(k * stride, stride);
            ref readonly PatternState<T> state = ref criterion.PatternStates[k];
            ref PatternSums<T> pattern = ref _patterns[k];
            T n = own[0];
            (T r1, T r2) = Residual(own.Slice(1, m), own.Slice(1 + m, m));
            T a1 = T.Fma(state.A11, r1, state.A12 * r2);
            T a2 = T.Fma(state.A21, r1, state.A22 * r2);
            pattern.X11 = T.Fma(a1, sums.V1, pattern.X11);
            pattern.X12 = T.Fma(a1, sums.V2, pattern.X12);
            pattern.X21 = T.Fma(a2, sums.V1, pattern.X21);
            pattern.X22 = T.Fma(a2, sums.V2, pattern.X22);
            pattern.Squares = pattern.Squares.Plus(n, sums.Square);
            pattern.K = pattern.K.Plus(n, sums.K);
            Symmetric2<T> p = state.P;
            T c1 = a1 - (n * p.First(sums.V1, sums.V2));
            T c2 = a2 - (n * p.Second(sums.V1, sums.V2));
            sums.AddPatients(n, p, c1, c2);
            if (_reml && !_forScoring)
            {
                AddColumns(ref pattern, own.Slice(1, _p), own.Slice(1 + m, _p), n, sums.OfColumns);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeCross(in TherapistSums<T> s, in Symmetric2<T> k, T n11, T n12, T n21, T n22, T t1, T t2)
    {
        // tr NᵀS_eN E_f and tr K S_e K S_e'.
        _cross.AddTraces(0, s.S11.Between(n11, n21, n12, n22));
        _cross.AddTraces(1, s.S12.Between(n11, n21, n12, n22));
        _cross.AddTraces(2, s.S22.Between(n11, n21, n12, n22));
        Symmetric2<T> k11 = s.S11.Between(k);
        Symmetric2<T> k12 = s.S12.Between(k);
        _inner.Pairs.A1111 += Product(k11, s.S11);
        _inner.Pairs.A1112 += Product(k11, s.S12);
        _inner.Pairs.A1122 += Product(k11, s.S22);
        _inner.Pairs.A1212 += Product(k12, s.S12);
        _inner.Pairs.A1222 += Product(k12, s.S22);
        _inner.Pairs.A2222 += Product(s.S22.Between(k), s.S22);

        // tᵀE_f Nᵀg_e and −g_eᵀK g_e'.
        _cross.AddForms(0, T.Fma(n11, s.G11First, n21 * s.G11Second), T.Fma(n12, s.G11First, n22 * s.G11Second), t1, t2);
        _cross.AddForms(1, T.Fma(n11, s.G12First, n21 * s.G12Second), T.Fma(n12, s.G12First, n22 * s.G12Second), t1, t2);
        _cross.AddForms(2, T.Fma(n11, s.G22First, n21 * s.G22Second), T.Fma(n12, s.G22First, n22 * s.G22Second), t1, t2);
        T h1 = k.First(s.G11First, s.G11Second);
        T h2 = k.Second(s.G11First, s.G11Second);
        _inner.Forms.A1111 -= T.Fma(h1, s.G11First, h2 * s.G11Second);
        _inner.Forms.A1112 -= T.Fma(h1, s.G12First, h2 * s.G12Second);
        _inner.Forms.A1122 -= T.Fma(h1, s.G22First, h2 * s.G22Second);
        h1 = k.First(s.G12First, s.G12Second);
        h2 = k.Second(s.G12First, s.G12Second);
        _inner.Forms.A1212 -= T.Fma(h1, s.G12First, h2 * s.G12Second);
        _inner.Forms.A1222 -= T.Fma(h1, s.G22First, h2 * s.G22Second);
        h1 = k.First(s.G22First, s.G22Second);
        h2 = k.Second(s.G22First, s.G22Second);
        _inner.Forms.A2222 -= T.Fma(h1, s.G22First, h2 * s.G22Second);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakePattern(ThreeLevelStatistics<T> data, ThreeLevelCriterion<T> criterion, int k)
    {
        T one = T.Create(1);
        ReadOnlySpan<T> own = data.PatternValues.Slice(k * data.PatternStride, data.PatternStride);
        PatternState<T> state = criterion.PatternStates[k];
        ref PatternSums<T> sums = ref _patterns[k];
        Symmetric2<T> p = state.P;
        T n = own[3];
        Symmetric2<T> reduction = sums.K.Between(p); // Σ P K P
        _inner.Traces = _inner.Traces.Plus(n, p).Minus(reduction);
        _inner.Pairs.AddTraces(n, p, p);
        _inner.Pairs.AddTraces(T.Create(-2), p, reduction);

        // Σ CCᵀ = A O Aᵀ − XP − (XP)ᵀ + P Σnvvᵀ P
        ReadOnlySpan<T> products = own[ThreeLevelStatistics<T>.PatternHead..];
        Symmetric2<T> squares = Contract(products).Between(state.A11, state.A12, state.A21, state.A22)
            .Minus(Twice(p, sums.X11, sums.X12, sums.X21, sums.X22))
            .Plus(sums.Squares.Between(p));
        _inner.Squares = _inner.Squares.Plus(squares);
        _inner.Forms.AddForms(p, squares);
        if (_reml && !_forScoring)
        {
            T x11 = T.Fma(state.A11, sums.Y11, state.A12 * sums.Y21);
            T x12 = T.Fma(state.A11, sums.Y12, state.A12 * sums.Y22);
            T x21 = T.Fma(state.A21, sums.Y11, state.A22 * sums.Y21);
            T x22 = T.Fma(state.A21, sums.Y12, state.A22 * sums.Y22);
            sums.Columns = ContractColumns(products).Between(state.A11, state.A12, state.A21, state.A22)
                .Minus(Twice(p, x11, x12, x21, x22))
                .Plus(sums.OfColumns.Between(p));
            _inner.OfColumns = _inner.OfColumns.Plus(one, sums.Columns);
        }
    }

    // XP + (XP)ᵀ
    private static Symmetric2<T> Twice(in Symmetric2<T> p, T x11, T x12, T x21, T x22)
    {
        T first = T.Fma(x11, p.A11, x12 * p.A12);
        T second = T.Fma(x21, p.A12, x22 * p.A22);
        return new(first + first, T.Fma(x11, p.A12, x12 * p.A22) + T.Fma(x21, p.A11, x22 * p.A12), second + second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (T First, T Second) Residual(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
    {
        ReadOnlySpan<T> c = _coefficients.Span[..x.Length];
        T first = T.Create(0);
        T second = first;
        for (int i = 0; i < c.Length; i++)
        {
            first = T.Fma(c[i], x[i], first);
            second = T.Fma(c[i], y[i], second);
        }

        return (first, second);
    }
}
