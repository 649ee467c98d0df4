using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Studies;

/// <summary>After which leaves a scenario is looked at and may end. A study with a fixed number of replicates has one look, at its end.</summary>
/// <remarks>Borders depend on the study alone, never on threads or on what was found: so do the results.</remarks>
internal sealed class LookSchedule
{
    private const int Leaf = LeafValues.Capacity;
    private const double Growth = 1.25;
    private const double LeastGrowth = 1.1; // of the last look, which is wherever the most replicates are

    private readonly int _most;

    /// <param name="study">The study.</param>
    public LookSchedule(Study study)
    {
        _most = study.Replicates;
        Ends = [.. EndsOf(study)];
        Replicates = [.. Ends.Select(end => Math.Min(end * Leaf, _most))];
    }

    /// <summary>[look] Leaves finished at each look, ascending.</summary>
    public ImmutableArray<long> Ends { get; }

    /// <summary>[look] Replicates finished at each look.</summary>
    public ImmutableArray<long> Replicates { get; }

    /// <summary>Leaves of a scenario that goes on to the end.</summary>
    public long Leaves => Ends[^1];

    private static IEnumerable<long> EndsOf(Study study)
    {
        long last = LeavesOf(study.Replicates);
        for (double replicates = study.Precision?.Min ?? double.PositiveInfinity; replicates * LeastGrowth < study.Replicates; replicates *= Growth)
        {
            yield return LeavesOf(replicates);
        }

        yield return last;
    }

    private static long LeavesOf(double replicates) => (long)Math.Ceiling(replicates / Leaf);
}
