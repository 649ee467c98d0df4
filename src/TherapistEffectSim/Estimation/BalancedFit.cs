using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>A random-intercept model of a balanced design in closed form, one data set per lane.</summary>
/// <remarks>
/// <para>
/// All therapists have n patients, and every column varies either between or within therapists. Then V is the same for all, the model falls
/// apart into a regression of the therapist means and one within therapists, and with λ = 1 + nθ, S_B = n times the residual sum of squares
/// of the means and S_W that within therapists, R(θ) = S_W + S_B/λ. The minimum is at the ratio of mean squares with the degrees of freedom of the F test
/// (REML) or with J and N − J (maximum likelihood), at least 1: Searle, Casella &amp; McCulloch (1992), Variance components, sections 3.7 and 3.8.
/// </para>
/// <para>
/// Satterthwaite's degrees of freedom, from the observed information of (σ², θ): with the minimum inside, S_B/(λσ²) equals the divisor of S_B, and
/// they are that divisor for coefficients between therapists and what is left of the divisor of R for those within; on the bound the divisor of R.
/// </para>
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class BalancedFit<T>
    where T : unmanaged, ILane<T>
{
    private readonly LinearModel _model;
    private readonly LevelFactor<T> _between;
    private readonly LevelFactor<T> _within;
    private readonly int _betweenColumns;
    private readonly int _withinColumns;
    private readonly (bool IsBetween, int Place)[] _places; // [fixed effect]
    private readonly LaneBuffer<T> _betweenBeta;
    private readonly LaneBuffer<T> _withinBeta;

    // Aligned, unlike fields: what crosses a cache line is slow to read when it has just been written.
    private readonly LaneBuffer<T> _found = new((int)Place.Count);

    /// <param name="model">What is fitted.</param>
    /// <param name="between">Factor whose first columns are those of the model that vary between therapists.</param>
    /// <param name="within">The same within therapists.</param>
    /// <param name="hasBetween">For each column of the statistics whether it varies between therapists.</param>
    public BalancedFit(LinearModel model, LevelFactor<T> between, LevelFactor<T> within, bool[] hasBetween)
    {
        _model = model;
        _between = between;
        _within = within;
        _places = new (bool, int)[model.FixedEffects];
        for (int k = 0; k < _places.Length; k++)
        {
            _places[k] = hasBetween[model.Columns[k]] ? (true, _betweenColumns++) : (false, _withinColumns++);
        }

        _betweenBeta = new(_betweenColumns);
        _withinBeta = new(_withinColumns);
    }

    private enum Place
    {
        Theta,
        Lambda,
        PerWeight, // λ/n
        Variance,
        Estimable,
        Criterion,
        CriterionAtZero,
        Therapists,
        Divisor,
        SumWithin,
        SumBetween,
        WithinDf,
        BetweenDf,
        Testable,
        Count,
    }

    /// <summary>θ = τ²/σ²; 0 on the bound.</summary>
    public T Theta => Found(Place.Theta);

    /// <summary>σ².</summary>
    public T Variance => Found(Place.Variance);

    /// <summary>Mask: the data have residual and, with a random intercept, therapist degrees of freedom.</summary>
    public T Estimable => Found(Place.Estimable);

    /// <summary>Deviance or REML criterion, if it is needed.</summary>
    public T Criterion => Found(Place.Criterion);

    /// <summary>The same at θ = 0, if it is needed.</summary>
    public T CriterionAtZero => Found(Place.CriterionAtZero);

    /// <summary>Sums of squares of the F test of therapists.</summary>
    public WithinTherapists<T> Within =>
        new(Found(Place.SumWithin), Found(Place.SumBetween), Found(Place.WithinDf), Found(Place.BetweenDf), Found(Place.Testable));

    /// <summary>Whether the criterion at the fitted θ is computed.</summary>
    public bool NeedsCriterion { get; init; }

    /// <summary>Whether that at θ = 0 is computed too.</summary>
    public bool NeedsCriterionAtZero { get; init; }

    /// <summary>Whether the criterion needs that of the caseload too.</summary>
    public bool NeedsLogPatients => NeedsCriterion && _model.Reml;

    /// <summary>Logarithms that the criterion needs.</summary>
    public int Logarithms =>
        (NeedsCriterion ? 1 : 0)
        + (NeedsCriterion && _model.HasRandomIntercept ? 1 : 0)
        + (NeedsCriterionAtZero ? 1 : 0)
        + (NeedsCriterion && _model.Reml ? LevelFactor<T>.Products(_betweenColumns) + LevelFactor<T>.Products(_withinColumns) : 0);

    /// <summary>Fits all lanes to the data that the factors hold.</summary>
    /// <param name="data">The same data.</param>
    /// <param name="perPatient">1/n.</param>
    public void Fit(TherapistStatistics<T> data, T perPatient)
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        T half = T.Create(0.5);
        T n = data.Analysed.Span[0];
        T observations = data.Observations;
        T therapists = data.AnalysedTherapists;
        T betweenRank = _between.Ranks[_betweenColumns];
        T withinRank = _within.Ranks[_withinColumns];
        T residualDf = observations - betweenRank - withinRank;
        T divisor = _model.Reml ? T.Max(residualDf, one) : observations;

        T sumWithin = _within.ResidualSumsOfSquares[_withinColumns];
        T sumBetween = T.Max(n * _between.ResidualSumsOfSquares[_betweenColumns], zero);
        T betweenDf = therapists - betweenRank;
        T withinDf = observations - therapists - withinRank;
        T total = sumWithin + sumBetween;
        T testable = T.And(
            T.And(T.LessThan(half, withinDf), T.LessThan(half, betweenDf)),
            T.LessThan(T.Create(RandomInterceptFit<T>.NegligibleShare) * total, sumWithin));
        T estimable = T.And(T.LessThan(half, residualDf), T.LessThan(zero, total));
        T lambda = one;
        if (_model.HasRandomIntercept)
        {
            estimable = T.And(estimable, testable);
            T ratio = _model.Reml
                ? sumBetween * T.Max(withinDf, one) / (sumWithin * T.Max(betweenDf, one))
                : sumBetween * (observations - therapists) / (sumWithin * therapists);
            lambda = T.Select(estimable, T.Min(T.Max(ratio, one), T.Create(RandomInterceptFit<T>.LargestLambda)), one);
        }

        Found(Place.Variance) = (sumWithin + (sumBetween / lambda)) / divisor;
        Found(Place.Lambda) = lambda;
        Found(Place.Theta) = (lambda - one) * perPatient;
        Found(Place.PerWeight) = lambda * perPatient;
        Found(Place.Estimable) = estimable;
        Found(Place.Therapists) = therapists;
        Found(Place.Divisor) = divisor;
        Found(Place.SumWithin) = sumWithin;
        Found(Place.SumBetween) = sumBetween;
        Found(Place.WithinDf) = withinDf;
        Found(Place.BetweenDf) = betweenDf;
        Found(Place.Testable) = testable;
    }

    /// <summary>Writes what the criterion needs the logarithms of.</summary>
    /// <param name="numbers">As many as <see cref="Logarithms"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void WriteArguments(Span<T> numbers)
    {
        int k = 0;
        if (NeedsCriterion)
        {
            numbers[k++] = Variance;
            if (_model.HasRandomIntercept)
            {
                numbers[k++] = Found(Place.Lambda);
            }

            if (_model.Reml)
            {
                _between.WriteProducts(_betweenColumns, numbers[k..]);
                k += LevelFactor<T>.Products(_betweenColumns);
                _within.WriteProducts(_withinColumns, numbers[k..]);
            }
        }

        if (NeedsCriterionAtZero)
        {
            numbers[^1] = (Found(Place.SumWithin) + Found(Place.SumBetween)) / Found(Place.Divisor);
        }
    }

    /// <summary>Computes the criterion, at the fitted θ and at 0, from these logarithms.</summary>
    /// <param name="logarithms">As many as <see cref="Logarithms"/>.</param>
    /// <param name="logPatients">log n, where it is needed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void TakeLogarithms(ReadOnlySpan<T> logarithms, T logPatients)
    {
        if (!NeedsCriterion)
        {
            return;
        }

        T constant = T.Create(1 + RandomInterceptFit<T>.LogTwoPi);
        T shift = T.Create(0);
        T perLogLambda = Found(Place.Therapists);
        if (_model.Reml)
        {
            T betweenRank = _between.Ranks[_betweenColumns];
            perLogLambda -= betweenRank;
            shift = T.Fma(betweenRank, logPatients, T.Create(_model.LogDeterminantShift));
            int end = logarithms.Length - (NeedsCriterionAtZero ? 1 : 0);
            for (int k = _model.HasRandomIntercept ? 2 : 1; k < end; k++)
            {
                shift += logarithms[k];
            }
        }

        T divisor = Found(Place.Divisor);
        T criterion = T.Fma(divisor, constant + logarithms[0], shift);
        if (_model.HasRandomIntercept)
        {
            criterion = T.Fma(perLogLambda, logarithms[1], criterion);
        }

        Found(Place.Criterion) = criterion;

        if (NeedsCriterionAtZero)
        {
            Found(Place.CriterionAtZero) = T.Fma(divisor, constant + logarithms[^1], shift);
        }
    }

    /// <summary>Computes the coefficients.</summary>
    public void Coefficients()
    {
        _between.Coefficients(_betweenBeta.Span);
        _within.Coefficients(_withinBeta.Span);
    }

    /// <summary>β of a fixed effect, after <see cref="Coefficients"/>; 0 if it is dropped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Beta(int position)
    {
        (bool isBetween, int place) = _places[position];
        return isBetween ? _betweenBeta.Span[place] : _withinBeta.Span[place];
    }

    /// <summary>Mask: the fixed effect takes part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Kept(int position)
    {
        (bool isBetween, int place) = _places[position];
        return isBetween ? _between.Kept[place] : _within.Kept[place];
    }

    /// <summary>Whether a fixed effect varies between therapists; else within. Kenward and Roger's degrees of freedom are those of the F test at that level, their standard error the model's.</summary>
    public bool IsBetween(int position) => _places[position].IsBetween;

    /// <summary>Standard error of a fixed effect.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T StandardError(int position)
    {
        (bool isBetween, int place) = _places[position];
        T inverse = isBetween
            ? Found(Place.PerWeight) * _between.InverseDiagonal(place, _betweenColumns)
            : _within.InverseDiagonal(place, _withinColumns);
        return T.Sqrt(Variance * inverse);
    }

    /// <summary>Satterthwaite's degrees of freedom of a fixed effect.</summary>
    public T DegreesOfFreedom(int position)
    {
        T ofMeans = Found(_model.Reml ? Place.BetweenDf : Place.Therapists);
        T interior = _places[position].IsBetween ? ofMeans : Found(Place.Divisor) - ofMeans;
        return T.Select(T.LessThan(T.Create(1), Found(Place.Lambda)), interior, Found(Place.Divisor));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref T Found(Place place) => ref _found.Span[(int)place];
}
