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

    /// <param name="world">The world.</param>
    /// <param name="key">Key of the random numbers.</param>
    /// <param name="columns">The columns of the statistics.</param>
    /// <param name="withoutPatients">Whether the statistics are drawn from their distribution; see <see cref="StatisticsSampling"/>.</param>
    public TrialReduction(World world, ulong key, AnalysisColumns columns, bool withoutPatients)
    {
        _world = world;
        _columns = columns;
        bool severityIsUsed = columns.Columns.Any(c => c.Expression.Variables.Contains(GeneratedColumns.Severity));
        _inputs = new(GeneratedColumns.InputsIn(world.Scenario));
        bool further = world.HasFurtherMechanisms || columns.ReadsFurther;
        _generator = new(world, key, severityIsUsed, columns.ReadsFurther);
        int therapists = world.Layout.Therapists;
        _batch = further ? new(world) : new(therapists);
        _observedMeans = new(therapists);
        _moments = new(world, columns, _batch, _generator.HasMasks);
        Statistics = new(therapists, columns.HasBetween(), columns.HasWithin())
        {
            IsBalanced = world.IsBalanced,
        };
        _sampled = withoutPatients ? new(world, columns, _generator.Random, _batch, _moments) : null;
        bool sumsSuffice = _moments.IsAllianceAndOutcome && !columns.NeedsPatientRows && !columns.NeedsObservedMeansPerPatient;
        _summation = _generator.CanSumPatients && sumsSuffice ? new(world, _generator.Random) : null;
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
            _moments.TakeCaseloads();
            _sampled.Draw();
            ObservedMeans();
            Fill();
            return;
        }

        _moments.Clear();
        if (_summation is not null)
        {
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
        for (int j = 0; j < observed.Length; j++)
        {
            T present = T.Min(n[j], one);
            sum = T.Fma(present, means[j], sum);
            therapists += present;
        }

        T grand = sum / T.Max(therapists, one);
        for (int j = 0; j < observed.Length; j++)
        {
            observed[j] = means[j] - grand;
        }
    }

    private void Fill()
    {
        _moments.Analysed.CopyTo(Statistics.Analysed.Span);
        Statistics.Count();
        for (int c = 0; c < _columns.Columns.Count; c++)
        {
            Means(_columns.Columns[c], Statistics.MeansOf(c));
        }

        Span<T> within = Statistics.Within.Span;
        for (int a = 0; a < _columns.Columns.Count; a++)
        {
            AnalysisColumn x = _columns.Columns[a];
            for (int b = 0; b <= a; b++)
            {
                AnalysisColumn y = _columns.Columns[b];
                within[Packed.Index(a, b)] = x.Source >= 0 && y.Source >= 0
                    ? T.Create(x.Scale * y.Scale) * _moments.CrossProduct(x.Source, y.Source)
                    : T.Create(0);
            }
        }

        Statistics.SumMeanProducts();
    }

    private void Means(AnalysisColumn column, Span<T> means)
    {
        T one = T.Create(1);
        ReadOnlySpan<T> n = _moments.Analysed;
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
            ReadOnlySpan<T> trueAlliance = _batch.AllianceBase.Span;
            T scale = T.Create(column.Scale);
            for (int j = 0; j < means.Length; j++)
            {
                means[j] = column.IsTrueAlliance ? T.Fma(scale, source[j], trueAlliance[j]) : scale * source[j];
            }
        }

        if (_world.IsComplete)
        {
            return;
        }

        // A therapist without analysed patients has no weight, but what is multiplied by it must be finite.
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
            values.Fill(T.Create(constant.Value));
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
