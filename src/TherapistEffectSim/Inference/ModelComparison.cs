namespace TherapistEffectSim.Inference;

/// <summary>A likelihood-ratio test of two nested models on the same rows.</summary>
public sealed record ModelComparison
{
    /// <summary>The smaller model's formula.</summary>
    public required string Reduced { get; init; }

    /// <summary><c>ML</c>, or <c>REML</c> where the fixed effects are the same.</summary>
    public required Design.Criterion Method { get; init; }

    /// <summary>Fall of the criterion from the smaller model to the larger.</summary>
    public required double Statistic { get; init; }

    /// <summary>Parameters that the smaller model has not.</summary>
    public required int DegreesOfFreedom { get; init; }

    /// <summary>Whether one of them is a variance, which is on its bound under the smaller model.</summary>
    public required bool HasVariance { get; init; }

    /// <summary>
    /// Asymptotic: of χ², with one variance of the mixture of χ² with <see cref="DegreesOfFreedom"/> − 1 and with <see cref="DegreesOfFreedom"/>, half each; with several variances too large.
    /// </summary>
    public required double PValue { get; init; }

    /// <summary>The null distribution of <see cref="PValue"/> in words.</summary>
    public required string Reference { get; init; }

    /// <summary>Data sets drawn from the smaller model for the parametric bootstrap; 0 without it.</summary>
    public int Bootstraps { get; init; }

    /// <summary>Of these, fits that did not converge; they count as not reaching the statistic.</summary>
    public int BootstrapFailures { get; init; }

    /// <summary>(1 + statistics of drawn data that reach the observed) / (1 + drawn data sets).</summary>
    public double? BootstrapPValue { get; init; }
}
