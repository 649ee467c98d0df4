using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Inference;

/// <summary>A linear mixed model, or ordinary least squares, fitted to data.</summary>
public sealed record LinearMixedModelFit
{
    /// <summary>The formula as R writes it.</summary>
    public required string Formula { get; init; }

    /// <summary>What was minimised.</summary>
    public required Criterion Method { get; init; }

    /// <summary>N, the rows that are complete in the columns of the formula.</summary>
    public required int Observations { get; init; }

    /// <summary>Rows left out because a column of the formula is missing in them.</summary>
    public required int IncompleteRows { get; init; }

    /// <summary>The grouping factors with their numbers of levels; empty without random term.</summary>
    public required ImmutableArray<GroupCount> Groups { get; init; }

    /// <summary>The fixed effects in the order of the design columns, without those dropped.</summary>
    public required ImmutableArray<FixedEffect> FixedEffects { get; init; }

    /// <summary>The random effects, the grouping factor with more levels first, as lme4 orders them; empty without random term.</summary>
    public required ImmutableArray<RandomEffect> RandomEffects { get; init; }

    /// <summary>The correlations of random effects of the same term.</summary>
    public required ImmutableArray<RandomCorrelation> Correlations { get; init; }

    /// <summary>The conditional modes, one entry per random effect; empty if they were not asked for.</summary>
    public required ImmutableArray<ConditionalModes> ConditionalModes { get; init; }

    /// <summary>Tests of the variances; empty if they were not asked for.</summary>
    public required ImmutableArray<VarianceTest> VarianceTests { get; init; }

    /// <summary>Profile-likelihood intervals; empty if they were not asked for.</summary>
    public required ImmutableArray<ProfileInterval> ProfileIntervals { get; init; }

    /// <summary>SD of the residuals, in units of the outcome.</summary>
    public required double ResidualSd { get; init; }

    /// <summary>Log-likelihood, or restricted log-likelihood for REML: −½ <see cref="CriterionValue"/>.</summary>
    public required double LogLikelihood { get; init; }

    /// <summary>Deviance (ML) or REML criterion at its minimum.</summary>
    public required double CriterionValue { get; init; }

    /// <summary>Akaike's criterion: −2ℓ + 2k, k counting fixed effects, variances of random effects and the residual variance.</summary>
    public required double Aic { get; init; }

    /// <summary>Bayesian (Schwarz's) criterion: −2ℓ + k log N, k as in <see cref="Aic"/>; lme4 too takes N for REML.</summary>
    public required double Bic { get; init; }

    /// <summary>Whether the minimum was found.</summary>
    public required bool HasConverged { get; init; }

    /// <summary>Whether a variance is on its bound of 0, or a correlation on that of −1 or 1: a valid fit, with a diagonal element of Λ below 10⁻⁴.</summary>
    public required bool IsSingular { get; init; }

    /// <summary>Design columns left out because they depend linearly on those before them.</summary>
    public required ImmutableArray<string> DroppedTerms { get; init; }
}

/// <summary>A grouping factor.</summary>
/// <param name="Name">Its column, or two joined by a colon.</param>
/// <param name="Levels">Levels that occur.</param>
public readonly record struct GroupCount(string Name, int Levels);

/// <summary>A fixed effect.</summary>
/// <param name="Term">As lme4 prints it: <c>(Intercept)</c>, <c>I(x^2)</c>, <c>armtreatment:x</c>.</param>
/// <param name="Estimate">In units of the outcome per unit of the column.</param>
/// <param name="StandardError">Model-based.</param>
/// <param name="DegreesOfFreedom">Of the t distribution; <see langword="null"/> for the normal.</param>
/// <param name="Statistic">Estimate / standard error: t or z.</param>
/// <param name="PValue">Two-sided, of the test of 0; <see langword="null"/> where it cannot be told.</param>
/// <param name="ConfLow">Lower end of the 95 % confidence interval.</param>
/// <param name="ConfHigh">Upper end of the 95 % confidence interval.</param>
public sealed record FixedEffect(
    string Term,
    double Estimate,
    double StandardError,
    double? DegreesOfFreedom,
    double Statistic,
    double? PValue,
    double? ConfLow,
    double? ConfHigh);

/// <summary>A random effect.</summary>
/// <param name="Group">The grouping factor.</param>
/// <param name="Term">What varies between its levels: <c>(Intercept)</c> or a column.</param>
/// <param name="Variance">τ².</param>
/// <param name="Sd">τ, in units of the outcome per unit of the term.</param>
public sealed record RandomEffect(string Group, string Term, double Variance, double Sd);

/// <summary>The correlation of two random effects of a term.</summary>
/// <param name="Group">The grouping factor.</param>
/// <param name="Term1">The one.</param>
/// <param name="Term2">The other.</param>
/// <param name="Correlation">In [−1, 1]; <see langword="null"/> beside a variance of 0.</param>
public sealed record RandomCorrelation(string Group, string Term1, string Term2, double? Correlation);

/// <summary>The predicted values of a random effect in all groups.</summary>
/// <param name="Group">The grouping factor.</param>
/// <param name="Term">What varies between its levels.</param>
/// <param name="Levels">The groups, in the order of their first rows.</param>
/// <param name="Reliability">
/// 1 − mean conditional variance / variance: the share of the variance between groups that the modes carry, and how far their ranks can be trusted;
/// <see langword="null"/> for a variance of 0.
/// </param>
public sealed record ConditionalModes(string Group, string Term, ImmutableArray<ConditionalMode> Levels, double? Reliability);

/// <summary>The predicted value of a random effect in one group.</summary>
/// <param name="Level">The group.</param>
/// <param name="Mode">Conditional mode (best linear unbiased prediction), in units of the outcome per unit of the term.</param>
/// <param name="Sd">Conditional SD given the estimates, without the uncertainty of the fixed effects, as lme4 gives it.</param>
public sealed record ConditionalMode(string Level, double Mode, double Sd)
{
    /// <summary>1 for the highest mode; equal ones share the better rank.</summary>
    public int Rank { get; init; }
}
