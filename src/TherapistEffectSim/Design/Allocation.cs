using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>How patients come to therapists.</summary>
public sealed record Allocation
{
    /// <summary>The rule.</summary>
    [Description("random: patients are assigned to therapists at random.")]
    public AllocationKind Kind { get; init; } = AllocationKind.Random;
}

/// <summary>The rule by which patients come to therapists.</summary>
public enum AllocationKind
{
    /// <summary>At random.</summary>
    Random,
}
