using System.Collections.Immutable;

namespace TherapistEffectSim.Performance;

/// <summary>What a performance measure is, in the words of a methods section.</summary>
/// <param name="Name">As <see cref="SummaryRow.Measure"/> names it.</param>
/// <param name="Formula">θ true value, θ̂ estimate, R all replicates, n replicates with an estimate.</param>
/// <param name="MonteCarloError">Formula of its Monte Carlo standard error.</param>
/// <param name="Source">Where both come from.</param>
public sealed record MeasureDefinition(string Name, string Formula, string MonteCarloError, string Source)
{
    private const string Morris = "Morris, White & Crowther (2019), table 6";
    private const string GelmanCarlin = "Gelman & Carlin (2014)";
    private const string OrderStatistics = "half the distance of the quantiles at p ± √(p(1 − p)/n)";
    private const string DavidNagaraja = "David & Nagaraja (2003), chapter 7";
    private const string Share = "√(p(1 − p)/R); at p = 0 or 1 √(p̃(1 − p̃)/(R + z²)), p̃ = (Rp + z²/2)/(R + z²)";
    private const string Proportion = "Wilson (1927); Agresti & Coull (1998)";

    /// <summary>All measures, in the order of the rows.</summary>
    public static ImmutableArray<MeasureDefinition> All { get; } =
    [
        new(MeasureName.PatientsAnalysed, "mean number of patients with alliance and outcome", "SD/√R", Morris),
        new(MeasureName.TherapistsAnalysed, "mean number of therapists with at least one such patient", "SD/√R", Morris),
        new(MeasureName.RejectionRate, "rejections / R", Share, Morris),
        new(MeasureName.RejectionRateTrueSign, "rejections with sign(θ̂) = sign(θ) / R", Share, Morris),
        new(MeasureName.AnalyticPower, "the same without simulation, exact: F of therapists times 1 + nθ, noncentral t of therapist means", "none", "Searle, Casella & McCulloch (1992), section 3.5; Snijders & Bosker (1993); Lüdtke et al. (2008); Magnusson (2018)"),
        new(MeasureName.AnalyticPowerApproximate, "the same where it is approximate: mixed models, unequal caseloads, selected therapists", "none", "Searle, Casella & McCulloch (1992), section 3.5; Snijders & Bosker (1993); Lüdtke et al. (2008); Magnusson (2018)"),
        new(MeasureName.Bias, "mean(θ̂) − θ", "EmpSE/√n", Morris),
        new(MeasureName.RelativeBias, "(mean(θ̂) − θ)/θ", "EmpSE/(√n·|θ|)", Morris),
        new(MeasureName.MedianBias, "median(θ̂ − θ)", OrderStatistics, DavidNagaraja),
        new(MeasureName.EmpiricalSe, "EmpSE = SD(θ̂)", "EmpSE/√(2(n − 1))", Morris),
        new(MeasureName.ModelSe, "ModSE = √mean(se²)", "√(Var(se²)/(4 n ModSE²))", Morris),
        new(MeasureName.RelativeErrorModelSe, "100 (ModSE/EmpSE − 1)", "100 (ModSE/EmpSE) √(Var(se²)/(4 n ModSE⁴) + 1/(2(n − 1)))", Morris),
        new(MeasureName.MeanSquaredError, "MSE = mean((θ̂ − θ)²)", "√(Σ((θ̂ − θ)² − MSE)²/(n(n − 1)))", Morris),
        new(MeasureName.Coverage, "intervals with θ inside / intervals", Share, Morris),
        new(MeasureName.BiasEliminatedCoverage, "intervals with mean(θ̂) inside / intervals", Share, Morris),
        new(MeasureName.TypeS, "rejections with sign(θ̂) = −sign(θ) / rejections", Share, GelmanCarlin),
        new(MeasureName.TypeM, "mean(|θ̂| given rejection)/|θ|", "SD(|θ̂| given rejection)/(√rejections·|θ|)", GelmanCarlin),
        new(MeasureName.EstimateMean, "mean(θ̂) of a correlation", "EmpSE/√n", Morris),
        new(MeasureName.NegativeRate, "estimates of a correlation below 0 / n", Share, Proportion),
        new(MeasureName.SingularRate, "replicates with a variance on its bound 0 / R", Share, Proportion),
        new(MeasureName.FailureRate, "replicates without an estimate / R", Share, Proportion),
        new(MeasureName.IccMean, "mean of the estimated intraclass correlation", "SD/√n", Morris),
        new(MeasureName.IccQ05, "its 0.05 quantile", OrderStatistics, DavidNagaraja),
        new(MeasureName.IccQ50, "its median", OrderStatistics, DavidNagaraja),
        new(MeasureName.IccQ95, "its 0.95 quantile", OrderStatistics, DavidNagaraja),
        new(MeasureName.VertexInside, "replicates with −b₁/(2b₂) inside the observed therapist range / R", Share, Proportion),
        new(MeasureName.InvertedUShown, "replicates with a significant b₂ < 0 and the vertex inside / R", Share, Proportion),
    ];
}

/// <summary>Names of the performance measures in result files.</summary>
internal static class MeasureName
{
    public const string PatientsAnalysed = "patients_analysed";
    public const string TherapistsAnalysed = "therapists_analysed";
    public const string RejectionRate = "rejection_rate";
    public const string RejectionRateTrueSign = "rejection_rate_true_sign";
    public const string AnalyticPower = "analytic_power";
    public const string AnalyticPowerApproximate = "analytic_power_approximate";
    public const string Bias = "bias";
    public const string RelativeBias = "relative_bias";
    public const string MedianBias = "median_bias";
    public const string EmpiricalSe = "empirical_se";
    public const string ModelSe = "model_se";
    public const string RelativeErrorModelSe = "relative_error_model_se";
    public const string MeanSquaredError = "mean_squared_error";
    public const string Coverage = "coverage";
    public const string BiasEliminatedCoverage = "bias_eliminated_coverage";
    public const string TypeS = "type_s";
    public const string TypeM = "type_m";
    public const string EstimateMean = "estimate_mean";
    public const string NegativeRate = "negative_rate";
    public const string SingularRate = "singular_rate";
    public const string FailureRate = "failure_rate";
    public const string IccMean = "icc_mean";
    public const string IccQ05 = "icc_q05";
    public const string IccQ50 = "icc_q50";
    public const string IccQ95 = "icc_q95";
    public const string VertexInside = "vertex_inside";
    public const string InvertedUShown = "inverted_u_shown";
}
