using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>The data of as many replicates as the lane is wide: therapists, and the patients of one or of all therapists.</summary>
/// <remarks>
/// Alliance and outcome of a patient are kept as deviations from what is expected given the therapist, so that sums of squares lose
/// no digits: alliance = <see cref="ObservedBase"/> + deviation, outcome = <see cref="OutcomeBase"/> + deviation.
/// A patient position beyond a lane's caseload holds numbers that its masks exclude.
/// </remarks>
/// <typeparam name="T">The lane: one replicate each.</typeparam>
internal sealed class TrialBatch<T>
    where T : unmanaged, ILane<T>
{
    private const int FirstCapacity = 64;

    private readonly bool _hasFurther;

    /// <param name="therapists">Therapists of the trial.</param>
    public TrialBatch(int therapists)
        : this(therapists, 0, hasFurther: false, hasOwnObservedBase: false)
    {
    }

    /// <param name="world">The world.</param>
    public TrialBatch(World world)
        : this(world.Layout.Therapists, world.Scenario.Traits.Count, hasFurther: true, world.HasOwnObservedBase)
    {
    }

    private TrialBatch(int therapists, int traits, bool hasFurther, bool hasOwnObservedBase)
    {
        _hasFurther = hasFurther;
        Traits = new LaneBuffer<T>[traits];
        Caseload = new(therapists);
        TherapistScore = new(therapists);
        TherapistEffect = new(therapists);
        AllianceBase = new(therapists);
        OutcomeBase = new(therapists);
        ObservedBase = hasOwnObservedBase ? new(therapists) : AllianceBase;
        HasOwnObservedBase = hasOwnObservedBase;
        Adherence = new(hasFurther ? therapists : 0);
        FirstPatient = new int[therapists];
        Patients = new int[therapists];
        Grow(FirstCapacity);
    }

    /// <summary>[therapist] randomised patients.</summary>
    public LaneBuffer<T> Caseload { get; }

    /// <summary>[therapist] A*: alliance skill, population SDs.</summary>
    public LaneBuffer<T> TherapistScore { get; }

    /// <summary>[therapist] U: residual effect on the outcome; outcome units.</summary>
    public LaneBuffer<T> TherapistEffect { get; }

    /// <summary>[therapist] A: true alliance of the therapist; alliance SDs.</summary>
    public LaneBuffer<T> AllianceBase { get; }

    /// <summary>[therapist] Expected recorded alliance of a patient at this therapist's mean: the true alliance unless rater or questionnaire differ from it.</summary>
    public LaneBuffer<T> ObservedBase { get; }

    /// <summary>Whether <see cref="ObservedBase"/> is another than <see cref="AllianceBase"/>.</summary>
    public bool HasOwnObservedBase { get; }

    /// <summary>[therapist] C*: adherence, population SDs; empty without further mechanisms.</summary>
    public LaneBuffer<T> Adherence { get; }

    /// <summary>[therapist] Expected outcome of a patient at this therapist's mean; outcome units.</summary>
    public LaneBuffer<T> OutcomeBase { get; }

    /// <summary>[therapist] Position of the first patient in the patient buffers.</summary>
    public int[] FirstPatient { get; }

    /// <summary>[therapist] Patient positions in use: the largest caseload over the lanes.</summary>
    public int[] Patients { get; }

    /// <summary>[position] Alliance as measured, or as it would have been, minus the therapist's expected one.</summary>
    public LaneBuffer<T> Alliance { get; private set; } = null!;

    /// <summary>[position] Outcome minus the therapist's expected outcome.</summary>
    public LaneBuffer<T> Outcome { get; private set; } = null!;

    /// <summary>[position] Severity; SDs.</summary>
    public LaneBuffer<T> Severity { get; private set; } = null!;

    /// <summary>[position] W/σ_W: the patient's true deviation in SDs within therapists.</summary>
    public LaneBuffer<T> PatientScore { get; private set; } = null!;

    /// <summary>[trait][position] 1 with the trait, 0 without.</summary>
    public LaneBuffer<T>[] Traits { get; }

    /// <summary>[position] Sessions attended; empty without further mechanisms.</summary>
    public LaneBuffer<T> Sessions { get; private set; } = null!;

    /// <summary>[position] 1 for those who attend all sessions, else 0; empty without further mechanisms.</summary>
    public LaneBuffer<T> Retained { get; private set; } = null!;

    /// <summary>[position] Mask: the alliance was measured.</summary>
    public LaneBuffer<T> Measured { get; private set; } = null!;

    /// <summary>[position] Mask: alliance and outcome were measured.</summary>
    public LaneBuffer<T> Analysed { get; private set; } = null!;

    /// <summary>Makes room for patient positions below <paramref name="positions"/>, keeping what is there.</summary>
    public void EnsureCapacity(int positions)
    {
        if (positions > Alliance.Length)
        {
            Grow(Math.Max(positions, 2 * Alliance.Length));
        }
    }

    private void Grow(int positions)
    {
        Alliance = Grown(Alliance, positions);
        Outcome = Grown(Outcome, positions);
        Severity = Grown(Severity, positions);
        PatientScore = Grown(PatientScore, positions);
        Measured = Grown(Measured, positions);
        Analysed = Grown(Analysed, positions);
        Sessions = Grown(Sessions, _hasFurther ? positions : 0);
        Retained = Grown(Retained, _hasFurther ? positions : 0);
        for (int t = 0; t < Traits.Length; t++)
        {
            Traits[t] = Grown(Traits[t], positions);
        }
    }

    private static LaneBuffer<T> Grown(LaneBuffer<T>? old, int positions)
    {
        LaneBuffer<T> grown = new(positions);
        old?.Span.CopyTo(grown.Span);
        return grown;
    }
}
