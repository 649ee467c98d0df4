using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Files.Checkpoints;

/// <summary>Checkpoints that belong to one study and one way to split it.</summary>
public sealed class ShardSet
{
    private readonly Checkpoint[] _all;

    private ShardSet(Checkpoint[] all, Checkpoint first)
    {
        _all = all;
        Path = first.Path;
        Run = first.Run!;
    }

    /// <summary>The file that speaks for the others.</summary>
    public string Path { get; }

    /// <summary>Its run.</summary>
    public CheckpointRun Run { get; }

    /// <summary>Those that can be read. Of a shard that was run twice, the fuller one first.</summary>
    public IEnumerable<Checkpoint> Readable => _all.Where(c => !c.IsInUse).OrderBy(c => c.Shard.Number).ThenByDescending(c => c.Replicates);

    /// <summary>Checks that all belong together.</summary>
    /// <exception cref="ResultFolderException">They do not; the message names two that differ.</exception>
    public static ShardSet Of(Checkpoint[] all)
    {
        ArgumentNullException.ThrowIfNull(all);
        Checkpoint first = Array.Find(all, c => c.Run is not null)
            ?? throw new ResultFolderException($"{all[0].Path} does not say which study it belongs to: it is damaged, or being written. Run its shard again with --resume.");
        foreach (Checkpoint other in all)
        {
            string? difference =
                other.StudyIdentity is not null && other.StudyIdentity != first.StudyIdentity ? "belong to different studies"
                : other.Shard.Count != first.Shard.Count ? "split the study into different numbers of shards"
                : other.Run is { } run && run.Replicates != first.Run!.Replicates
                    ? string.Create(CultureInfo.InvariantCulture, $"are of runs with {first.Run.Replicates} and {run.Replicates} replicates per scenario")
                : other.Run is not null && other.Run.KeepReplicates != first.Run!.KeepReplicates ? "are of runs with and without --keep-replicates"
                : null;
            if (difference is not null)
            {
                throw new ResultFolderException($"{first.Path} and {other.Path} cannot be joined: they {difference}.");
            }
        }

        return new(all, first);
    }

    /// <summary>A line for each shard that is not complete.</summary>
    public IEnumerable<string> Missing(Study study, CheckpointStore store)
    {
        ArgumentNullException.ThrowIfNull(study);
        long[] stored = StoredReplicates.PerShard(study, Run.Shard.Count, store, Run.KeepReplicates);
        ILookup<int, Checkpoint> files = _all.ToLookup(c => c.Shard.Number);
        for (int k = 1; k <= stored.Length; k++)
        {
            Shard shard = new(k, stored.Length);
            long expected = shard.ReplicatesOf(study.Replicates).Count * study.Cells.Count;
            if (stored[k - 1] < expected)
            {
                string count = string.Create(CultureInfo.InvariantCulture, $"{stored[k - 1]:N0} of {expected:N0} replicates");
                yield return !files.Contains(k) ? $"Shard {shard} is missing."
                    : files[k].Any(c => c.IsInUse) ? $"Shard {shard} is still being run."
                    : files[k].Any(c => c.Damages > 0) ? $"Shard {shard} is damaged: it has {count}."
                    : $"Shard {shard} is not finished: it has {count}.";
            }
        }
    }
}
