using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Fits of a model in which intercept and slope, correlated, vary between therapists and between their patients: one data set per lane.</summary>
/// <remarks>
/// Newton's method in the six elements of both Λ from a start by moments, as in <see cref="RandomSlopeFit{T}"/>; the Hessian leaves out what the fixed effects take off the
/// second derivatives of the patients' elements, so that the last steps are linear, with a rate of about the share of fixed effects among the therapists.
/// Owns its scratch memory: one per thread. Allocates in the constructor only.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class ThreeLevelFit<T>
    where T : unmanaged, ILane<T>
{
    private const int Elements = 6;
    private const int MostEvaluations = 80;
    private const double DecrementAtTheEnd = 1e-9;
    private const double Rise = 1e-9;
    private const double LeastShareOfFall = 1e-3;
    private const double LongestStep = 0.8;
    private const double Shortening = 0.3;
    private const double RankTolerance = 1e-10;
    private const double LeastVarianceInErrors = 0.1;

    private readonly bool _reml;
    private readonly int _m;
    private readonly ThreeLevelCriterion<T> _criterion;
    private readonly ThreeLevelDerivatives<T> _derivatives;
    private readonly LaneBuffer<T> _at;
    private readonly LaneBuffer<T> _accepted;
    private readonly LaneBuffer<T> _step;
    private readonly LaneBuffer<T> _beta;

    /// <param name="therapists">Therapists of the data.</param>
    /// <param name="patterns">Patterns of visits.</param>
    /// <param name="columns">Columns of [X y].</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    public ThreeLevelFit(int therapists, int patterns, int columns, bool reml)
    {
        _reml = reml;
        _m = columns;
        _criterion = new(therapists, patterns, columns);
        _derivatives = new(patterns, columns, reml);
        _at = new(Elements);
        _accepted = new(Elements);
        _step = new(Elements);
        _beta = new(columns - 1);
    }

    /// <summary>λ₁, λ₂, λ₃ of patients, then of therapists.</summary>
    public ReadOnlySpan<T> Theta => _at.Span;

    /// <summary>σ².</summary>
    public T Variance { get; private set; }

    /// <summary>Deviance or REML criterion.</summary>
    public T Criterion { get; private set; }

    /// <summary>Mask: the minimum was found.</summary>
    public T Converged { get; private set; }

    /// <summary>Evaluations of the criterion, by the lane that needed most.</summary>
    public int Evaluations { get; private set; }

    /// <summary>Coefficients.</summary>
    public ReadOnlySpan<T> Beta => _beta.Span;

    /// <summary>Fits.</summary>
    public void Fit(ThreeLevelStatistics<T> data)
    {
        T one = T.Create(1);
        Span<T> at = _at.Span;
        Span<T> accepted = _accepted.Span;
        Span<T> step = _step.Span;
        T divisor = Start(data);
        step.Clear();
        at.CopyTo(accepted);
        T lowest = T.Create(double.PositiveInfinity);
        T promised = T.Create(0);
        T open = T.FromBits(ulong.MaxValue);
        int evaluations = 1;
        for (; evaluations < MostEvaluations && T.Any(open); evaluations++)
        {
            T value = _criterion.Evaluate(data, at, divisor, _reml);
            T better = T.And(open, T.LessThan(value, lowest - T.Fma(T.Create(LeastShareOfFall), promised, T.Create(-Rise))));
            _derivatives.Take(data, _criterion);
            _derivatives.Finish(at, divisor / _criterion.Residual, divisor);
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

        Converged = T.AndNot(T.FromBits(ulong.MaxValue), open);
        Finish(data, divisor);
        Evaluations = evaluations + 1;
    }

    private void Finish(ThreeLevelStatistics<T> data, T divisor)
    {
        Span<T> at = _at.Span;
        T zero = T.Create(0);
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
        T variance = _criterion.WithinVariance(data, RankTolerance);
        at.Clear();
        _criterion.EvaluateWithRank(data, at, RankTolerance);
        T divisor = data.Observations;
        for (int i = 0; _reml && i < _m - 1; i++)
        {
            divisor -= T.And(_criterion.Factor.Kept[i], one);
        }

        _derivatives.Take(data, _criterion);
        _derivatives.Moments(one / variance);
        for (int level = 0; level < Elements; level += 3)
        {
            ReadOnlySpan<T> psi = _derivatives.Step.Step.Span.Slice(level, 3);
            T psi11 = T.Max(T.Create(LeastVarianceInErrors) * _derivatives.ErrorAtZero(level), psi[0]);
            T psi22 = T.Max(T.Create(LeastVarianceInErrors) * _derivatives.ErrorAtZero(level + 2), psi[2]);
            at[level] = T.Sqrt(psi11);
            T most = T.Create(0.9) * T.Sqrt(psi22);
            at[level + 1] = T.Max(T.Create(0) - most, T.Min(most, psi[1] / at[level]));
            at[level + 2] = T.Sqrt(psi22 - (at[level + 1] * at[level + 1]));
        }

        return divisor;
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
