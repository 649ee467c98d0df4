using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>How patients come to therapists.</summary>
[Tagged("kind", typeof(RandomAllocation), typeof(CaseMixAllocation), typeof(SortedAllocation))]
public abstract record Allocation;

/// <summary>At random.</summary>
[Key("random")]
public sealed record RandomAllocation : Allocation;

/// <summary>Patients with a better prognosis tend to come to therapists with a higher score.</summary>
/// <remarks>−z_ij = ρ·Q_j + √(1 − ρ²)·ε_ij with Q_j the score, standardised in the trial's therapists: corr(−z, Q) = ρ, Var z = 1.</remarks>
[Key("case-mix")]
public sealed record CaseMixAllocation : Allocation
{
    /// <summary>The therapist's score Q.</summary>
    [Description("The therapist's score that the patients' prognosis goes with: alliance, outcome, or referral, a stream that has nothing to do with skill.")]
    public AllocationScore With { get; init; } = AllocationScore.Referral;

    /// <summary>ρ: correlation of the prognosis (minus severity) with the score.</summary>
    [Description("Correlation of the patients' prognosis (minus severity) with the score; above 0, better patients go to higher scores.")]
    [Interval(-1, 1)]
    public required double Correlation { get; init => field = Require.Declared<CaseMixAllocation>(value); }
}

/// <summary>In each arm, the half of the patients with the better prognosis goes to the half of the therapists with the higher score.</summary>
[Key("sorted")]
public sealed record SortedAllocation : Allocation
{
    /// <summary>Name of the severity among what can be sorted.</summary>
    public const string Severity = "severity";

    /// <summary>The score by which therapists are halved.</summary>
    [Description("The score by which the therapists of each arm are halved. Of an odd number, the middle one takes patients at random.")]
    public AllocationScore By { get; init; } = AllocationScore.Referral;

    /// <summary>What patients are sorted by: severity, or the name of a trait.</summary>
    [Description("What patients are sorted by: severity (the better half has less of it), or the name of a trait (the better half has it).")]
    public string Of { get; init; } = Severity;
}

/// <summary>A score of therapists with which patients come to them.</summary>
public enum AllocationScore
{
    /// <summary>A*.</summary>
    Alliance,

    /// <summary>U*.</summary>
    Outcome,

    /// <summary>An independent standard normal score.</summary>
    Referral,
}
