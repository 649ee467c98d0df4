namespace TherapistEffectSim.Inference;

/// <summary>What a fit gives beside the estimates. All of it takes time and nothing of it changes them.</summary>
public sealed record FitExtras
{
    /// <summary>Whether the random effects of each group are predicted.</summary>
    public bool ConditionalModes { get; init; }

    /// <summary>Whether each variance is tested against 0.</summary>
    public bool VarianceTests { get; init; }

    /// <summary>Whether variances and the intraclass correlation get profile-likelihood intervals.</summary>
    public bool ProfileIntervals { get; init; }

    /// <summary>Draws of the exact null distribution of a likelihood ratio, a multiple of 8.</summary>
    public int Draws { get; init; } = 100_000;

    /// <summary>Key of the draws.</summary>
    public ulong Seed { get; init; } = 1;
}
