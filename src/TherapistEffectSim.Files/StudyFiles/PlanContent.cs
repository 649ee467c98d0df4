using System.Collections.Immutable;
using TherapistEffectSim.Planning;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>The keys under <c>plan</c>. What has paths of the scenario as keys stays a node, so that its order is kept.</summary>
internal sealed record PlanContent
{
    [Description("What the trial must reach: power, interval-width or coverage of a test; or mcse, which asks for replicates.")]
    public required PlanTarget Target { get; init; }

    [Description("What may be chosen: ranges by path. The first is solved for; over the others the cheapest is looked for.")]
    public Node? Vary { get; init; }

    [Description("What a trial costs, in any unit. Needed if several paths vary.")]
    public PlanCost? Cost { get; init; }

    [Description("The most that the trial may cost.")]
    [Interval(0, LowOpen = true)]
    public double? Budget { get; init; }

    [Description("Replicates of the search and its confirmation.")]
    [Interval(20_000, 1e9)]
    public int Replicates { get; init; } = PlanProblem.DefaultReplicates;

    [Description("Values by path, along which the curve through the answer is shown, beside that of the first path that varies.")]
    public Node? Curve { get; init; }

    [Description("Values by path: the answer under each of these assumptions, one at a time.")]
    public Node? Sensitivity { get; init; }
}

/// <summary>The values that a plan may choose from.</summary>
internal sealed record PlanRange
{
    /// <summary>Largest value: sums and products stay exact decimal numbers.</summary>
    public const double Largest = 1e9;

    /// <summary>Smallest distance of two values.</summary>
    public const double SmallestStep = 1e-9;

    [Description("Smallest value.")]
    [Interval(-Largest, Largest)]
    public required double From { get; init; }

    [Description("Largest value.")]
    [Interval(-Largest, Largest)]
    public required double To { get; init; }

    [Description("Distance of the values. Without it 1 for whole numbers, and about a thousandth of the range for others.")]
    [Interval(SmallestStep, Largest)]
    public double? By { get; init; }

    [Description("Only multiples of this number, such as the number of arms times sites.")]
    [Interval(1, 1_000_000)]
    public int? MultipleOf { get; init; }

    [Description("Other numbers of the scenario that move along, by path: each is this factor times the value.")]
    [Interval(-1e6, 1e6)]
    public ImmutableSortedDictionary<string, double> Tied { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
}
