using TherapistEffectSim.Design;

namespace TherapistEffectSim.Generation;

/// <summary>Tells scenarios whose patients <see cref="QuasiRandomPatients"/> stand for from those whose patients have to be generated: a dial at 0 changes nothing.</summary>
internal static class PlainDistributions
{
    /// <summary>Whether outcome, alliance as measured, true alliance and severity are distributed together as the quasi-random patients'.</summary>
    public static bool HoldForAll(Scenario scenario) =>
        HoldForTrueAllianceAndSeverity(scenario)
        && HoldForMeasurement(scenario.Alliance)
        && scenario.Alliance.ReverseCorrelation == 0
        && scenario.Traits.Values.All(trait => trait is { Outcome: 0, ByAlliance: 0 })
        && scenario.Therapists is { Distribution: NormalForm, ArmEffectSd: 0 }
        && scenario.Retention.Outcome == 0
        && scenario.Literature.IsNone
        && scenario.Outcome is EndpointOutcome outcome
        && HoldForOutcome(outcome);

    /// <summary>Whether true alliance and severity are distributed together as the quasi-random patients'.</summary>
    public static bool HoldForTrueAllianceAndSeverity(Scenario scenario) =>
        scenario.Trial.WithoutTherapists.IsEmpty
        && scenario.Alliance.Severity == 0
        && scenario.Traits.Values.All(trait => trait.Alliance == 0)
        && scenario.Allocation is not (CaseMixAllocation { Correlation: not 0 } or SortedAllocation { Of: SortedAllocation.Severity });

    private static bool HoldForMeasurement(Alliance alliance) =>
        alliance.Instrument is null
        && (alliance.MissingAssessments == 0 || alliance.Assessments == 1 || alliance.Reliability == 1)
        && (alliance.Rater == Rater.Patient || alliance is { Validity: 1, RaterIcc: null });

    private static bool HoldForOutcome(EndpointOutcome outcome) =>
        outcome.Within.SlopeSd == 0
        && outcome.ResidualSd.PerArm.IsEmpty
        && outcome.Distribution is NormalForm
        && outcome.SiteByArmSd == 0
        && outcome.Moderations is { Severity: 0, Arm: 0 }
        && outcome.Adherence.IsNone;
}
