using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>The columns of the analysis for every analysed patient, one replicate per lane.</summary>
/// <remarks>
/// x_i = x̄_j + scale·(s_i − s̄_j), from the therapist means of the statistics and the patient sources, so that rows and statistics are the
/// same data. The row of a patient whom a lane does not analyse is 0 in every column, and adds nothing to a sum. Owns its memory: one per
/// thread. Allocates only where a trial is larger than all before it.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class PatientRows<T>
    where T : unmanaged, ILane<T>
{
    private readonly AnalysisColumns _columns;
    private readonly TrialBatch<T> _batch;
    private readonly PatientMoments<T> _moments;
    private readonly bool _hasMasks;
    private readonly LaneBuffer<T> _patient;    // [source] of the patient at hand
    private readonly LaneBuffer<T> _means;      // [source] of the therapist at hand
    private int _capacity;
    private LaneBuffer<T> _deviations = new(0); // [source × capacity + row]
    private LaneBuffer<T> _values = new(0);     // [column × capacity + row]

    /// <param name="columns">The columns.</param>
    /// <param name="batch">All patients of the replicates.</param>
    /// <param name="moments">What reads the patient sources.</param>
    /// <param name="hasMasks">Whether some positions of the batch hold no analysed patient.</param>
    public PatientRows(AnalysisColumns columns, TrialBatch<T> batch, PatientMoments<T> moments, bool hasMasks)
    {
        _columns = columns;
        _batch = batch;
        _moments = moments;
        _hasMasks = hasMasks;
        _patient = new(columns.Sources.Count);
        _means = new(columns.Sources.Count);
    }

    /// <summary>[therapist] First row.</summary>
    public ReadOnlySpan<int> First => _batch.FirstPatient;

    /// <summary>[therapist] Rows.</summary>
    public ReadOnlySpan<int> Count => _batch.Patients;

    /// <summary>[row] Values of a column of the statistics.</summary>
    public ReadOnlySpan<T> Column(int column) => _values.Span.Slice(column * _capacity, _capacity);

    /// <summary>Takes the replicates of the batch.</summary>
    /// <param name="statistics">Their statistics.</param>
    /// <param name="observedMeans">[therapist] alliance_between.</param>
    public void Fill(TherapistStatistics<T> statistics, ReadOnlySpan<T> observedMeans)
    {
        EnsureCapacity(First[^1] + Count[^1]);
        for (int j = 0; j < statistics.Therapists; j++)
        {
            TakeSources(j, statistics.Analysed.Span[j], observedMeans[j]);
            for (int c = 0; c < _columns.Columns.Count; c++)
            {
                TakeColumn(c, j, statistics.MeansOf(c)[j]);
            }
        }
    }

    private void EnsureCapacity(int rows)
    {
        if (rows > _capacity)
        {
            _capacity = Math.Max(rows, 2 * _capacity);
            _deviations = new(_patient.Length * _capacity);
            _values = new(_columns.Columns.Count * _capacity);
        }
    }

    private void TakeSources(int therapist, T analysed, T observed)
    {
        Span<T> patient = _patient.Span;
        Span<T> means = _means.Span;
        Span<T> deviations = _deviations.Span;
        means.Fill(T.Create(0));
        for (int i = 0; i < Count[therapist]; i++)
        {
            int row = First[therapist] + i;
            _moments.SourceDeviations(therapist, i, observed, patient);
            for (int s = 0; s < patient.Length; s++)
            {
                T value = _hasMasks ? T.And(_batch.Analysed.Span[row], patient[s]) : patient[s];
                deviations[(s * _capacity) + row] = value;
                means[s] += value;
            }
        }

        T inverse = T.Create(1) / T.Max(analysed, T.Create(1));
        foreach (ref T mean in means)
        {
            mean *= inverse;
        }
    }

    private void TakeColumn(int c, int therapist, T mean)
    {
        AnalysisColumn column = _columns.Columns[c];
        Span<T> values = _values.Span.Slice((c * _capacity) + First[therapist], Count[therapist]);
        if (column.Source < 0)
        {
            values.Fill(mean);
        }
        else
        {
            ReadOnlySpan<T> deviations = _deviations.Span.Slice((column.Source * _capacity) + First[therapist], values.Length);
            T scale = T.Create(column.Scale);
            T sourceMean = _means.Span[column.Source];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = T.Fma(scale, deviations[i] - sourceMean, mean);
            }
        }

        if (_hasMasks)
        {
            ReadOnlySpan<T> analysed = _batch.Analysed.Span.Slice(First[therapist], values.Length);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = T.And(analysed[i], values[i]);
            }
        }
    }
}
