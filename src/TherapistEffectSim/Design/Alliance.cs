using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>The working alliance: true values with total variance 1, and their measurement.</summary>
public sealed record Alliance
{
    /// <summary>τ_A²/(τ_A² + σ_W²): therapist share of the true alliance variance.</summary>
    [Description("Therapist share of the variance of the true alliance. Give this or observed-therapist-icc.")]
    [Interval(0, 1, HighOpen = true)]
    public double? TherapistIcc { get; init => field = Require.Declared<Alliance>(value); }

    /// <summary>Therapist share of the variance of the measured alliance, error of measurement included.</summary>
    [Description("Therapist share of the variance of the alliance as measured, with its error. Give this or therapist-icc.")]
    [Interval(0, 1, HighOpen = true)]
    public double? ObservedTherapistIcc { get; init => field = Require.Declared<Alliance>(value); }

    /// <summary>Reliability within therapists of one assessment, in (0, 1].</summary>
    [Description("Reliability within therapists of one assessment; 1 means measured without error.")]
    [Interval(0, 1, LowOpen = true)]
    public double Reliability { get; init => field = Require.Declared<Alliance>(value); } = 1;

    /// <summary>Assessments that are averaged per patient.</summary>
    [Description("Assessments that are averaged per patient.")]
    [Interval(1, 1000)]
    public int Assessments { get; init => field = Require.Declared<Alliance>(value); } = 1;

    /// <summary>Over which patients the observed therapist mean is taken.</summary>
    [Description("Patients over whom the observed therapist mean is taken: analysed (alliance and outcome measured) or measured (alliance measured).")]
    public TherapistMean TherapistMean { get; init; } = TherapistMean.Analysed;
}

/// <summary>Over which patients of a therapist the observed mean of the alliance is taken.</summary>
public enum TherapistMean
{
    /// <summary>Those analysed: the within-therapist deviation sums to zero.</summary>
    Analysed,

    /// <summary>All whose alliance was measured.</summary>
    Measured,
}
