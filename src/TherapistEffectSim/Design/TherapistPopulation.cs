using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>The therapists from whom those of the trial come.</summary>
public sealed record TherapistPopulation
{
    /// <summary>τ_U²/(τ_U² + σ_e²): residual therapist share of the outcome variance, sites excluded.</summary>
    [Description("Residual therapist share of the outcome variance, sites and the alliance's effects excluded: tau_U^2 / (tau_U^2 + sigma_e^2). Give this or outcome-icc-total.")]
    [Interval(0, 1, HighOpen = true)]
    public double? OutcomeIcc { get; init => field = Require.Declared<TherapistPopulation>(value); }

    /// <summary>Therapist share of the outcome variance with the alliance's effects included; τ_U² is solved from it.</summary>
    [Description("Therapist share of the outcome variance including what the alliance brings about between therapists. Give this or outcome-icc.")]
    [Interval(0, 1, HighOpen = true)]
    public double? OutcomeIccTotal { get; init => field = Require.Declared<TherapistPopulation>(value); }
}
