using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Reduces rows by patient to the statistics of models in which intercept and slope vary between therapists.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class SlopeRowStatistics<T> : ITakesReplicates
    where T : unmanaged, ILane<T>
{
    // Share of its sum of squares below which a number does not vary within a therapist.
    private const double RoundingShare = 1e-20;

    private readonly int _therapists;
    private readonly PatientColumns _columns;
    private readonly PatientBlock<T> _block; // the number whose slope varies after the columns
    private readonly LaneBuffer<T> _squares; // [column] Σx²

    /// <param name="trials">Replicates.</param>
    /// <param name="columns">Columns of [X y].</param>
    /// <param name="slope">Number of the patients whose slope varies between therapists.</param>
    public SlopeRowStatistics(IPatientNumbers<T> trials, PatientColumns columns, int slope)
    {
        _therapists = trials.Therapists;
        _columns = columns;
        int m = columns.Numbers.Length;
        _block = new(trials, [.. columns.Numbers, slope], columns.ReadSlopes);
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
        for (int j = 0; j < _therapists; j++)
        {
            T n = _block.Take(j);
            TakeTherapist(j, n);
            observations += n;
            therapists += T.Min(n, one);
        }

        Statistics.Observations = observations;
        Therapists = therapists;
        _columns.ClearRounding(Statistics.Within, _squares.Span);
        OutcomeSquares = _squares.Span[^1];
    }

    private void TakeTherapist(int j, T n)
    {
        int m = Statistics.Columns;
        Span<T> squares = _squares.Span;
        Span<T> values = Statistics.Values.Slice(j * Statistics.Stride, Statistics.Stride);
        T centre = _block.Centre(m, n);
        T spread = _block.Product(m, m);
        T varies = T.LessThan(T.Create(RoundingShare) * T.Fma(n * centre, centre, spread), spread);
        spread = T.And(varies, spread);
        T root = T.Sqrt(spread);
        T rows = T.Sqrt(n);
        values[0] = rows;
        values[1] = rows * centre;
        values[2] = root;
        for (int c = 0; c < m; c++)
        {
            T mean = _block.Centre(c, n);
            values[SlopeStatistics<T>.Triangle + c] = rows * mean;
            values[SlopeStatistics<T>.Triangle + m + c] = T.Create(0);
            squares[c] = T.Fma(n * mean, mean, squares[c]);
        }

        foreach (int c in _columns.WithinTherapists)
        {
            squares[c] += _block.Product(c, c);
            T slope = T.And(varies, _block.Product(c, m) / spread);
            values[SlopeStatistics<T>.Triangle + m + c] = root * slope;
            _block.Subtract(c, slope, m);
        }

        Span<T> within = Statistics.Within;
        int[] columns = _columns.WithinTherapists;
        for (int i = 0; i < columns.Length; i++)
        {
            for (int k = 0; k <= i; k++)
            {
                within[Packed.Index(columns[i], columns[k])] += _block.Product(columns[i], columns[k]);
            }
        }
    }
}
