using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Planning;

/// <summary>What a plan found.</summary>
public sealed record PlanResult
{
    /// <summary>How it ended.</summary>
    public required PlanStatus Status { get; init; }

    /// <summary>What is measured: <c>power</c>, <c>interval_width</c>, <c>coverage</c>, or <c>mcse</c>.</summary>
    public required string Measure { get; init; }

    /// <summary>What it must reach.</summary>
    public required double Target { get; init; }

    /// <summary>Whether larger or smaller values of the first dimension bring the target nearer.</summary>
    public required PlanDirection Direction { get; init; }

    /// <summary>The answer; where the target is not reached the design that comes nearest.</summary>
    public required PlanAnswer Answer { get; init; }

    /// <summary>What the budget buys at most, where it does not reach.</summary>
    public PlanPoint? WithinBudget { get; init; }

    /// <summary>Other designs that reach the target at little more cost, cheapest first.</summary>
    public ImmutableArray<PlanAnswer> RunnersUp { get; init; } = [];

    /// <summary>The smallest value of the first dimension that reaches the target, by values of the others: roughly, from the search.</summary>
    public ImmutableArray<PlanPoint> Contour { get; init; } = [];

    /// <summary>What is measured along the first dimension, and along other paths that were asked for, through the answer.</summary>
    public ImmutableArray<PlanPoint> Curve { get; init; } = [];

    /// <summary>What would be measured at the answer if one thing were better.</summary>
    public ImmutableArray<PlanPoint> Limits { get; init; } = [];

    /// <summary>The answer under other assumptions.</summary>
    public ImmutableArray<PlanAssumption> Assumptions { get; init; } = [];

    /// <summary>What a rejection means in the scenario, by test of the target.</summary>
    public required ImmutableArray<string> RejectionsMean { get; init; }

    /// <summary>Replicates in all.</summary>
    public required long Replicates { get; init; }

    /// <summary>Seed of search, curve and limits.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Seed of the confirmation.</summary>
    public required ulong ConfirmationSeed { get; init; }

    /// <summary>Whether statistics were drawn from their exact distribution, without patients.</summary>
    public required bool WithoutPatients { get; init; }
}

/// <summary>How a plan ended.</summary>
public enum PlanStatus
{
    /// <summary>A design reaches the target.</summary>
    Reached,

    /// <summary>The first design of the range reaches it already.</summary>
    ReachedByFirst,

    /// <summary>No design of the range reaches it.</summary>
    OutOfReach,

    /// <summary>Designs reach it, but none within the budget.</summary>
    OverBudget,
}

/// <summary>A number with its Monte Carlo error; NaN where it cannot be told.</summary>
/// <param name="Value">The number.</param>
/// <param name="Mcse">Its Monte Carlo standard error.</param>
/// <param name="ConfLow">Low end of its 95 % interval.</param>
/// <param name="ConfHigh">High end of it.</param>
public readonly record struct PlanMeasure(double Value, double Mcse, double ConfLow, double ConfHigh);

/// <summary>A design that was solved for.</summary>
public sealed record PlanAnswer
{
    /// <summary>Values of the dimensions.</summary>
    public required ImmutableArray<double> Values { get; init; }

    /// <summary>The world.</summary>
    public required Scenario Scenario { get; init; }

    /// <summary>Expected patients, before attrition.</summary>
    public required double Patients { get; init; }

    /// <summary>What it costs, if that is known.</summary>
    public double? Cost { get; init; }

    /// <summary>What is measured there.</summary>
    public required PlanMeasure Measure { get; init; }

    /// <summary>The ends of the 95 % interval of the first value that reaches the target, in the order of values.</summary>
    public required (double Low, double High) Interval { get; init; }

    /// <summary>Whether the interval goes on beyond the range.</summary>
    public required bool IsIntervalOpen { get; init; }

    /// <summary>The value before, which is the nearest that does not reach the target; <see langword="null"/> if the answer is the first of the range.</summary>
    public double? Before { get; init; }

    /// <summary>What is measured there.</summary>
    public PlanMeasure BeforeMeasure { get; init; }

    /// <summary>Probability that the value before would not do.</summary>
    public double BeforeFails { get; init; }

    /// <summary>Fresh replicates behind it.</summary>
    public required long Replicates { get; init; }
}

/// <summary>What is measured at one design.</summary>
/// <param name="Along">What varies: a dimension or another path, or what would be better.</param>
/// <param name="Value">Its value as text.</param>
/// <param name="Values">Values of the dimensions.</param>
/// <param name="Cost">What the design costs, if that is known.</param>
/// <param name="Measure">What is measured.</param>
/// <param name="Replicates">Replicates behind it.</param>
public sealed record PlanPoint(string Along, string Value, ImmutableArray<double> Values, double? Cost, PlanMeasure Measure, long Replicates);

/// <summary>The answer under another assumption.</summary>
/// <param name="Along">The path.</param>
/// <param name="Value">Its value as text.</param>
/// <param name="AtAnswer">What is measured at the plan's answer under it.</param>
/// <param name="Status">Whether the target is reached under it.</param>
/// <param name="Answer">The answer under it, the other dimensions as in the plan's.</param>
public sealed record PlanAssumption(string Along, string Value, PlanMeasure AtAnswer, PlanStatus Status, PlanAnswer Answer);
