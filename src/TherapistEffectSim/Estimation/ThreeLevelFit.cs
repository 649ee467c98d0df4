using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Fits of a model in which intercept and slope, correlated, vary between therapists and between their patients: one data set per lane.</summary>
/// <remarks>
/// Newton's method in the six elements of both Λ from a start by moments, as in <see cref="RandomSlopeFit{T}"/>; with several patterns of visits, of which moments at 0 make no use, after a step of scoring from there. At first the Hessian leaves out what the fixed effects take off the
/// second derivatives of the patients' elements, so that steps are linear, with a rate of about the share of fixed effects among the therapists; where there are few therapists this
/// takes long, so that after some evaluations, and for the last step of every fit, the Hessian is exact.
/// Owns its scratch memory: one per thread. Allocates in the constructor only.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class ThreeLevelFit<T> : INestedFit<T>
    where T : unmanaged, ILane<T>
{
    private const int Elements = 6;
    private const int MostEvaluations = 80;
    private const int ApproximateEvaluations = 10;     // from then on the Hessian is exact
    private const double DecrementAtTheEnd = 1e-7;
    private const double DecrementOfLastStep = 1e-9;   // with the exact Hessian
    private const double LongestLastDecrement = 1e-2;  // above it the approximate Hessian ended far from the minimum
    private const int MostLastSteps = 6;
    private const double Rise = 1e-9;
    private const double LeastShareOfFall = 1e-3;
    private const double LongestStep = 0.8;
    private const double Shortening = 0.3;
    private const double RankTolerance = 1e-10;
    private const double LeastPivot = 1e-7; // of a column's own diagonal: what is left keeps nine digits
    private const double LeastVarianceInErrors = 0.1;
    private const int FewTherapists = 30;        // of 2,000 fits with as many, none had a second minimum
    private const double ShareOnBound = 0.05;    // of the root of a variance's standard error, below which there is a second start
    private const double InsideInErrors = 2;     // of the same, where that starts
    private const double InsideCorrelation = 0.8;
    private const double LeastGain = 1e-7;       // of the second start, else the first one's minimum stands

    private readonly bool _reml;
    private readonly bool[] _free; // which elements of both Λ are estimated; empty: all
    private readonly int _m;
    private readonly ThreeLevelCriterion<T> _criterion;
    private readonly ThreeLevelDerivatives<T> _derivatives;
    private readonly LaneBuffer<T> _at;
    private readonly LaneBuffer<T> _found; // of the first search
    private readonly LaneBuffer<T> _error; // [element] root of the standard error of the variance, where there is none
    private readonly LaneBuffer<T> _accepted;
    private readonly LaneBuffer<T> _step;
    private readonly LaneBuffer<T> _beta;
    private readonly LaneBuffer<T> _scratch;
    private readonly ThreeLevelProducts<T> _products;
    private readonly ObservedInformation<T> _information;
    private ThreeLevelStatistics<T> _data = null!;
    private T _divisor;

    /// <param name="therapists">Therapists of the data.</param>
    /// <param name="patterns">Patterns of visits.</param>
    /// <param name="columns">Columns of [X y].</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    /// <param name="free">
    /// Which of λ₁, λ₂, λ₃ of patients, then of therapists, are estimated, the others being 0; empty: all. A λ₂ is free only where both others of its level are.
    /// </param>
    public ThreeLevelFit(int therapists, int patterns, int columns, bool reml, ReadOnlySpan<bool> free = default)
    {
        _free = PinnedElements.Of(free, Elements);
        _reml = reml;
        _m = columns;
        _criterion = new(therapists, patterns, columns);
        _derivatives = new(patterns, columns, reml, _free);
        _at = new(Elements);
        _found = new(Elements);
        _error = new(Elements);
        _accepted = new(Elements);
        _step = new(Elements);
        _beta = new(columns - 1);
        _scratch = new(columns);
        _products = new(columns, reml);
        _information = new(Elements, columns);
    }

    /// <summary>λ₁, λ₂, λ₃ of patients, then of therapists.</summary>
    public ReadOnlySpan<T> Theta => _at.Span;

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
    public T VarianceOf(int column) => _criterion.Factor.InverseDiagonal(column, _scratch.Span) * Variance;

    /// <inheritdoc/>
    public void TakeDegreesOfFreedom()
    {
        T ratio = _divisor / _criterion.Residual;
        ReadOnlySpan<T> at = _at.Span;
        _derivatives.Take(_data, _criterion);
        _derivatives.Finish(at, ratio, T.Create(double.PositiveInfinity)); // the profile over σ takes off what is divided by N*
        _products.Take(_data, _criterion, _derivatives.Patterns);
        _derivatives.Step.Hessian.Span.CopyTo(_information.Hessian.Span);
        _products.AddTo(_information.Hessian.Span, at, ratio);
        _derivatives.Squares(_information.Squares.Span);
        _products.Products.CopyTo(_information.Products.Span);
        _information.Invert(at, _free, ratio, _divisor);
    }

    /// <inheritdoc/>
    public T DegreesOfFreedomOf(int column) => _information.DegreesOfFreedomOf(column, _criterion.Factor);

    /// <summary>Fits.</summary>
    public void Fit(ThreeLevelStatistics<T> data)
    {
        _data = data;
        T all = T.FromBits(ulong.MaxValue);
        T divisor = Start(data);
        Converged = Search(all, divisor, ApproximateEvaluations, out T lowest, out int evaluations);
        T left = T.AndNot(all, Converged);
        if (T.Any(left))
        {
            Converged = T.Or(Converged, Search(left, divisor, 0, out T again, out int more));
            lowest = T.Select(left, again, lowest);
            evaluations += more;
        }

        if (data.Therapists < FewTherapists)
        {
            evaluations += SearchAgain(divisor, lowest);
        }

        Finish(data, divisor);
        Evaluations = evaluations + 2;
    }

    // From where the lanes stand, with the exact Hessian after some evaluations; returns the mask of those that came to a minimum.
    private T Search(T where, T divisor, int approximate, out T lowest, out int evaluations)
    {
        T one = T.Create(1);
        Span<T> at = _at.Span;
        Span<T> accepted = _accepted.Span;
        Span<T> step = _step.Span;
        step.Clear();
        at.CopyTo(accepted);
        lowest = T.Create(double.PositiveInfinity);
        T promised = T.Create(0);
        T open = where;
        evaluations = 1;
        for (; evaluations < MostEvaluations && T.Any(open); evaluations++)
        {
            T value = Evaluate(divisor, evaluations > approximate);
            T better = T.And(open, T.LessThan(value, lowest - T.Fma(T.Create(LeastShareOfFall), promised, T.Create(-Rise))));
            T most = T.Create(LongestStep) * (one + Largest(at));
            T decrement = _derivatives.Step.Take(most);
            ReadOnlySpan<T> newton = _derivatives.Step.Step.Span;
            T length = T.Min(one, most / T.Max(Largest(newton), T.Create(double.Epsilon)));
            T shortening = T.Create(Shortening);
            for (int i = 0; i < Elements; i++)
            {
                accepted[i] = T.Select(better, at[i], accepted[i]);
                step[i] = T.Select(better, newton[i] * length, step[i] * shortening);
                at[i] = T.Select(open, accepted[i] + step[i], at[i]);
            }

            promised = T.Select(better, decrement * length, promised * shortening);
            lowest = T.Select(better, value, lowest);
            open = T.AndNot(open, T.And(better, T.LessThan(decrement, T.Create(DecrementAtTheEnd))));
        }

        return T.AndNot(TakeLastSteps(where, divisor), open);
    }

    // Several minima are nearly always one inside and one on the bound: a level that ended there starts again well inside, with a covariance above 0 and with one below.
    private int SearchAgain(T divisor, T lowest)
    {
        Span<T> at = _at.Span;
        Span<T> found = _found.Span;
        at.CopyTo(found);
        T onBound0 = T.Or(IsOnBound(0), IsOnBound(2));
        T onBound3 = T.Or(IsOnBound(3), IsOnBound(5));
        T again = T.Or(onBound0, onBound3);
        int evaluations = 0;
        for (int sign = 1; sign >= -1 && T.Any(again); sign -= 2)
        {
            StartInside(0, onBound0, sign);
            StartInside(3, onBound3, sign);
            T closed = Search(again, divisor, ApproximateEvaluations, out T other, out int more);
            evaluations += more;
            T isLower = T.LessThan(other, T.Select(Converged, lowest - T.Create(LeastGain), T.Create(double.PositiveInfinity)));
            T isBetter = T.And(T.And(again, closed), isLower);
            for (int i = 0; i < Elements; i++)
            {
                found[i] = T.Select(isBetter, at[i], found[i]);
            }

            lowest = T.Select(isBetter, other, lowest);
            Converged = T.Or(Converged, isBetter);
        }

        found.CopyTo(at);
        return evaluations;
    }

    private void StartInside(int level, T isOnBound, int sign)
    {
        Span<T> at = _at.Span;
        T first = T.Create(InsideInErrors) * _error.Span[level];
        T second = T.Create(InsideInErrors) * _error.Span[level + 2];
        for (int i = level; i < level + 3; i++)
        {
            at[i] = _found.Span[i];
        }

        at[level] = T.Select(isOnBound, T.And(first, IsFree(level)), at[level]);
        at[level + 1] = T.Select(isOnBound, T.And(T.Create(sign * InsideCorrelation) * second, IsFree(level + 1)), at[level + 1]);
        at[level + 2] = T.Select(isOnBound, T.And(second, IsFree(level + 2)), at[level + 2]);
    }

    private T IsOnBound(int element) => T.And(IsFree(element), T.LessThan(T.Abs(_at.Span[element]), T.Create(ShareOnBound) * _error.Span[element]));

    private T IsFree(int element) => T.FromBits(_free.Length == 0 || _free[element] ? ulong.MaxValue : 0);

    // The criterion, its slope and Hessian.
    private T Evaluate(T divisor, bool isExact)
    {
        Span<T> at = _at.Span;
        T value = _criterion.Evaluate(_data, at, divisor, _reml);
        T ratio = divisor / _criterion.Residual;
        _derivatives.Take(_data, _criterion);
        _derivatives.Finish(at, ratio, divisor);
        if (isExact)
        {
            _products.Take(_data, _criterion, _derivatives.Patterns);
            _products.AddTo(_derivatives.Step.Hessian.Span, at, ratio);
        }

        return value;
    }

    // With the exact Hessian, until the decrement is small by it too; returns the mask of the lanes in which it is.
    private T TakeLastSteps(T where, T divisor)
    {
        Span<T> at = _at.Span;
        T open = where;
        T isFar = T.FromBits(0);
        for (int step = 0; step < MostLastSteps && T.Any(open); step++)
        {
            Evaluate(divisor, isExact: true);
            T decrement = _derivatives.Step.Take(T.Create(LongestStep));
            T isShort = T.And(open, T.LessThan(decrement, T.Create(LongestLastDecrement)));
            for (int i = 0; i < Elements; i++)
            {
                at[i] += T.And(isShort, _derivatives.Step.Step.Span[i]);
            }

            isFar = T.Or(isFar, T.AndNot(open, isShort));
            open = T.AndNot(isShort, T.LessThan(decrement, T.Create(DecrementOfLastStep)));
        }

        return T.AndNot(where, T.Or(open, isFar));
    }

    private void Finish(ThreeLevelStatistics<T> data, T divisor)
    {
        Span<T> at = _at.Span;
        T zero = T.Create(0);
        _divisor = divisor;
        T profiled = _criterion.Evaluate(data, at, divisor, _reml);
        Variance = _criterion.Residual / divisor;
        Criterion = T.Fma(divisor, T.Create(1 + Elementary.Log(2 * Math.PI)) - Elementary.Log(divisor), profiled);
        for (int level = 0; level < Elements; level += 3)
        {
            at[level + 1] = T.Select(T.LessThan(at[level], zero), zero - at[level + 1], at[level + 1]);
            at[level] = T.Abs(at[level]);
            at[level + 2] = T.Abs(at[level + 2]);
        }

        _criterion.Factor.Coefficients(_beta.Span);
    }

    // θ = 0 decides which columns take part, and gives the moments.
    private T Start(ThreeLevelStatistics<T> data)
    {
        T one = T.Create(1);
        Span<T> at = _at.Span;
        T variance = _criterion.WithinVariance(data, RankTolerance, out T residual);
        WithinResidual = residual;
        at.Clear();
        _criterion.EvaluateWithRank(data, at, RankTolerance);
        WellConditioned = _criterion.HasPivotsAbove(LeastPivot);
        T divisor = data.Observations;
        for (int i = 0; _reml && i < _m - 1; i++)
        {
            divisor -= T.And(_criterion.Factor.Kept[i], one);
        }

        _derivatives.Take(data, _criterion, forScoring: true);
        _derivatives.Moments(one / variance);
        for (int level = 0; level < Elements; level += 3)
        {
            _error.Span[level] = T.Sqrt(_derivatives.ErrorAtZero(level));
            _error.Span[level + 2] = T.Sqrt(_derivatives.ErrorAtZero(level + 2));
        }

        TakeVariances(_derivatives.Step.Step.Span);
        if (data.Patterns > 1)
        {
            Score(divisor);
        }

        return divisor;
    }

    // A step of scoring in the variances: on their own scale they are nearly there, where Newton's steps in the elements of Λ are short.
    private void Score(T divisor)
    {
        Span<T> at = _at.Span;
        Span<T> psi = _step.Span;
        for (int level = 0; level < Elements; level += 3)
        {
            psi[level] = at[level] * at[level];
            psi[level + 1] = at[level] * at[level + 1];
            psi[level + 2] = T.Fma(at[level + 1], at[level + 1], at[level + 2] * at[level + 2]);
        }

        _criterion.Evaluate(_data, at, divisor, _reml);
        _derivatives.Take(_data, _criterion, forScoring: true);
        _derivatives.Moments(divisor / _criterion.Residual);
        for (int i = 0; i < Elements; i++)
        {
            psi[i] += _derivatives.Step.Step.Span[i];
        }

        TakeVariances(psi);
    }

    // Λ of variances and covariances, kept away from the bound.
    private void TakeVariances(ReadOnlySpan<T> variances)
    {
        Span<T> at = _at.Span;
        for (int level = 0; level < Elements; level += 3)
        {
            ReadOnlySpan<T> psi = variances.Slice(level, 3);
            T error1 = _error.Span[level];
            T error2 = _error.Span[level + 2];
            T psi11 = T.Max(T.Create(LeastVarianceInErrors) * error1 * error1, psi[0]);
            T psi22 = T.Max(T.Create(LeastVarianceInErrors) * error2 * error2, psi[2]);
            at[level] = T.Sqrt(psi11);
            T most = T.Create(0.9) * T.Sqrt(psi22);
            at[level + 1] = T.Max(T.Create(0) - most, T.Min(most, psi[1] / at[level]));
            at[level + 2] = T.Sqrt(psi22 - (at[level + 1] * at[level + 1]));
        }

        for (int i = 0; i < _free.Length; i++)
        {
            at[i] = _free[i] ? at[i] : T.Create(0);
        }
    }

    private static T Largest(ReadOnlySpan<T> values)
    {
        T largest = T.Create(0);
        foreach (ref readonly T value in values)
        {
            largest = T.Max(largest, T.Abs(value));
        }

        return largest;
    }
}
