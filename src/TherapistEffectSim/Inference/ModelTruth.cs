using System.Collections.Immutable;

namespace TherapistEffectSim.Inference;

/// <summary>What the estimates of a model aim at: the population least-squares projection of the structural outcome on its terms.</summary>
internal sealed record ModelTruth
{
    /// <summary>True value of each column's coefficient; <see langword="null"/> where it has none.</summary>
    public required ImmutableArray<double?> Coefficients { get; init; }

    /// <summary>Variance between therapists that the projection leaves, sites included unless the model has them.</summary>
    public required double? TherapistVariance { get; init; }

    /// <summary>Variance within therapists that the projection leaves.</summary>
    public required double? ResidualVariance { get; init; }

    /// <summary>Which effects of the alliance the model's columns can represent.</summary>
    public required AllianceShapes Represents { get; init; }

    /// <summary>Of a model about which the program knows nothing.</summary>
    /// <param name="columns">Number of its fixed effects.</param>
    public static ModelTruth Unknown(int columns) => new()
    {
        Coefficients = [.. Enumerable.Repeat((double?)null, columns)],
        TherapistVariance = null,
        ResidualVariance = null,
        Represents = default,
    };

    /// <summary>Between variance left / (between + within variance left).</summary>
    public double? IntraclassCorrelation => TherapistVariance / (TherapistVariance + ResidualVariance);
}

/// <summary>Slopes and curves of the alliance at both levels.</summary>
/// <param name="BetweenSlope">A*.</param>
/// <param name="BetweenCurve">A*² − 1.</param>
/// <param name="WithinSlope">W/σ_W.</param>
/// <param name="WithinCurve">(W/σ_W)² − 1.</param>
internal readonly record struct AllianceShapes(bool BetweenSlope, bool BetweenCurve, bool WithinSlope, bool WithinCurve);
