using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>A planned fit of repeated measurements, on lanes.</summary>
/// <remarks>Allocates in the constructor only.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class VisitFit<T> : IFitOnLanes<T>
    where T : unmanaged, ILane<T>
{
    private readonly PlannedTableFit _planned;
    private readonly VisitModel _model;
    private readonly GrowthReduction<T> _trials;
    private readonly VisitStatistics<T> _data;
    private readonly ThreeLevelStatistics<T>? _own; // null: all columns
    private readonly ThreeLevelFit<T> _fit;
    private readonly ThreeLevelFit<T>? _atZero; // of one random intercept
    private readonly int[] _columns; // the outcome's last
    private readonly int _place; // of the fit among all

    /// <param name="plan">The plan.</param>
    /// <param name="f">Index of the fit among those of tables.</param>
    /// <param name="model">Model of its method.</param>
    /// <param name="trials">Replicates.</param>
    /// <param name="data">Their statistics.</param>
    public VisitFit(ScenarioPlan plan, int f, VisitModel model, GrowthReduction<T> trials, VisitStatistics<T> data)
    {
        _planned = plan.TableFits[f];
        _place = plan.Fits.Length + f;
        _model = model;
        _trials = trials;
        _data = data;
        _columns = [.. _planned.Columns, model.Columns.Length];
        int patterns = data.Statistics.Patterns;
        _own = _columns.Length == data.Statistics.Columns ? null : new(trials.Therapists, patterns, _columns.Length);
        bool[] free = [.. _planned.Without is { } effect ? model.FreeWithout(plan.Effects(_planned.Method).IndexOf(effect)) : model.Free];
        _fit = new(trials.Therapists, patterns, _columns.Length, _planned.Reml, free);
        _atZero = model.IsOneIntercept && _planned.Without is null ? new(trials.Therapists, patterns, _columns.Length, _planned.Reml, new bool[free.Length]) : null;
    }

    /// <inheritdoc/>
    public T Run(LeafValues leaf, int offset)
    {
        FitValues values = leaf.Fits[_place];
        ThreeLevelStatistics<T> data = _data.Statistics;
        if (_own is not null)
        {
            _own.TakeColumns(data, _columns);
            data = _own;
        }

        _fit.Fit(data);
        T fitted = T.And(T.And(_fit.Converged, _fit.WellConditioned), HasEnough(data));
        ReplicateEngine<T>.Store(_fit.Criterion, values.Criterion, offset);
        if (_atZero is not null)
        {
            _atZero.Fit(data);
            ReplicateEngine<T>.Store(_atZero.Criterion, values.CriterionAtZero, offset);
        }

        T all = T.FromBits(ulong.MaxValue);
        IFitOnLanes<T>.Mark(values, offset);
        if (_planned.Without is null)
        {
            ReplicateEngine<T>.Store(_fit.Variance, values.Variance, offset);
            Effects(values, offset);
            bool isSatterthwaite = _planned.NeedsDegreesOfFreedom && !_model.IsFixed;
            T residual = _model.IsFixed ? data.Observations - T.Create(data.Columns - 1) : T.Create(double.NaN);
            fitted = T.And(fitted, IFitOnLanes<T>.StoreCoefficients(_planned, _fit, isSatterthwaite, residual, values, offset));
        }

        return T.AndNot(all, fitted);
    }

    // As RandomPart and ModelData ask: more rows than columns, two groups, more rows than random effects, and measurements beside the lines.
    private T HasEnough(ThreeLevelStatistics<T> data)
    {
        T rows = data.Observations;
        T patients = _trials.AnalysedPatients;
        T therapists = _trials.AnalysedTherapists;
        T enough = T.And(T.LessThan(T.Create(_model.Columns.Length), rows), IFitOnLanes<T>.IsMoreThanRounding(_fit.WithinResidual, data.Within[^1], _data.OutcomeSquares));
        enough = T.And(enough, HasGroups(patients, rows, _model.EffectsOfTerms[0]));
        enough = T.And(enough, HasGroups(therapists, rows, _model.EffectsOfTerms[1]));
        return _model.EffectsOfTerms.Contains(0) ? enough : T.And(enough, T.LessThan(therapists, patients));
    }

    private static T HasGroups(T groups, T rows, int effects) => effects == 0
        ? T.FromBits(ulong.MaxValue)
        : T.And(T.LessThan(T.Create(1), groups), T.LessThan(groups * T.Create(effects), rows));

    private void Effects(FitValues values, int offset)
    {
        T variance = _fit.Variance;
        ReadOnlySpan<T> theta = _fit.Theta;
        T inverse = T.Create(1 / _model.Unit);
        T smallest = T.Create(double.PositiveInfinity);
        for (int e = 0; e < values.Effects.Length; e++)
        {
            int level = _model.Places[e] / 2 * 3;
            bool isSlope = _model.Places[e] % 2 == 1;
            T own = isSlope ? theta[level + 2] * inverse : theta[level];
            T across = isSlope ? theta[level + 1] * inverse : T.Create(0);
            ReplicateEngine<T>.Store(variance * T.Fma(own, own, across * across), values.Effects[e], offset);
            smallest = T.Min(smallest, own);
        }

        T one = T.Create(1);
        T ratio = _atZero is null ? one : smallest * smallest;
        T isOnBound = T.LessThan(smallest, T.Create(TableFitter.SingularBelow));
        ReplicateEngine<T>.Store(_model.IsFixed ? T.Create(0) : T.AndNot(ratio, isOnBound), values.Theta, offset);
    }
}
