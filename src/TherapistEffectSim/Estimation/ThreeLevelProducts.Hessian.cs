using System.Runtime.CompilerServices;

namespace TherapistEffectSim.Estimation;

/// <content>The traces of products of three, for REML, and what goes into the Hessian.</content>
internal sealed partial class ThreeLevelProducts<T>
{
    /// <summary>Adds what <see cref="ThreeLevelDerivatives{T}.Finish"/> left out.</summary>
    /// <param name="hessian">Packed, in the elements of Λ.</param>
    /// <param name="theta">λ₁, λ₂, λ₃ of patients, then of therapists.</param>
    /// <param name="ratio">N*/R.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void AddTo(Span<T> hessian, ReadOnlySpan<T> theta, T ratio)
    {
        Span<T> matrix = _hessian.Span;
        T curvature = ratio + ratio;
        T zero = T.Create(0);
        for (int e = 0; e < Elements; e++)
        {
            for (int f = 0; f <= e; f++)
            {
                // Of two elements of therapists, what fixed effects take off is there.
                T value = f < 3 ? zero - (curvature * Mixed(e, f)) : zero;
                if (_reml)
                {
                    T triple = Triple(e, f);
                    value += triple + triple - Trace(e, f);
                }

                matrix[(e * Elements) + f] = matrix[(f * Elements) + e] = value;
            }
        }

        // JᵀMJ: rows, then columns.
        Span<T> turned = _column.Span[..Elements];
        for (int e = 0; e < Elements; e++)
        {
            ObservedInformation<T>.Chain(theta, matrix.Slice(e * Elements, Elements), turned);
            turned.CopyTo(matrix.Slice(e * Elements, Elements));
        }

        Span<T> column = _square.Span[..Elements];
        for (int f = 0; f < Elements; f++)
        {
            for (int e = 0; e < Elements; e++)
            {
                column[e] = matrix[(e * Elements) + f];
            }

            ObservedInformation<T>.Chain(theta, column, turned);
            for (int e = f; e < Elements; e++)
            {
                hessian[Packed.Index(e, f)] += turned[e];
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TakeForms(LdlFactor<T> factor, in TherapistState<T> state)
    {
        int m = _p + 1;
        for (int row = 0; row < Elements; row++)
        {
            factor.SolveLower(_patients.Span.Slice(row * m, _p));
        }

        Span<T> first = _own.Span[.._p];
        Span<T> second = _own.Span.Slice(m, _p);
        factor.SolveLower(first);
        factor.SolveLower(second);
        Symmetric2<T> p = state.P;
        Symmetric2<T> k = state.K;

        // N = I − KP
        T one = T.Create(1);
        T zero = T.Create(0);
        T n11 = one - T.Fma(k.A11, p.A11, k.A12 * p.A12);
        T n12 = zero - T.Fma(k.A11, p.A12, k.A12 * p.A22);
        T n21 = zero - T.Fma(k.A12, p.A11, k.A22 * p.A12);
        T n22 = one - T.Fma(k.A12, p.A12, k.A22 * p.A22);
        Symmetric2<T> squares = default;
        ReadOnlySpan<T> g = _patients.Span;
        for (int i = 0; i < _p; i++)
        {
            T weight = _weights.Span[i];
            T s1 = weight * first[i];
            T s2 = weight * second[i];
            squares = squares.Plus(weight, Symmetric2<T>.Square(first[i], second[i]));
            AddCross(ref _cross11, s1, s2, T.Fma(n11, g[i], n21 * g[m + i]), T.Fma(n12, g[i], n22 * g[m + i]));
            AddCross(ref _cross12, s1, s2, T.Fma(n11, g[(2 * m) + i], n21 * g[(3 * m) + i]), T.Fma(n12, g[(2 * m) + i], n22 * g[(3 * m) + i]));
            AddCross(ref _cross22, s1, s2, T.Fma(n11, g[(4 * m) + i], n21 * g[(5 * m) + i]), T.Fma(n12, g[(4 * m) + i], n22 * g[(5 * m) + i]));
        }

        _outer.AddForms(p.Minus(k.Between(p)), squares);
        _inner.A1111 -= Between(k, 0, 0);
        _inner.A1112 -= Between(k, 0, 1);
        _inner.A1122 -= Between(k, 0, 2);
        _inner.A1212 -= Between(k, 1, 1);
        _inner.A1222 -= Between(k, 1, 2);
        _inner.A2222 -= Between(k, 2, 2);
    }

    // sᵀE_f h
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddCross(ref Symmetric2<T> sum, T s1, T s2, T h1, T h2) =>
        sum = new(T.Fma(s1, h1, sum.A11), T.Fma(s1, h2, T.Fma(s2, h1, sum.A12)), T.Fma(s2, h2, sum.A22));

    // Σ_i w_i g_eᵀK g_f
    private T Between(in Symmetric2<T> k, int e, int f)
    {
        int m = _p + 1;
        ReadOnlySpan<T> first = _patients.Span.Slice(2 * e * m, 2 * m);
        ReadOnlySpan<T> second = _patients.Span.Slice(2 * f * m, 2 * m);
        T sum = T.Create(0);
        for (int i = 0; i < _p; i++)
        {
            T form = T.Fma(first[i], k.First(second[i], second[m + i]), first[m + i] * k.Second(second[i], second[m + i]));
            sum = T.Fma(_weights.Span[i], form, sum);
        }

        return sum;
    }

    // Q of REML.
    private T Triple(int e, int f)
    {
        if (f >= 3)
        {
            return Pair(_outer, f - 3, e - 3);
        }

        if (e < 3)
        {
            return Pair(_inner, f, e);
        }

        Symmetric2<T> cross = f == 0 ? _cross11 : f == 1 ? _cross12 : _cross22;
        return e == 3 ? cross.A11 : e == 4 ? cross.A12 : cross.A22;
    }

    private static T Pair(in ElementPairs<T> pairs, int first, int second) => (first, second) switch
    {
        (0, 0) => pairs.A1111,
        (0, 1) => pairs.A1112,
        (0, 2) => pairs.A1122,
        (1, 1) => pairs.A1212,
        (1, 2) => pairs.A1222,
        _ => pairs.A2222,
    };

    // M_eᵀM_f
    private T Mixed(int e, int f)
    {
        int last = Packed.Index(_p, 0);
        ReadOnlySpan<T> first = _products.Span.Slice((e * _packed) + last, _p);
        ReadOnlySpan<T> second = _products.Span.Slice((f * _packed) + last, _p);
        T sum = T.Create(0);
        for (int i = 0; i < first.Length; i++)
        {
            sum = T.Fma(_weights.Span[i] * first[i], second[i], sum);
        }

        return sum;
    }

    // tr P_eP_f
    private T Trace(int e, int f)
    {
        ReadOnlySpan<T> first = _products.Span.Slice(e * _packed, _packed);
        ReadOnlySpan<T> second = _products.Span.Slice(f * _packed, _packed);
        T sum = T.Create(0);
        int at = 0;
        for (int i = 0; i < _p; i++)
        {
            T inner = T.Create(0);
            for (int k = 0; k < i; k++)
            {
                inner = T.Fma(_weights.Span[k] * first[at], second[at], inner);
                at++;
            }

            sum = T.Fma(_weights.Span[i], T.Fma(_weights.Span[i] * first[at], second[at], inner + inner), sum);
            at++;
        }

        return sum;
    }
}
