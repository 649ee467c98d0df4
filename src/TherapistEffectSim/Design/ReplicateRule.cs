using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>How many replicates a scenario has.</summary>
public abstract record ReplicateRule
{
    /// <summary>Most replicates of a scenario.</summary>
    public const double Largest = 1e9;

    /// <summary>The number, or the largest that it can become.</summary>
    public abstract int Most { get; }
}

/// <summary>The same number for every scenario.</summary>
public sealed record FixedReplicates : ReplicateRule
{
    /// <summary>Replicates per scenario.</summary>
    [Interval(1, Largest)]
    public required int Count { get; init => field = Require.Declared<FixedReplicates>(value); }

    /// <inheritdoc/>
    public override int Most => Count;
}

/// <summary>As many as a scenario needs until all its rejection rates are known with a given Monte Carlo standard error.</summary>
/// <remarks>
/// A run looks at a scenario after <see cref="Min"/> replicates, and again each time their number has grown by a quarter, always at the end of
/// a leaf of 64; it stops at the first look at which √(p̂(1 − p̂)/n + z²/(4n²))/(1 + z²/n), the standard error of Wilson's interval (z = 1.96), is at most
/// <see cref="TargetMcse"/> for every rejection rate p̂, or after <see cref="Max"/>.
/// </remarks>
public sealed record PrecisionReplicates : ReplicateRule
{
    /// <summary>Replicates before the first look.</summary>
    [Description("Replicates of a scenario before its precision is looked at.")]
    [Interval(1000, Largest)]
    public int Min { get; init => field = Require.Declared<PrecisionReplicates>(value); } = 1000;

    /// <summary>Replicates at which a scenario ends, whatever its precision.</summary>
    [Description("Replicates at which a scenario ends, whatever its precision.")]
    [Interval(1000, Largest)]
    public required int Max { get; init => field = Require.Declared<PrecisionReplicates>(value); }

    /// <summary>Monte Carlo standard error that no rejection rate of the scenario is to exceed.</summary>
    [Description("Monte Carlo standard error that no rejection rate of the scenario is to exceed: 0.005 asks for half a percentage point.")]
    [Interval(1e-5, 0.1)]
    public required double TargetMcse { get; init => field = Require.Declared<PrecisionReplicates>(value); }

    /// <inheritdoc/>
    public override int Most => Max;
}
