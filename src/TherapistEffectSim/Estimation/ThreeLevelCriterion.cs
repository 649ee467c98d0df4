using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>The profiled criterion of a model with two random effects of therapists and of their patients, and what its derivatives are made of; one data set per lane.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class ThreeLevelCriterion<T>
    where T : unmanaged, ILane<T>
{
    private readonly int _m;
    private readonly LaneBuffer<T> _a;
    private readonly PatternState<T>[] _patterns;
    private readonly TherapistState<T>[] _therapists;
    private readonly LaneBuffer<T> _rows; // [therapist] two rows of ZᵀH_patients⁻¹[X y]

    /// <param name="therapists">Therapists of the data.</param>
    /// <param name="patterns">Patterns of visits.</param>
    /// <param name="columns">Columns of [X y].</param>
    public ThreeLevelCriterion(int therapists, int patterns, int columns)
    {
        _m = columns;
        _a = new(Packed.Length(columns));
        _patterns = new PatternState<T>[patterns];
        _therapists = new TherapistState<T>[therapists];
        _rows = new(therapists * 2 * columns);
        Factor = new(columns);
    }

    /// <summary>Factor of [X y]ᵀH⁻¹[X y].</summary>
    public LdlFactor<T> Factor { get; }

    /// <summary>R.</summary>
    public T Residual => Factor.Pivots[_m - 1];

    /// <summary>[pattern] Where it stands.</summary>
    public ReadOnlySpan<PatternState<T>> PatternStates => _patterns;

    /// <summary>[therapist] Where it stands.</summary>
    public ReadOnlySpan<TherapistState<T>> TherapistStates => _therapists;

    /// <summary>[therapist] Two rows of ZᵀH_patients⁻¹[X y].</summary>
    public Span<T> Rows => _rows.Span;

    /// <summary>σ² from what is orthogonal to the patients' effects.</summary>
    /// <param name="data">The data.</param>
    /// <param name="tolerance">Of the rank of the columns.</param>
    /// <param name="residual">The sum of squares that it is made from.</param>
    public T WithinVariance(ThreeLevelStatistics<T> data, double tolerance, out T residual)
    {
        T one = T.Create(1);
        Factor.Kept.Fill(T.FromBits(ulong.MaxValue));
        data.Within.CopyTo(_a.Span);
        Factor.FactorWithRank(_a.Span, tolerance);
        T df = data.Observations;
        for (int k = 0; k < data.Patterns; k++)
        {
            df -= T.Create(2) * data.PatternValues[(k * data.PatternStride) + 3];
        }

        for (int i = 0; i < _m - 1; i++)
        {
            df -= T.And(Factor.Kept[i], one);
        }

        residual = Residual;
        T variance = residual / T.Max(df, one);
        Factor.Kept.Fill(T.FromBits(ulong.MaxValue));
        return variance;
    }

    /// <summary>N* log R + log-determinants: the criterion without its constants.</summary>
    public T Evaluate(ThreeLevelStatistics<T> data, ReadOnlySpan<T> theta, T divisor, bool reml)
    {
        T logDeterminant = Add(data, theta);
        Factor.Factor(_a.Span);
        T value = T.Fma(divisor, Elementary.Log(Residual), logDeterminant);
        if (!reml)
        {
            return value;
        }

        T product = T.Create(1);
        for (int i = 0; i < _m - 1; i++)
        {
            product = T.Select(Factor.Kept[i], product * Factor.Pivots[i], product);
        }

        return value + Elementary.Log(product);
    }

    /// <summary>Mask: every pivot where the criterion stands, that of the outcome too, exceeds a share of the column's diagonal.</summary>
    public T HasPivotsAbove(double share) => Factor.HasPivotsAbove(share, _a.Span);

    /// <summary>Moves to θ and decides which columns take part.</summary>
    public void EvaluateWithRank(ThreeLevelStatistics<T> data, ReadOnlySpan<T> theta, double tolerance)
    {
        Add(data, theta);
        Factor.FactorWithRank(_a.Span, tolerance);
    }

    private T Add(ThreeLevelStatistics<T> data, ReadOnlySpan<T> theta)
    {
        data.Within.CopyTo(_a.Span);
        return AddPatterns(data, theta[0], theta[1], theta[2]) + AddTherapists(data, theta[3], theta[4], theta[5]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T AddPatterns(ThreeLevelStatistics<T> data, T l1, T l2, T l3)
    {
        T one = T.Create(1);
        T zero = T.Create(0);
        T sum = zero;
        Span<T> a = _a.Span;
        int packed = a.Length;
        for (int k = 0; k < data.Patterns; k++)
        {
            ReadOnlySpan<T> own = data.PatternValues.Slice(k * data.PatternStride, data.PatternStride);
            T y11 = T.Fma(own[0], l1, own[1] * l2);
            T y12 = own[1] * l3;
            T y21 = own[2] * l2;
            T y22 = own[2] * l3;
            T m11 = T.Fma(y11, y11, T.Fma(y12, y12, one));
            T m12 = T.Fma(y11, y21, y12 * y22);
            T m22 = T.Fma(y21, y21, T.Fma(y22, y22, one));
            T determinant = T.Fma(m11, m22, zero - (m12 * m12));
            sum = T.Fma(own[3], Elementary.Log(determinant), sum);
            T inverse = one / determinant;
            T v11 = m22 * inverse;
            T v12 = zero - (m12 * inverse);
            T v22 = m11 * inverse;
            T k11 = own[0] * v11;
            T k12 = own[0] * v12;
            T k21 = T.Fma(own[1], v11, own[2] * v12);
            T k22 = T.Fma(own[1], v12, own[2] * v22);
            _patterns[k] = new(
                k11, k12, k21, k22, new(k11 * own[0], T.Fma(k11, own[1], k12 * own[2]), T.Fma(k21, own[1], k22 * own[2])));
            ReadOnlySpan<T> products = own[ThreeLevelStatistics<T>.PatternHead..];
            for (int i = 0; i < a.Length; i++)
            {
                a[i] = T.Fma(v11, products[i], T.Fma(v12, products[packed + i], T.Fma(v22, products[(2 * packed) + i], a[i])));
            }
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private T AddTherapists(ThreeLevelStatistics<T> data, T l1, T l2, T l3)
    {
        const int perLogarithm = 4;
        T one = T.Create(1);
        T product = one;
        T sum = T.Create(0);
        for (int j = 0; j < data.Therapists; j++)
        {
            Span<T> rows = Rows.Slice(j * 2 * _m, 2 * _m);
            Symmetric2<T> p = Gather(data, j, rows);

            // K = Λ(I + ΛᵀPΛ)⁻¹Λᵀ
            T h1 = T.Fma(p.A11, l1, p.A12 * l2);
            T h2 = T.Fma(p.A12, l1, p.A22 * l2);
            T m11 = T.Fma(l1, h1, T.Fma(l2, h2, one));
            T m12 = l3 * h2;
            T m22 = T.Fma(l3 * l3, p.A22, one);
            T determinant = T.Fma(m11, m22, T.Create(0) - (m12 * m12));
            product *= determinant;
            if (j % perLogarithm == perLogarithm - 1)
            {
                sum += Elementary.Log(product);
                product = one;
            }

            T inverse = one / determinant;
            T a = m22 * inverse;
            T b = m12 * inverse;
            T c = m11 * inverse;
            Symmetric2<T> precision = new(
                a * l1 * l1, l1 * T.Fma(a, l2, T.Create(0) - (b * l3)), T.Fma(c, l3 * l3, l2 * T.Fma(a, l2, T.Create(-2) * b * l3)));
            _therapists[j] = new(p, precision);
            Subtract(_a.Span, rows[.._m], rows.Slice(_m, _m), precision);
        }

        return sum + Elementary.Log(product);
    }

    // P = Σ n P_k and the rows Σ A_k C_k of a therapist.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Symmetric2<T> Gather(ThreeLevelStatistics<T> data, int j, Span<T> rows)
    {
        int m = _m;
        int stride = data.SumStride;
        ReadOnlySpan<T> values = data.Sums.Slice(j * data.Patterns * stride, data.Patterns * stride);
        Symmetric2<T> p = default;
        rows.Clear();
        for (int k = 0; k < data.Patterns; k++)
        {
            ReadOnlySpan<T> own = values.Slice(k * stride, stride);
            ref readonly PatternState<T> state = ref _patterns[k];
            p = p.Plus(own[0], state.P);
            ReadOnlySpan<T> x = own.Slice(1, m);
            ReadOnlySpan<T> y = own.Slice(1 + m, m);
            Span<T> first = rows[..m];
            Span<T> second = rows.Slice(m, m);
            for (int i = 0; i < x.Length; i++)
            {
                first[i] += T.Fma(state.A11, x[i], state.A12 * y[i]); // one addition from pattern to pattern, not two
                second[i] += T.Fma(state.A21, x[i], state.A22 * y[i]);
            }
        }

        return p;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Subtract(Span<T> a, ReadOnlySpan<T> x, ReadOnlySpan<T> y, in Symmetric2<T> precision)
    {
        T zero = T.Create(0);
        T e11 = zero - precision.A11;
        T e12 = zero - precision.A12;
        T e22 = zero - precision.A22;
        int at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            T u = T.Fma(e11, x[i], e12 * y[i]);
            T v = T.Fma(e12, x[i], e22 * y[i]);
            Span<T> row = a.Slice(at, i + 1);
            for (int k = 0; k < row.Length; k++)
            {
                row[k] = T.Fma(u, x[k], T.Fma(v, y[k], row[k]));
            }

            at += i + 1;
        }
    }
}

/// <summary>A pattern of visits at some Ψ of patients: A = Rᵀ(I + RΨRᵀ)⁻¹ and P = AR = ZᵀH⁻¹Z.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal readonly record struct PatternState<T>(T A11, T A12, T A21, T A22, Symmetric2<T> P)
    where T : unmanaged, ILane<T>;

/// <summary>A therapist: P = ZᵀH_patients⁻¹Z and K = (Ψ⁻¹ + P)⁻¹.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal readonly record struct TherapistState<T>(Symmetric2<T> P, Symmetric2<T> K)
    where T : unmanaged, ILane<T>;
