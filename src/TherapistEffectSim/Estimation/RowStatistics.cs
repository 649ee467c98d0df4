using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Reduces rows by patient to the statistics of random-intercept models: therapist means, and products of deviations from them.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class RowStatistics<T> : ITakesReplicates
    where T : unmanaged, ILane<T>
{
    private readonly IPatientNumbers<T> _trials;
    private readonly PatientColumns _columns;
    private readonly TherapistStatistics<T>? _means;
    private readonly LaneBuffer<T> _deviations;
    private readonly LaneBuffer<T> _squares; // [column] Σx²

    /// <param name="trials">Replicates.</param>
    /// <param name="columns">Columns of [X y].</param>
    /// <param name="onTherapistMeans">Whether <see cref="Statistics"/> are of therapists' means, each of weight 1.</param>
    public RowStatistics(IPatientNumbers<T> trials, PatientColumns columns, bool onTherapistMeans)
    {
        _trials = trials;
        _columns = columns;
        bool[] all = [.. columns.Numbers.Select(_ => true)];
        Patients = new(trials.Therapists, all, [.. columns.IsOfTherapist.Select(c => !c)]);
        _means = onTherapistMeans ? new(trials.Therapists, all, [.. all.Select(_ => false)]) : null;
        _deviations = new(all.Length);
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
            TakeMeans(j);
            TakeDeviations(j);
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

    private void TakeMeans(int j)
    {
        T one = T.Create(1);
        T zero = T.Create(0);
        T n = zero;
        int first = _trials.First[j];
        int count = _trials.Count[j];
        for (int i = 0; i < count; i++)
        {
            n += T.And(Included(first + i), one);
        }

        T inverse = one / T.Max(n, one);
        for (int c = 0; c < Patients.Columns; c++)
        {
            ReadOnlySpan<T> number = _trials.Number(_columns.Numbers[c]).Slice(first, count);
            T sum = zero;
            for (int i = 0; i < number.Length; i++)
            {
                sum += T.And(Included(first + i), number[i]);
            }

            T mean = sum * inverse;
            Patients.MeansOf(c)[j] = mean;
            _squares.Span[c] = T.Fma(n * mean, mean, _squares.Span[c]);
        }

        Patients.Analysed.Span[j] = n;
    }

    private void TakeDeviations(int j)
    {
        Span<T> deviations = _deviations.Span;
        Span<T> within = Patients.Within.Span;
        for (int p = _trials.First[j]; p < _trials.First[j] + _trials.Count[j]; p++)
        {
            T included = Included(p);
            foreach (int c in _columns.WithinTherapists)
            {
                deviations[c] = T.And(included, _trials.Number(_columns.Numbers[c])[p] - Patients.MeansOf(c)[j]);
                _squares.Span[c] = T.Fma(deviations[c], deviations[c], _squares.Span[c]);
            }

            _columns.AddProducts(within, deviations);
        }
    }

    private T Included(int position) => _trials.Included(position, _columns.ReadSlopes);

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
