using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>Loss of patients before the alliance, and before the outcome, is measured.</summary>
public sealed record Attrition
{
    /// <summary>Loss before the alliance is measured: a share of all randomised.</summary>
    [Description("Loss before the alliance is measured; the rate is a share of all randomised.")]
    public AttritionStage Alliance { get; init; } = new();

    /// <summary>Loss before the outcome is measured: a share of those whose alliance was.</summary>
    [Description("Loss before the outcome is measured; the rate is a share of those whose alliance was measured.")]
    public AttritionStage Outcome { get; init; } = new();

    /// <summary>Probability that a therapist leaves with all patients.</summary>
    [Description("Probability that a therapist leaves the trial with all patients; the rates of loss are among the patients of those who stay.")]
    [Interval(0, 1, HighOpen = true)]
    public double Therapists { get; init => field = Require.Declared<Attrition>(value); }

    /// <summary>Whether nobody is lost.</summary>
    internal bool IsNone => Alliance.Rate == 0 && Outcome.Rate == 0 && Therapists == 0;
}

/// <summary>One stage of loss: logit P(lost) = α + Σ slope·covariate + v of the therapist, α solved so that the expected rate holds.</summary>
public sealed record AttritionStage
{
    /// <summary>Expected share lost, in [0, 1).</summary>
    [Description("Expected share lost.")]
    [Interval(0, 1, HighOpen = true)]
    public double Rate { get; init => field = Require.Declared<AttritionStage>(value); }

    /// <summary>Log odds of loss per SD of each covariate.</summary>
    [Description("Log odds of loss per SD of each covariate; positive = more loss where the covariate is high.")]
    public AttritionSlopes DependsOn { get; init; } = new();

    /// <summary>SD between therapists of the log odds of loss.</summary>
    [Description("SD between therapists of the log odds of loss.")]
    [Interval(0, 20)]
    public double TherapistSd { get; init => field = Require.Declared<AttritionStage>(value); }

    /// <summary>Whether all patients have the same odds of loss.</summary>
    internal bool HasEqualOdds => DependsOn.IsNone && TherapistSd == 0;
}

/// <summary>Log odds of loss per SD of each covariate's own distribution in this world before attrition.</summary>
public sealed record AttritionSlopes
{
    /// <summary>Per SD of severity (high = worse).</summary>
    [Description("Per SD of severity (high = worse).")]
    [Interval(-20, 20)]
    public double Severity { get; init => field = Require.Declared<AttritionSlopes>(value); }

    /// <summary>Per SD of the alliance as measured (or as it would have been).</summary>
    [Description("Per SD of the alliance as measured, or as it would have been.")]
    [Interval(-20, 20)]
    public double Alliance { get; init => field = Require.Declared<AttritionSlopes>(value); }

    /// <summary>Per SD of the true alliance.</summary>
    [Description("Per SD of the true alliance.")]
    [Interval(-20, 20)]
    public double TrueAlliance { get; init => field = Require.Declared<AttritionSlopes>(value); }

    /// <summary>Per SD of the outcome itself (not missing at random).</summary>
    [Description("Per SD of the outcome itself: not missing at random.")]
    [Interval(-20, 20)]
    public double Outcome { get; init => field = Require.Declared<AttritionSlopes>(value); }

    /// <summary>Whether loss depends on nothing.</summary>
    internal bool IsNone => Severity == 0 && Alliance == 0 && TrueAlliance == 0 && Outcome == 0;
}
