using System.Collections.Immutable;

namespace TherapistEffectSim.Studies;

/// <summary>Which leaves of a stretch of a scenario need not be run, because parts of a store hold them.</summary>
internal sealed class StoredLeaves
{
    private const int Leaf = LeafValues.Capacity;

    private StoredLeaves(ImmutableArray<StoredPart> parts, ImmutableArray<(long First, long End)> leaves, long replicates)
    {
        Parts = parts;
        Leaves = leaves;
        Replicates = replicates;
    }

    /// <summary>Nothing.</summary>
    public static StoredLeaves None { get; } = new([], [], 0);

    /// <summary>The parts, by their first replicate.</summary>
    public ImmutableArray<StoredPart> Parts { get; }

    /// <summary>First leaf, and the leaf after the last, of each run of neighbouring leaves; ascending.</summary>
    public ImmutableArray<(long First, long End)> Leaves { get; }

    /// <summary>Number of replicates.</summary>
    public long Replicates { get; }

    /// <summary>Chooses parts that lie within a stretch as a whole and do not overlap.</summary>
    /// <remarks>
    /// A part cannot be used by half: sums cannot be taken apart. One with an unfinished leaf is of use only where the scenario ends with that leaf.
    /// </remarks>
    /// <param name="parts">In order of preference.</param>
    /// <param name="firstLeaf">First leaf of the stretch.</param>
    /// <param name="endLeaf">The leaf after its last.</param>
    /// <param name="replicates">Replicates of the scenario.</param>
    /// <param name="keep">Whether only parts will do that keep the tests of their replicates.</param>
    public static StoredLeaves Choose(IReadOnlyList<StoredPart> parts, long firstLeaf, long endLeaf, long replicates, bool keep)
    {
        long first = firstLeaf * Leaf;
        long end = Math.Min(endLeaf * Leaf, replicates);
        List<StoredPart> chosen =
        [
            .. parts.Where(part => (part.Label.KeepsReplicates || !keep)
                && part.Label.Replicates.All(r => r.First >= first && r.End <= end && r.First % Leaf == 0 && (r.End % Leaf == 0 || r.End == replicates))),
        ];
        while (Overlapping(chosen) is { Count: > 0 } overlapping)
        {
            chosen = [.. chosen.Where((_, i) => !overlapping.Contains(i))];
        }

        if (chosen.Count == 0)
        {
            return None;
        }

        List<(long First, long End)> leaves = [];
        foreach (ReplicateRange range in chosen.SelectMany(part => part.Label.Replicates).OrderBy(r => r.First))
        {
            (long a, long b) = (range.First / Leaf, (range.End + Leaf - 1) / Leaf);
            if (leaves.Count > 0 && leaves[^1].End == a)
            {
                leaves[^1] = (leaves[^1].First, b);
            }
            else
            {
                leaves.Add((a, b));
            }
        }

        return new(
            [.. chosen.OrderBy(part => part.Label.Replicates[0].First)],
            [.. leaves],
            chosen.Sum(part => part.Label.Replicates.Sum(r => r.Count)));
    }

    /// <summary>The first leaf from a given one on that is not stored.</summary>
    public long Skip(long leaf)
    {
        foreach ((long first, long end) in Leaves)
        {
            if (leaf >= first && leaf < end)
            {
                return end;
            }
        }

        return leaf;
    }

    /// <summary>The leaf before which a block has to end: the next stored one, or a given one.</summary>
    public long NextAfter(long leaf, long end)
    {
        foreach ((long first, _) in Leaves)
        {
            if (first > leaf)
            {
                return Math.Min(first, end);
            }
        }

        return end;
    }

    // Of two that overlap, the one that comes later in the list.
    private static HashSet<int> Overlapping(List<StoredPart> parts)
    {
        (ReplicateRange Range, int Part)[] ranges =
            [.. parts.SelectMany((part, i) => part.Label.Replicates.Select(range => (range, i))).OrderBy(r => r.range.First).ThenBy(r => r.i)];
        HashSet<int> overlapping = [];
        for (int k = 1; k < ranges.Length; k++)
        {
            if (ranges[k].Range.First < ranges[k - 1].Range.End)
            {
                overlapping.Add(Math.Max(ranges[k].Part, ranges[k - 1].Part));
            }
        }

        return overlapping;
    }
}
