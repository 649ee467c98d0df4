using System.Collections.Immutable;

namespace TherapistEffectSim.Studies;

/// <summary>Consecutive leaves of one scenario.</summary>
/// <param name="Cell">Index of the scenario.</param>
/// <param name="FirstLeaf">First leaf.</param>
/// <param name="EndLeaf">The leaf after the last; the first, where nothing is to be run.</param>
/// <param name="Stored">Stored leaves, whose sums the scenario is to take; <see langword="null"/> for leaves to run.</param>
internal readonly record struct LeafBlock(int Cell, long FirstLeaf, long EndLeaf, StoredLeaves? Stored = null);

/// <summary>A block that was run, or neighbouring leaves that were stored.</summary>
/// <param name="Block">Which.</param>
/// <param name="Work">Its scenario; <see langword="null"/> for stored leaves that were only left out.</param>
/// <param name="Kept">Tests of the only leaf, where replicates are kept and were run.</param>
internal readonly record struct FinishedBlock(LeafBlock Block, CellWork? Work, KeptLeaf? Kept);

/// <summary>Hands blocks of leaves to threads in order, looks at scenarios when they have come to a look, and takes finished blocks to hand them out in order.</summary>
/// <remarks>
/// A scenario is looked at when all its leaves up to the look are finished, and no later leaf is begun before: what is found does not depend on threads.
/// While others finish, threads go on to the next scenario. Stored leaves are not run: where their sums are wanted, a thread fetches them before anything else of the scenario.
/// </remarks>
/// <param name="cells">Number of scenarios.</param>
/// <param name="firstLeaf">First leaf of a scenario.</param>
/// <param name="looks">Leaves finished at each look.</param>
/// <param name="leavesPerBlock">Leaves of a block.</param>
/// <param name="mostWaiting">Finished blocks that may wait for earlier ones, and scenarios.</param>
internal sealed class BlockQueue(int cells, long firstLeaf, ImmutableArray<long> looks, int leavesPerBlock, int mostWaiting)
{
    private readonly object _gate = new(); // a monitor, because threads wait
    private readonly List<OpenCell> _open = []; // ascending; the first is being handed out
    private int _unopened;
    private int _waiting;
    private bool _stopped;

    /// <summary>Full leaves of a scenario: a block ends there, so that a last leaf that is not full is a block by itself.</summary>
    public required long FullLeaves { get; init; }

    /// <summary>The stored leaves between two leaves of a scenario.</summary>
    public required Func<int, long, long, StoredLeaves> StoredOf { get; init; }

    /// <summary>Whether stored leaves are only left out, their sums not fetched.</summary>
    public required bool LeavesStoredAlone { get; init; }

    /// <summary>Whether leaves that are not stored stay missing.</summary>
    public required bool StoredOnly { get; init; }

    /// <summary>Says at a look, not the last one, whether the scenario ends there.</summary>
    public required Predicate<CellWork> EndsAtLook { get; init; }

    /// <summary>Takes the finished blocks in order.</summary>
    public required Action<FinishedBlock> OnBlock { get; init; }

    /// <summary>Takes the finished scenarios in order, with the leaf at which they end; <see langword="null"/> for one without a leaf that was run or fetched.</summary>
    public required Action<int, CellWork?, long> OnCell { get; init; }

    /// <summary>Whether all scenarios were handed out.</summary>
    public bool IsComplete => _open.Count == 0 && _unopened == cells;

    /// <summary>The scenario that is only partly done after an interruption; <see langword="null"/> if none was begun.</summary>
    public CellWork? Unfinished => _open.Count > 0 ? _open[0].Work : null;

    /// <summary>The next block, of the same scenario as before if it has one. Waits while there is none yet.</summary>
    /// <param name="cell">The scenario that the thread is ready for.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns><see langword="null"/> if there is no more to do.</returns>
    public LeafBlock? Take(int cell, CancellationToken cancellation)
    {
        lock (_gate)
        {
            while (!_stopped && !cancellation.IsCancellationRequested && !IsComplete)
            {
                OpenCell? next = _open.Find(c => c.Cell == cell && MayBegin(c)) ?? _open.Find(MayBegin);
                if (next is null && _unopened < cells && _waiting < mostWaiting && _open.Count < mostWaiting)
                {
                    _open.Add(next = new(_unopened++) { HandedOut = firstLeaf });
                    Begin(next, firstLeaf);
                    EndLooks(next);
                    HandOut();
                    if (next.IsDone)
                    {
                        continue;
                    }
                }

                if (next is not null)
                {
                    return BlockOf(next);
                }

                Monitor.Wait(_gate);
            }

            Monitor.PulseAll(_gate); // so that those who wait see it too
            return null;
        }
    }

    /// <summary>Takes a finished block, whose sums its scenario has.</summary>
    public void Finish(FinishedBlock finished)
    {
        lock (_gate)
        {
            OpenCell cell = _open.Find(c => c.Cell == finished.Block.Cell)!;
            cell.Work = finished.Work;
            cell.Running--;
            if (finished.Block.Stored is { } stored)
            {
                AddStored(cell, stored);
            }
            else
            {
                cell.Finished.Add(finished.Block.FirstLeaf, finished);
                _waiting++;
            }

            EndLooks(cell);
            HandOut();
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Gives out no more blocks.</summary>
    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>After an interruption: hands out the blocks of the unfinished scenario that wait for missing ones.</summary>
    public void HandOutRest()
    {
        lock (_gate)
        {
            if (_open.Count > 0)
            {
                while (HandOutNext(_open[0], acrossGaps: true))
                {
                    // each round hands out a block
                }
            }
        }
    }

    private LeafBlock BlockOf(OpenCell cell)
    {
        cell.Running++;
        if (cell.Unfetched is { } stored)
        {
            cell.Unfetched = null;
            return new(cell.Cell, cell.NextLeaf, cell.NextLeaf, stored);
        }

        long first = cell.NextLeaf;
        long end = cell.Stored.NextAfter(first, Math.Min(first + leavesPerBlock, looks[cell.Look]));
        end = first < FullLeaves ? Math.Min(end, FullLeaves) : end;
        cell.NextLeaf = cell.Stored.Skip(end);
        return new(cell.Cell, first, end);
    }

    private void Begin(OpenCell cell, long leaf)
    {
        cell.Stored = StoredOf(cell.Cell, leaf, looks[cell.Look]);
        cell.Unfetched = LeavesStoredAlone || cell.Stored.Parts.IsEmpty ? null : cell.Stored;
        cell.NextLeaf = StoredOnly ? looks[cell.Look] : cell.Stored.Skip(leaf);
        if (LeavesStoredAlone)
        {
            AddStored(cell, cell.Stored);
        }
    }

    private static void AddStored(OpenCell cell, StoredLeaves stored)
    {
        foreach ((long first, long end) in stored.Leaves)
        {
            cell.Finished.Add(first, new(new(cell.Cell, first, end, stored), cell.Work, null));
        }
    }

    private void EndLooks(OpenCell cell)
    {
        while (!cell.IsDone && cell.Running == 0 && cell.Unfetched is null && cell.NextLeaf == looks[cell.Look])
        {
            cell.IsDone = cell.Look == looks.Length - 1 || EndsAtLook(cell.Work!);
            if (!cell.IsDone)
            {
                cell.Look++;
                Begin(cell, looks[cell.Look - 1]);
            }
        }
    }

    // The block that all others wait for may always begin.
    private bool MayBegin(OpenCell cell) =>
        !cell.IsDone
        && (cell.Unfetched is not null
            || (cell.NextLeaf < looks[cell.Look] && (_waiting < mostWaiting || (cell == _open[0] && cell.NextLeaf == cell.HandedOut))));

    private void HandOut()
    {
        while (_open.Count > 0)
        {
            OpenCell first = _open[0];
            while (HandOutNext(first, acrossGaps: StoredOnly && first.IsDone))
            {
                // each round hands out a block
            }

            if (!first.IsDone)
            {
                return;
            }

            OnCell(first.Cell, first.Work, looks[first.Look]);
            _open.RemoveAt(0);
        }
    }

    private bool HandOutNext(OpenCell cell, bool acrossGaps)
    {
        if (acrossGaps && cell.Finished.Count > 0)
        {
            cell.HandedOut = cell.Finished.Keys.Min();
        }

        if (!cell.Finished.Remove(cell.HandedOut, out FinishedBlock next))
        {
            return false;
        }

        OnBlock(next);
        cell.HandedOut = next.Block.EndLeaf;
        _waiting -= next.Block.Stored is null ? 1 : 0;
        return true;
    }

    private sealed class OpenCell(int cell)
    {
        public int Cell { get; } = cell;

        public int Look { get; set; }

        public StoredLeaves Stored { get; set; } = StoredLeaves.None;

        public StoredLeaves? Unfetched { get; set; }

        public long NextLeaf { get; set; }

        public int Running { get; set; }

        public long HandedOut { get; set; }

        public bool IsDone { get; set; }

        public CellWork? Work { get; set; }

        public Dictionary<long, FinishedBlock> Finished { get; } = [];
    }
}
