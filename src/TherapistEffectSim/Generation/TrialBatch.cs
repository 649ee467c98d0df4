using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>The data of as many replicates as the lane is wide: therapists, and the patients of one or of all therapists.</summary>
/// <remarks>
/// Alliance and outcome of a patient are kept as deviations from what is expected given the therapist, so that sums of squares lose
/// no digits: alliance = <see cref="AllianceBase"/> + deviation, outcome = <see cref="OutcomeBase"/> + deviation.
/// A patient position beyond a lane's caseload holds numbers that its masks exclude.
/// </remarks>
/// <typeparam name="T">The lane: one replicate each.</typeparam>
internal sealed class TrialBatch<T>
    where T : unmanaged, ILane<T>
{
    private const int FirstCapacity = 64;

    /// <param name="therapists">Therapists of the trial.</param>
    public TrialBatch(int therapists)
    {
        Caseload = new(therapists);
        TherapistScore = new(therapists);
        TherapistEffect = new(therapists);
        AllianceBase = new(therapists);
        OutcomeBase = new(therapists);
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

    /// <summary>[therapist] Expected outcome of a patient at this therapist's mean; outcome units.</summary>
    public LaneBuffer<T> OutcomeBase { get; }

    /// <summary>[therapist] Position of the first patient in the patient buffers.</summary>
    public int[] FirstPatient { get; }

    /// <summary>[therapist] Patient positions in use: the largest caseload over the lanes.</summary>
    public int[] Patients { get; }

    /// <summary>[position] Alliance as measured, or as it would have been, minus the therapist's true alliance.</summary>
    public LaneBuffer<T> Alliance { get; private set; } = null!;

    /// <summary>[position] Outcome minus the therapist's expected outcome.</summary>
    public LaneBuffer<T> Outcome { get; private set; } = null!;

    /// <summary>[position] Severity; SDs.</summary>
    public LaneBuffer<T> Severity { get; private set; } = null!;

    /// <summary>[position] W/σ_W: the patient's true deviation in SDs within therapists.</summary>
    public LaneBuffer<T> PatientScore { get; private set; } = null!;

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
    }

    private static LaneBuffer<T> Grown(LaneBuffer<T>? old, int positions)
    {
        LaneBuffer<T> grown = new(positions);
        old?.Span.CopyTo(grown.Span);
        return grown;
    }
}
