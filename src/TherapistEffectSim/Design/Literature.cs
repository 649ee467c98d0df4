using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>SDs between studies of the outcome's effects: each replicate is a study that draws its own, so that all replicates are a literature.</summary>
/// <remarks>Normal deviations with mean 0, added to what the scenario states; independent of each other.</remarks>
public sealed record Literature
{
    /// <summary>Of the slope on the true alliance, the same between and within therapists; outcome units per alliance SD.</summary>
    [Description("SD between studies of the slope on the true alliance; outcome units per alliance SD.")]
    [Interval(0, 1e6)]
    public double Alliance { get; init => field = Require.Declared<Literature>(value); }

    /// <summary>Of the between-therapist slope; outcome units per SD of the therapists' score.</summary>
    [Description("SD between studies of the between-therapist slope; outcome units per SD of the therapists' score.")]
    [Interval(0, 1e6)]
    public double Between { get; init => field = Require.Declared<Literature>(value); }

    /// <summary>Of the within-therapist slope; outcome units per SD of the patients' score.</summary>
    [Description("SD between studies of the within-therapist slope; outcome units per SD of the patients' score.")]
    [Interval(0, 1e6)]
    public double Within { get; init => field = Require.Declared<Literature>(value); }

    /// <summary>Of the between-therapist curvature; outcome units per squared SD.</summary>
    [Description("SD between studies of the between-therapist curvature; outcome units per squared SD.")]
    [Interval(0, 1e6)]
    public double Curvature { get; init => field = Require.Declared<Literature>(value); }

    /// <summary>Of the effect of the second arm; outcome units.</summary>
    [Description("SD between studies of the effect of the second arm; outcome units.")]
    [Interval(0, 1e6)]
    public double ArmEffect { get; init => field = Require.Declared<Literature>(value); }

    /// <summary>Of the effect of severity; outcome units per SD.</summary>
    [Description("SD between studies of the effect of severity; outcome units per SD of severity.")]
    [Interval(0, 1e6)]
    public double Severity { get; init => field = Require.Declared<Literature>(value); }

    internal bool IsNone => this is { Alliance: 0, Between: 0, Within: 0, Curvature: 0, ArmEffect: 0, Severity: 0 };
}
