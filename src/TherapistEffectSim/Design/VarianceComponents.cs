using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>A scenario's standard deviations and slopes, solved once from its intraclass correlations and standardised effects.</summary>
public sealed record VarianceComponents
{
    /// <summary>τ_A: SD of the true alliance between therapists; alliance SDs.</summary>
    public required double AllianceBetweenSd { get; init; }

    /// <summary>σ_W: SD of the true alliance within therapists; alliance SDs.</summary>
    public required double AllianceWithinSd { get; init; }

    /// <summary>σ_D: SD of what neither severity nor traits bring about in the alliance within therapists; alliance SDs.</summary>
    public required double AllianceDeviationSd { get; init; }

    /// <summary>SD between therapists of what the rater sees, τ_A for patients; alliance SDs.</summary>
    public required double RatedBetweenSd { get; init; }

    /// <summary>SD within therapists of what the rater sees, σ_W for patients, error of measurement excluded; alliance SDs.</summary>
    public required double RatedWithinSd { get; init; }

    /// <summary>Units of the recorded alliance per alliance SD: 1 without an instrument.</summary>
    public required double AllianceScale { get; init; }

    /// <summary>SD of the error of the mean of the assessments; alliance SDs.</summary>
    public required double AllianceErrorSd { get; init; }

    /// <summary>τ_U: SD of the therapists' residual effect on the outcome; outcome units.</summary>
    public required double OutcomeTherapistSd { get; init; }

    /// <summary>σ_e: residual SD within therapists, root mean square over the arms; outcome units.</summary>
    public required double ResidualSd { get; init; }

    /// <summary>[arm] Residual SD within therapists; outcome units.</summary>
    public required ImmutableArray<double> ArmResidualSd { get; init; }

    /// <summary>σ_S: SD of the sites; outcome units.</summary>
    public required double SiteSd { get; init; }

    /// <summary>Difference of the second arm from the first; outcome units.</summary>
    public required double ArmEffect { get; init; }

    /// <summary>The between-therapist curve, all alliance effects together; outcome units.</summary>
    public required ResponseCurve Between { get; init; }

    /// <summary>The within-therapist curve, all alliance effects together; outcome units.</summary>
    public required ResponseCurve Within { get; init; }

    /// <summary>Outcome units per SD of severity.</summary>
    public required double Severity { get; init; }

    /// <summary>Solves the components; of a scenario with growth, those of its therapists, patients and alliances.</summary>
    /// <exception cref="ArgumentException">The scenario has problems (see <see cref="Scenario.Problems"/>).</exception>
    public static VarianceComponents Of(Scenario scenario) =>
        TrySolve(scenario.WithoutGrowth, out VarianceComponents? components) is { } problem
            ? throw new ArgumentException($"{problem.Path}: {problem.Message}", nameof(scenario))
            : components!;

    internal static IEnumerable<Problem> Problems(Scenario scenario)
    {
        List<Problem> problems = [];
        if (scenario.Outcome is EndpointOutcome outcome)
        {
            problems.AddRange(ShapeProblems(outcome));
            if (outcome.ArmEffect.D != 0 && scenario.Trial.Arms.Length != 2)
            {
                problems.Add(new("outcome.arm-effect", $"arm-effect needs exactly two arms, but the trial has {scenario.Trial.Arms.Length}."));
            }

            if (outcome.SiteIcc > 0 && scenario.Trial.Sites == 1)
            {
                problems.Add(new("outcome.site-icc", "site-icc above 0 needs more than one site, but trial.sites is 1."));
            }
        }

        if (problems.Count == 0)
        {
            problems.AddRange(DialProblems(scenario));
        }

        if (problems.Count == 0 && TrySolve(scenario, out _) is { } problem)
        {
            problems.Add(problem);
        }

        return problems;
    }

    private static IEnumerable<Problem> DialProblems(Scenario scenario)
    {
        if (scenario.Outcome is not EndpointOutcome outcome)
        {
            yield break;
        }

        Trial trial = scenario.Trial;
        if (outcome.Between is { SlopeSd: not 0 } or { SlopeCorrelation: not 0 })
        {
            yield return new("outcome.between.slope-sd", "slope-sd and slope-correlation are for within: there is one alliance skill to a therapist.");
        }

        foreach (string arm in outcome.ResidualSd.PerArm.Keys.Where(arm => !trial.Arms.Contains(arm)))
        {
            yield return new("outcome.residual-sd", $"residual-sd names the arm '{arm}', but the arms are {string.Join(", ", trial.Arms)}.");
        }

        if (outcome.SiteByArmSd > 0 && (trial.Sites == 1 || trial.Arms.Length == 1))
        {
            yield return new("outcome.site-by-arm-sd", "site-by-arm-sd above 0 needs more than one site and more than one arm.");
        }

        if ((outcome.Moderations.Arm != 0 || scenario.Literature.ArmEffect != 0) && trial.Arms.Length != 2)
        {
            string key = outcome.Moderations.Arm != 0 ? "outcome.moderations.arm" : "literature.arm-effect";
            yield return new(key, $"{key} needs exactly two arms, but the trial has {trial.Arms.Length}.");
        }

        if (scenario.Therapists.ArmEffectSd > 0 && (trial.Nesting != Nesting.Crossed || trial.Arms.Length != 2))
        {
            yield return new("therapists.arm-effect-sd",
                $"arm-effect-sd above 0 needs trial.nesting: crossed and exactly two arms, but therapists treat {(trial.Nesting == Nesting.Crossed ? "in every arm" : "in one arm each")} and the trial has {trial.Arms.Length}.");
        }

        if (outcome.ArmEffect.Standardiser is Standardiser.Within or Standardiser.Total && HasFurtherVariance(scenario, outcome))
        {
            yield return new("outcome.arm-effect.standardiser",
                "standardiser must be residual, or the effect a number in outcome units, where traits, moderations, adherence, retention, reverse causation, non-random allocation, slopes or arm effects that differ add to the variance.");
        }
    }

    // Whether the outcome varies within arms by more than residuals, therapists, alliance curves and severity, each by itself.
    private static bool HasFurtherVariance(Scenario scenario, EndpointOutcome outcome) =>
        !scenario.Traits.IsEmpty || outcome.Moderations is not { Severity: 0, Arm: 0 } || !outcome.Adherence.IsNone
        || scenario.Retention.Outcome != 0 || scenario.Alliance.ReverseCorrelation != 0 || scenario.Alliance.Severity != 0
        || scenario.Allocation is not RandomAllocation || outcome.Within.SlopeSd != 0 || scenario.Therapists.ArmEffectSd != 0;

    private static Problem[] ShapeProblems(EndpointOutcome outcome) =>
    [
        .. outcome.Between.Problems().Select(p => new Problem("outcome.between", p.Message)),
        .. outcome.Within.Problems().Select(p => new Problem("outcome.within", p.Message)),
    ];

    private static Problem? TrySolve(Scenario scenario, out VarianceComponents? components)
    {
        components = null;
        Alliance alliance = scenario.Alliance;
        EndpointOutcome outcome = (EndpointOutcome)scenario.Outcome;
        if ((alliance.TherapistIcc is null) == (alliance.ObservedTherapistIcc is null))
        {
            return new("alliance", "alliance takes exactly one of therapist-icc and observed-therapist-icc.");
        }

        if ((scenario.Therapists.OutcomeIcc is null) == (scenario.Therapists.OutcomeIccTotal is null))
        {
            return new("therapists", "therapists takes exactly one of outcome-icc and outcome-icc-total.");
        }

        if (ShapeProblems(outcome) is [Problem ofShape, ..])
        {
            return ofShape;
        }

        // Error variance of the mean of k assessments in units of the true variance within therapists.
        double errorRatio = (1 - alliance.Reliability) / (alliance.Reliability * alliance.EffectiveAssessments);
        double betweenVariance = alliance.TherapistIcc
            ?? (alliance.ObservedTherapistIcc!.Value * (1 + errorRatio) / (1 + (alliance.ObservedTherapistIcc.Value * errorRatio)));
        double betweenSd = Math.Sqrt(betweenVariance);
        double withinSd = Math.Sqrt(1 - betweenVariance);

        double explained = alliance.Severity * alliance.Severity;
        foreach (PatientTrait trait in scenario.Traits.Values)
        {
            explained += trait.Alliance * trait.Alliance * trait.Share * (1 - trait.Share);
        }

        double withinVarianceLeft = 1 - betweenVariance - explained;
        if (withinVarianceLeft < 0)
        {
            return new("alliance.severity", string.Create(CultureInfo.InvariantCulture,
                $"severity and the traits bring about a variance of {explained:G6} in the alliance within therapists, which is only {1 - betweenVariance:G6}."));
        }

        double ratedVariance = alliance.RaterIcc ?? betweenVariance;
        double ratedWithinSd = alliance.RaterIcc is null ? withinSd : Math.Sqrt(1 - ratedVariance);
        double errorSd = ratedWithinSd * Math.Sqrt(errorRatio);
        double slope = outcome.Alliance?.Slope ?? 0;
        ResponseCurve between = outcome.Between.Curve.WithSlopeAdded(slope * betweenSd);
        ResponseCurve within = outcome.Within.Curve.WithSlopeAdded(slope * withinSd);

        ImmutableArray<double> armResidualSd = [.. scenario.Trial.Arms.Select(outcome.ResidualSd.Of)];
        double residual = 0;
        foreach (double sd in armResidualSd)
        {
            residual += sd * sd / armResidualSd.Length;
        }

        double residualSd = outcome.ResidualSd.PerArm.IsEmpty ? outcome.ResidualSd.Sd : Math.Sqrt(residual);
        residual = residualSd * residualSd;
        double betweenCurve = between.Variance;
        double withinCurve = within.Variance;
        double withinVariance = withinCurve + (outcome.Severity * outcome.Severity) + residual;
        if (OutcomeTherapistVariance(scenario.Therapists, residual, between, withinCurve + residual, out double therapistVariance) is { } problem)
        {
            return problem;
        }

        double siteVariance = outcome.SiteIcc / (1 - outcome.SiteIcc) * (therapistVariance + residual);
        double standardiser = outcome.ArmEffect.Standardiser switch
        {
            null => 1,
            Standardiser.Residual => residualSd,
            Standardiser.Within => Math.Sqrt(withinVariance),
            _ => Math.Sqrt(withinVariance + therapistVariance + betweenCurve),
        };
        components = new()
        {
            AllianceBetweenSd = betweenSd,
            AllianceWithinSd = withinSd,
            AllianceDeviationSd = explained == 0 ? withinSd : Math.Sqrt(withinVarianceLeft),
            RatedBetweenSd = alliance.RaterIcc is null ? betweenSd : Math.Sqrt(ratedVariance),
            RatedWithinSd = ratedWithinSd,
            AllianceScale = alliance.Instrument is { } instrument ? instrument.Sd / Math.Sqrt(1 + (errorSd * errorSd)) : 1,
            AllianceErrorSd = errorSd,
            OutcomeTherapistSd = Math.Sqrt(therapistVariance),
            ResidualSd = residualSd,
            ArmResidualSd = armResidualSd,
            SiteSd = Math.Sqrt(siteVariance),
            ArmEffect = outcome.ArmEffect.D * standardiser,
            Between = between,
            Within = within,
            Severity = outcome.Severity,
        };
        return null;
    }

    // Total ICC = (Var f_B + τ_U²)/(Var f_B + τ_U² + Var f_W + σ_e²): what severity and sites bring about is not counted.
    private static Problem? OutcomeTherapistVariance(
        TherapistPopulation therapists, double residual, ResponseCurve between, double withinVariance, out double variance)
    {
        if (therapists.OutcomeIcc is double icc)
        {
            variance = icc / (1 - icc) * residual;
            return null;
        }

        // Between variance Var f_B + τ² + 2τ·Cov(f_B, U*), with Cov = corr(A*, U*)·slope of f_B on A*, solved for τ ≥ 0.
        double total = therapists.OutcomeIccTotal!.Value;
        double covariance = therapists.Correlations.AllianceOutcome * between.Slope;
        double squaredRoot = (covariance * covariance) + (total / (1 - total) * withinVariance) - between.Variance;
        double sd = squaredRoot >= 0 ? Math.Sqrt(squaredRoot) - covariance : -1;
        variance = sd * sd;
        if (sd >= 0)
        {
            return null;
        }

        double least = between.Variance - (covariance < 0 ? covariance * covariance : 0);
        double smallest = least / (least + withinVariance);
        return new("therapists.outcome-icc-total", string.Create(CultureInfo.InvariantCulture,
            $"outcome-icc-total must be at least {smallest:G6}, which the alliance alone brings about between therapists, but was {total}."));
    }
}
