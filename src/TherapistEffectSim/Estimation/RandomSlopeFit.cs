using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Fits of a model in which intercept and slope, correlated, vary between therapists: one data set per lane.</summary>
/// <remarks>
/// <para>
/// Newton's method in Λ = [λ₁ 0; λ₂ λ₃] with the exact Hessian of the profiled criterion, from a start by moments (one step of scoring from 0). Where the start gives the second
/// effect more of the variance, the effects change places: with λ₁ near 0 the lowest points would lie along a curve in λ₂ and λ₃. Pivots of the Hessian are made positive, steps that raise the criterion are shortened. A lane stops at a Newton decrement below 10⁻⁸, after one step more; then it is left alone, so
/// that its result does not depend on its neighbours. The derivatives are those of <see cref="NestedDerivatives"/> for one factor and two columns.
/// </para>
/// <para>Owns its scratch memory: one per thread. Allocates in the constructor only.</para>
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class RandomSlopeFit<T> : INestedFit<T>
    where T : unmanaged, ILane<T>
{
    private const int Elements = 3;
    private const int MostEvaluations = 60;
    private const double DecrementAtTheEnd = 1e-8;
    private const double ShareOnBound = 0.01;    // of an SD as large as that of the error, below which there is a second start
    private const double LeastGain = 1e-7;       // of the second start, else the first one's minimum stands
    private const double Rise = 1e-9;            // of the criterion that counts as rounding
    private const double LeastShareOfFall = 1e-3;
    private const double LongestStep = 0.8;      // of 1 + the largest element of Λ
    private const double Shortening = 0.3;
    private const double LeastVarianceInErrors = 0.1;
    private const double RankTolerance = 1e-10;
    private const double LeastPivot = 1e-7;      // of a column's own diagonal: what is left keeps nine digits

    private readonly int _m;
    private readonly bool _reml;
    private readonly bool[] _free;             // which elements of Λ are estimated; empty: all
    private readonly LaneBuffer<T> _precision; // [therapist] (I + RΨRᵀ)⁻¹: 11, 12, 22
    private readonly LaneBuffer<T> _a;         // packed [X y]ᵀH⁻¹[X y]
    private readonly LaneBuffer<T> _rows;      // two rows of a therapist after elimination
    private readonly LaneBuffer<T> _beta;
    private readonly LdlFactor<T> _ldl;
    private readonly SlopeDerivatives<T> _derivatives;
    private readonly SlopeStatistics<T> _exchanged;
    private readonly ObservedInformation<T> _information;
    private readonly LaneBuffer<T> _at;        // Λ, the effects in the order of the search
    private SlopeStatistics<T> _data = null!;
    private Lambda _unit;      // effects as large as the error, per row
    private T _divisor;
    private T _exchange; // mask: the second effect is the first

    /// <param name="therapists">Therapists of the data.</param>
    /// <param name="columns">Columns of [X y].</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    /// <param name="free">Which of λ₁, λ₂, λ₃ are estimated, the others being 0; empty: all. λ₂ is free only where both others are.</param>
    public RandomSlopeFit(int therapists, int columns, bool reml, ReadOnlySpan<bool> free = default)
    {
        _free = PinnedElements.Of(free, Elements);
        _m = columns;
        _reml = reml;
        _precision = new(therapists * SlopeStatistics<T>.Triangle);
        _a = new(Packed.Length(columns));
        _rows = new(2 * columns);
        _beta = new(columns - 1);
        _ldl = new(columns);
        _derivatives = new(columns, reml, _free);
        _information = new(Elements, columns);
        _at = new(Elements);
        _exchanged = new(therapists, columns);
    }

    /// <summary>Elements of Λ.</summary>
    public (T L1, T L2, T L3) Theta { get; private set; }

    /// <summary>σ².</summary>
    public T Variance { get; private set; }

    /// <summary>Deviance or REML criterion.</summary>
    public T Criterion { get; private set; }

    /// <summary>Mask: the minimum was found.</summary>
    public T Converged { get; private set; }

    /// <summary>Mask: no column of [X y], the outcome too, is nearly explained by those before it, and none was dropped.</summary>
    public T WellConditioned { get; private set; }

    /// <summary>What is left of y, as a sum of squares, after the random effects of all groups and the fixed effects; rounding where data are too few for σ².</summary>
    public T WithinResidual { get; private set; }

    /// <summary>Evaluations of the criterion, by the lane that needed most.</summary>
    public int Evaluations { get; private set; }

    /// <inheritdoc/>
    public ReadOnlySpan<T> Beta => _beta.Span;

    /// <inheritdoc/>
    public T VarianceOf(int column) => _ldl.InverseDiagonal(column, _rows.Span[.._m]) * Variance;

    /// <inheritdoc/>
    public void TakeDegreesOfFreedom()
    {
        T ratio = _divisor / _ldl.Pivots[_m - 1];
        ReadOnlySpan<T> at = _at.Span;
        _derivatives.Take(_data, _precision.Span, _ldl, _rows.Span, products: true);
        _derivatives.Unprofiled(at[0], at[1], at[2], ratio, _information);
        _information.Invert(at, _free, ratio, _divisor);
    }

    /// <inheritdoc/>
    public T DegreesOfFreedomOf(int column) => _information.DegreesOfFreedomOf(column, _ldl);

    /// <summary>Fits.</summary>
    public void Fit(SlopeStatistics<T> data)
    {
        _data = data;
        T divisor = Start(out T l1, out T l2, out T l3);
        Minimum found = Search(new(l1, l2, l3), T.FromBits(ulong.MaxValue), divisor, out int evaluations);
        T again = IsOnBound(found);
        if (T.Any(again))
        {
            Minimum other = Search(new(_unit.L1, T.Create(0), _unit.L3), again, divisor, out int more);
            evaluations += more;
            T isBetter = T.And(T.And(again, other.Closed), T.LessThan(other.Value, T.Select(found.Closed, found.Value - T.Create(LeastGain), other.Value + T.Create(1))));
            found = new(
                new(
                    T.Select(isBetter, other.At.L1, found.At.L1), T.Select(isBetter, other.At.L2, found.At.L2), T.Select(isBetter, other.At.L3, found.At.L3)),
                T.Select(isBetter, other.Value, found.Value),
                T.Or(isBetter, found.Closed));
        }

        Converged = found.Closed;
        Finish(found.At.L1, found.At.L2, found.At.L3, divisor);
        Evaluations = evaluations + 1;
    }

    // Several minima are nearly always one inside and one on the bound.
    private T IsOnBound(in Minimum found)
    {
        T share = T.Create(ShareOnBound);
        T isOnBound = T.AndNot(T.FromBits(ulong.MaxValue), found.Closed);
        isOnBound = T.Or(isOnBound, T.LessThan(T.Abs(found.At.L1), share * _unit.L1));
        return T.Or(isOnBound, T.LessThan(T.Abs(found.At.L3), share * _unit.L3));
    }

    private Minimum Search(in Lambda start, T where, T divisor, out int evaluations)
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        (T l1, T l2, T l3) = (start.L1, start.L2, start.L3);
        (T at1, T at2, T at3) = (l1, l2, l3);
        (T step1, T step2, T step3) = (zero, zero, zero);
        T lowest = T.Create(double.PositiveInfinity);
        T promised = zero;
        T open = where;
        evaluations = 1;
        for (; evaluations < MostEvaluations && T.Any(open); evaluations++)
        {
            T value = Evaluate(at1, at2, at3, divisor);
            T accepted = T.And(open, T.LessThan(value, lowest - T.Fma(T.Create(LeastShareOfFall), promised, T.Create(-Rise))));
            _derivatives.Take(_data, _precision.Span, _ldl, _rows.Span, _reml);
            _derivatives.Finish(at1, at2, at3, divisor / _ldl.Pivots[_m - 1], divisor);
            T most = T.Create(LongestStep) * (one + T.Max(T.Abs(at1), T.Max(T.Abs(at2), T.Abs(at3))));
            T decrement = _derivatives.Step(most, out T new1, out T new2, out T new3);
            T longest = T.Max(T.Abs(new1), T.Max(T.Abs(new2), T.Abs(new3)));
            T length = T.Min(one, most / T.Max(longest, T.Create(double.Epsilon)));

            // Accepted: on from here. Not accepted: back to where the lane was, with a shorter step.
            T shortening = T.Create(Shortening);
            (l1, l2, l3) = (T.Select(accepted, at1, l1), T.Select(accepted, at2, l2), T.Select(accepted, at3, l3));
            step1 = T.Select(accepted, new1 * length, step1 * shortening);
            step2 = T.Select(accepted, new2 * length, step2 * shortening);
            step3 = T.Select(accepted, new3 * length, step3 * shortening);
            promised = T.Select(accepted, decrement * length, promised * shortening);
            lowest = T.Select(accepted, value, lowest);
            at1 = T.Select(open, l1 + step1, at1);
            at2 = T.Select(open, l2 + step2, at2);
            at3 = T.Select(open, l3 + step3, at3);
            open = T.AndNot(open, T.And(accepted, T.LessThan(decrement, T.Create(DecrementAtTheEnd))));
        }

        return new(new(at1, at2, at3), lowest, T.AndNot(where, open));
    }

    private void Finish(T at1, T at2, T at3, T divisor)
    {
        T zero = T.Create(0);
        _divisor = divisor;
        (_at.Span[0], _at.Span[1], _at.Span[2]) = (at1, at2, at3);
        T profiled = Evaluate(at1, at2, at3, divisor);
        Variance = _ldl.Pivots[_m - 1] / divisor;
        T constant = T.Create(1 + Elementary.Log(2 * Math.PI)) - Elementary.Log(divisor);
        Criterion = T.Fma(divisor, constant, profiled);
        T negative1 = T.LessThan(at1, zero);
        (T l1, T l2, T l3) = (T.Abs(at1), T.Select(negative1, zero - at2, at2), T.Abs(at3));

        // Back in the order of the data: ψ₁₁ = λ₂² + λ₃², ψ₁₂ = λ₁λ₂, ψ₂₂ = λ₁².
        T first = T.Sqrt(T.Fma(l2, l2, l3 * l3));
        T safe = T.Max(first, T.Create(double.Epsilon));
        T none = T.LessThan(first, T.Create(double.Epsilon));
        Theta = (
            T.Select(_exchange, first, l1),
            T.Select(_exchange, T.AndNot(l1 * l2 / safe, none), l2),
            T.Select(_exchange, T.Select(none, l1, l1 * l3 / safe), l3));
        _ldl.Coefficients(_beta.Span);
    }

    /// <summary>Moves to θ = 0, decides which columns take part, and takes a step of scoring.</summary>
    /// <returns>N, or N − p for REML.</returns>
    private T Start(out T l1, out T l2, out T l3)
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        _ldl.Kept.Fill(T.FromBits(ulong.MaxValue));
        Span<T> within = _data.Within;
        within.CopyTo(_a.Span);
        _ldl.FactorWithRank(_a.Span, RankTolerance);
        T withinDf = _data.Observations - T.Create(2 * _data.Therapists);
        for (int i = 0; i < _m - 1; i++)
        {
            withinDf -= T.And(_ldl.Kept[i], one);
        }

        WithinResidual = _ldl.Pivots[_m - 1];
        T variance = WithinResidual / T.Max(withinDf, one);
        _ldl.Kept.Fill(T.FromBits(ulong.MaxValue));
        AddRows(zero, zero, zero);
        _ldl.FactorWithRank(_a.Span, RankTolerance);
        WellConditioned = _ldl.HasPivotsAbove(LeastPivot, _a.Span);
        T divisor = _data.Observations;
        for (int i = 0; _reml && i < _m - 1; i++)
        {
            divisor -= T.And(_ldl.Kept[i], one);
        }

        _derivatives.Take(_data, _precision.Span, _ldl, _rows.Span, _reml);
        (T trace11, T trace22) = _derivatives.Traces;
        _derivatives.Moments(one / variance, out T psi11, out T psi12, out T psi22, out T error11, out T error22);
        if (_free.Length == 0)
        {
            _derivatives.Exchange(ref psi11, ref psi22, ref error11, ref error22, out _exchange);
            Exchange();
        }

        _unit = new(
            T.Sqrt(_data.Observations / T.Select(_exchange, trace22, trace11)), zero, T.Sqrt(_data.Observations / T.Select(_exchange, trace11, trace22)));
        psi11 = T.Max(T.Create(LeastVarianceInErrors) * error11, psi11);
        psi22 = T.Max(T.Create(LeastVarianceInErrors) * error22, psi22);
        l1 = T.Sqrt(psi11);
        T most = T.Create(0.9) * T.Sqrt(psi22);
        l2 = T.Max(zero - most, T.Min(most, psi12 / l1));
        l3 = T.Sqrt(psi22 - (l2 * l2));
        if (_free.Length > 0)
        {
            (l1, l2, l3) = (_free[0] ? l1 : zero, _free[1] ? l2 : zero, _free[2] ? l3 : zero);
            _unit = new(_free[0] ? _unit.L1 : zero, zero, _free[2] ? _unit.L3 : zero);
        }

        return divisor;
    }

    // Z = [z₂ z₁] in the lanes where the effects change places: one plane rotation per therapist.
    private void Exchange()
    {
        if (!T.Any(_exchange))
        {
            return;
        }

        T zero = T.Create(0);
        int stride = _data.Stride;
        int m = _m;
        _exchanged.Observations = _data.Observations;
        _data.Within.CopyTo(_exchanged.Within);
        for (int j = 0; j < _data.Therapists; j++)
        {
            ReadOnlySpan<T> from = _data.Values.Slice(j * stride, stride);
            Span<T> to = _exchanged.Values.Slice(j * stride, stride);
            T length = T.Sqrt(T.Fma(from[1], from[1], from[2] * from[2]));
            T exchange = T.And(_exchange, T.LessThan(zero, length));
            T cosine = T.Select(exchange, from[1] / length, T.Create(1));
            T sine = T.Select(exchange, from[2] / length, zero);
            to[0] = T.Select(_exchange, length, from[0]);
            to[1] = T.Select(_exchange, cosine * from[0], from[1]);
            to[2] = T.Select(_exchange, zero - (sine * from[0]), from[2]);
            for (int c = SlopeStatistics<T>.Triangle; c < SlopeStatistics<T>.Triangle + m; c++)
            {
                to[c] = T.Fma(cosine, from[c], sine * from[c + m]);
                to[c + m] = T.Fma(cosine, from[c + m], zero - (sine * from[c]));
            }
        }

        _data = _exchanged;
    }

    // N* log R + log-determinants: the criterion without its constants.
    private T Evaluate(T l1, T l2, T l3, T divisor)
    {
        T logDeterminant = AddRows(l1, l2, l3);
        _ldl.Factor(_a.Span);
        T value = T.Fma(divisor, Elementary.Log(_ldl.Pivots[_m - 1]), logDeterminant);
        if (!_reml)
        {
            return value;
        }

        T product = T.Create(1);
        for (int i = 0; i < _m - 1; i++)
        {
            product = T.Select(_ldl.Kept[i], product * _ldl.Pivots[i], product);
        }

        return value + Elementary.Log(product);
    }

    // A = W + Σ Dᵀ(I + RΨRᵀ)⁻¹D; returns log |H|.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private T AddRows(T l1, T l2, T l3)
    {
        const int perLogarithm = 8;
        T one = T.Create(1);
        T product = one;
        T sum = T.Create(0);
        int m = _m;
        int stride = _data.Stride;
        Span<T> a = _a.Span;
        _data.Within.CopyTo(a);
        ReadOnlySpan<T> values = _data.Values;
        Span<T> precision = _precision.Span;
        for (int j = 0; j < _data.Therapists; j++)
        {
            ReadOnlySpan<T> own = values.Slice(j * stride, stride);
            T y11 = T.Fma(own[0], l1, own[1] * l2);
            T y12 = own[1] * l3;
            T y21 = own[2] * l2;
            T y22 = own[2] * l3;
            T m11 = T.Fma(y11, y11, T.Fma(y12, y12, one));
            T m12 = T.Fma(y11, y21, y12 * y22);
            T m22 = T.Fma(y21, y21, T.Fma(y22, y22, one));
            T determinant = T.Fma(m11, m22, T.Create(0) - (m12 * m12));
            product *= determinant;
            if (j % perLogarithm == perLogarithm - 1)
            {
                sum += Elementary.Log(product);
                product = one;
            }

            T inverse = one / determinant;
            T v11 = m22 * inverse;
            T v12 = T.Create(0) - (m12 * inverse);
            T v22 = m11 * inverse;
            precision[3 * j] = v11;
            precision[(3 * j) + 1] = v12;
            precision[(3 * j) + 2] = v22;
            AddForm(a, own.Slice(SlopeStatistics<T>.Triangle, m), own.Slice(SlopeStatistics<T>.Triangle + m, m), v11, v12, v22);
        }

        return sum + Elementary.Log(product);
    }

    // A += [x; y]ᵀV[x; y].
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddForm(Span<T> a, ReadOnlySpan<T> x, ReadOnlySpan<T> y, T v11, T v12, T v22)
    {
        int at = 0;
        for (int i = 0; i < x.Length; i++)
        {
            T u = T.Fma(v11, x[i], v12 * y[i]);
            T v = T.Fma(v12, x[i], v22 * y[i]);
            Span<T> row = a.Slice(at, i + 1);
            for (int k = 0; k < row.Length; k++)
            {
                row[k] = T.Fma(u, x[k], T.Fma(v, y[k], row[k]));
            }

            at += i + 1;
        }
    }

    private readonly record struct Lambda(T L1, T L2, T L3);

    private readonly record struct Minimum(Lambda At, T Value, T Closed);
}
