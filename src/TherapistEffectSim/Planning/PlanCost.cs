using TherapistEffectSim.Design;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Planning;

/// <summary>What a trial costs, in any unit of money or time.</summary>
public sealed record PlanCost
{
    /// <summary>Per therapist.</summary>
    [Description("Cost of a therapist, such as training.")]
    [Interval(0)]
    public double Therapist { get; init => field = Require.Declared<PlanCost>(value); }

    /// <summary>Per patient who is randomised.</summary>
    [Description("Cost of a patient who is randomised, lost or not.")]
    [Interval(0)]
    public double Patient { get; init => field = Require.Declared<PlanCost>(value); }

    /// <summary>Per planned assessment of the alliance of one patient.</summary>
    [Description("Cost of one planned assessment of the alliance of one patient.")]
    [Interval(0)]
    public double Assessment { get; init => field = Require.Declared<PlanCost>(value); }

    /// <summary>Per site.</summary>
    [Description("Cost of a site.")]
    [Interval(0)]
    public double Site { get; init => field = Require.Declared<PlanCost>(value); }

    /// <summary>Of any trial.</summary>
    [Description("Cost of any trial, whatever its size.")]
    [Interval(0)]
    public double Fixed { get; init => field = Require.Declared<PlanCost>(value); }

    /// <summary>fixed + site·S + therapist·J + N·(patient + assessment·k), N the expected patients before attrition and k the planned assessments of each.</summary>
    public double Of(Scenario scenario)
    {
        Trial trial = scenario.Trial;
        return Fixed
            + (Site * trial.Sites)
            + (Therapist * trial.TherapistCount)
            + (trial.ExpectedPatients * (Patient + (Assessment * scenario.Alliance.Assessments)));
    }
}
