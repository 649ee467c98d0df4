namespace TherapistEffectSim.Performance;

/// <summary>What a test said in one replicate.</summary>
internal enum Decision
{
    /// <summary>The test could not be made. Counts as no rejection and as a failure.</summary>
    NotMade,

    /// <summary>The null hypothesis stands.</summary>
    NotRejected,

    /// <summary>The null hypothesis is rejected.</summary>
    Rejected,
}

/// <summary>Whether the interval of a test holds the true value.</summary>
internal enum IntervalCoverage
{
    /// <summary>There is no interval (likelihood ratios) or no true value.</summary>
    None,

    /// <summary>The true value is outside.</summary>
    Missed,

    /// <summary>The true value is inside.</summary>
    Covered,
}

/// <summary>One test of one term in one replicate.</summary>
/// <param name="Status">Of the term; only <see cref="TermStatus.Ok"/> and <see cref="TermStatus.Singular"/> have an estimate.</param>
/// <param name="Estimate">The estimate; finite if there is one, not read otherwise.</param>
/// <param name="StandardError">Its standard error, or NaN if the method gives none.</param>
/// <param name="Decision">What the test said.</param>
/// <param name="Coverage">Whether the interval at level 1 − α holds the true value.</param>
internal readonly record struct TestOutcome(
    TermStatus Status,
    double Estimate,
    double StandardError,
    Decision Decision,
    IntervalCoverage Coverage)
{
    /// <summary>A term without an estimate.</summary>
    public static TestOutcome Failed(TermStatus status) =>
        new(status, double.NaN, double.NaN, Decision.NotMade, IntervalCoverage.None);
}
