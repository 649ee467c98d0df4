using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>A planned fit of rows by patient or therapist, by least squares or with one random effect of therapists, on lanes.</summary>
/// <remarks>Allocates in the constructor only.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class RowFit<T> : IFitOnLanes<T>
    where T : unmanaged, ILane<T>
{
    private readonly PlannedTableFit _planned;
    private readonly RowStatistics<T> _rows;
    private readonly int _effect; // number of the random effect; −1: least squares
    private readonly bool _isWhole; // all of it is read, not its criterion alone
    private readonly LinearModel _model;
    private readonly RandomInterceptFit<T> _fit;
    private readonly double[][] _contrasts;
    private readonly int _columns; // fixed effects of the whole model
    private readonly int _place;

    /// <param name="plan">The plan.</param>
    /// <param name="f">Index of the fit among those of tables.</param>
    /// <param name="model">Model of its method.</param>
    /// <param name="rows">Statistics of the replicates.</param>
    public RowFit(ScenarioPlan plan, int f, RowModel model, RowStatistics<T> rows)
    {
        _planned = plan.TableFits[f];
        _place = plan.Fits.Length + f;
        _rows = rows;
        _isWhole = _planned.Without is null;
        _effect = _isWhole ? model.Effect : -1;
        _columns = model.Columns.Numbers.Length - 1;
        _model = new([.. _planned.Columns, _columns], HasRandomIntercept: _effect >= 0, _planned.Reml);
        TherapistStatistics<T> data = rows.Statistics;
        _fit = new(_model, data.Therapists, data.HasBetween, data.HasWithin);
        _contrasts = [.. Enumerable.Range(0, _model.FixedEffects).Select(p => Enumerable.Range(0, _model.FixedEffects).Select(q => p == q ? 1.0 : 0.0).ToArray())];
    }

    /// <inheritdoc/>
    public T Run(LeafValues leaf, int offset)
    {
        FitValues values = leaf.Fits[_place];
        TherapistStatistics<T> data = _rows.Statistics;
        LinearModelFit<T> fit = _fit.Fit(data);
        T fitted = IsFitted(data, fit);
        T all = T.FromBits(ulong.MaxValue);
        ReplicateEngine<T>.Store(fit.Criterion, values.Criterion, offset);
        IFitOnLanes<T>.Mark(values, offset);
        if (_isWhole)
        {
            ReplicateEngine<T>.Store(fit.Theta, values.Theta, offset);
            ReplicateEngine<T>.Store(fit.Variance, values.Variance, offset);
            ReplicateEngine<T>.Store(fit.CriterionAtZero, values.CriterionAtZero, offset);
            Effect(fit, values, offset);
            Coefficients(fit, values, offset);
        }

        return T.AndNot(all, fitted);
    }

    // As RandomPart and ModelData ask: more rows than columns, two groups, more rows than random effects, something between, within and beside them.
    private T IsFitted(TherapistStatistics<T> data, in LinearModelFit<T> fit)
    {
        T half = T.Create(0.5);
        T rows = data.Observations;
        T fitted = T.And(T.And(fit.Estimable, fit.Converged), T.LessThan(T.Create(_columns), rows));
        fitted = T.And(fitted, T.LessThan(T.Create(IFitOnLanes<T>.RoundingShare) * _rows.OutcomeSquares, fit.Variance * (rows - fit.Rank)));
        fitted = T.And(fitted, T.LessThan(T.Create(_model.FixedEffects - 0.5), fit.Rank));
        if (_effect < 0)
        {
            return fitted;
        }

        T therapists = data.AnalysedTherapists;
        fitted = T.And(fitted, T.And(T.LessThan(T.Create(1.5), therapists), T.LessThan(therapists, rows)));
        fitted = T.And(fitted, T.And(T.LessThan(half, fit.Within.BetweenDf), T.LessThan(half, fit.Within.WithinDf)));
        return T.And(fitted, T.LessThan(T.Create(IFitOnLanes<T>.RoundingShare) * _rows.OutcomeSquares, fit.Within.Within));
    }

    private void Effect(in LinearModelFit<T> fit, FitValues values, int offset)
    {
        if (_effect < 0)
        {
            return;
        }

        WithinTherapists<T> within = fit.Within;
        ReplicateEngine<T>.Store(fit.Theta * fit.Variance, values.Effects[0], offset);
        ReplicateEngine<T>.StoreFRatio(within, values, offset);
    }

    private void Coefficients(in LinearModelFit<T> fit, FitValues values, int offset)
    {
        ProfiledCriterion<T> criterion = _fit.Criterion;
        bool isSatterthwaite = _planned.NeedsDegreesOfFreedom && _effect >= 0;
        Satterthwaite<T> satterthwaite = isSatterthwaite ? new(_model, criterion, fit) : default;
        for (int k = 0; k < values.Coefficients.Length; k++)
        {
            int column = _planned.Coefficients[k];
            CoefficientValues coefficient = values.Coefficients[k];
            T variance = fit.Variance * criterion.InverseDiagonal(_contrasts[column]);
            T df = _effect < 0 ? fit.Observations - fit.Rank : T.Create(double.NaN);
            if (isSatterthwaite)
            {
                satterthwaite.Of(_contrasts[column], out variance, out df);
            }

            ReplicateEngine<T>.Store(criterion.Beta[column], coefficient.Estimate, offset);
            ReplicateEngine<T>.Store(T.Sqrt(variance), coefficient.StandardError, offset);
            ReplicateEngine<T>.Store(df, coefficient.DegreesOfFreedom, offset);
            coefficient.Kept = ReplicateEngine<T>.WithLanes(coefficient.Kept, T.FromBits(ulong.MaxValue), offset);
        }
    }
}
