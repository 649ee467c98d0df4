using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Fits a linear model with a random intercept per therapist, or without, one data set per lane.</summary>
/// <remarks>
/// <para>
/// Newton's method in η = log(1 + n̄θ), which has no bound above and turns the bound θ = 0 into η = 0; the iteration is projected on it.
/// Lanes that have converged are frozen, so that a result does not depend on the neighbours. Balanced designs have a closed form.
/// </para>
/// <para>
/// Elsewhere the criterion can have several local minima. Where therapists are few, or the largest caseload of a lane is more than ten
/// times the smallest, the sign of the derivative is scanned first; a lane with more than one minimum, or one whose iteration does not
/// end, is fitted alone by <see cref="GlobalSearch"/>.
/// </para>
/// <para>Owns its scratch memory: one per thread. Allocates in the constructor only.</para>
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class RandomInterceptFit<T>
    where T : unmanaged, ILane<T>
{
    /// <summary>log 2π.</summary>
    public const double LogTwoPi = 1.8378770664093454836;

    // An iteration ends when 1 + n̄θ changes by less than this share; convergence is quadratic, so that the next change is about its square.
    private const double RelativeStep = 3e-5;

    // With the third derivative convergence is faster: the next change is about the product of the squares of this and the one before.
    private const double RelativeThirdOrderStep = 5e-4;
    private const int MostSteps = 25;
    private const double LongestStep = 2;

    // Curvature per therapist below which the step is that of steepest descent, so that it always goes downhill.
    private const double SmallestCurvature = 0.05;

    /// <summary>Largest 1 + n̄θ: a residual variance of 10⁻¹² of the therapist variance.</summary>
    public const double LargestLambda = 1e14;

    /// <summary>Share of the residual sum of squares below which what is left within therapists is rounding.</summary>
    public const double NegligibleShare = 1e-20;

    // Ratio of the largest to the smallest caseload above which the derivative is scanned whatever the number of therapists.
    private const double UnequalCaseloads = 10;

    // In a million simulated fits at ratios of up to 10, those that stopped at a minimum that was not the lowest had at most 13 therapists.
    private const double FewTherapists = 16;

    // Values of n̄θ at which the sign of the derivative is scanned.
    private static readonly double[] s_scan = [0.01, 0.04, 0.15, 0.5, 1.5, 5, 20, 100];

    private readonly LinearModel _model;
    private readonly ProfiledCriterion<T> _criterion;
    private readonly GlobalSearch? _search;
    private TherapistStatistics<T> _data = null!;

    /// <param name="model">What is fitted.</param>
    /// <param name="therapists">Therapists of the data.</param>
    /// <param name="hasBetween">For each column of the statistics whether its therapist means can differ from 0.</param>
    /// <param name="hasWithin">For each column of the statistics whether it can vary within therapists.</param>
    public RandomInterceptFit(LinearModel model, int therapists, bool[] hasBetween, bool[] hasWithin)
    {
        _model = model;
        _criterion = new(therapists, [.. model.Columns], hasBetween, hasWithin);
        HasOrthogonalLevels = model.Columns.All(c => c == model.Columns[^1] || !(hasBetween[c] && hasWithin[c]));
        if (model.HasRandomIntercept)
        {
            _search = new(model, therapists, hasBetween, hasWithin);
        }
    }

    /// <summary>Whether every column varies either between or within therapists, not both.</summary>
    public bool HasOrthogonalLevels { get; }

    /// <summary>Whether the criterion's value at the fitted θ is computed.</summary>
    public bool NeedsCriterion { get; init; } = true;

    /// <summary>Whether its value at θ = 0 is computed.</summary>
    public bool NeedsCriterionAtZero { get; init; } = true;

    /// <summary>The criterion, standing at the fitted θ.</summary>
    public ProfiledCriterion<T> Criterion => _criterion;

    /// <summary>
    /// 1 + n̄θ as the last fit found it, over where the closed form of balanced data put it: what unequal caseloads made of it, which is much the same for another model of the same data.
    /// 1 where there is no such ratio.
    /// </summary>
    public T Correction { get; private set; } = T.Create(1);

    /// <summary>Fits all lanes.</summary>
    /// <param name="data">One data set per lane.</param>
    public LinearModelFit<T> Fit(TherapistStatistics<T> data) => Fit(data, T.Create(1));

    /// <summary>Fits all lanes, from a start that a fit of another model to the same data corrects.</summary>
    /// <param name="data">One data set per lane.</param>
    /// <param name="correction">The <see cref="Correction"/> of that fit.</param>
    public LinearModelFit<T> Fit(TherapistStatistics<T> data, T correction)
    {
        _data = data;
        Correction = correction;
        _criterion.Load(data);
        LinearModelFit<T> fit = default;
        T zero = T.Create(0);
        T all = T.FromBits(ulong.MaxValue);
        fit.Observations = data.Observations;
        fit.Rank = _criterion.Rank;
        fit.ResidualSumOfSquaresAtZero = _criterion.ResidualSumOfSquares;
        fit.Within = WithinTherapists();
        T residualDf = data.Observations - _criterion.Rank;
        T estimable = T.And(T.LessThan(T.Create(0.5), residualDf), T.LessThan(zero, _criterion.ResidualSumOfSquares));
        fit.Converged = all;
        fit.Theta = zero;
        fit.CriterionAtZero = NeedsCriterionAtZero || (NeedsCriterion && !_model.HasRandomIntercept) ? Value(zero, _criterion.ResidualSumOfSquares) : zero;
        if (_model.HasRandomIntercept)
        {
            estimable = T.And(estimable, fit.Within.Estimable);
            FindTheta(ref fit, estimable);
            _criterion.Evaluate(fit.Theta);
        }

        fit.Estimable = estimable;
        fit.Variance = _criterion.ResidualSumOfSquares / Divisor();
        if (!NeedsCriterion)
        {
            return fit;
        }

        fit.Criterion = _model.HasRandomIntercept ? Value(fit.Theta, _criterion.ResidualSumOfSquares) : fit.CriterionAtZero;
        return fit;
    }

    /// <summary>What R is divided by: N, or N − p for REML.</summary>
    private T Divisor()
    {
        T observations = _data.Observations;
        return _model.Reml ? T.Max(observations - _criterion.Rank, T.Create(1)) : observations;
    }

    private T Value(T theta, T residualSumOfSquares)
    {
        T divisor = Divisor();
        T one = T.Create(1);
        T value = divisor * (T.Create(1 + LogTwoPi) + Elementary.Log(residualSumOfSquares / divisor));
        if (_model.HasRandomIntercept)
        {
            value += _criterion.LogDeterminant(theta);
        }

        return _model.Reml ? value + (_criterion.LogDeterminantOfFixedEffects() + (T.Create(_model.LogDeterminantShift) * one)) : value;
    }

    private WithinTherapists<T> WithinTherapists()
    {
        T therapists = _data.AnalysedTherapists;
        T withinDf = _data.Observations - therapists - _criterion.WithinRank;
        T betweenDf = therapists + _criterion.WithinRank - _criterion.Rank;
        T within = _criterion.WithinSumOfSquares;
        T between = _criterion.ResidualSumOfSquares - within;
        T half = T.Create(0.5);
        T floor = T.Create(NegligibleShare) * _criterion.ResidualSumOfSquares;
        T estimable = T.And(T.And(T.LessThan(half, withinDf), T.LessThan(half, betweenDf)), T.LessThan(floor, within));
        return new(within, T.Max(between, T.Create(0)), withinDf, betweenDf, estimable);
    }

    private void FindTheta(ref LinearModelFit<T> fit, T estimable)
    {
        T one = T.Create(1);
        T perTherapist = _data.Observations / T.Max(_data.AnalysedTherapists, one);
        T inverse = one / T.Max(perTherapist, one);
        T largest = T.Create(LargestLambda);
        T balanced = T.Select(estimable, T.Min(T.Max(Start(fit.Within), one), largest), one);
        if (_data.IsBalanced && HasOrthogonalLevels)
        {
            fit.Theta = (balanced - one) * inverse;
            return;
        }

        T lambda = T.Select(estimable, T.Min(T.Max(balanced * Correction, one), largest), one);
        T alone = Scan(estimable, perTherapist, ref lambda);
        T open = T.AndNot(estimable, alone);
        Newton(ref lambda, ref open, inverse);
        fit.Theta = (lambda - one) * inverse;
        Correction = T.Select(T.AndNot(estimable, T.Or(alone, open)), lambda / balanced, one);
        alone = T.Or(alone, open);
        if (T.Any(alone))
        {
            for (int lane = 0; lane < T.Width; lane++)
            {
                if (BitConverter.DoubleToUInt64Bits(alone[lane]) != 0)
                {
                    double theta = _search!.Minimise(_data, lane);
                    fit.Theta = fit.Theta.With(lane, double.IsNaN(theta) ? 0 : theta);
                    if (double.IsNaN(theta))
                    {
                        fit.Converged = fit.Converged.With(lane, 0);
                    }
                }
            }
        }
    }

    /// <summary>1 + nθ that solves the balanced case: the F ratio for REML, and the ratio of mean squares with divisors J and N − J for maximum likelihood.</summary>
    private T Start(in WithinTherapists<T> within)
    {
        T therapists = _data.AnalysedTherapists;
        T one = T.Create(1);
        return _model.Reml
            ? within.Between * T.Max(within.WithinDf, one) / (within.Within * T.Max(within.BetweenDf, one))
            : within.Between * (_data.Observations - therapists) / (within.Within * therapists);
    }

    // Projected Newton in η with λ = 1 + n̄θ = exp η: dθ/dη = λ/n̄.
    private void Newton(ref T lambda, ref T open, T inverse)
    {
        T one = T.Create(1);
        T zero = T.Create(0);
        T divisor = Divisor();
        T floor = T.Create(SmallestCurvature) * _data.AnalysedTherapists;
        NewtonStep<T> step = new(floor, T.Create(LongestStep));
        for (int k = 0; k < MostSteps && T.Any(open); k++)
        {
            _criterion.Evaluate((lambda - one) * inverse);
            (T first, T second) = _criterion.Derivatives(_model.Reml, divisor);
            T scale = lambda * inverse;
            T slope = scale * first;
            T change = step.Next(slope, T.Fma(scale * scale, second, slope), out T isThirdOrder);
            T unbounded = lambda * Elementary.Exp(change);
            T next = T.Min(T.Max(unbounded, one), T.Create(LargestLambda));
            step.KeepWhere(T.And(T.LessThan(one, unbounded), T.LessThan(unbounded, T.Create(LargestLambda))));
            T share = T.Select(isThirdOrder, T.Create(RelativeThirdOrderStep), T.Create(RelativeStep));
            T moving = T.LessThan(share * lambda, T.Abs(next - lambda));
            lambda = T.Select(open, next, lambda);
            open = T.And(open, moving);
        }
    }

    /// <summary>Lanes whose derivative shows more than one minimum; moves the start of the others into the interval of theirs.</summary>
    private T Scan(T estimable, T perTherapist, ref T lambda)
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        T ratio = T.Select(T.LessThan(T.Create(FewTherapists), _data.AnalysedTherapists), T.Create(UnequalCaseloads), zero);
        T scanned = T.And(estimable, T.LessThan(ratio * _data.SmallestCaseload, _data.LargestCaseload));
        if (!T.Any(scanned))
        {
            return zero;
        }

        T divisor = Divisor();
        T inverse = one / perTherapist;
        _criterion.Evaluate(zero);
        (T before, _) = _criterion.Derivatives(_model.Reml, divisor);
        T rising = T.LessThan(before, zero); // all bits set while the criterion falls
        T minima = T.AndNot(one, rising);    // 1 where the bound 0 is itself a minimum
        T start = one;
        T lower = one;
        foreach (double scan in s_scan)
        {
            T upper = T.Create(1 + scan);
            _criterion.Evaluate((upper - one) * inverse);
            (T slope, _) = _criterion.Derivatives(_model.Reml, divisor);
            T falls = T.LessThan(slope, zero);
            T passed = T.AndNot(rising, falls);
            minima += T.And(passed, one);
            start = T.Select(passed, T.Sqrt(lower * upper), start);
            lower = upper;
            rising = falls;
        }

        minima += T.And(rising, one);
        start = T.Select(rising, T.Max(lambda, lower), start);
        T moved = T.And(scanned, T.LessThan(minima, T.Create(1.5)));
        lambda = T.Select(moved, start, lambda);
        return T.And(scanned, T.LessThan(T.Create(1.5), minima));
    }
}
