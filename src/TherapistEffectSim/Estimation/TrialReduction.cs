using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Generates replicates and reduces each to the statistics that the models need, one replicate per lane.</summary>
/// <remarks>
/// The patients of a therapist are generated, summed and forgotten, unless a column needs the observed therapist means for each
/// patient, and the sums wait until the means are known, or a test needs the patients themselves. Owns its scratch memory: one per thread.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class TrialReduction<T>
    where T : unmanaged, ILane<T>
{
    private readonly World _world;
    private readonly AnalysisColumns _columns;
    private readonly TrialGenerator<T> _generator;
    private readonly TrialBatch<T> _batch;
    private readonly PatientMoments<T> _moments;
    private readonly PatientSummation<T>? _summation; // null: patients are kept until they are summed
    private readonly AllianceOutcomeSums<T>[] _sums = new AllianceOutcomeSums<T>[32];
    private readonly SampledMoments<T>? _sampled; // null: from patients
    private readonly LaneBuffer<T> _observedMeans;   // [therapist] centred alliance_between
    private readonly LaneBuffer<T> _inputs;
    private readonly LaneBuffer<T> _stack = new(ColumnProgram.StackDepth);
    private readonly (int Element, int Source, int Other, double Scale)[] _within; // elements of the cross-products within therapists that are not 0
    private readonly bool _sumsAnalysed; // patients, of whom some may be lost, are summed therapist by therapist
    private readonly bool _countsAreGiven;
    private readonly bool _isComplete;
    private bool _isCounted;

    /// <param name="world">The world.</param>
    /// <param name="key">Key of the random numbers.</param>
    /// <param name="columns">The columns of the statistics.</param>
    /// <param name="withoutPatients">Whether the statistics are drawn from their distribution; see <see cref="StatisticsSampling"/>.</param>
    public TrialReduction(World world, ulong key, AnalysisColumns columns, bool withoutPatients)
    {
        _world = world;
        _isComplete = world.IsComplete;
        _columns = columns;
        bool severityIsUsed = columns.Columns.Any(c => c.Expression.Variables.Contains(GeneratedColumns.Severity));
        _inputs = new(GeneratedColumns.InputsIn(world.Scenario));
        bool further = world.HasFurtherMechanisms || columns.ReadsFurther;
        _generator = new(world, key, severityIsUsed, columns.ReadsFurther, withoutPatients);
        int therapists = world.Layout.Therapists;
        _batch = further ? new(world) : new(therapists);
        _observedMeans = new(therapists);
        bool sumsSuffice = PatientMoments<T>.IsAllianceAndOutcome(columns) && !columns.NeedsPatientRows && !columns.NeedsObservedMeansPerPatient;
        bool sums = !withoutPatients && _generator.CanSumPatients && sumsSuffice;
        _sumsAnalysed = !withoutPatients && sumsSuffice && _generator.HasMasks;
        _moments = new(world, columns, _batch, _generator.HasMasks, keepsPatients: !withoutPatients && !sums && !_sumsAnalysed);
        Statistics = new(therapists, columns.HasBetween(), columns.HasWithin())
        {
            IsBalanced = world.IsBalanced,
        };
        _sampled = withoutPatients ? new(world, columns, _generator.Random, _batch, _moments) : null;
        _summation = sums ? new(world, _generator.Random) : null;
        _countsAreGiven = (withoutPatients || sums) && world.Caseloads.IsGiven;
        _within = [.. NonzeroProducts()];
        Rows = columns.NeedsPatientRows ? new(columns, _batch, _moments, _generator.HasMasks) : null;
    }

    /// <summary>The statistics of the replicates last generated.</summary>
    public TherapistStatistics<T> Statistics { get; }

    /// <summary>[therapist] Patients over whom the observed mean of the alliance is taken; only where a column needs it.</summary>
    public ReadOnlySpan<T> PatientsOfMeans => _columns.MeasuredMeans ? _moments.Measured : _moments.Analysed;

    /// <summary>The patients of the replicates last generated, if a test needs them.</summary>
    public PatientRows<T>? Rows { get; }

    /// <summary>Generates the replicates first, first + 1, … (from 0), one per lane.</summary>
    public void Run(long first)
    {
        _generator.Therapists(first, _batch);
        if (_sampled is not null)
        {
            TakeCaseloads();
            _sampled.Draw(_generator.MeanWords);
            ObservedMeans();
            Fill();
            return;
        }

        _moments.Clear();
        if (_summation is not null)
        {
            TakeCaseloads();
            for (int j = 0; j < _world.Layout.Therapists;)
            {
                int therapists = _summation.Sum(j, _batch, _sums);
                _moments.AddSums(j, _sums.AsSpan(0, therapists));
                j += therapists;
            }

            ObservedMeans();
            Fill();
            return;
        }

        if (_sumsAnalysed)
        {
            SumAnalysed();
            ObservedMeans();
            Fill();
            return;
        }

        bool wait = _columns.NeedsObservedMeansPerPatient;
        bool keep = wait || Rows is not null;
        int position = 0;
        for (int j = 0; j < _world.Layout.Therapists; j++)
        {
            int patients = _generator.Patients(j, keep ? position : 0, _batch);
            position += patients;
            _moments.CountPatients(j);
            if (!wait)
            {
                _moments.Add(j, default);
            }
            else
            {
                _moments.SumAlliance(j);
            }
        }

        ObservedMeans();
        if (wait)
        {
            for (int j = 0; j < _world.Layout.Therapists; j++)
            {
                _moments.Add(j, _observedMeans.Span);
            }
        }

        Fill();
        Rows?.Fill(Statistics, _observedMeans.Span);
    }

    private void SumAnalysed()
    {
        int therapists = _world.Layout.Therapists;
        for (int first = 0; first < therapists; first += _sums.Length)
        {
            int count = Math.Min(_sums.Length, therapists - first);
            for (int t = 0; t < count; t++)
            {
                _generator.Patients(first + t, 0, _batch);
                _moments.SumAnalysed(first + t, out _sums[t]);
                if (_columns.MeasuredMeans)
                {
                    _moments.SumAlliance(first + t);
                }
            }

            _moments.AddSums(first, _sums.AsSpan(0, count));
        }
    }

    /// <summary>alliance_between: observed therapist mean minus the unweighted mean over analysed therapists.</summary>
    private void ObservedMeans()
    {
        if (!_columns.NeedsObservedMeans)
        {
            return;
        }

        Span<T> observed = _observedMeans.Span;
        ReadOnlySpan<T> means = _columns.MeasuredMeans ? _moments.MeasuredMeans : _moments.AnalysedAllianceMeans;
        ReadOnlySpan<T> n = _moments.Analysed;
        T one = T.Create(1);
        T sum = T.Create(0);
        T therapists = sum;
        if (_isComplete)
        {
            for (int j = 0; j < observed.Length; j++)
            {
                sum += means[j];
            }

            therapists = T.Create(observed.Length);
        }
        else
        {
            for (int j = 0; j < observed.Length; j++)
            {
                T present = T.Min(n[j], one);
                sum = T.Fma(present, means[j], sum);
                therapists += present;
            }
        }

        T grand = sum / T.Max(therapists, one);
        for (int j = 0; j < observed.Length; j++)
        {
            observed[j] = means[j] - grand;
        }
    }

    private void Fill()
    {
        if (!_isCounted)
        {
            _moments.Analysed.CopyTo(Statistics.Analysed.Span);
            Statistics.Count();
        }

        for (int c = 0; c < _columns.Columns.Count; c++)
        {
            Means(_columns.Columns[c], Statistics.MeansOf(c));
        }

        Span<T> within = Statistics.Within.Span;
        foreach ((int element, int source, int other, double scale) in _within)
        {
            within[element] = T.Create(scale) * _moments.CrossProduct(source, other);
        }

        _isCounted = _countsAreGiven;
        Statistics.SumMeanProducts();
    }

    private IEnumerable<(int Element, int Source, int Other, double Scale)> NonzeroProducts()
    {
        for (int a = 0; a < _columns.Columns.Count; a++)
        {
            AnalysisColumn x = _columns.Columns[a];
            for (int b = 0; b <= a; b++)
            {
                AnalysisColumn y = _columns.Columns[b];
                if (x.Source >= 0 && y.Source >= 0)
                {
                    yield return (Packed.Index(a, b), x.Source, y.Source, x.Scale * y.Scale);
                }
            }
        }
    }

    private void TakeCaseloads()
    {
        if (!_isCounted)
        {
            _moments.TakeCaseloads();
        }
    }

    private void Means(AnalysisColumn column, Span<T> means)
    {
        if (column.Source < 0)
        {
            TherapistLevel(column, means);
        }
        else if (column.IsAllianceWithin)
        {
            ReadOnlySpan<T> analysed = _moments.AnalysedAllianceMeans;
            for (int j = 0; j < means.Length; j++)
            {
                means[j] = _columns.MeasuredMeans ? analysed[j] - _moments.MeasuredMeans[j] : T.Create(0);
            }
        }
        else
        {
            ReadOnlySpan<T> source = _moments.Means(column.Source);
            if (column.Scale == 1 && !column.IsTrueAlliance)
            {
                source.CopyTo(means);
                Weigh(means);
                return;
            }

            ReadOnlySpan<T> trueAlliance = _batch.AllianceBase.Span;
            T scale = T.Create(column.Scale);
            for (int j = 0; j < means.Length; j++)
            {
                means[j] = column.IsTrueAlliance ? T.Fma(scale, source[j], trueAlliance[j]) : scale * source[j];
            }
        }

        Weigh(means);
    }

    // A therapist without analysed patients has no weight, but what is multiplied by it must be finite.
    private void Weigh(Span<T> means)
    {
        if (_isComplete)
        {
            return;
        }

        T one = T.Create(1);
        ReadOnlySpan<T> n = _moments.Analysed;
        for (int j = 0; j < means.Length; j++)
        {
            means[j] *= T.Min(n[j], one);
        }
    }

    // Intercept, observed mean and its square stand in most models: without the program, which costs more than the rest of the reduction.
    private void TherapistLevel(AnalysisColumn column, Span<T> values)
    {
        if (column.Expression is ColumnExpression.Variable { Name: GeneratedColumns.AllianceBetween })
        {
            _observedMeans.Span.CopyTo(values);
            return;
        }

        if (column.Expression is ColumnExpression.Constant constant)
        {
            if (!_isCounted || !_isComplete)
            {
                values.Fill(T.Create(constant.Value));
            }

            return;
        }

        if (column.Expression is ColumnExpression.Power { Exponent: 2, Base: ColumnExpression.Variable { Name: GeneratedColumns.AllianceBetween } })
        {
            ReadOnlySpan<T> observed = _observedMeans.Span[..values.Length];
            for (int j = 0; j < values.Length; j++)
            {
                values[j] = observed[j] * observed[j];
            }

            return;
        }

        for (int j = 0; j < values.Length; j++)
        {
            _moments.TherapistInputs(j, _observedMeans.Span[j], _inputs.Span);
            values[j] = column.Program.Run<T>(_inputs.Span, _world.Layout.Arm[j], _world.Layout.Site[j], _stack.Span);
        }
    }
}
