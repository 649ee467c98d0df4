using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>All that a study found in one scenario.</summary>
public sealed record CellResult
{
    /// <summary>The scenario and its place in the grid.</summary>
    public required Cell Cell { get; init; }

    /// <summary>The models as fitted, by method.</summary>
    public required ImmutableArray<KeyValuePair<string, string>> Formulas { get; init; }

    /// <summary>Constants that were solved at set-up, by name.</summary>
    public required ImmutableArray<KeyValuePair<string, double>> SolvedConstants { get; init; }

    /// <summary>Replicates that were run.</summary>
    public required long Replicates { get; init; }

    /// <summary>How the scenario ended.</summary>
    public required CellEnd End { get; init; }

    /// <summary>
    /// Standard errors from a rate to the ends of its 95 % interval. 1.96, and more where the run looked several times and decided when to stop: see
    /// <see cref="PrecisionReplicates"/>.
    /// </summary>
    public double CriticalValue { get; init; } = MonteCarloEstimate.Z;

    /// <summary>Performance measures.</summary>
    public required ImmutableArray<SummaryRow> Summary { get; init; }

    /// <summary>The tests that take part in the patterns, in the order of their names.</summary>
    public required ImmutableArray<JointMember> JointTests { get; init; }

    /// <summary>Patterns of joint decisions.</summary>
    public required ImmutableArray<JointRow> Joint { get; init; }

    /// <summary>Pairs of tests.</summary>
    public required ImmutableArray<JointPairRow> Pairs { get; init; }
}

/// <summary>How a scenario ended.</summary>
public enum CellEnd
{
    /// <summary>All replicates were run, or as many as its precision asked for.</summary>
    Complete,

    /// <summary>The most replicates were run, and the precision asked for was not reached.</summary>
    PrecisionMissed,

    /// <summary>The run was interrupted.</summary>
    Interrupted,
}

/// <summary>A test that takes part in the patterns of joint decisions.</summary>
/// <param name="Name">Its name in the patterns.</param>
/// <param name="Method">Name of the method.</param>
/// <param name="Term">The coefficient, or <c>var(therapist)</c>.</param>
/// <param name="Test">The test.</param>
public sealed record JointMember(string Name, string Method, string Term, string Test);
