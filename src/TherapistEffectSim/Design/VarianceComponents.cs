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

    /// <summary>SD of the error of the mean of the assessments; alliance SDs.</summary>
    public required double AllianceErrorSd { get; init; }

    /// <summary>τ_U: SD of the therapists' residual effect on the outcome; outcome units.</summary>
    public required double OutcomeTherapistSd { get; init; }

    /// <summary>σ_e: residual SD within therapists; outcome units.</summary>
    public required double ResidualSd { get; init; }

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

    /// <summary>Solves the components.</summary>
    /// <exception cref="ArgumentException">The scenario has problems (see <see cref="Scenario.Problems"/>).</exception>
    public static VarianceComponents Of(Scenario scenario) =>
        TrySolve(scenario, out VarianceComponents? components) is { } problem
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

        if (problems.Count == 0 && TrySolve(scenario, out _) is { } problem)
        {
            problems.Add(problem);
        }

        return problems;
    }

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
        double errorRatio = (1 - alliance.Reliability) / (alliance.Reliability * alliance.Assessments);
        double betweenVariance = alliance.TherapistIcc
            ?? (alliance.ObservedTherapistIcc!.Value * (1 + errorRatio) / (1 + (alliance.ObservedTherapistIcc.Value * errorRatio)));
        double betweenSd = Math.Sqrt(betweenVariance);
        double withinSd = Math.Sqrt(1 - betweenVariance);

        double slope = outcome.Alliance?.Slope ?? 0;
        ResponseCurve between = outcome.Between.Curve.WithSlopeAdded(slope * betweenSd);
        ResponseCurve within = outcome.Within.Curve.WithSlopeAdded(slope * withinSd);

        double residual = outcome.ResidualSd * outcome.ResidualSd;
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
            Standardiser.Residual => outcome.ResidualSd,
            Standardiser.Within => Math.Sqrt(withinVariance),
            _ => Math.Sqrt(withinVariance + therapistVariance + betweenCurve),
        };
        components = new()
        {
            AllianceBetweenSd = betweenSd,
            AllianceWithinSd = withinSd,
            AllianceErrorSd = withinSd * Math.Sqrt(errorRatio),
            OutcomeTherapistSd = Math.Sqrt(therapistVariance),
            ResidualSd = outcome.ResidualSd,
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
