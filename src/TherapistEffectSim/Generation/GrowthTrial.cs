using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Generates the repeated measurements of growth worlds, one replicate per lane.</summary>
/// <remarks>
/// Therapists, patients and alliances are those of <see cref="TrialGenerator{T}"/>. Not safe to share between threads: it owns its streams and the replicates drawn last.
/// Allocates only where a trial is larger than all before it.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class GrowthTrial<T>
    where T : unmanaged, ILane<T>
{
    private const int Chunk = 64; // patients whose words are drawn at a time; even

    private readonly GrowthWorld _world;
    private readonly TrialGenerator<T> _generator;
    private readonly RandomNumberStream<T> _random;
    private readonly LaneBuffer<T> _words = new(Chunk);
    private readonly LaneBuffer<T> _therapistIntercept;
    private readonly LaneBuffer<T> _therapistSlope;
    private readonly double[] _logTimes; // shape·log of the time of each measurement but the first, as a share of the whole
    private readonly int _occasions;
    private LaneBuffer<T> _outcome = new(0);
    private LaneBuffer<T> _measurements = new(0);
    private LaneBuffer<T> _slopeDeviation = new(0); // [position] of the patient's line; outcome units per week

    /// <param name="world">The world.</param>
    /// <param name="key">Key of the random numbers, from <see cref="StreamKey"/>.</param>
    public GrowthTrial(GrowthWorld world, ulong key)
    {
        _world = world;
        _generator = new(world.Base, key, severityIsUsed: true, furtherIsUsed: true);
        _random = new(key);
        Batch = new(world.Base);
        _therapistIntercept = new(world.Base.Layout.Therapists);
        _therapistSlope = new(world.Base.Layout.Therapists);
        _occasions = world.Outcome.Weeks.Length;
        GrowthOutcome outcome = world.Outcome;
        double whole = outcome.Weeks[^1] - outcome.Weeks[0];
        _logTimes = [.. outcome.Weeks.Skip(1).Select(week => outcome.Dropout.Shape * Elementary.Log((week - outcome.Weeks[0]) / whole))];
    }

    /// <summary>Therapists and patients of the replicates; their outcomes are not those of the measurements.</summary>
    public TrialBatch<T> Batch { get; }

    /// <summary>[therapist] Deviation of the patients' intercepts; outcome units.</summary>
    public ReadOnlySpan<T> TherapistIntercept => _therapistIntercept.Span;

    /// <summary>[therapist] Deviation of the patients' slopes; outcome units per week.</summary>
    public ReadOnlySpan<T> TherapistSlope => _therapistSlope.Span;

    /// <summary>Measurements of a patient in the trial, from the first week on, without a gap; at least 1.</summary>
    /// <param name="position">Of the patient in the batch.</param>
    public T Measurements(int position) => _measurements.Span[position];

    /// <summary>Outcome of a patient at each week, measured or not.</summary>
    /// <param name="position">Of the patient in the batch.</param>
    public ReadOnlySpan<T> Outcome(int position) => _outcome.Span.Slice(position * _occasions, _occasions);

    /// <summary>Mask: a patient is analysed, since the therapist stays, and the alliance was measured.</summary>
    /// <param name="position">Of the patient in the batch.</param>
    public T Analysed(int position) => _generator.HasMasks ? Batch.Analysed.Span[position] : T.FromBits(ulong.MaxValue);

    /// <summary>Draws the replicates first, first + 1, …</summary>
    /// <param name="first">From 0.</param>
    public void Draw(long first)
    {
        _generator.Therapists(first, Batch);
        _random.MoveTo(first);
        int position = 0;
        for (int j = 0; j < _world.Base.Layout.Therapists; j++)
        {
            int patients = _generator.Patients(j, position, Batch);
            EnsureCapacity(position + patients);
            DrawTherapist(j);
            for (int i = 0; i < patients; i += Chunk)
            {
                DrawPatients(j, i, Math.Min(Chunk, patients - i), position + i);
            }

            position += patients;
        }
    }

    private void DrawTherapist(int j)
    {
        if (!_world.Base.Layout.HasTherapist(j))
        {
            return; // 0, as at the start
        }

        Span<T> words = _words.Span[..2];
        _random.Entity(words, RandomDomain.GrowthTherapist, j);
        Effects(words[0], _world.Components.Therapists, out _therapistIntercept.Span[j], out _therapistSlope.Span[j]);
    }

    private static void Effects(T word, in SolvedEffects effects, out T intercept, out T slope)
    {
        BoxMuller.Transform(word, out T first, out T second);
        double r = effects.Correlation;
        slope = T.Create(effects.SlopeSd) * ((T.Create(r) * first) + (T.Create(Math.Sqrt(1 - (r * r))) * second));
        intercept = T.Create(effects.InterceptSd) * first;
    }

    private void DrawPatients(int j, int first, int count, int position)
    {
        Span<T> words = _words.Span[..((count + 1) & ~1)];
        _random.Patients(words, RandomDomain.GrowthPatient, j, first);
        for (int i = 0; i < count; i++)
        {
            Effects(words[i], _world.Components.Patients, out T intercept, out T slope);
            Line(j, first + i, position + i, intercept + _therapistIntercept.Span[j], slope + _therapistSlope.Span[j]);
        }

        for (int t = 0; t < _occasions; t += 2)
        {
            _random.Patients(words, RandomDomain.GrowthResidual, j, first, t / 2);
            AddResiduals(words[..count], t, position);
        }

        if (_world.DropoutHazard is { } hazard)
        {
            _random.Patients(words, RandomDomain.GrowthLoss, j, first);
            for (int i = 0; i < count; i++)
            {
                Lose(j, position + i, Uniform.Of(words[i], 0), hazard);
            }
        }
    }

    private void AddResiduals(ReadOnlySpan<T> words, int occasion, int position)
    {
        T sd = T.Create(_world.Outcome.ResidualSd);
        bool hasSecond = occasion + 1 < _occasions;
        Span<T> outcome = _outcome.Span.Slice(position * _occasions, words.Length * _occasions);
        for (int i = 0; i < words.Length; i++)
        {
            BoxMuller.Transform(words[i], out T even, out T odd);
            int at = (i * _occasions) + occasion;
            outcome[at] += sd * even;
            if (hasSecond)
            {
                outcome[at + 1] += sd * odd;
            }
        }
    }

    // The patient's line, without residuals.
    private void Line(int j, int patient, int position, T intercept, T slope)
    {
        GrowthOutcome outcome = _world.Outcome;
        T severity = Batch.Severity.Span[position];
        T effect = T.Create(outcome.SeveritySlope) * severity;
        effect = LaneCurve.At(_world.Within, Batch.PatientScore.Span[position], effect);
        if (_world.Base.Layout.HasTherapist(j))
        {
            effect = LaneCurve.At(_world.Between, Batch.TherapistScore.Span[j], effect);
        }

        if (_world.Base.Layout.ArmOf(j, patient) == 1)
        {
            T ofArm = T.Create(_world.Components.ArmSlope);
            effect += _world.ArmEffectTrait < 0 ? ofArm : ofArm * Batch.Traits[_world.ArmEffectTrait].Span[position];
        }

        T level = Batch.OutcomeBase.Span[j] + (T.Create(outcome.Severity) * severity) + intercept;
        int trait = 0;
        foreach (double ofTrait in _world.TraitOutcomes)
        {
            level += T.Create(ofTrait) * Batch.Traits[trait++].Span[position];
        }

        _measurements.Span[position] = T.Create(_occasions);
        Span<T> line = _outcome.Span.Slice(position * _occasions, _occasions);
        for (int t = 0; t < line.Length; t++)
        {
            line[t] = T.Create(_world.Course[t]) + level + (slope * T.Create(outcome.Weeks[t])) + (effect * T.Create(_world.AfterOnset[t]));
        }

        _slopeDeviation.Span[position] = slope;
    }

    // Still measured at time τ in [0, 1] if −log u > λ·e^η·τ^shape.
    private void Lose(int j, int position, T uniform, double hazard)
    {
        GrowthDropoutSlopes slopes = _world.Outcome.Dropout.DependsOn;
        T eta = T.Create(0);
        if (slopes.Severity != 0)
        {
            eta += T.Create(slopes.Severity) * Batch.Severity.Span[position];
        }

        if (slopes.TrueAlliance != 0)
        {
            T alliance = Batch.AllianceBase.Span[j] + (T.Create(_world.Base.Components.AllianceWithinSd) * Batch.PatientScore.Span[position]);
            eta += T.Create(slopes.TrueAlliance / _world.AllianceSd) * alliance;
        }

        if (slopes.Slope != 0)
        {
            eta += T.Create(slopes.Slope / _world.SlopeSd) * _slopeDeviation.Span[position];
        }

        // log of τ^shape at the time of loss.
        T last = Elementary.Log((T.Create(0) - Elementary.Log(uniform)) / T.Create(hazard)) - eta;
        T one = T.Create(1);
        T measured = one;
        foreach (double time in _logTimes)
        {
            measured += T.And(T.LessThan(T.Create(time), last), one);
        }

        _measurements.Span[position] = measured;
    }

    private void EnsureCapacity(int patients)
    {
        if (patients <= _measurements.Length)
        {
            return;
        }

        int capacity = Math.Max(patients, 2 * _measurements.Length);
        _outcome = Grown(_outcome, capacity * _occasions);
        _measurements = Grown(_measurements, capacity);
        _slopeDeviation = Grown(_slopeDeviation, capacity);
    }

    private static LaneBuffer<T> Grown(LaneBuffer<T> old, int length)
    {
        LaneBuffer<T> grown = new(length);
        old.Span.CopyTo(grown.Span);
        return grown;
    }
}
