using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>What the outcome depends on.</summary>
[Tagged("kind", typeof(EndpointOutcome))]
public abstract record Outcome;

/// <summary>One outcome per patient at the end of treatment; higher is better.</summary>
[Key("endpoint")]
public sealed record EndpointOutcome : Outcome
{
    /// <summary>f_B: outcome as a function of the therapist's alliance score, in SDs of the unselected population.</summary>
    [Description("Outcome as a function of the therapist's alliance score, in SDs of the unselected population of therapists.")]
    public ResponseShape Between { get; init; } = new NoShape();

    /// <summary>f_W: outcome as a function of the patient's deviation from the therapist, in SDs within therapists.</summary>
    [Description("Outcome as a function of the patient's deviation from the own therapist, in SDs within therapists.")]
    public ResponseShape Within { get; init; } = new NoShape();

    /// <summary>One slope of the outcome on the true alliance, the same between and within therapists.</summary>
    [Description("One slope on the true alliance (total variance 1), the same between and within therapists.")]
    public AllianceEffect? Alliance { get; init; }

    /// <summary>Effect of the second arm against the first.</summary>
    [Description("Effect of the second arm against the first: a number in outcome units, or {d, standardiser}.")]
    public ArmEffect ArmEffect { get; init; } = new();

    /// <summary>Outcome units per SD of severity; normally negative.</summary>
    [Description("Outcome units per SD of severity (high = worse), normally negative.")]
    [Interval(-1e6, 1e6)]
    public double Severity { get; init => field = Require.Declared<EndpointOutcome>(value); }

    /// <summary>σ_e: SD of the outcome within therapists that nothing explains.</summary>
    [Description("Residual SD within therapists; the unit of all effects when it is 1.")]
    [Interval(0.001, 1e6)]
    public double ResidualSd { get; init => field = Require.Declared<EndpointOutcome>(value); } = 1;

    /// <summary>σ_S²/(σ_S² + τ_U² + σ_e²): share of the sites.</summary>
    [Description("Share of the sites in the outcome variance: sigma_S^2 / (sigma_S^2 + tau_U^2 + sigma_e^2).")]
    [Interval(0, 1, HighOpen = true)]
    public double SiteIcc { get; init => field = Require.Declared<EndpointOutcome>(value); }
}

/// <summary>One slope on the true alliance, without a contextual effect.</summary>
public sealed record AllianceEffect
{
    /// <summary>Outcome units per SD of the true alliance.</summary>
    [Description("Outcome units per SD of the true alliance.")]
    [Interval(-1e6, 1e6)]
    public required double Slope { get; init => field = Require.Declared<AllianceEffect>(value); }
}

/// <summary>Difference of the second arm from the first.</summary>
public sealed record ArmEffect
{
    /// <summary>The difference: in outcome units without a standardiser, else in SDs of it.</summary>
    [Description("Difference in SDs of the standardiser (Cohen's d).")]
    [Interval(-1e6, 1e6)]
    public double D { get; init => field = Require.Declared<ArmEffect>(value); }

    /// <summary>What d was divided by; <see langword="null"/>: the number is in outcome units.</summary>
    [Description("What d was divided by: residual (SD within therapists that nothing explains), within (SD within therapists), total (SD within arms and sites).")]
    public Standardiser? Standardiser { get; init; }
}

/// <summary>The SD by which a difference between arms was divided.</summary>
public enum Standardiser
{
    /// <summary>σ_e.</summary>
    Residual,

    /// <summary>SD of the outcome within therapists: residual, severity and the alliance's effect within therapists.</summary>
    Within,

    /// <summary>SD of the outcome within arm and site: within therapists, therapists, and the alliance's effect between them.</summary>
    Total,
}
