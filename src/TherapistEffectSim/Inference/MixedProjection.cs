namespace TherapistEffectSim.Inference;

/// <summary>Projection on some columns of a <see cref="MixedModel"/> as the model weighs the levels.</summary>
internal sealed class MixedProjection
{
    private readonly MixedModel _model;
    private readonly LevelWeighting _weighting;
    private readonly int[] _included;
    private readonly LeastSquaresProjection? _means;

    /// <param name="model">The model.</param>
    /// <param name="weighting">How it weighs the levels.</param>
    /// <param name="conflated">[column] Not for therapist means.</param>
    /// <param name="without">[column] Those that are left out; none if not given.</param>
    public MixedProjection(MixedModel model, LevelWeighting weighting, bool[] conflated, bool[]? without = null)
    {
        _model = model;
        _weighting = weighting;
        int[] columns = [.. Enumerable.Range(0, conflated.Length).Where(k => without?[k] != true)];
        TwoLevels = new([.. columns.Select(k => model.Between[k])], [.. columns.Select(k => model.Within[k])]);
        _included = columns;
        if (weighting == LevelWeighting.TherapistMeans)
        {
            _included = [.. columns.Where(k => model.Columns[k].IsOfTherapists || (model.HasBetween[k] && !conflated[k]))];
            _means = new([.. _included.Select(k => model.Between[k])]);
        }
    }

    /// <summary>The columns at both levels, whatever the weighting.</summary>
    public TwoLevelProjection TwoLevels { get; }

    /// <summary>Coefficients of all columns of the model, <see langword="null"/> for those that are left out or dropped, and what is left.</summary>
    public Projected Project(double[] between, double[] within)
    {
        Projected projected;
        if (_means is null)
        {
            projected = _weighting == LevelWeighting.Patients ? TwoLevels.BothAtOnce(between, within) : TwoLevels.WithinFirst(between, within);
        }
        else
        {
            double?[] ofMeans = _means.Coefficients(between, out double[] left);
            projected = new(ofMeans, left, within);
        }

        double?[] coefficients = new double?[_model.Columns.Length];
        for (int i = 0; i < _included.Length; i++)
        {
            coefficients[_included[i]] = projected.Coefficients[i];
        }

        return projected with { Coefficients = coefficients };
    }
}
