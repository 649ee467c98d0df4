using TherapistEffectSim.Design;

namespace TherapistEffectSim.Studies;

/// <summary>How much of a study a store holds.</summary>
public static class StoredReplicates
{
    /// <summary>Replicates over all scenarios that a run need not make, by shard.</summary>
    /// <param name="study">The study.</param>
    /// <param name="shards">Number of shards.</param>
    /// <param name="store">The store.</param>
    /// <param name="keep">Whether the run keeps the tests of all replicates.</param>
    /// <returns>[shard − 1].</returns>
    public static long[] PerShard(Study study, int shards, IPartStore store, bool keep)
    {
        ArgumentNullException.ThrowIfNull(study);
        ArgumentNullException.ThrowIfNull(store);
        LookSchedule looks = new(study);
        long[] counts = new long[shards];
        foreach (int scenario in store.Scenarios.Where(s => s <= study.Cells.Count))
        {
            IReadOnlyList<StoredPart> parts = store.Find(scenario);
            for (int look = 0; look < looks.Ends.Length; look++)
            {
                StoredLeaves stored = StoredLeaves.Choose(parts, look == 0 ? 0 : looks.Ends[look - 1], looks.Ends[look], study.Replicates, keep);
                foreach ((long first, long end) in stored.Leaves)
                {
                    Add(counts, first, end, study.Replicates, looks.Leaves);
                }
            }
        }

        return counts;
    }

    private static void Add(long[] counts, long first, long end, long replicates, long leaves)
    {
        for (int k = 0; k < counts.Length; k++)
        {
            (long from, long to) = new Shard(k + 1, counts.Length).Leaves(leaves);
            (from, to) = (Math.Max(from, first), Math.Min(to, end));
            if (from < to)
            {
                counts[k] += Math.Min(to * LeafValues.Capacity, replicates) - (from * LeafValues.Capacity);
            }
        }
    }
}
