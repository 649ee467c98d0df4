using TherapistEffectSim.Design;

namespace TherapistEffectSim.Generation;

/// <summary>Tells worlds that need the generator's longer path from those that alliance curves, severity, sites and measurement error make up.</summary>
internal static class FurtherMechanisms
{
    /// <summary>Whether any mechanism is on that the short path does not know.</summary>
    public static bool In(Scenario scenario)
    {
        EndpointOutcome outcome = (EndpointOutcome)scenario.Outcome;
        Alliance alliance = scenario.Alliance;
        return scenario.Trial.Nesting == Nesting.Crossed
            || !scenario.Trial.WithoutTherapists.IsEmpty
            || scenario.Allocation is not RandomAllocation
            || !scenario.Traits.IsEmpty
            || scenario.Retention.DropOut > 0
            || !scenario.Literature.IsNone
            || scenario.Therapists.Distribution is not NormalForm
            || alliance.Severity != 0
            || alliance.ReverseCorrelation != 0
            || (alliance.MissingAssessments > 0 && alliance.Assessments > 1)
            || alliance.Rater != Rater.Patient
            || alliance.Instrument is not null
            || outcome.Within.SlopeSd > 0
            || !outcome.ResidualSd.PerArm.IsEmpty
            || outcome.Distribution is not NormalForm
            || outcome.SiteByArmSd > 0
            || outcome.Moderations is not { Severity: 0, Arm: 0 }
            || !outcome.Adherence.IsNone;
    }
}
