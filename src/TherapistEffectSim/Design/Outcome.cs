using System.Collections.Immutable;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>What the outcome depends on.</summary>
[Tagged("kind", typeof(EndpointOutcome), typeof(GrowthOutcome), FirstIsDefault = true)]
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
    [Description("Residual SD within therapists: a number, or a map with one for each arm that differs from 1; the unit of all effects when it is 1.")]
    public ResidualSd ResidualSd { get; init; } = new();

    /// <summary>Distribution of the residuals.</summary>
    [Description("Distribution of the residuals, scaled to their variance: normal, t or skewed.")]
    public DistributionForm Distribution { get; init; } = new NormalForm();

    /// <summary>σ_S²/(σ_S² + τ_U² + σ_e²): share of the sites.</summary>
    [Description("Share of the sites in the outcome variance: sigma_S^2 / (sigma_S^2 + tau_U^2 + sigma_e^2).")]
    [Interval(0, 1, HighOpen = true)]
    public double SiteIcc { get; init => field = Require.Declared<EndpointOutcome>(value); }

    /// <summary>SD between sites of the effects of the arms after the first; outcome units.</summary>
    [Description("SD between sites of the effect of each arm after the first; outcome units.")]
    [Interval(0, 1e6)]
    public double SiteByArmSd { get; init => field = Require.Declared<EndpointOutcome>(value); }

    /// <summary>What the slope on the alliance depends on.</summary>
    [Description("What the slope on the true alliance depends on, beside traits.")]
    public Moderations Moderations { get; init; } = new();

    /// <summary>What the therapist's adherence does.</summary>
    [Description("What the therapist's adherence (competence in the method) does.")]
    public AdherenceEffect Adherence { get; init; } = new();
}

/// <summary>σ_e, the same in all arms or one for each.</summary>
public sealed record ResidualSd
{
    /// <summary>SD of the arms that <see cref="PerArm"/> does not name; outcome units.</summary>
    [Interval(0.001, 1e6)]
    public double Sd { get; init => field = Require.Declared<ResidualSd>(value); } = 1;

    /// <summary>SDs of arms by name; outcome units. Empty: all arms alike.</summary>
    public ImmutableSortedDictionary<string, double> PerArm
    {
        get;
        init => field = value.Values.Where(sd => !(sd >= 0.001 && sd <= 1e6)).Select(sd => (double?)sd).FirstOrDefault() is double wrong
            ? throw Require.Violation(nameof(PerArm), wrong, "numbers in [0.001, 1000000]")
            : value;
    } = ImmutableSortedDictionary<string, double>.Empty;

    /// <summary>One SD for all arms.</summary>
    public static implicit operator ResidualSd(double sd) => new() { Sd = sd };

    /// <summary>One SD for all arms.</summary>
    public static ResidualSd FromDouble(double sd) => sd;

    /// <summary>SD in an arm.</summary>
    internal double Of(string arm) => PerArm.TryGetValue(arm, out double sd) ? sd : Sd;
}

/// <summary>What the slope on the true alliance depends on: outcome units per alliance SD.</summary>
public sealed record Moderations
{
    /// <summary>Per SD of severity.</summary>
    [Description("How much steeper the outcome rises with the true alliance per SD of severity (high = worse).")]
    [Interval(-1e6, 1e6)]
    public double Severity { get; init => field = Require.Declared<Moderations>(value); }

    /// <summary>In the second arm against the first.</summary>
    [Description("How much steeper the outcome rises with the true alliance in the second arm than in the first.")]
    [Interval(-1e6, 1e6)]
    public double Arm { get; init => field = Require.Declared<Moderations>(value); }
}

/// <summary>What adherence C* does: linear·C − curvature·(C² − 1) − curvature-by-alliance·(C² − 1)·a + by-severity·C·z.</summary>
public sealed record AdherenceEffect
{
    /// <summary>Outcome units per SD of adherence.</summary>
    [Description("Outcome units per SD of adherence.")]
    [Interval(-1e6, 1e6)]
    public double Linear { get; init => field = Require.Declared<AdherenceEffect>(value); }

    /// <summary>Outcome units lost per squared SD of distance from average adherence.</summary>
    [Description("Outcome units lost per squared SD of distance from average adherence, at average alliance; above 0 an inverted U.")]
    [Interval(-1e6, 1e6)]
    public double Curvature { get; init => field = Require.Declared<AdherenceEffect>(value); }

    /// <summary>Change of the curvature per SD of the true alliance.</summary>
    [Description("Change of the curvature per SD of the true alliance: below 0 the curve is flatter where the alliance is good.")]
    [Interval(-1e6, 1e6)]
    public double CurvatureByAlliance { get; init => field = Require.Declared<AdherenceEffect>(value); }

    /// <summary>Change of the slope on adherence per SD of severity.</summary>
    [Description("Change of the slope on adherence per SD of the patient's severity: what suits one patient does not suit another.")]
    [Interval(-1e6, 1e6)]
    public double BySeverity { get; init => field = Require.Declared<AdherenceEffect>(value); }

    internal bool IsNone => this is { Linear: 0, Curvature: 0, CurvatureByAlliance: 0, BySeverity: 0 };
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
