using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Derivatives of the criterion of a random-slope model in the elements of Λ, one data set per lane.</summary>
/// <remarks>
/// Sums over therapists of P = ZᵀH⁻¹Z, t = ZᵀH⁻¹r and s_i = ZᵀH⁻¹x̃_i, with elements k, l of Ψ = 11, 12, 22: tr E_kP, tᵀE_kt, tr PE_kPE_l, tᵀE_kPE_lt, s_iᵀE_kt, and for
/// REML s_iᵀE_ks_j and Σ s_iᵀE_kPE_ls_i. The names are those of <see cref="NestedDerivatives"/>.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed partial class SlopeDerivatives<T>
    where T : unmanaged, ILane<T>
{
    private const int Elements = 3;
    private const double ShareOfInformation = 1e-4;
    private const double ShareAtZero = 1e-5;
    private const double Tiny = 1e-280;

    private readonly int _p;
    private readonly bool _reml;
    private readonly bool[] _free;             // empty: all
    private readonly LaneBuffer<T> _mixed;     // [column × element] Σ s_iᵀE_kt
    private readonly LaneBuffer<T> _products;  // [pair of columns × element] Σ s_iᵀE_ks_j, i ≥ j
    private readonly LaneBuffer<T> _inverse;   // 1/d_i
    private Sums _sums;
    private Vector3 _gradient;
    private Matrix3 _hessian;
    private Vector3 _floors;

    /// <param name="columns">Columns of [X y].</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    /// <param name="free">Which of λ₁, λ₂, λ₃ are estimated; empty: all.</param>
    public SlopeDerivatives(int columns, bool reml, bool[] free)
    {
        _free = free;
        _p = columns - 1;
        _reml = reml;
        _mixed = new(_p * Elements);
        _products = new(Packed.Length(_p) * Elements);
        _inverse = new(_p);
    }

    /// <summary>Slope in Λ.</summary>
    public (T L1, T L2, T L3) Gradient => (_gradient.First, _gradient.Second, _gradient.Third);

    /// <summary>Takes the sums.</summary>
    /// <param name="data">The data.</param>
    /// <param name="precision">[therapist] (I + RΨRᵀ)⁻¹.</param>
    /// <param name="ldl">Factor of A.</param>
    /// <param name="rows">Room for two rows.</param>
    /// <param name="products">Whether the products of columns are taken too, which REML needs, and <see cref="Unprofiled"/>.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Take(SlopeStatistics<T> data, ReadOnlySpan<T> precision, LdlFactor<T> ldl, Span<T> rows, bool products)
    {
        _sums = default;
        _mixed.Span.Clear();
        if (products)
        {
            _products.Span.Clear();
        }

        ldl.InversePivots[.._p].CopyTo(_inverse.Span);
        int m = _p + 1;
        int stride = data.Stride;
        ReadOnlySpan<T> values = data.Values;
        ReadOnlySpan<T> lower = ldl.Lower;
        Span<T> x = rows[..m];
        Span<T> y = rows.Slice(m, m);
        for (int j = 0; j < data.Therapists; j++)
        {
            ReadOnlySpan<T> own = values.Slice(j * stride, stride);
            T k11 = own[0] * precision[3 * j];
            T k12 = own[0] * precision[(3 * j) + 1];
            T k21 = T.Fma(own[1], precision[3 * j], own[2] * precision[(3 * j) + 1]);
            T k22 = T.Fma(own[1], precision[(3 * j) + 1], own[2] * precision[(3 * j) + 2]);
            T p11 = k11 * own[0];
            T p12 = T.Fma(k11, own[1], k12 * own[2]);
            T p22 = T.Fma(k21, own[1], k22 * own[2]);
            Eliminate(own.Slice(SlopeStatistics<T>.Triangle, m), own.Slice(SlopeStatistics<T>.Triangle + m, m), lower, x, y);
            T t1 = T.Fma(k11, x[_p], k12 * y[_p]);
            T t2 = T.Fma(k21, x[_p], k22 * y[_p]);
            AddOfTherapist(ref _sums, p11, p12, p22, t1, t2);
            AddOfColumns(x[.._p], y[.._p], k11, k12, k21, k22, t1, t2);
            if (products)
            {
                AddProducts(x[.._p], y[.._p], p11, p12, p22);
            }
        }
    }

    /// <summary>Makes slope and Hessian in Λ from the sums.</summary>
    /// <param name="l1">λ₁.</param>
    /// <param name="l2">λ₂.</param>
    /// <param name="l3">λ₃.</param>
    /// <param name="ratio">N*/R = 1/σ².</param>
    /// <param name="divisor">N*.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Finish(T l1, T l2, T l3, T ratio, T divisor)
    {
        T two = T.Create(2);
        ref Sums s = ref _sums;
        T r11 = s.Squares11;
        T r12 = two * s.Squares12;
        T r22 = s.Squares22;
        T g11 = s.Trace11 - (ratio * r11);
        T g12 = T.Fma(two, s.Trace12, T.Create(0) - (ratio * r12));
        T g22 = s.Trace22 - (ratio * r22);
        Symmetric h = default;
        Fixed(out Symmetric f);
        T share = ratio / divisor; // 1/R
        T curvature = two * ratio;
        h.A11 = Second(s.OfResiduals.Form1111, f.A11, r11, r11) - s.Pair1111;
        h.A12 = Second(s.OfResiduals.Form1112, f.A12, r11, r12) - s.Pair1112;
        h.A13 = Second(s.OfResiduals.Form1122, f.A13, r11, r22) - s.Pair1122;
        h.A22 = Second(s.OfResiduals.Form1212, f.A22, r12, r12) - s.Pair1212;
        h.A23 = Second(s.OfResiduals.Form1222, f.A23, r12, r22) - s.Pair1222;
        h.A33 = Second(s.OfResiduals.Form2222, f.A33, r22, r22) - s.Pair2222;
        if (_reml)
        {
            AddReml(ref g11, ref g12, ref g22, ref h);
        }

        // ψ₁₁ = λ₁², ψ₁₂ = λ₁λ₂, ψ₂₂ = λ₂² + λ₃².
        T a1 = two * l1;
        T c2 = two * l2;
        T c3 = two * l3;
        _gradient = new(T.Fma(a1, g11, l2 * g12), T.Fma(l1, g12, c2 * g22), c3 * g22);
        T h11 = T.Fma(a1, h.A11, l2 * h.A12);
        T h12 = T.Fma(a1, h.A12, l2 * h.A22);
        T h13 = T.Fma(a1, h.A13, l2 * h.A23);
        T h22 = T.Fma(l1, h.A22, c2 * h.A23);
        T h23 = T.Fma(l1, h.A23, c2 * h.A33);
        _hessian = new(
            T.Fma(h11, a1, T.Fma(h12, l2, two * g11)),
            T.Fma(h12, l1, T.Fma(h13, c2, g12)),
            h13 * c3,
            T.Fma(h22, l1, T.Fma(h23, c2, two * g22)),
            h23 * c3,
            T.Fma(c3 * h.A33, c3, two * g22));

        // Least pivots: a share of the expected information, which near λ = 0 is of the order of the root of that on ψ.
        T share2 = T.Create(ShareOfInformation);
        T at3 = T.Create(ShareAtZero) * T.Sqrt(s.Pair2222);
        _floors = new(
            T.Fma(share2 * a1 * a1, s.Pair1111, T.Create(ShareAtZero) * T.Sqrt(s.Pair1111)),
            T.Fma(share2, T.Fma(l1 * l1, s.Pair1212, c2 * c2 * s.Pair2222), at3),
            T.Fma(share2 * c3 * c3, s.Pair2222, at3));
        if (_free.Length > 0)
        {
            Pin();
        }

        T Second(T form, T ofFixed, T left, T right) =>
            T.Fma(curvature, form - ofFixed, T.Create(0) - (ratio * share * left * right));
    }

    /// <summary>A step down: −|H|⁻¹g with the pivots of H made positive.</summary>
    /// <param name="longest">Longest move along each direction of the factor of H: some may be flat, and must not shorten the others.</param>
    /// <param name="step1">Of λ₁.</param>
    /// <param name="step2">Of λ₂.</param>
    /// <param name="step3">Of λ₃.</param>
    /// <returns>What the criterion would fall by, twice.</returns>
    public T Step(T longest, out T step1, out T step2, out T step3)
    {
        Matrix3 h = _hessian;
        T d1 = T.Max(T.Abs(h.A11), _floors.First);
        T m12 = h.A12 / d1;
        T m13 = h.A13 / d1;
        T d2 = T.Max(T.Abs(h.A22 - (m12 * h.A12)), _floors.Second);
        T c23 = h.A23 - (m12 * h.A13);
        T m23 = c23 / d2;
        T d3 = T.Max(T.Abs(h.A33 - (m13 * h.A13) - (m23 * c23)), _floors.Third);
        T y1 = _gradient.First;
        T y2 = _gradient.Second - (m12 * y1);
        T y3 = _gradient.Third - (m13 * y1) - (m23 * y2);
        T w1 = Clipped(y1 / d1, longest);
        T w2 = Clipped(y2 / d2, longest);
        T w3 = Clipped(y3 / d3, longest);
        T z2 = w2 - (m23 * w3);
        T z1 = w1 - (m12 * z2) - (m13 * w3);
        T zero = T.Create(0);
        (step1, step2, step3) = (zero - z1, zero - z2, zero - w3);
        return T.Fma(y1, w1, T.Fma(y2, w2, y3 * w3));
    }

    private static T Clipped(T value, T most) => T.Max(T.Create(0) - most, T.Min(most, value));

    /// <summary>A step of scoring from Ψ = 0, where the sums were taken.</summary>
    /// <param name="precision">1/σ².</param>
    /// <param name="psi11">ψ₁₁.</param>
    /// <param name="psi12">ψ₁₂.</param>
    /// <param name="psi22">ψ₂₂.</param>
    /// <param name="error11">Its asymptotic standard error at 0.</param>
    /// <param name="error22">The same of ψ₂₂.</param>
    public void Moments(T precision, out T psi11, out T psi12, out T psi22, out T error11, out T error22)
    {
        ref Sums s = ref _sums;
        T two = T.Create(2);
        T tiny = T.Create(Tiny);
        _gradient = new(
            s.Trace11 - (precision * s.Squares11), two * (s.Trace12 - (precision * s.Squares12)), s.Trace22 - (precision * s.Squares22));
        _hessian = new(s.Pair1111, s.Pair1112, s.Pair1122, s.Pair1212, s.Pair1222, s.Pair2222);
        _floors = new(tiny, tiny, tiny);
        if (_free.Length > 0)
        {
            Pin();
        }

        Step(T.Create(double.MaxValue), out psi11, out psi12, out psi22);
        error11 = T.Sqrt(two / T.Max(s.Pair1111, tiny));
        error22 = T.Sqrt(two / T.Max(s.Pair2222, tiny));
    }

    /// <summary>Puts the effect with the larger share of the variance first; the sums must be those at Ψ = 0.</summary>
    /// <param name="psi11">ψ₁₁.</param>
    /// <param name="psi22">ψ₂₂.</param>
    /// <param name="error11">Standard error of ψ₁₁.</param>
    /// <param name="error22">Standard error of ψ₂₂.</param>
    /// <param name="exchanged">Mask of the lanes in which the effects changed places.</param>
    public void Exchange(ref T psi11, ref T psi22, ref T error11, ref T error22, out T exchanged)
    {
        exchanged = T.LessThan(psi11 * _sums.Trace11, psi22 * _sums.Trace22);
        (T first, T second) = (psi11, error11);
        psi11 = T.Select(exchanged, psi22, psi11);
        psi22 = T.Select(exchanged, first, psi22);
        error11 = T.Select(exchanged, error22, error11);
        error22 = T.Select(exchanged, second, error22);
    }

    // Σ_i (s_iᵀE_kt)(s_iᵀE_lt)/d_i.
    private void Fixed(out Symmetric f)
    {
        f = default;
        ReadOnlySpan<T> mixed = _mixed.Span;
        for (int i = 0; i < _p; i++)
        {
            T weight = _inverse.Span[i];
            T first = mixed[i * Elements];
            T second = mixed[(i * Elements) + 1];
            T third = mixed[(i * Elements) + 2];
            f.A11 = T.Fma(first * weight, first, f.A11);
            f.A12 = T.Fma(first * weight, second, f.A12);
            f.A13 = T.Fma(first * weight, third, f.A13);
            f.A22 = T.Fma(second * weight, second, f.A22);
            f.A23 = T.Fma(second * weight, third, f.A23);
            f.A33 = T.Fma(third * weight, third, f.A33);
        }
    }

    // log |XᵀH⁻¹X|: −tr P_k, and 2 tr Q_kl − tr P_kP_l.
    private void AddReml(ref T g11, ref T g12, ref T g22, ref Symmetric h)
    {
        T two = T.Create(2);
        ReadOnlySpan<T> products = _products.Span;
        Symmetric traces = default;
        int at = 0;
        for (int i = 0; i < _p; i++)
        {
            for (int k = 0; k <= i; k++)
            {
                T first = products[at];
                T second = products[at + 1];
                T third = products[at + 2];
                T weight = _inverse.Span[i] * _inverse.Span[k];
                if (i == k)
                {
                    g11 -= first * _inverse.Span[i];
                    g12 -= second * _inverse.Span[i];
                    g22 -= third * _inverse.Span[i];
                }
                else
                {
                    weight += weight;
                }

                traces.A11 = T.Fma(first * weight, first, traces.A11);
                traces.A12 = T.Fma(first * weight, second, traces.A12);
                traces.A13 = T.Fma(first * weight, third, traces.A13);
                traces.A22 = T.Fma(second * weight, second, traces.A22);
                traces.A23 = T.Fma(second * weight, third, traces.A23);
                traces.A33 = T.Fma(third * weight, third, traces.A33);
                at += Elements;
            }
        }

        ref Forms q = ref _sums.OfColumns;
        h.A11 += T.Fma(two, q.Form1111, T.Create(0) - traces.A11);
        h.A12 += T.Fma(two, q.Form1112, T.Create(0) - traces.A12);
        h.A13 += T.Fma(two, q.Form1122, T.Create(0) - traces.A13);
        h.A22 += T.Fma(two, q.Form1212, T.Create(0) - traces.A22);
        h.A23 += T.Fma(two, q.Form1222, T.Create(0) - traces.A23);
        h.A33 += T.Fma(two, q.Form2222, T.Create(0) - traces.A33);
    }

    private readonly record struct Vector3(T First, T Second, T Third);

    private readonly record struct Matrix3(T A11, T A12, T A13, T A22, T A23, T A33);

    private struct Symmetric
    {
        public T A11, A12, A13, A22, A23, A33;
    }
}
