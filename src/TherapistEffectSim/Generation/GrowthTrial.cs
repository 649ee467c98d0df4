using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Generates the repeated measurements of growth worlds, one replicate at a time.</summary>
/// <remarks>
/// Therapists, patients and alliances are those of <see cref="TrialGenerator{T}"/>. Not safe to share between threads: it owns its streams and the replicate drawn last.
/// </remarks>
internal sealed class GrowthTrial
{
    private const int Chunk = 64; // patients whose words are drawn at a time; even

    private readonly GrowthWorld _world;
    private readonly TrialGenerator<Lane1> _generator;
    private readonly RandomNumberStream<Lane1> _random;
    private readonly LaneBuffer<Lane1> _words = new(Chunk);
    private readonly double[] _therapistIntercept;
    private readonly double[] _therapistSlope;
    private readonly int _occasions;
    private double[] _outcome = [];
    private int[] _measurements = [];
    private double[] _slopeDeviation = []; // [position] of the patient's line; outcome units per week

    /// <param name="world">The world.</param>
    /// <param name="key">Key of the random numbers, from <see cref="StreamKey"/>.</param>
    public GrowthTrial(GrowthWorld world, ulong key)
    {
        _world = world;
        _generator = new(world.Base, key, severityIsUsed: true, furtherIsUsed: true);
        _random = new(key);
        Batch = new(world.Base);
        _therapistIntercept = new double[world.Base.Layout.Therapists];
        _therapistSlope = new double[world.Base.Layout.Therapists];
        _occasions = world.Outcome.Weeks.Length;
    }

    /// <summary>Therapists and patients of the replicate; their outcomes are not those of the measurements.</summary>
    public TrialBatch<Lane1> Batch { get; }

    /// <summary>[therapist] Deviation of the patients' intercepts; outcome units.</summary>
    public ReadOnlySpan<double> TherapistIntercept => _therapistIntercept;

    /// <summary>[therapist] Deviation of the patients' slopes; outcome units per week.</summary>
    public ReadOnlySpan<double> TherapistSlope => _therapistSlope;

    /// <summary>Measurements of a patient in the trial, from the first week on, without a gap; at least 1.</summary>
    /// <param name="position">Of the patient in the batch.</param>
    public int Measurements(int position) => _measurements[position];

    /// <summary>Outcome of a patient at each week, measured or not.</summary>
    /// <param name="position">Of the patient in the batch.</param>
    public ReadOnlySpan<double> Outcome(int position) => _outcome.AsSpan(position * _occasions, _occasions);

    /// <summary>Whether a patient is analysed: the therapist stays, and the alliance was measured.</summary>
    /// <param name="position">Of the patient in the batch.</param>
    public bool IsAnalysed(int position) => !_generator.HasMasks || Lane1.Any(Batch.Analysed.Span[position]);

    /// <summary>Draws a replicate.</summary>
    /// <param name="replicate">From 0.</param>
    public void Draw(long replicate)
    {
        _generator.Therapists(replicate, Batch);
        _random.MoveTo(replicate);
        int position = 0;
        for (int j = 0; j < _world.Base.Layout.Therapists; j++)
        {
            int patients = _generator.Patients(j, position, Batch);
            EnsureCapacity(position + patients);
            DrawTherapist(j);
            for (int first = 0; first < patients; first += Chunk)
            {
                DrawPatients(j, first, Math.Min(Chunk, patients - first), position + first);
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

        SolvedEffects effects = _world.Components.Therapists;
        Span<Lane1> words = _words.Span[..2];
        _random.Entity(words, RandomDomain.GrowthTherapist, j);
        (_therapistIntercept[j], _therapistSlope[j]) = Effects(words[0], effects);
    }

    private static (double Intercept, double Slope) Effects(Lane1 word, in SolvedEffects effects)
    {
        BoxMuller.Transform(word, out Lane1 first, out Lane1 second);
        double r = effects.Correlation;
        double slope = (r * first[0]) + (Math.Sqrt(1 - (r * r)) * second[0]);
        return (effects.InterceptSd * first[0], effects.SlopeSd * slope);
    }

    private void DrawPatients(int j, int first, int count, int position)
    {
        GrowthOutcome outcome = _world.Outcome;
        Span<Lane1> words = _words.Span[..((count + 1) & ~1)];
        _random.Patients(words, RandomDomain.GrowthPatient, j, first);
        for (int i = 0; i < count; i++)
        {
            (double intercept, double slope) = Effects(words[i], _world.Components.Patients);
            Line(j, first + i, position + i, intercept + _therapistIntercept[j], slope + _therapistSlope[j]);
        }

        for (int t = 0; t < _occasions; t += 2)
        {
            _random.Patients(words, RandomDomain.GrowthResidual, j, first, t / 2);
            for (int i = 0; i < count; i++)
            {
                BoxMuller.Transform(words[i], out Lane1 even, out Lane1 odd);
                Span<double> own = _outcome.AsSpan((position + i) * _occasions, _occasions);
                own[t] += outcome.ResidualSd * even[0];
                if (t + 1 < _occasions)
                {
                    own[t + 1] += outcome.ResidualSd * odd[0];
                }
            }
        }

        if (_world.DropoutHazard is { } hazard)
        {
            _random.Patients(words, RandomDomain.GrowthLoss, j, first);
            for (int i = 0; i < count; i++)
            {
                Lose(j, position + i, Uniform.Of(words[i], 0)[0], hazard);
            }
        }
    }

    // The patient's line, without residuals.
    private void Line(int j, int patient, int position, double intercept, double slope)
    {
        GrowthOutcome outcome = _world.Outcome;
        double severity = Batch.Severity.Span[position][0];
        double between = _world.Base.Layout.HasTherapist(j) ? _world.Between.At(Batch.TherapistScore.Span[j][0]) : 0;
        double effect = between + _world.Within.At(Batch.PatientScore.Span[position][0]) + (outcome.SeveritySlope * severity);
        bool hasArmEffect = _world.ArmEffectTrait < 0 || Batch.Traits[_world.ArmEffectTrait].Span[position][0] != 0;
        if (_world.Base.Layout.ArmOf(j, patient) == 1 && hasArmEffect)
        {
            effect += _world.Components.ArmSlope;
        }

        double level = Batch.OutcomeBase.Span[j][0] + (outcome.Severity * severity) + intercept;
        int trait = 0;
        foreach (PatientTrait own in _world.Scenario.Traits.Values)
        {
            level += own.Outcome * Batch.Traits[trait++].Span[position][0];
        }

        _measurements[position] = _occasions;
        Span<double> line = _outcome.AsSpan(position * _occasions, _occasions);
        for (int t = 0; t < line.Length; t++)
        {
            line[t] = _world.Course[t] + level + (slope * outcome.Weeks[t]) + (effect * _world.AfterOnset[t]);
        }

        _slopeDeviation[position] = slope;
    }

    // Still measured at time τ in [0, 1] if −log u > λ·e^η·τ^shape.
    private void Lose(int j, int position, double uniform, double hazard)
    {
        GrowthOutcome outcome = _world.Outcome;
        GrowthDropoutSlopes slopes = outcome.Dropout.DependsOn;
        double eta = 0;
        if (slopes.Severity != 0)
        {
            eta += slopes.Severity * Batch.Severity.Span[position][0];
        }

        if (slopes.TrueAlliance != 0)
        {
            double alliance = Batch.AllianceBase.Span[j][0] + (_world.Base.Components.AllianceWithinSd * Batch.PatientScore.Span[position][0]);
            eta += slopes.TrueAlliance * alliance / _world.AllianceSd;
        }

        if (slopes.Slope != 0)
        {
            eta += slopes.Slope * _slopeDeviation[position] / _world.SlopeSd;
        }

        // log of τ^shape at the time of loss.
        double last = Elementary.Log(-Elementary.Log(uniform) / hazard) - eta;
        double weeks = outcome.Weeks[^1] - outcome.Weeks[0];
        int measured = 1;
        while (measured < _occasions && outcome.Dropout.Shape * Elementary.Log((outcome.Weeks[measured] - outcome.Weeks[0]) / weeks) < last)
        {
            measured++;
        }

        _measurements[position] = measured;
    }

    private void EnsureCapacity(int patients)
    {
        if (patients <= _measurements.Length)
        {
            return;
        }

        int capacity = Math.Max(patients, 2 * _measurements.Length);
        Array.Resize(ref _outcome, capacity * _occasions);
        Array.Resize(ref _measurements, capacity);
        Array.Resize(ref _slopeDeviation, capacity);
    }
}
