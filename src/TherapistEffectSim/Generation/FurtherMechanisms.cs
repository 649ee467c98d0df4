using TherapistEffectSim.Design;

namespace TherapistEffectSim.Generation;

/// <summary>Mechanisms that the equations of <see cref="QuasiRandomPatients"/> leave out: a dial at 0 is none.</summary>
internal static class FurtherMechanisms
{
    /// <summary>Whether anything that loss can depend on has another distribution than in a world without them.</summary>
    public static bool In(Scenario scenario) =>
        InTrueAllianceOrSeverity(scenario)
        || InMeasurement(scenario.Alliance)
        || scenario.Alliance.ReverseCorrelation != 0
        || scenario.Traits.Values.Any(trait => trait.Outcome != 0 || trait.ByAlliance != 0)
        || scenario.Therapists.Distribution is not NormalForm
        || scenario.Retention.Outcome != 0
        || !scenario.Literature.IsNone
        || (scenario.Outcome is EndpointOutcome outcome && InOutcome(outcome));

    /// <summary>Whether the true alliance and severity are distributed together otherwise than in a world without them.</summary>
    public static bool InTrueAllianceOrSeverity(Scenario scenario) =>
        scenario.Alliance.Severity != 0
        || scenario.Traits.Values.Any(trait => trait.Alliance != 0)
        || scenario.Allocation is CaseMixAllocation { Correlation: not 0 } or SortedAllocation { Of: SortedAllocation.Severity };

    private static bool InMeasurement(Alliance alliance) =>
        alliance.Instrument is not null
        || (alliance.MissingAssessments > 0 && alliance.Assessments > 1 && alliance.Reliability < 1)
        || (alliance.Rater == Rater.Therapist && (alliance.Validity != 1 || alliance.RaterIcc is not null));

    private static bool InOutcome(EndpointOutcome outcome) =>
        outcome.Within.SlopeSd != 0
        || !outcome.ResidualSd.PerArm.IsEmpty
        || outcome.Distribution is not NormalForm
        || outcome.SiteByArmSd != 0
        || outcome.Moderations is not { Severity: 0, Arm: 0 }
        || !outcome.Adherence.IsNone;
}
