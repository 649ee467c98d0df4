using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Reduces rows by patient to the statistics of random-intercept models: therapist means, and products of deviations from them.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class RowStatistics<T> : ITakesReplicates
    where T : unmanaged, ILane<T>
{
    private readonly IPatientNumbers<T> _trials;
    private readonly PatientColumns _columns;
    private readonly int _effect;
    private readonly TherapistStatistics<T>? _means;
    private readonly PatientBlock<T> _block;
    private readonly LaneBuffer<T> _squares; // [column] Σx²

    /// <param name="trials">Replicates.</param>
    /// <param name="columns">Columns of [X y].</param>
    /// <param name="onTherapistMeans">Whether <see cref="Statistics"/> are of therapists' means, each of weight 1.</param>
    /// <param name="effect">Number of which therapists have the random effect, the same for all their patients; −1 if there is none.</param>
    public RowStatistics(IPatientNumbers<T> trials, PatientColumns columns, bool onTherapistMeans, int effect)
    {
        _trials = trials;
        _effect = effect;
        _columns = columns;
        bool[] all = [.. columns.Numbers.Select(_ => true)];
        Patients = new(trials.Therapists, all, [.. columns.IsOfTherapist.Select(c => !c)]);
        _means = onTherapistMeans ? new(trials.Therapists, all, [.. all.Select(_ => false)]) : null;
        _block = new(trials, columns.Numbers, columns.ReadSlopes);
        _squares = new(all.Length);
    }

    /// <summary>The statistics of the replicates last taken.</summary>
    public TherapistStatistics<T> Statistics => _means ?? Patients;

    /// <summary>Σy² over the rows.</summary>
    public T OutcomeSquares { get; private set; }

    private TherapistStatistics<T> Patients { get; }

    /// <inheritdoc/>
    public void Take()
    {
        Patients.Within.Span.Clear();
        _squares.Span.Clear();
        for (int j = 0; j < Patients.Therapists; j++)
        {
            TakeTherapist(j);
            TakeRandomFactor(j);
        }

        _columns.ClearRounding(Patients.Within.Span, _squares.Span);
        OutcomeSquares = _squares.Span[^1];
        Patients.Count();
        if (_means is null)
        {
            Patients.SumMeanProducts();
        }
        else
        {
            TakeTherapistMeans();
        }
    }

    private void TakeTherapist(int j)
    {
        T n = _block.Take(j);
        Patients.Analysed.Span[j] = n;
        Span<T> squares = _squares.Span;
        Span<T> within = Patients.Within.Span;
        for (int c = 0; c < Patients.Columns; c++)
        {
            T mean = _block.Centre(c, n);
            Patients.MeansOf(c)[j] = mean;
            squares[c] = T.Fma(n * mean, mean, squares[c]);
        }

        int[] columns = _columns.WithinTherapists;
        for (int i = 0; i < columns.Length; i++)
        {
            for (int k = 0; k <= i; k++)
            {
                T product = _block.Product(columns[i], columns[k]);
                within[Packed.Index(columns[i], columns[k])] += product;
                squares[columns[i]] += i == k ? product : T.Create(0);
            }
        }
    }

    private void TakeRandomFactor(int j)
    {
        if (_effect < 0)
        {
            return;
        }

        T multiplier = T.Create(0);
        ReadOnlySpan<T> number = _trials.Number(_effect);
        for (int p = _trials.First[j]; p < _trials.First[j] + _trials.Count[j]; p++)
        {
            multiplier = T.Select(_trials.Included(p, withSlope: false), number[p], multiplier);
        }

        Patients.RandomFactor.Span[j] = multiplier * multiplier;
    }

    private void TakeTherapistMeans()
    {
        T one = T.Create(1);
        Patients.Means.Span.CopyTo(_means!.Means.Span);
        for (int j = 0; j < Patients.Therapists; j++)
        {
            _means.Analysed.Span[j] = T.Min(Patients.Analysed.Span[j], one);
        }

        _means.Count();
        _means.SumMeanProducts();
        T squares = T.Create(0);
        foreach (T mean in _means.MeansOf(_means.Columns - 1))
        {
            squares = T.Fma(mean, mean, squares);
        }

        OutcomeSquares = squares;
    }
}
