namespace TherapistEffectSim.Performance;

/// <summary>How a term came out of one replicate.</summary>
public enum TermStatus
{
    /// <summary>Estimated.</summary>
    Ok,

    /// <summary>Estimated; the therapist variance is on its bound 0, which is a valid fit.</summary>
    Singular,

    /// <summary>The column was dropped because it depends linearly on those before it.</summary>
    Dropped,

    /// <summary>No degrees of freedom are left for therapists or for the residual.</summary>
    NotEstimable,

    /// <summary>The minimisation did not end.</summary>
    NotConverged,
}
