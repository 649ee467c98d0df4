using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Planning;

/// <summary>A question about the size of a trial.</summary>
public sealed record PlanProblem
{
    /// <summary>Replicates of the search and its confirmation, unless the study says otherwise.</summary>
    public const int DefaultReplicates = 200_000;

    /// <summary>Methods, level and seed, and as its one cell the scenario as it stands.</summary>
    public required Study Study { get; init; }

    /// <summary>What the trial must reach.</summary>
    public required PlanTarget Target { get; init; }

    /// <summary>What may be chosen. The first is solved for; over the others the cheapest is looked for. None if the target is a Monte Carlo error.</summary>
    public required ImmutableArray<PlanDimension> Dimensions { get; init; }

    /// <summary>The scenario with these values of the dimensions.</summary>
    public required Func<ImmutableArray<double>, Scenario> At { get; init; }

    /// <summary>What a trial costs; needed if several dimensions are free.</summary>
    public PlanCost? Cost { get; init; }

    /// <summary>The most that it may cost; no limit if not given.</summary>
    public double? Budget { get; init; }

    /// <summary>Replicates of the search and its confirmation. Curve, limits and assumptions take as many again, at most, per table.</summary>
    public int Replicates { get; init; } = DefaultReplicates;

    /// <summary>Paths along which the curve around the answer is shown, beside that of the first dimension.</summary>
    public ImmutableArray<PlanVariation> Curves { get; init; } = [];

    /// <summary>Replicates that a plan is likely to take in all.</summary>
    public long LikelyReplicates => (long)(Replicates * (1.3 + (Dimensions.Length > 1 ? 9 : 0) + (0.3 * Assumptions.Sum(a => a.Values.Length))));

    /// <summary>Assumptions under which the answer is asked for again.</summary>
    public ImmutableArray<PlanVariation> Assumptions { get; init; } = [];
}

/// <summary>A number or another value of the scenario that varies around a plan's answer.</summary>
/// <param name="Name">Column name in the result files.</param>
/// <param name="Values">Its values as text.</param>
/// <param name="At">The scenario with these values of the dimensions and the value of an index.</param>
public sealed record PlanVariation(string Name, ImmutableArray<string> Values, Func<ImmutableArray<double>, int, Scenario> At);
