namespace TherapistEffectSim.Inference;

/// <summary>A test of the hypothesis that an effect does not vary between the levels of a grouping factor.</summary>
/// <param name="Group">The grouping factor.</param>
/// <param name="Term">What varies between its levels.</param>
/// <param name="Test"><c>lrt-mixture, rlrt-mixture, lrt-exact, rlrt-exact, f-exact</c> or <c>wald-z</c>.</param>
/// <param name="Statistic">Likelihood ratio, F or z; <see langword="null"/> where it cannot be told.</param>
/// <param name="Reference">The null distribution.</param>
/// <param name="PValue">One-sided: variances are above 0.</param>
public sealed record VarianceTest(string Group, string Term, string Test, double? Statistic, string Reference, double? PValue)
{
    /// <summary>Monte Carlo standard error of a simulated p-value; <see langword="null"/> for the others.</summary>
    public double? PValueMcse { get; init; }
}

/// <summary>A profile-likelihood interval.</summary>
/// <param name="Parameter"><c>sd</c>, or <c>icc</c> for τ²/(τ² + σ²).</param>
/// <param name="Group">The grouping factor, or Residual.</param>
/// <param name="Term">What varies between its levels; empty for Residual.</param>
/// <param name="Estimate">The estimate.</param>
/// <param name="ConfLow">Lower end of the 95 % confidence interval; 0 if the profile does not fall far enough before it.</param>
/// <param name="ConfHigh">Upper end; <see langword="null"/> if there is none.</param>
public sealed record ProfileInterval(string Parameter, string Group, string Term, double Estimate, double ConfLow, double? ConfHigh);
