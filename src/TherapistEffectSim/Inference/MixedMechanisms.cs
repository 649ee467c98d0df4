using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>Whether a world's outcome and columns are sums of a therapist's and a patient's part that are independent of each other.</summary>
internal static class MixedMechanisms
{
    /// <summary>Whether something links therapists and patients, or the patients' variables with each other.</summary>
    public static bool AreIn(World world)
    {
        Scenario scenario = world.Scenario;
        EndpointOutcome outcome = (EndpointOutcome)scenario.Outcome;
        return !IsRandom(scenario.Allocation)
            || scenario.Alliance.Severity != 0
            || scenario.Traits.Values.Any(t => t is not { Alliance: 0, Outcome: 0, ByAlliance: 0 })
            || outcome.Moderations is not { Severity: 0, Arm: 0 }
            || !outcome.Adherence.IsNone
            || outcome.Within.SlopeSd != 0
            || outcome.SiteByArmSd > 0
            || scenario.Retention.Outcome != 0;
    }

    /// <summary>Whether patients come to therapists at random.</summary>
    public static bool IsRandom(Allocation allocation) => allocation is RandomAllocation or CaseMixAllocation { Correlation: 0 };

    /// <summary>The score that patients are allocated by; <see langword="null"/> if at random.</summary>
    public static AllocationScore? Score(Allocation allocation) => allocation switch
    {
        CaseMixAllocation { Correlation: not 0 } caseMix => caseMix.With,
        SortedAllocation sorted => sorted.By,
        _ => null,
    };
}
