using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Fits the models of a balanced design, nested ones from the same factor of their cross-products. One data set per lane.</summary>
/// <remarks>Owns its scratch memory: one per thread. Allocates in the constructor only.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class BalancedFits<T>
    where T : unmanaged, ILane<T>
{
    private readonly LevelFactor<T>[] _between;
    private readonly LevelFactor<T>[] _within;
    private readonly BalancedFit<T>[] _fitted;
    private readonly int[] _counts; // [fitted] logarithms
    private readonly LaneBuffer<T> _logarithms; // of all fits, then that of the caseload if one needs it
    private readonly bool _needsLogPatients;

    /// <param name="models">The models; <see langword="null"/> for those that are fitted elsewhere.</param>
    /// <param name="needsCriterion">[model] Whether the criterion at the fitted θ is computed.</param>
    /// <param name="needsCriterionAtZero">[model] Whether that at θ = 0 is computed too.</param>
    /// <param name="hasBetween">[model] For each column of the statistics whether its therapist means can differ from 0.</param>
    /// <param name="hasWithin">[model] For each column of the statistics whether it can vary within therapists.</param>
    public BalancedFits(
        IReadOnlyList<LinearModel?> models, IReadOnlyList<bool> needsCriterion, IReadOnlyList<bool> needsCriterionAtZero, IReadOnlyList<bool[]> hasBetween, IReadOnlyList<bool[]> hasWithin)
    {
        int[][] between = new int[models.Count][];
        int[][] within = new int[models.Count][];
        for (int m = 0; m < models.Count; m++)
        {
            LinearModel? model = models[m];
            between[m] = model is null ? [] : [.. model.Columns[..^1].Where(c => hasBetween[m][c]), model.Columns[^1]];
            within[m] = model is null ? [] : [.. model.Columns[..^1].Where(c => hasWithin[m][c]), model.Columns[^1]];
        }

        (LevelFactor<T>[] Factors, int[] Of) betweenFactors = Shared([.. between.Where(c => c.Length > 0)]);
        (LevelFactor<T>[] Factors, int[] Of) withinFactors = Shared([.. within.Where(c => c.Length > 0)]);
        _between = betweenFactors.Factors;
        _within = withinFactors.Factors;
        int fitted = 0;
        Fits = new BalancedFit<T>?[models.Count];
        for (int m = 0; m < models.Count; m++)
        {
            if (models[m] is { } model)
            {
                Fits[m] = new(model, _between[betweenFactors.Of[fitted]], _within[withinFactors.Of[fitted]], hasBetween[m])
                {
                    NeedsCriterion = needsCriterion[m],
                    NeedsCriterionAtZero = needsCriterion[m] && needsCriterionAtZero[m],
                };
                fitted++;
            }
        }

        _fitted = [.. Fits.OfType<BalancedFit<T>>()];
        _counts = [.. _fitted.Select(f => f.Logarithms)];
        _needsLogPatients = _fitted.Any(f => f.NeedsLogPatients);
        _logarithms = new(_counts.Sum() + (_needsLogPatients ? 1 : 0));
    }

    /// <summary>[model] The fits.</summary>
    public BalancedFit<T>?[] Fits { get; }

    /// <summary>Whether a model can be fitted so: every column varies either between or within therapists, not both.</summary>
    /// <param name="model">The model.</param>
    /// <param name="hasBetween">For each column of the statistics whether its therapist means can differ from 0.</param>
    /// <param name="hasWithin">For each column of the statistics whether it can vary within therapists.</param>
    public static bool CanFit(LinearModel model, bool[] hasBetween, bool[] hasWithin) =>
        model.Columns.All(c => c == model.Columns[^1] || hasBetween[c] != hasWithin[c]);

    /// <summary>Factors the cross-products of new data. What is done between this and <see cref="Fit"/> need not wait for its divisions.</summary>
    public void Factor(TherapistStatistics<T> data)
    {
        foreach (LevelFactor<T> factor in _between)
        {
            factor.Factor(data.MeanProducts.Span);
        }

        foreach (LevelFactor<T> factor in _within)
        {
            factor.Factor(data.Within.Span);
        }
    }

    /// <summary>Fits all models to the data that were factored.</summary>
    public void Fit(TherapistStatistics<T> data)
    {
        T perPatient = T.Create(1) / data.Analysed.Span[0];
        foreach (BalancedFit<T> fit in _fitted)
        {
            fit.Fit(data, perPatient);
        }

        if (_logarithms.Length > 0)
        {
            Criteria(data.Analysed.Span[0]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Criteria(T patients)
    {
        Span<T> numbers = _logarithms.Span;
        int k = 0;
        for (int f = 0; f < _fitted.Length; f++)
        {
            _fitted[f].WriteArguments(numbers.Slice(k, _counts[f]));
            k += _counts[f];
        }

        if (_needsLogPatients)
        {
            numbers[k] = patients;
        }

        Elementary.Log(numbers);
        T logPatients = numbers[^1];
        k = 0;
        for (int f = 0; f < _fitted.Length; f++)
        {
            _fitted[f].TakeLogarithms(numbers.Slice(k, _counts[f]), logPatients);
            k += _counts[f];
        }
    }

    // A list that begins another one of the same outcome needs no factor of its own.
    private static (LevelFactor<T>[] Factors, int[] Of) Shared(int[][] lists)
    {
        List<int[]> longest = [];
        foreach (int[] list in lists.OrderByDescending(l => l.Length))
        {
            if (!longest.Exists(l => Begins(list, l)))
            {
                longest.Add(list);
            }
        }

        return ([.. longest.Select(l => new LevelFactor<T>(l[..^1], l[^1]))], [.. lists.Select(list => longest.FindIndex(l => Begins(list, l)))]);
    }

    private static bool Begins(int[] list, int[] longer) =>
        list[^1] == longer[^1] && list.Length <= longer.Length && list.AsSpan(0, list.Length - 1).SequenceEqual(longer.AsSpan(0, list.Length - 1));
}
