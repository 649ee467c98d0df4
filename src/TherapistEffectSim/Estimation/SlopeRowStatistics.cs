using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Reduces rows by patient to the statistics of models in which intercept and slope vary between therapists.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class SlopeRowStatistics<T> : ITakesReplicates
    where T : unmanaged, ILane<T>
{
    // Share of its sum of squares below which a number does not vary within a therapist.
    private const double RoundingShare = 1e-20;

    private readonly IPatientNumbers<T> _trials;
    private readonly PatientColumns _columns;
    private readonly int _slope;
    private readonly LaneBuffer<T> _means;
    private readonly LaneBuffer<T> _slopes;
    private readonly LaneBuffer<T> _residuals;
    private readonly LaneBuffer<T> _squares; // [column] Σx²

    /// <param name="trials">Replicates.</param>
    /// <param name="columns">Columns of [X y].</param>
    /// <param name="slope">Number of the patients whose slope varies between therapists.</param>
    public SlopeRowStatistics(IPatientNumbers<T> trials, PatientColumns columns, int slope)
    {
        _trials = trials;
        _columns = columns;
        _slope = slope;
        int m = columns.Numbers.Length;
        _means = new(m);
        _slopes = new(m);
        _residuals = new(m);
        _squares = new(m);
        Statistics = new(trials.Therapists, m);
    }

    /// <summary>The statistics of the replicates last taken.</summary>
    public SlopeStatistics<T> Statistics { get; }

    /// <summary>Σy² over the rows.</summary>
    public T OutcomeSquares { get; private set; }

    /// <summary>Therapists with a row.</summary>
    public T Therapists { get; private set; }

    /// <inheritdoc/>
    public void Take()
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        Statistics.Within.Clear();
        _squares.Span.Clear();
        T observations = zero;
        T therapists = zero;
        for (int j = 0; j < _trials.Therapists; j++)
        {
            T n = TakeMeans(j, out T centre);
            TakeTherapist(j, n, centre);
            observations += n;
            therapists += T.Min(n, one);
        }

        Statistics.Observations = observations;
        Therapists = therapists;
        _columns.ClearRounding(Statistics.Within, _squares.Span);
        OutcomeSquares = _squares.Span[^1];
    }

    private T Included(int position) => _trials.Included(position, _columns.ReadSlopes);

    private T TakeMeans(int j, out T centre)
    {
        T one = T.Create(1);
        T n = T.Create(0);
        T sum = n;
        Span<T> means = _means.Span;
        means.Clear();
        ReadOnlySpan<T> slope = _trials.Number(_slope);
        for (int p = _trials.First[j]; p < _trials.First[j] + _trials.Count[j]; p++)
        {
            T included = Included(p);
            n += T.And(included, one);
            sum += T.And(included, slope[p]);
            for (int c = 0; c < means.Length; c++)
            {
                means[c] += T.And(included, _trials.Number(_columns.Numbers[c])[p]);
            }
        }

        T inverse = one / T.Max(n, one);
        for (int c = 0; c < means.Length; c++)
        {
            means[c] *= inverse;
        }

        centre = sum * inverse;
        return n;
    }

    private void TakeTherapist(int j, T n, T centre)
    {
        T zero = T.Create(0);
        int m = _means.Length;
        Span<T> slopes = _slopes.Span;
        Span<T> residuals = _residuals.Span;
        ReadOnlySpan<T> means = _means.Span;
        ReadOnlySpan<T> slope = _trials.Number(_slope);
        int first = _trials.First[j];
        int after = first + _trials.Count[j];
        T spread = zero;
        slopes.Clear();
        for (int p = first; p < after; p++)
        {
            T included = Included(p);
            T deviation = T.And(included, slope[p] - centre);
            spread = T.Fma(deviation, deviation, spread);
            foreach (int c in _columns.WithinTherapists)
            {
                slopes[c] = T.Fma(deviation, _trials.Number(_columns.Numbers[c])[p] - means[c], slopes[c]);
            }
        }

        T varies = T.LessThan(T.Create(RoundingShare) * T.Fma(n * centre, centre, spread), spread);
        spread = T.And(varies, spread);
        T root = T.Sqrt(spread);
        T rows = T.Sqrt(n);
        Span<T> values = Statistics.Values.Slice(j * Statistics.Stride, Statistics.Stride);
        values[0] = rows;
        values[1] = rows * centre;
        values[2] = root;
        for (int c = 0; c < m; c++)
        {
            slopes[c] = T.And(varies, slopes[c] / spread);
            values[SlopeStatistics<T>.Triangle + c] = rows * means[c];
            values[SlopeStatistics<T>.Triangle + m + c] = root * slopes[c];
            _squares.Span[c] = T.Fma(n * means[c], means[c], _squares.Span[c]);
        }

        for (int p = first; p < after; p++)
        {
            T included = Included(p);
            foreach (int c in _columns.WithinTherapists)
            {
                T deviation = T.And(included, _trials.Number(_columns.Numbers[c])[p] - means[c]);
                _squares.Span[c] = T.Fma(deviation, deviation, _squares.Span[c]);
                residuals[c] = T.And(included, deviation - (slopes[c] * (slope[p] - centre)));
            }

            _columns.AddProducts(Statistics.Within, residuals);
        }
    }
}
