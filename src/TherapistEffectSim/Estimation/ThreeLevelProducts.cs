using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>What fixed effects do to the second derivatives of the criterion of a three-level model: all that <see cref="ThreeLevelDerivatives{T}"/> leaves out. One data set per lane.</summary>
/// <remarks>
/// UᵀH⁻¹H_eH⁻¹U for the six elements of Ψ, U = [X r], and for REML the traces of X̃ᵀH⁻¹H_eH⁻¹H_fH⁻¹X̃: P, M and Q of <see cref="NestedDerivatives"/>. Sums are taken over the columns of
/// [X y] as they are, and turned by L⁻¹ of A = LDLᵀ at the end.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed partial class ThreeLevelProducts<T>
    where T : unmanaged, ILane<T>
{
    private const int Elements = 6;

    private readonly int _p;
    private readonly int _packed;
    private readonly bool _reml;
    private readonly LaneBuffer<T> _products; // [element] packed, of patients then of therapists
    private readonly LaneBuffer<T> _random;   // v₁, v₂: K q of the therapist
    private readonly LaneBuffer<T> _own;      // s₁, s₂: q − P v
    private readonly LaneBuffer<T> _patients; // [patients' element × 2] rows of Σ P E_e C of a therapist's patients
    private readonly LaneBuffer<T> _square;
    private readonly LaneBuffer<T> _column;
    private readonly LaneBuffer<T> _weights;  // 1/d_i
    private readonly LaneBuffer<T> _hessian;  // Elements × Elements
    private ElementPairs<T> _inner;
    private ElementPairs<T> _outer;
    private Symmetric2<T> _cross11, _cross12, _cross22; // of therapists' elements, by the patients' element

    /// <param name="columns">Columns of [X y].</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    public ThreeLevelProducts(int columns, bool reml)
    {
        _p = columns - 1;
        _packed = Packed.Length(columns);
        _reml = reml;
        _products = new(Elements * _packed);
        _random = new(2 * columns);
        _own = new(2 * columns);
        _patients = new(Elements * columns);
        _square = new(Math.Max(columns * columns, Elements));
        _column = new(Math.Max(columns, Elements));
        _weights = new(_p);
        _hessian = new(Elements * Elements);
    }

    /// <summary>[element] packed UᵀH⁻¹H_eH⁻¹U, after <see cref="Take"/>.</summary>
    public ReadOnlySpan<T> Products => _products.Span;

    /// <summary>Takes the sums where criterion and derivatives stand.</summary>
    /// <param name="data">The data.</param>
    /// <param name="criterion">The criterion.</param>
    /// <param name="columnsOfPatterns">[pattern] Σ w_i C_i C_iᵀ over patients and fixed columns, for REML.</param>
    public void Take(ThreeLevelStatistics<T> data, ThreeLevelCriterion<T> criterion, ReadOnlySpan<PatternSums<T>> columnsOfPatterns)
    {
        _products.Span.Clear();
        criterion.Factor.InversePivots[.._p].CopyTo(_weights.Span);
        _inner = _outer = default;
        _cross11 = _cross12 = _cross22 = default;
        for (int k = 0; k < data.Patterns; k++)
        {
            ref readonly PatternState<T> state = ref criterion.PatternStates[k];
            AddPattern(data.PatternValues.Slice((k * data.PatternStride) + ThreeLevelStatistics<T>.PatternHead, 3 * _packed), state);
            if (_reml)
            {
                _inner.AddForms(state.P, columnsOfPatterns[k].Columns);
            }
        }

        for (int j = 0; j < data.Therapists; j++)
        {
            TakeTherapist(data, criterion, j);
        }

        for (int e = 0; e < Elements; e++)
        {
            Turn(_products.Span.Slice(e * _packed, _packed), criterion.Factor);
        }
    }

    // Σ CCᵀ as if therapists did not differ: A O Aᵀ.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddPattern(ReadOnlySpan<T> products, in PatternState<T> state)
    {
        AddPattern(_products.Span[.._packed], products, state.A11 * state.A11, state.A11 * state.A12, state.A12 * state.A12);
        T first = state.A11 * state.A21;
        T second = state.A12 * state.A22;
        T mixed = T.Fma(state.A11, state.A22, state.A12 * state.A21);
        AddPattern(_products.Span.Slice(_packed, _packed), products, first + first, mixed, second + second);
        AddPattern(_products.Span.Slice(2 * _packed, _packed), products, state.A21 * state.A21, state.A21 * state.A22, state.A22 * state.A22);
    }

    private void AddPattern(Span<T> sum, ReadOnlySpan<T> products, T a11, T a12, T a22)
    {
        ReadOnlySpan<T> second = products.Slice(_packed, sum.Length);
        ReadOnlySpan<T> third = products.Slice(2 * _packed, sum.Length);
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = T.Fma(a11, products[i], T.Fma(a12, second[i], T.Fma(a22, third[i], sum[i])));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeTherapist(ThreeLevelStatistics<T> data, ThreeLevelCriterion<T> criterion, int j)
    {
        int m = _p + 1;
        TherapistState<T> state = criterion.TherapistStates[j];
        TakeOwn(criterion.Rows.Slice(j * 2 * m, 2 * m), state);
        _patients.Span.Clear();
        int stride = data.SumStride;
        ReadOnlySpan<T> values = data.Sums.Slice(j * data.Patterns * stride, data.Patterns * stride);
        TherapistSums<T> sums = default;
        for (int k = 0; k < data.Patterns; k++)
        {
            ReadOnlySpan<T> own = values.Slice(k * stride, stride);
            ref readonly PatternState<T> pattern = ref criterion.PatternStates[k];
            sums.AddPatients(own[0], pattern.P, default, default);
            AddPatients(own.Slice(1, m), own.Slice(1 + m, m), pattern);
        }

        for (int e = 0; e < 3; e++)
        {
            Subtract(_products.Span.Slice(e * _packed, _packed), e, e == 0 ? sums.S11 : e == 1 ? sums.S12 : sums.S22);
        }

        if (_reml)
        {
            TakeForms(criterion.Factor, state);
        }
    }

    private void TakeOwn(ReadOnlySpan<T> rows, in TherapistState<T> state)
    {
        int m = _p + 1;
        Span<T> v = _random.Span;
        Span<T> s = _own.Span;
        for (int i = 0; i < m; i++)
        {
            T v1 = state.K.First(rows[i], rows[m + i]);
            T v2 = state.K.Second(rows[i], rows[m + i]);
            v[i] = v1;
            v[m + i] = v2;
            s[i] = rows[i] - state.P.First(v1, v2);
            s[m + i] = rows[m + i] - state.P.Second(v1, v2);
        }

        Span<T> products = _products.Span;
        AddSquares(products.Slice(3 * _packed, _packed), products.Slice(4 * _packed, _packed), products.Slice(5 * _packed, _packed));
    }

    private void AddSquares(Span<T> sum11, Span<T> sum12, Span<T> sum22)
    {
        int m = _p + 1;
        ReadOnlySpan<T> x = _own.Span[..m];
        ReadOnlySpan<T> y = _own.Span.Slice(m, m);
        int at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            for (int k = 0; k <= i; k++)
            {
                sum11[at] = T.Fma(x[i], x[k], sum11[at]);
                sum12[at] = T.Fma(x[i], y[k], T.Fma(y[i], x[k], sum12[at]));
                sum22[at] = T.Fma(y[i], y[k], sum22[at]);
                at++;
            }
        }
    }

    // += P E_e A times sums over patients.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddPatients(ReadOnlySpan<T> x, ReadOnlySpan<T> y, in PatternState<T> pattern)
    {
        int m = x.Length;
        Symmetric2<T> p = pattern.P;
        (T a11, T a12, T a21, T a22) = (pattern.A11, pattern.A12, pattern.A21, pattern.A22);
        Span<T> first = _patients.Span[..m];
        Span<T> second = _patients.Span.Slice(m, m);
        Span<T> third = _patients.Span.Slice(2 * m, m);
        Span<T> fourth = _patients.Span.Slice(3 * m, m);
        Span<T> fifth = _patients.Span.Slice(4 * m, m);
        Span<T> sixth = _patients.Span.Slice(5 * m, m);
        for (int i = 0; i < x.Length; i++)
        {
            T c1 = T.Fma(a11, x[i], a12 * y[i]);
            T c2 = T.Fma(a21, x[i], a22 * y[i]);
            first[i] = T.Fma(p.A11, c1, first[i]);
            second[i] = T.Fma(p.A12, c1, second[i]);
            third[i] = T.Fma(p.A11, c2, T.Fma(p.A12, c1, third[i]));
            fourth[i] = T.Fma(p.A12, c2, T.Fma(p.A22, c1, fourth[i]));
            fifth[i] = T.Fma(p.A12, c2, fifth[i]);
            sixth[i] = T.Fma(p.A22, c2, sixth[i]);
        }
    }

    // With a = A d and w = P v of a patient, a − w = C: Σ CᵀE C = Σ aᵀE a − vᵀg − gᵀv with g = Σ P E a − S v/2, S = Σ P E P. Leaves g = Σ P E C.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Subtract(Span<T> sum, int e, in Symmetric2<T> s)
    {
        int m = _p + 1;
        T half = T.Create(-0.5);
        ReadOnlySpan<T> v1 = _random.Span[..m];
        ReadOnlySpan<T> v2 = _random.Span.Slice(m, m);
        Span<T> g1 = _patients.Span.Slice(2 * e * m, m);
        Span<T> g2 = _patients.Span.Slice(((2 * e) + 1) * m, m);
        for (int i = 0; i < v1.Length; i++)
        {
            g1[i] = T.Fma(half, s.First(v1[i], v2[i]), g1[i]);
            g2[i] = T.Fma(half, s.Second(v1[i], v2[i]), g2[i]);
        }

        SubtractOuter(sum, v1, v2, g1, g2);
        for (int i = 0; i < v1.Length; i++)
        {
            g1[i] = T.Fma(half, s.First(v1[i], v2[i]), g1[i]);
            g2[i] = T.Fma(half, s.Second(v1[i], v2[i]), g2[i]);
        }
    }

    // −= vᵀg + gᵀv
    private static void SubtractOuter(Span<T> sum, ReadOnlySpan<T> v1, ReadOnlySpan<T> v2, ReadOnlySpan<T> g1, ReadOnlySpan<T> g2)
    {
        T zero = T.Create(0);
        int at = 0;
        for (int i = 0; i < v1.Length; i++)
        {
            T ownV1 = zero - v1[i];
            T ownV2 = zero - v2[i];
            T ownG1 = zero - g1[i];
            T ownG2 = zero - g2[i];
            Span<T> row = sum.Slice(at, i + 1);
            for (int k = 0; k < row.Length; k++)
            {
                row[k] = T.Fma(ownV1, g1[k], T.Fma(ownG1, v1[k], T.Fma(ownV2, g2[k], T.Fma(ownG2, v2[k], row[k]))));
            }

            at += i + 1;
        }
    }

    // L⁻¹ G L⁻ᵀ
    private void Turn(Span<T> packed, LdlFactor<T> factor)
    {
        int m = _p + 1;
        Span<T> square = _square.Span;
        for (int i = 0; i < m; i++)
        {
            for (int k = 0; k < m; k++)
            {
                square[(i * m) + k] = packed[i >= k ? Packed.Index(i, k) : Packed.Index(k, i)];
            }

            factor.SolveLower(square.Slice(i * m, m));
        }

        Span<T> column = _column.Span[..m];
        for (int k = 0; k < m; k++)
        {
            for (int i = 0; i < m; i++)
            {
                column[i] = square[(i * m) + k];
            }

            factor.SolveLower(column);
            for (int i = k; i < m; i++)
            {
                packed[Packed.Index(i, k)] = column[i];
            }
        }
    }
}
