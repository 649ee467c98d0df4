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
    private readonly bool _hasMeasuredMeans; // of all whose alliance was measured
    private readonly MeansKind[] _kinds; // [column]
    private readonly int _observedColumn; // that the observed means are; −1 where they need memory of their own
    private readonly int _lastSource; // of the last column
    private readonly CurveMoments<T>? _curve; // null: means and products column by column
    private readonly bool _sumsAnalysed; // patients, of whom some may be lost, are summed therapist by therapist
    private readonly bool _countsAreGiven;
    private readonly bool _isComplete;
    private bool _isCounted;

    /// <param name="world">The world.</param>
    /// <param name="key">Key of the random numbers.</param>
    /// <param name="columns">The columns of the statistics.</param>
    /// <param name="drawing">What is drawn; see <see cref="StatisticsSampling"/>.</param>
    public TrialReduction(World world, ulong key, AnalysisColumns columns, Drawing drawing)
    {
        bool withoutPatients = drawing != Drawing.Patients;
        SourceFactor? factor = withoutPatients ? SourceFactor.Of(world.Components, StatisticsSampling.SourcesOf(columns)) : null;
        _world = world;
        _isComplete = world.IsComplete;
        _columns = columns;
        bool severityIsUsed = columns.Columns.Any(c => c.Expression.Variables.Contains(GeneratedColumns.Severity));
        _inputs = new(GeneratedColumns.InputsIn(world.Scenario));
        bool further = world.HasFurtherMechanisms || columns.ReadsFurther;
        _generator = new(world, key, severityIsUsed, columns.ReadsFurther, drawing, factor?.OwnSd ?? 0);
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
        _sampled = factor is null ? null : new(world, factor, drawing, _generator.Random, _batch, _moments);
        _summation = sums ? new(world, _generator.Random) : null;
        _countsAreGiven = (withoutPatients || sums) && world.Caseloads.IsGiven;
        _within = [.. NonzeroProducts()];
        _hasMeasuredMeans = columns.MeasuredMeans;
        _kinds = [.. columns.Columns.Select(c => KindOf(c, columns.MeasuredMeans))];
        _observedColumn = _isComplete ? Array.IndexOf(_kinds, MeansKind.ObservedMean) : -1;
        _lastSource = columns.Columns[^1].Source;
        _curve = Curve();
        Rows = columns.NeedsPatientRows ? new(columns, _batch, _moments, _generator.HasMasks) : null;
    }

    private enum MeansKind
    {
        Constant,
        ObservedMean,
        SquareOfObservedMean,
        OfTherapist,
        Zero,
        Deviation,
        Source,
        ScaledSource,
    }

    /// <summary>The statistics of the replicates last generated.</summary>
    public TherapistStatistics<T> Statistics { get; }

    /// <summary>[therapist] Patients over whom the observed mean of the alliance is taken; only where a column needs it.</summary>
    public ReadOnlySpan<T> PatientsOfMeans => _hasMeasuredMeans ? _moments.Measured : _moments.Analysed;

    /// <summary>The patients of the replicates last generated, if a test needs them.</summary>
    public PatientRows<T>? Rows { get; }

    // alliance_between, for each therapist.
    private Span<T> Observed => _observedColumn >= 0 ? Statistics.MeansOf(_observedColumn) : _observedMeans.Span;

    /// <summary>Lowest and highest therapist mean of a column, where they are known from making the means.</summary>
    public bool TryRange(int column, out T lowest, out T highest)
    {
        bool isKnown = _curve is not null && _curve.Observed == column;
        lowest = isKnown ? _curve!.Lowest : default;
        highest = isKnown ? _curve!.Highest : default;
        return isKnown;
    }

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
                _moments.Add(j, Observed);
            }
        }

        Fill();
        Rows?.Fill(Statistics, Observed);
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
                if (_hasMeasuredMeans)
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

        Span<T> observed = Observed;
        ReadOnlySpan<T> means = _hasMeasuredMeans ? _moments.MeasuredMeans : _moments.AnalysedAllianceMeans;
        ReadOnlySpan<T> n = _moments.Analysed;
        T one = T.Create(1);
        T sum = T.Create(0);
        T therapists = sum;
        if (_sampled is not null)
        {
            sum = SumOf(means);
            therapists = T.Create(observed.Length);
        }
        else if (_isComplete)
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
        if (_curve is not null)
        {
            _curve.Fill(means, grand, _moments.Means(_lastSource));
        }
        else
        {
            Subtract(means, in grand, observed);
        }
    }

    // Four at a time: one addition need not wait for the last. Patients' means are added up in order, as ever.
    private static T SumOf(ReadOnlySpan<T> values)
    {
        T sum0 = T.Create(0);
        T sum1 = sum0;
        T sum2 = sum0;
        T sum3 = sum0;
        int j = 0;
        for (; j + 3 < values.Length; j += 4)
        {
            sum0 += values[j];
            sum1 += values[j + 1];
            sum2 += values[j + 2];
            sum3 += values[j + 3];
        }

        for (; j < values.Length; j++)
        {
            sum0 += values[j];
        }

        return (sum0 + sum1) + (sum2 + sum3);
    }

    private static void Subtract(ReadOnlySpan<T> values, in T mean, Span<T> target)
    {
        for (int j = 0; j < target.Length && j < values.Length; j++)
        {
            target[j] = values[j] - mean;
        }
    }

    private void Fill()
    {
        if (!_isCounted)
        {
            _moments.Analysed.CopyTo(Statistics.Analysed.Span);
            Statistics.Count();
        }

        for (int c = 0; c < _kinds.Length && _curve is null; c++)
        {
            Means(c, Statistics.MeansOf(c));
        }

        Span<T> within = Statistics.Within.Span;
        foreach ((int element, int source, int other, double scale) in _within)
        {
            within[element] = T.Create(scale) * _moments.CrossProduct(source, other);
        }

        _isCounted = _countsAreGiven;
        if (_curve is null)
        {
            Statistics.SumMeanProducts();
        }
    }

    // Where nobody is lost from equal caseloads, and the columns between therapists are no more than those of a curve of the observed mean.
    private CurveMoments<T>? Curve()
    {
        int[] between = [.. Enumerable.Range(0, _kinds.Length).Where(c => Statistics.HasBetween[c])];
        bool isCurve = _world.IsBalanced
            && _observedColumn >= 0
            && !_columns.NeedsObservedMeansPerPatient
            && _kinds[^1] == MeansKind.Source
            && between[..^1].All(c => _kinds[c] is MeansKind.ObservedMean or MeansKind.SquareOfObservedMean
                || _columns.Columns[c] is { Source: < 0, Expression: ColumnExpression.Constant { Value: 1 } });
        return isCurve
            ? new(Statistics, Array.IndexOf(_kinds, MeansKind.Constant), _observedColumn, Array.IndexOf(_kinds, MeansKind.SquareOfObservedMean), _kinds.Length - 1)
            : null;
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

    private static MeansKind KindOf(AnalysisColumn column, bool measuredMeans) => column switch
    {
        { Source: < 0, Expression: ColumnExpression.Constant } => MeansKind.Constant,
        { Source: < 0, Expression: ColumnExpression.Variable { Name: GeneratedColumns.AllianceBetween } } => MeansKind.ObservedMean,
        { Source: < 0, Expression: ColumnExpression.Power { Exponent: 2, Base: ColumnExpression.Variable { Name: GeneratedColumns.AllianceBetween } } } => MeansKind.SquareOfObservedMean,
        { Source: < 0 } => MeansKind.OfTherapist,
        { IsAllianceWithin: true } => measuredMeans ? MeansKind.Deviation : MeansKind.Zero,
        { IsTrueAlliance: true } => MeansKind.ScaledSource,
        { Scale: 1 } => MeansKind.Source,
        _ => MeansKind.ScaledSource,
    };

    // Intercept, observed mean and its square stand in most models: without the program, which costs more than the rest of the reduction.
    private void Means(int c, Span<T> means)
    {
        AnalysisColumn column = _columns.Columns[c];
        switch (_kinds[c])
        {
            case MeansKind.Zero:
                return; // since it was allocated
            case MeansKind.Constant when _isCounted && _isComplete:
                return; // has them
            case MeansKind.Constant:
                means.Fill(T.Create(((ColumnExpression.Constant)column.Expression).Value));
                break;
            case MeansKind.ObservedMean when c == _observedColumn:
                return;
            case MeansKind.ObservedMean:
                Observed.CopyTo(means);
                break;
            case MeansKind.SquareOfObservedMean:
                Square(Observed, means);
                break;
            case MeansKind.OfTherapist:
                OfTherapist(column, means);
                break;
            case MeansKind.Deviation:
                Difference(_moments.AnalysedAllianceMeans, _moments.MeasuredMeans, means);
                break;
            case MeansKind.Source:
                _moments.Means(column.Source).CopyTo(means);
                break;
            default:
                OfScaledSource(column, means);
                break;
        }

        Weigh(means);
    }

    private void OfTherapist(AnalysisColumn column, Span<T> means)
    {
        for (int j = 0; j < means.Length; j++)
        {
            _moments.TherapistInputs(j, Observed[j], _inputs.Span);
            means[j] = column.Program.Run<T>(_inputs.Span, _world.Layout.Arm[j], _world.Layout.Site[j], _stack.Span);
        }
    }

    private void OfScaledSource(AnalysisColumn column, Span<T> means)
    {
        ReadOnlySpan<T> source = _moments.Means(column.Source);
        ReadOnlySpan<T> trueAlliance = _batch.AllianceBase.Span;
        T scale = T.Create(column.Scale);
        for (int j = 0; j < means.Length; j++)
        {
            means[j] = column.IsTrueAlliance ? T.Fma(scale, source[j], trueAlliance[j]) : scale * source[j];
        }
    }

    private static void Square(ReadOnlySpan<T> values, Span<T> target)
    {
        for (int j = 0; j < target.Length && j < values.Length; j++)
        {
            target[j] = values[j] * values[j];
        }
    }

    private static void Difference(ReadOnlySpan<T> left, ReadOnlySpan<T> right, Span<T> target)
    {
        for (int j = 0; j < target.Length && j < left.Length && j < right.Length; j++)
        {
            target[j] = left[j] - right[j];
        }
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
}
