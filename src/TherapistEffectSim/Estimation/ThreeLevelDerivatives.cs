using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Slope and approximate Hessian of the criterion of a three-level model in the elements of both Λ, one data set per lane.</summary>
/// <remarks>
/// The sums of <see cref="NestedDerivatives"/> for one pair of columns on both levels, where B_u = P_u, gathered by pattern of visits: a patient's C_u = A r_u − P v_j, v_j = K q_j.
/// The slope is exact. Of the Hessian, what fixed effects take off the forms is there for the therapists' elements only.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed partial class ThreeLevelDerivatives<T>
    where T : unmanaged, ILane<T>
{
    private const int Elements = 6;
    private const double Tiny = 1e-280;
    private const double ShareOfInformation = 1e-4;
    private const double ShareAtZero = 1e-5;

    private readonly int _p;
    private readonly bool _reml;
    private readonly PatternSums<T>[] _patterns;
    private readonly LaneBuffer<T> _coefficients; // −β, then 1
    private readonly LaneBuffer<T> _inverse;      // packed (XᵀH⁻¹X)⁻¹, not scaled by σ²
    private readonly LaneBuffer<T> _pivots;       // 1/d_i
    private readonly LaneBuffer<T> _column;
    private readonly LaneBuffer<T> _weighted;     // two rows: Ω times K q
    private readonly LaneBuffer<T> _mixed;        // [column × 3] Σ s_iᵀE_kt of therapists
    private Level _inner;
    private Level _outer;
    private Cross _cross;

    /// <param name="patterns">Patterns of visits.</param>
    /// <param name="columns">Columns of [X y].</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    public ThreeLevelDerivatives(int patterns, int columns, bool reml)
    {
        _p = columns - 1;
        _reml = reml;
        _patterns = new PatternSums<T>[patterns];
        _coefficients = new(columns);
        _inverse = new(Packed.Length(_p));
        _pivots = new(_p);
        _column = new(_p);
        _weighted = new(2 * columns);
        _mixed = new(_p * 3);
        Step = new(Elements);
    }

    /// <summary>The step made of them.</summary>
    public ModifiedNewtonStep<T> Step { get; }

    /// <summary>Takes the sums where the criterion stands.</summary>
    public void Take(ThreeLevelStatistics<T> data, ThreeLevelCriterion<T> criterion)
    {
        _inner = default;
        _outer = default;
        _cross = default;
        Array.Clear(_patterns);
        _mixed.Span.Clear();
        criterion.Factor.Coefficients(_column.Span);
        for (int i = 0; i < _p; i++)
        {
            _coefficients.Span[i] = T.Create(0) - _column.Span[i];
        }

        _coefficients.Span[_p] = T.Create(1);
        criterion.Factor.InversePivots[.._p].CopyTo(_pivots.Span);
        Invert(criterion.Factor);
        for (int j = 0; j < data.Therapists; j++)
        {
            TakeTherapist(data, criterion, j);
        }

        for (int k = 0; k < data.Patterns; k++)
        {
            TakePattern(data, criterion, k);
        }
    }

    /// <summary>Makes slope, Hessian and least pivots in Λ.</summary>
    /// <param name="theta">λ₁, λ₂, λ₃ of patients, then of therapists.</param>
    /// <param name="ratio">N*/R.</param>
    /// <param name="divisor">N*.</param>
    public void Finish(ReadOnlySpan<T> theta, T ratio, T divisor)
    {
        Span<T> slopes = Step.Gradient.Span;
        T share = ratio / divisor;
        T curvature = ratio + ratio;
        Symmetric2<T> squares2 = Doubled(_inner.Squares);
        Symmetric2<T> squares1 = Doubled(_outer.Squares);
        Symmetric2<T> slope2 = Doubled(_inner.Traces).Plus(T.Create(0) - ratio, squares2);
        Symmetric2<T> slope1 = Doubled(_outer.Traces).Plus(T.Create(0) - ratio, squares1);
        if (_reml)
        {
            slope2 = slope2.Minus(Doubled(_inner.OfColumns));
            slope1 = slope1.Minus(Doubled(_outer.OfColumns));
        }

        ElementPairs<T> fixedPart = Fixed();
        Span<T> hessian = Step.Hessian.Span;
        Block(hessian, 0, theta[..3], Second(_inner, default, squares2, ratio, share, curvature), slope2, slopes);
        Block(hessian, 3, theta[3..], Second(_outer, fixedPart, squares1, ratio, share, curvature), slope1, slopes);
        MixedBlock(hessian, theta, squares2, squares1, ratio, share, curvature);
    }

    /// <summary>A step of scoring from θ = 0, where the sums were taken: ψ in the place of the step.</summary>
    /// <param name="precision">1/σ².</param>
    public void Moments(T precision)
    {
        T tiny = T.Create(Tiny);
        Symmetric2<T> slope2 = Doubled(_inner.Traces.Plus(T.Create(0) - precision, _inner.Squares));
        Symmetric2<T> slope1 = Doubled(_outer.Traces.Plus(T.Create(0) - precision, _outer.Squares));
        Span<T> slopes = Step.Gradient.Span;
        (slopes[0], slopes[1], slopes[2]) = (slope2.A11, slope2.A12, slope2.A22);
        (slopes[3], slopes[4], slopes[5]) = (slope1.A11, slope1.A12, slope1.A22);
        Span<T> hessian = Step.Hessian.Span;
        Put(hessian, 0, _inner.Pairs);
        Put(hessian, 3, _outer.Pairs);
        for (int f = 0; f < 3; f++)
        {
            for (int e = 0; e < 3; e++)
            {
                hessian[Packed.Index(3 + f, e)] = _cross.Trace(f, e);
            }
        }

        Step.Floors.Span.Fill(tiny);
        Step.Take(T.Create(double.MaxValue));
    }

    /// <summary>Asymptotic standard error at 0 of a variance, by its place among the six elements.</summary>
    public T ErrorAtZero(int element)
    {
        ref ElementPairs<T> pairs = ref element < 3 ? ref _inner.Pairs : ref _outer.Pairs;
        T information = element % 3 == 0 ? pairs.A1111 : pairs.A2222;
        return T.Sqrt(T.Create(2) / T.Max(information, T.Create(Tiny)));
    }

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
        Symmetric2<T> ofColumns = TakeColumns(rows, criterion.Factor, k, p, t1, t2);
        TherapistSums<T> sums = new() { V1 = v1, V2 = v2, Square = Symmetric2<T>.Square(v1, v2), K = k, OfColumns = ofColumns };
        TakePatients(data, criterion, j, ref sums);
        TakeCross(sums, k, n11, n12, n21, n22, t1, t2);
    }

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
            if (_reml)
            {
                AddColumns(ref pattern, own.Slice(1, _p), own.Slice(1 + m, _p), n, sums.OfColumns);
            }
        }
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
        if (_reml)
        {
            T x11 = T.Fma(state.A11, sums.Y11, state.A12 * sums.Y21);
            T x12 = T.Fma(state.A11, sums.Y12, state.A12 * sums.Y22);
            T x21 = T.Fma(state.A21, sums.Y11, state.A22 * sums.Y21);
            T x22 = T.Fma(state.A21, sums.Y12, state.A22 * sums.Y22);
            _inner.OfColumns = _inner.OfColumns.Plus(
                one,
                ContractColumns(products).Between(state.A11, state.A12, state.A21, state.A22)
                    .Minus(Twice(p, x11, x12, x21, x22))
                    .Plus(sums.OfColumns.Between(p)));
        }
    }

    // XP + (XP)ᵀ
    private static Symmetric2<T> Twice(in Symmetric2<T> p, T x11, T x12, T x21, T x22)
    {
        T first = T.Fma(x11, p.A11, x12 * p.A12);
        T second = T.Fma(x21, p.A12, x22 * p.A22);
        return new(first + first, T.Fma(x11, p.A12, x12 * p.A22) + T.Fma(x21, p.A11, x22 * p.A12), second + second);
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

    private struct Level
    {
        public Symmetric2<T> Traces;
        public Symmetric2<T> Squares;
        public Symmetric2<T> OfColumns;
        public ElementPairs<T> Pairs;
        public ElementPairs<T> Forms;
    }

    // [therapists' element, patients' element]
    private struct Cross
    {
        private Symmetric2<T> _traces11, _traces12, _traces22;
        private Symmetric2<T> _forms11, _forms12, _forms22;

        public void AddTraces(int e, in Symmetric2<T> matrix)
        {
            ref Symmetric2<T> sum = ref Traces(ref this, e);
            sum = sum.Plus(Doubled(matrix));
        }

        public void AddForms(int e, T h1, T h2, T t1, T t2)
        {
            ref Symmetric2<T> sum = ref Forms(ref this, e);
            sum = new(T.Fma(t1, h1, sum.A11), T.Fma(t1, h2, T.Fma(t2, h1, sum.A12)), T.Fma(t2, h2, sum.A22));
        }

        public readonly T Trace(int f, int e) => Pick(e == 0 ? _traces11 : e == 1 ? _traces12 : _traces22, f);

        public readonly T Form(int f, int e) => Pick(e == 0 ? _forms11 : e == 1 ? _forms12 : _forms22, f);

        private static T Pick(in Symmetric2<T> sum, int f) => f == 0 ? sum.A11 : f == 1 ? sum.A12 : sum.A22;

        private static ref Symmetric2<T> Traces(ref Cross cross, int e)
        {
            if (e == 0)
            {
                return ref cross._traces11;
            }

            return ref e == 1 ? ref cross._traces12 : ref cross._traces22;
        }

        private static ref Symmetric2<T> Forms(ref Cross cross, int e)
        {
            if (e == 0)
            {
                return ref cross._forms11;
            }

            return ref e == 1 ? ref cross._forms12 : ref cross._forms22;
        }
    }
}
