using System.Collections.Immutable;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Generates replicates of a growth world and works out the numbers of their patients, one replicate per lane.</summary>
/// <remarks>They are those of <see cref="GrowthData"/>. Owns its scratch memory: one per thread. Allocates only where a trial is larger than all before it.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class GrowthReduction<T> : IPatientNumbers<T>
    where T : unmanaged, ILane<T>
{
    private readonly GrowthWorld _world;
    private readonly GrowthColumns _columns;
    private readonly GrowthTrial<T> _trial;
    private readonly VisitLine<T>? _slopes; // null: no column reads them
    private readonly int[] _traits;         // inputs
    private readonly LaneBuffer<T> _inputs;
    private readonly LaneBuffer<T> _stack = new(ColumnProgram.StackDepth);
    private readonly LaneBuffer<T> _observedMean; // [therapist]
    private readonly int _inputAlliance;
    private readonly int _inputAllianceBetween;
    private readonly int _inputAllianceWithin;
    private readonly int _inputSeverity;
    private readonly int _inputTherapistScore;
    private readonly int _inputPatientScore;
    private readonly int _inputTrueAllianceBetween;
    private readonly int _inputTrueAllianceWithin;
    private readonly int _inputTrueAlliance;
    private readonly int _inputTrueTherapistEffect;
    private readonly int _inputAdherence;
    private readonly int _inputSlope;
    private readonly int _inputTrueTherapistSlope;
    private LaneBuffer<T> _numbers = new(0); // [number × capacity + position]
    private LaneBuffer<T> _included = new(0);
    private int _capacity;

    /// <param name="world">The world.</param>
    /// <param name="key">Key of the random numbers.</param>
    /// <param name="columns">The numbers of patients that are worked out.</param>
    public GrowthReduction(GrowthWorld world, ulong key, GrowthColumns columns)
    {
        _world = world;
        _columns = columns;
        _trial = new(world, key);
        SomeAreLost = world.DropoutHazard is not null;
        _slopes = Enumerable.Range(0, columns.OfPatients.Count).Any(columns.ReadsSlope)
            ? new(new([.. world.Outcome.Weeks], SomeAreLost))
            : null;
        ImmutableArray<string> traits = GeneratedColumns.TraitsIn(world.Scenario);
        _traits = [.. traits.Select(InputOf)];
        _inputAlliance = InputOf(GeneratedColumns.Alliance);
        _inputAllianceBetween = InputOf(GeneratedColumns.AllianceBetween);
        _inputAllianceWithin = InputOf(GeneratedColumns.AllianceWithin);
        _inputSeverity = InputOf(GeneratedColumns.Severity);
        _inputTherapistScore = InputOf(GeneratedColumns.TherapistScore);
        _inputPatientScore = InputOf(GeneratedColumns.PatientScore);
        _inputTrueAllianceBetween = InputOf(GeneratedColumns.TrueAllianceBetween);
        _inputTrueAllianceWithin = InputOf(GeneratedColumns.TrueAllianceWithin);
        _inputTrueAlliance = InputOf(GeneratedColumns.TrueAlliance);
        _inputTrueTherapistEffect = InputOf(GeneratedColumns.TrueTherapistEffect);
        _inputAdherence = InputOf(GeneratedColumns.Adherence);
        _inputSlope = InputOf(GeneratedColumns.Slope);
        _inputTrueTherapistSlope = InputOf(GeneratedColumns.TrueTherapistSlope);
        _inputs = new(GeneratedColumns.InputsIn(world.Scenario));
        _observedMean = new(world.Base.Layout.Therapists);
    }

    /// <summary>Whether patients can make fewer visits than there are weeks.</summary>
    public bool SomeAreLost { get; }

    /// <inheritdoc/>
    public int Therapists => _world.Base.Layout.Therapists;

    /// <inheritdoc/>
    public T AnalysedPatients { get; private set; }

    /// <inheritdoc/>
    public T AnalysedTherapists { get; private set; }

    /// <inheritdoc/>
    public ReadOnlySpan<int> First => _trial.Batch.FirstPatient;

    /// <inheritdoc/>
    public ReadOnlySpan<int> Count => _trial.Batch.Patients;

    /// <inheritdoc/>
    public T Included(int position, bool withSlope) =>
        withSlope ? T.And(_included.Span[position], T.LessThan(T.Create(1.5), Visits(position))) : _included.Span[position];

    /// <inheritdoc/>
    public ReadOnlySpan<T> Number(int number) => _numbers.Span.Slice(number * _capacity, _capacity);

    /// <summary>Measurements of a patient.</summary>
    public T Visits(int position) => _trial.Measurements(position);

    /// <summary>[occasion] Outcome of a patient, measured or not.</summary>
    public ReadOnlySpan<T> Outcome(int position) => _trial.Outcome(position);

    /// <inheritdoc/>
    public void Draw(long first)
    {
        _trial.Draw(first);
        EnsureCapacity(First[^1] + Count[^1]);
        T grandMean = ObservedMeans();
        for (int j = 0; j < Therapists; j++)
        {
            TakeTherapist(j, grandMean);
            for (int i = 0; i < Count[j]; i++)
            {
                TakePatient(j, i);
            }
        }
    }

    private T ObservedMeans()
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        T sum = zero;
        AnalysedPatients = zero;
        AnalysedTherapists = zero;
        TrialBatch<T> batch = _trial.Batch;
        for (int j = 0; j < Therapists; j++)
        {
            T n = zero;
            T alliance = zero;
            for (int p = First[j]; p < First[j] + Count[j]; p++)
            {
                T included = _trial.Analysed(p);
                _included.Span[p] = included;
                n += T.And(included, one);
                alliance += T.And(included, batch.Alliance.Span[p]);
            }

            T present = T.Min(n, one);
            T mean = batch.ObservedBase.Span[j] + (alliance / T.Max(n, one));
            _observedMean.Span[j] = mean;
            sum += present * mean;
            AnalysedPatients += n;
            AnalysedTherapists += present;
        }

        return sum / T.Max(AnalysedTherapists, one);
    }

    private int InputOf(string name) => GeneratedColumns.InputOf(_world.Scenario, name);

    private void TakeTherapist(int j, T grandMean)
    {
        TrialBatch<T> batch = _trial.Batch;
        Span<T> inputs = _inputs.Span;
        inputs[_inputAllianceBetween] = _observedMean.Span[j] - grandMean;
        inputs[_inputTherapistScore] = batch.TherapistScore.Span[j];
        inputs[_inputTrueAllianceBetween] = batch.AllianceBase.Span[j];
        inputs[_inputAdherence] = batch.Adherence.Span[j];
        inputs[_inputTrueTherapistEffect] = _trial.TherapistIntercept[j];
        inputs[_inputTrueTherapistSlope] = _trial.TherapistSlope[j];
        for (int number = 0; number < _columns.OfPatients.Count; number++)
        {
            if (_columns.OfPatients[number].IsOfTherapist)
            {
                T value = Run(number, j, 0);
                Span<T> values = _numbers.Span.Slice((number * _capacity) + First[j], Count[j]);
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = T.And(_included.Span[First[j] + i], value);
                }
            }
        }
    }

    private void TakePatient(int j, int i)
    {
        int p = First[j] + i;
        TrialBatch<T> batch = _trial.Batch;
        Span<T> inputs = _inputs.Span;
        T alliance = batch.ObservedBase.Span[j] + batch.Alliance.Span[p];
        T within = T.Create(_world.Base.Components.AllianceWithinSd) * batch.PatientScore.Span[p];
        inputs[_inputAlliance] = alliance;
        inputs[_inputAllianceWithin] = alliance - _observedMean.Span[j];
        inputs[_inputSeverity] = batch.Severity.Span[p];
        inputs[_inputPatientScore] = batch.PatientScore.Span[p];
        inputs[_inputTrueAllianceWithin] = within;
        inputs[_inputTrueAlliance] = batch.AllianceBase.Span[j] + within;
        for (int t = 0; t < _traits.Length; t++)
        {
            inputs[_traits[t]] = batch.Traits[t].Span[p];
        }

        T included = _included.Span[p];
        if (_slopes is not null)
        {
            _slopes.Take(Outcome(p), Visits(p), included);
            inputs[_inputSlope] = _slopes.Slope;
        }

        for (int number = 0; number < _columns.OfPatients.Count; number++)
        {
            if (!_columns.OfPatients[number].IsOfTherapist)
            {
                _numbers.Span[(number * _capacity) + p] = T.And(included, Run(number, j, i));
            }
        }
    }

    private T Run(int number, int j, int i) => _columns.OfPatients[number].Program.Run<T>(
        _inputs.Span, _world.Base.Layout.ArmOf(j, i), _world.Base.Layout.Site[j], _stack.Span);

    private void EnsureCapacity(int positions)
    {
        if (positions > _capacity)
        {
            _capacity = Math.Max(positions, 2 * _capacity);
            _numbers = new(_columns.OfPatients.Count * _capacity);
            _included = new(_capacity);
        }
    }
}
