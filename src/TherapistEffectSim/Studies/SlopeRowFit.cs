using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>A planned fit of rows by patient in which a slope varies between therapists, on lanes.</summary>
/// <remarks>Allocates in the constructor only.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class SlopeRowFit<T> : IFitOnLanes<T>
    where T : unmanaged, ILane<T>
{
    private readonly PlannedTableFit _planned;
    private readonly RowModel _model;
    private readonly SlopeRowStatistics<T> _rows;
    private readonly SlopeStatistics<T>? _own; // null: all columns
    private readonly RandomSlopeFit<T> _fit;
    private readonly int[] _columns; // the outcome's last
    private readonly int _place;

    /// <param name="plan">The plan.</param>
    /// <param name="f">Index of the fit among those of tables.</param>
    /// <param name="model">Model of its method.</param>
    /// <param name="rows">Statistics of the replicates.</param>
    public SlopeRowFit(ScenarioPlan plan, int f, RowModel model, SlopeRowStatistics<T> rows)
    {
        _planned = plan.TableFits[f];
        _place = plan.Fits.Length + f;
        _model = model;
        _rows = rows;
        _columns = [.. _planned.Columns, model.Columns.Numbers.Length - 1];
        int therapists = rows.Statistics.Therapists;
        _own = _columns.Length == rows.Statistics.Columns ? null : new(therapists, _columns.Length);
        bool[] free = [.. _planned.Without is { } effect ? model.FreeWithout(plan.Effects(_planned.Method).IndexOf(effect)) : model.Free];
        _fit = new(therapists, _columns.Length, _planned.Reml, free);
    }

    /// <inheritdoc/>
    public T Run(LeafValues leaf, int offset)
    {
        FitValues values = leaf.Fits[_place];
        SlopeStatistics<T> data = _rows.Statistics;
        if (_own is not null)
        {
            _own.TakeColumns(data, _columns);
            data = _own;
        }

        _fit.Fit(data);
        T fitted = T.And(T.And(_fit.Converged, _fit.WellConditioned), HasEnough(data));
        T all = T.FromBits(ulong.MaxValue);
        ReplicateEngine<T>.Store(_fit.Criterion, values.Criterion, offset);
        IFitOnLanes<T>.Mark(values, offset);
        if (_planned.Without is null)
        {
            ReplicateEngine<T>.Store(_fit.Variance, values.Variance, offset);
            Effects(values, offset);
            fitted = T.And(fitted, IFitOnLanes<T>.StoreCoefficients(_planned, _fit, _planned.NeedsDegreesOfFreedom, T.Create(double.NaN), values, offset));
        }

        return T.AndNot(all, fitted);
    }

    // As RandomPart and ModelData ask: more rows than columns, two groups, more rows than random effects, and patients beside the lines.
    private T HasEnough(SlopeStatistics<T> data)
    {
        T rows = data.Observations;
        T groups = T.And(T.LessThan(T.Create(1.5), _rows.Therapists), T.LessThan(_rows.Therapists * T.Create(_model.EffectsOfTerms), rows));
        T enough = T.And(groups, T.LessThan(T.Create(_model.Columns.Numbers.Length - 1), rows));
        return T.And(enough, IFitOnLanes<T>.IsMoreThanRounding(_fit.WithinResidual, data.Within[^1], _rows.OutcomeSquares));
    }

    private void Effects(FitValues values, int offset)
    {
        (T l1, T l2, T l3) = _fit.Theta;
        T smallest = T.Create(double.PositiveInfinity);
        for (int e = 0; e < values.Effects.Length; e++)
        {
            T own = _model.IsSlope[e] ? l3 : l1;
            T across = _model.IsSlope[e] ? l2 : T.Create(0);
            ReplicateEngine<T>.Store(_fit.Variance * T.Fma(own, own, across * across), values.Effects[e], offset);
            smallest = T.Min(smallest, own);
        }

        ReplicateEngine<T>.Store(T.AndNot(T.Create(1), T.LessThan(smallest, T.Create(TableFitter.SingularBelow))), values.Theta, offset);
    }
}
