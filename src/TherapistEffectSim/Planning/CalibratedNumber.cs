using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Planning;

/// <summary>What is estimated from pilot data.</summary>
public enum PilotQuantity
{
    /// <summary>Therapist share of the outcome variance within arms, sites and severity: <c>therapists.outcome-icc-total</c>.</summary>
    OutcomeIcc,

    /// <summary>SD of the outcome within therapists; outcome units.</summary>
    ResidualSd,

    /// <summary>Outcome units per SD of severity.</summary>
    OutcomeSeverity,

    /// <summary>Therapist share of the variance of the alliance as measured.</summary>
    AllianceIcc,

    /// <summary>Reliability within therapists of one assessment of the alliance.</summary>
    Reliability,

    /// <summary>Share of the assessments after the first that are missing.</summary>
    MissingAssessments,

    /// <summary>SDs of the true alliance per SD of severity.</summary>
    AllianceSeverity,

    /// <summary>Patients per therapist.</summary>
    CaseloadMean,

    /// <summary>Coefficient of variation of the patients per therapist.</summary>
    CaseloadCv,

    /// <summary>Share of all patients whose alliance was not measured.</summary>
    AllianceLossRate,

    /// <summary>Log odds of that loss per SD of severity.</summary>
    AllianceLossBySeverity,

    /// <summary>Share of the patients with an alliance whose outcome was not measured.</summary>
    OutcomeLossRate,

    /// <summary>Log odds of that loss per SD of severity.</summary>
    OutcomeLossBySeverity,

    /// <summary>Log odds of that loss per SD of the alliance as measured.</summary>
    OutcomeLossByAlliance,
}

/// <summary>An estimate from pilot data.</summary>
/// <param name="Quantity">What it is.</param>
/// <param name="Estimate">The estimate.</param>
/// <param name="Interval">Its confidence interval.</param>
/// <param name="Method">How estimate and interval were found, in words.</param>
/// <param name="Basis">From how many patients, therapists, assessments, in words.</param>
public sealed record CalibratedNumber(PilotQuantity Quantity, double Estimate, ConfidenceInterval Interval, string Method, string Basis);
