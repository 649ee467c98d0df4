using System.Collections.Immutable;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>A simulation study: scenarios, methods, and how often each is repeated.</summary>
public sealed record Study
{
    /// <summary>Short name; the result folder is called after it.</summary>
    public required string Name { get; init; }

    /// <summary>What the study asks, in one or two sentences; empty if not said.</summary>
    public string Question { get; init; } = "";

    /// <summary>Key of all random numbers of the study.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Replicates per scenario; the most, if <see cref="Precision"/> is given.</summary>
    [Interval(1, ReplicateRule.Largest)]
    public required int Replicates { get; init => field = Require.Declared<Study>(value); }

    /// <summary>When a scenario ends before <see cref="Replicates"/>, which are the rule's <see cref="PrecisionReplicates.Max"/>; never, if not given.</summary>
    public PrecisionReplicates? Precision { get; init; }

    /// <summary>Nominal level of all tests.</summary>
    [Interval(0, 1, LowOpen = true, HighOpen = true)]
    public double Alpha { get; init => field = Require.Declared<Study>(value); } = 0.05;

    /// <summary>Whether the scenarios share their random numbers.</summary>
    public RandomNumbers RandomNumbers { get; init; } = RandomNumbers.Common;

    /// <summary>Whether patients are always drawn one by one.</summary>
    public Sampling Sampling { get; init; } = Sampling.Automatic;

    /// <summary>Hash of a scenario's content, whatever its place in the grid; needed if the scenarios draw for themselves.</summary>
    public Func<Scenario, ulong>? ContentHash { get; init; }

    /// <summary>Analyses that every data set undergoes.</summary>
    public required ImmutableArray<Method> Methods { get; init; }

    /// <summary>Tests whose patterns of decisions are counted; empty for the default three.</summary>
    public ImmutableArray<JointTest> Joint { get; init; } = [];

    /// <summary>The scenarios, in the order of the grid. May be made on demand: read each element once.</summary>
    public required IReadOnlyList<Cell> Cells { get; init; }
}

/// <summary>One scenario of a study with its place in the grid.</summary>
/// <param name="Number">From 1, in the order of the grid.</param>
/// <param name="Factors">The factors that vary over the study, with this cell's values.</param>
/// <param name="Scenario">The world.</param>
public sealed record Cell(int Number, ImmutableArray<FactorValue> Factors, Scenario Scenario);

/// <summary>A factor of the grid and its value in one cell.</summary>
/// <param name="Name">Column name: the path without <c>scenario.</c>, with <c>_</c> for <c>.</c> and <c>-</c>.</param>
/// <param name="Value">As printed: a number in shortest form, a word, or the label of a map.</param>
public sealed record FactorValue(string Name, string Value);

/// <summary>How the data of a study are drawn.</summary>
public enum Sampling
{
    /// <summary>Therapists' means and sums within therapists from their exact distribution where that is all that the analyses of every scenario see; else patients.</summary>
    Automatic,

    /// <summary>Patients, one by one.</summary>
    Patients,
}

/// <summary>Whether the scenarios of a study share their random numbers.</summary>
public enum RandomNumbers
{
    /// <summary>All scenarios share their draws: contrasts between scenarios are more precise than each rate alone.</summary>
    Common,

    /// <summary>Each scenario draws for itself.</summary>
    Independent,
}
