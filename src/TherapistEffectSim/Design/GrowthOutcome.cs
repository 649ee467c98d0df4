using System.Collections.Immutable;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>Repeated measurements of each patient: a course over weeks, in which patients and therapists differ; higher is better.</summary>
/// <remarks>
/// <para>
/// y_ijt = intercept + course(t) + site + level effects + v_0j + u_0ij + (v_1j + u_1ij)·t + (effects on the slope)·max(0, t − onset) + e_ijt. Course is slope·t, or goes on with
/// another slope after a turn. The v are the therapists', the u the patients' deviations; both pairs are normal. The parameters are those of Magnusson's powerlmm (2018).
/// </para>
/// <para>A component that is not given is absent: presets have no term for it. One that is 0 is in the presets' models, and its true value is 0.</para>
/// </remarks>
[Key("growth")]
public sealed record GrowthOutcome : Outcome
{
    /// <summary>Most measurements of a patient.</summary>
    public const int MostWeeks = 100;

    /// <summary>Shortest time between two measurements; weeks.</summary>
    internal const double ShortestGap = 0.001;

    /// <summary>Weeks of the measurements, ascending; random intercepts are those of week 0.</summary>
    [Description("Weeks of the measurements, ascending; at least two. Intercepts are values at week 0.")]
    [Interval(-1000, 10_000)]
    public required ImmutableArray<double> Weeks
    {
        get;
        init => field = value.Where(week => !(week is >= -1000 and <= 10_000)).Select(week => (double?)week).FirstOrDefault() is double wrong
            ? throw Require.Violation(nameof(Weeks), wrong, "numbers in [-1000, 10000]")
            : value;
    }

    /// <summary>Mean of the first arm at week 0; outcome units.</summary>
    [Description("Mean of the first arm at week 0; outcome units.")]
    [Interval(-1e6, 1e6)]
    public double Intercept { get; init => field = Require.Declared<GrowthOutcome>(value); }

    /// <summary>Mean change of the first arm; outcome units per week.</summary>
    [Description("Mean change per week in the first arm; outcome units.")]
    [Interval(-1e6, 1e6)]
    public double Slope { get; init => field = Require.Declared<GrowthOutcome>(value); }

    /// <summary>A week from which the mean course goes on with another slope; <see langword="null"/> for a straight line.</summary>
    [Description("A week from which the mean course of all goes on with another slope: {week, slope}. A straight line if not given.")]
    public CourseTurn? Turn { get; init; }

    /// <summary>σ: SD of a measurement around the patient's line; outcome units.</summary>
    [Description("SD of a measurement around the patient's own line; outcome units.")]
    [Interval(0.001, 1e6)]
    public double ResidualSd { get; init => field = Require.Declared<GrowthOutcome>(value); } = 1;

    /// <summary>Differences between the patients of a therapist, as SDs; <see langword="null"/>: absent, or in <see cref="Shares"/>.</summary>
    [Description("Differences between the patients of a therapist, as SDs of intercepts and slopes. Give patients and therapists, or shares.")]
    public GrowthEffects? Patients { get; init; }

    /// <summary>Differences between therapists, as SDs; <see langword="null"/>: absent, or in <see cref="Shares"/>.</summary>
    [Description("Differences between therapists, as SDs of intercepts and slopes. Give patients and therapists, or shares.")]
    public GrowthEffects? Therapists { get; init; }

    /// <summary>The same as shares and ratios of variances; <see langword="null"/> if SDs are given.</summary>
    [Description("The same differences as powerlmm takes them: shares of the variance at pre-test, share of the therapists in the variance of the slopes, ratio of the slopes' variance to the residual one.")]
    public GrowthShares? Shares { get; init; }

    /// <summary>SD of the sites, at all weeks; outcome units.</summary>
    [Description("SD of the sites, the same at all weeks; outcome units.")]
    [Interval(0, 1000)]
    public double SiteSd { get; init => field = Require.Declared<GrowthOutcome>(value); }

    /// <summary>What the second arm does to the slope.</summary>
    [Description("What the second arm does to the slope from onset-week on: a number in outcome units per week, or {d, standardiser}: the difference at the last week in SDs.")]
    public GrowthArmEffect ArmEffect { get; init; } = new();

    /// <summary>Name of a trait without which a patient has nothing of the arm effect; <see langword="null"/>: all have it.</summary>
    [Description("Name of a trait: the arm effect is that of patients with the trait, and the others have none.")]
    public string? ArmEffectFor { get; init; }

    /// <summary>Week before which arm, alliance and severity do nothing to the slope.</summary>
    [Description("Week from which effects of arm, alliance and severity act on the slope.")]
    [Interval(-1000, 10_000)]
    public double OnsetWeek { get; init => field = Require.Declared<GrowthOutcome>(value); }

    /// <summary>f_B: slope from the onset on as a function of the therapist's alliance score; outcome units per week.</summary>
    [Description("Slope from onset-week on as a function of the therapist's alliance score, in SDs of the unselected population of therapists; outcome units per week.")]
    public ResponseShape Between { get; init; } = new NoShape();

    /// <summary>f_W: slope from the onset on as a function of the patient's deviation from the therapist; outcome units per week.</summary>
    [Description("Slope from onset-week on as a function of the patient's deviation from the own therapist, in SDs within therapists; outcome units per week.")]
    public ResponseShape Within { get; init; } = new NoShape();

    /// <summary>Outcome units per SD of severity, at all weeks; normally negative.</summary>
    [Description("Outcome units per SD of severity (high = worse), the same at all weeks; normally negative.")]
    [Interval(-1e6, 1e6)]
    public double Severity { get; init => field = Require.Declared<GrowthOutcome>(value); }

    /// <summary>Outcome units per week and SD of severity, from the onset on.</summary>
    [Description("What severity (high = worse) does to the slope from onset-week on; outcome units per week and SD.")]
    [Interval(-1e6, 1e6)]
    public double SeveritySlope { get; init => field = Require.Declared<GrowthOutcome>(value); }

    /// <summary>Loss of patients in the course of the measurements.</summary>
    [Description("Loss of patients in the course of the measurements: who is lost once has no later measurement.")]
    public GrowthDropout Dropout { get; init; } = new();

    /// <summary><see cref="Between"/>, centred to mean zero under N(0, 1).</summary>
    public ResponseCurve BetweenCurve => Between.Curve;

    /// <summary><see cref="Within"/>, centred to mean zero under N(0, 1).</summary>
    public ResponseCurve WithinCurve => Within.Curve;
}

/// <summary>A bend of the mean course.</summary>
public sealed record CourseTurn
{
    /// <summary>Week of the bend.</summary>
    [Description("Week of the bend.")]
    [Interval(-1000, 10_000)]
    public required double Week { get; init => field = Require.Declared<CourseTurn>(value); }

    /// <summary>Mean change after it; outcome units per week.</summary>
    [Description("Mean change per week after the bend; outcome units.")]
    [Interval(-1e6, 1e6)]
    public required double Slope { get; init => field = Require.Declared<CourseTurn>(value); }
}

/// <summary>Differences in intercept and slope at one level, patients or therapists. What is <see langword="null"/> is absent.</summary>
public sealed record GrowthEffects
{
    /// <summary>SD of the intercepts, values at week 0; outcome units.</summary>
    [Description("SD of the intercepts, values at week 0; outcome units. 0: a term of the presets' models whose true value is 0; left out: absent.")]
    [Interval(0, 1e6)]
    public double? InterceptSd { get; init => field = Require.Declared<GrowthEffects>(value); }

    /// <summary>SD of the slopes; outcome units per week.</summary>
    [Description("SD of the slopes; outcome units per week. 0: a term of the presets' models whose true value is 0; left out: absent.")]
    [Interval(0, 1e6)]
    public double? SlopeSd { get; init => field = Require.Declared<GrowthEffects>(value); }

    /// <summary>Correlation of intercept and slope.</summary>
    [Description("Correlation of intercept and slope.")]
    [Interval(-1, 1)]
    public double Correlation { get; init => field = Require.Declared<GrowthEffects>(value); }
}

/// <summary>Differences of patients and therapists as shares and ratios of variances, with σ² the residual variance. What is <see langword="null"/> is absent.</summary>
public sealed record GrowthShares
{
    /// <summary>σ_u0²/(σ_u0² + σ_v0² + σ²): share of the patients in the variance at week 0.</summary>
    [Description("Share of the patients within therapists in the variance at week 0 (icc_pre_subject in powerlmm).")]
    [Interval(0, 1, HighOpen = true)]
    public double? PatientIcc { get; init => field = Require.Declared<GrowthShares>(value); }

    /// <summary>σ_v0²/(σ_u0² + σ_v0² + σ²): share of the therapists in the variance at week 0.</summary>
    [Description("Share of the therapists in the variance at week 0 (icc_pre_cluster in powerlmm). Left out: absent.")]
    [Interval(0, 1, HighOpen = true)]
    public double? TherapistIcc { get; init => field = Require.Declared<GrowthShares>(value); }

    /// <summary>σ_v1²/(σ_u1² + σ_v1²): share of the therapists in the variance of the slopes.</summary>
    [Description("Share of the therapists in the variance of the slopes (icc_slope in powerlmm). Left out: absent.")]
    [Interval(0, 1)]
    public double? SlopeIcc { get; init => field = Require.Declared<GrowthShares>(value); }

    /// <summary>(σ_u1² + σ_v1²)/σ²: variance of the slopes, per week squared, over the residual variance.</summary>
    [Description("Variance of the slopes (per week, squared) over the residual variance (var_ratio in powerlmm). Left out: no slopes differ.")]
    [Interval(0, 1e6)]
    public double? VarianceRatio { get; init => field = Require.Declared<GrowthShares>(value); }

    /// <summary>Correlation of the patients' intercepts and slopes.</summary>
    [Description("Correlation of the patients' intercepts and slopes.")]
    [Interval(-1, 1)]
    public double PatientCorrelation { get; init => field = Require.Declared<GrowthShares>(value); }

    /// <summary>Correlation of the therapists' intercepts and slopes.</summary>
    [Description("Correlation of the therapists' intercepts and slopes.")]
    [Interval(-1, 1)]
    public double TherapistCorrelation { get; init => field = Require.Declared<GrowthShares>(value); }
}

/// <summary>What the second arm does to the slope.</summary>
public sealed record GrowthArmEffect
{
    /// <summary>Without a standardiser, outcome units per week; else the difference at the last week in its SDs.</summary>
    [Description("Difference at the last week in SDs of the standardiser (Cohen's d).")]
    [Interval(-1e6, 1e6)]
    public double D { get; init => field = Require.Declared<GrowthArmEffect>(value); }

    /// <summary>What d was divided by; <see langword="null"/>: the number is in outcome units per week.</summary>
    [Description("What d was divided by: baseline (SD at week 0), end-point (SD at the last week), slope (SD of the slopes times the weeks from the onset to the last), each within arms and sites, of patients and therapists together.")]
    public GrowthStandardiser? Standardiser { get; init; }
}

/// <summary>The SD by which a difference between arms at the last week was divided.</summary>
public enum GrowthStandardiser
{
    /// <summary>√(σ_u0² + σ_v0² + σ²).</summary>
    Baseline,

    /// <summary>SD of a measurement at the last week: intercepts, slopes, their covariances, and residual.</summary>
    EndPoint,

    /// <summary>√(σ_u1² + σ_v1²) times the weeks from the onset to the last.</summary>
    Slope,
}

/// <summary>
/// Monotone loss: a patient is still measured at week t with probability exp(−λ·e^η·((t − first)/(last − first))^shape), η the sum of log-hazard ratios times covariates; all are
/// measured at the first week. λ is solved so that the expected share of those lost at the last week is the rate.
/// </summary>
public sealed record GrowthDropout
{
    /// <summary>Expected share lost at the last week.</summary>
    [Description("Expected share of the patients who are lost at the last week.")]
    [Interval(0, 1, HighOpen = true)]
    public double Rate { get; init => field = Require.Declared<GrowthDropout>(value); }

    /// <summary>Shape of the Weibull distribution of the time of loss.</summary>
    [Description("Shape of the Weibull distribution of the time of loss: 1 for a constant hazard, above 1 for more loss late, below for more loss early.")]
    [Interval(0.05, 50)]
    public double Shape { get; init => field = Require.Declared<GrowthDropout>(value); } = 1;

    /// <summary>What the hazard depends on.</summary>
    [Description("Log hazard ratios of loss per SD of each covariate; positive = more loss where the covariate is high.")]
    public GrowthDropoutSlopes DependsOn { get; init; } = new();
}

/// <summary>Log hazard ratios per SD of each covariate.</summary>
public sealed record GrowthDropoutSlopes
{
    /// <summary>Per SD of severity (high = worse).</summary>
    [Description("Per SD of severity (high = worse).")]
    [Interval(-5, 5)]
    public double Severity { get; init => field = Require.Declared<GrowthDropoutSlopes>(value); }

    /// <summary>Per SD of the true alliance.</summary>
    [Description("Per SD of the true alliance.")]
    [Interval(-5, 5)]
    public double TrueAlliance { get; init => field = Require.Declared<GrowthDropoutSlopes>(value); }

    /// <summary>Per SD of the patient's own slope, the therapist's deviation included (not missing at random).</summary>
    [Description("Per SD of the deviation of the patient's slope from the mean course, the therapist's part included: not missing at random.")]
    [Interval(-5, 5)]
    public double Slope { get; init => field = Require.Declared<GrowthDropoutSlopes>(value); }
}
