using System.Collections.Immutable;

namespace TherapistEffectSim.Studies;

/// <summary>Consecutive leaves of one scenario.</summary>
/// <param name="Cell">Index of the scenario.</param>
/// <param name="FirstLeaf">First leaf.</param>
/// <param name="EndLeaf">The leaf after the last.</param>
internal readonly record struct LeafBlock(int Cell, long FirstLeaf, long EndLeaf);

/// <summary>A block that was run.</summary>
/// <param name="Block">Which.</param>
/// <param name="Work">Its scenario.</param>
/// <param name="Values">Values of the only leaf, where replicates are kept.</param>
internal readonly record struct FinishedBlock(LeafBlock Block, CellWork Work, LeafValues? Values);

/// <summary>Hands blocks of leaves to threads in order, looks at scenarios when they have come to a look, and takes finished blocks to hand them out in order.</summary>
/// <remarks>
/// A scenario is looked at when all its leaves up to the look are finished, and no later leaf is begun before: what is found does not depend on threads.
/// While others finish, threads go on to the next scenario.
/// </remarks>
/// <param name="cells">Number of scenarios.</param>
/// <param name="looks">Leaves finished at each look.</param>
/// <param name="leavesPerBlock">Leaves of a block.</param>
/// <param name="mostWaiting">Finished blocks that may wait for earlier ones.</param>
internal sealed class BlockQueue(int cells, ImmutableArray<long> looks, int leavesPerBlock, int mostWaiting)
{
    private readonly object _gate = new(); // a monitor, because threads wait
    private readonly List<OpenCell> _open = []; // ascending; the first is being handed out
    private int _unopened;
    private int _waiting;
    private bool _stopped;

    /// <summary>Says at a look, not the last one, whether the scenario ends there.</summary>
    public required Predicate<CellWork> EndsAtLook { get; init; }

    /// <summary>Takes the finished blocks in order.</summary>
    public required Action<FinishedBlock> OnBlock { get; init; }

    /// <summary>Takes the finished scenarios in order, with the leaves that they have.</summary>
    public required Action<CellWork, long> OnCell { get; init; }

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
                if (next is null && _unopened < cells && _waiting < mostWaiting)
                {
                    _open.Add(next = new(_unopened++));
                }

                if (next is not null)
                {
                    long first = next.NextLeaf;
                    next.NextLeaf = Math.Min(first + leavesPerBlock, looks[next.Look]);
                    next.Running++;
                    return new(next.Cell, first, next.NextLeaf);
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
            cell.Finished.Add(finished.Block.FirstLeaf, finished);
            _waiting++;
            if (cell.Running == 0 && cell.NextLeaf == looks[cell.Look])
            {
                cell.IsDone = cell.Look == looks.Length - 1 || EndsAtLook(cell.Work);
                cell.Look += cell.IsDone ? 0 : 1;
            }

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

    // The block that all others wait for may always begin.
    private bool MayBegin(OpenCell cell) =>
        !cell.IsDone && cell.NextLeaf < looks[cell.Look] && (_waiting < mostWaiting || (cell == _open[0] && cell.NextLeaf == cell.HandedOut));

    private void HandOut()
    {
        while (_open.Count > 0)
        {
            OpenCell first = _open[0];
            while (first.Finished.Remove(first.HandedOut, out FinishedBlock next))
            {
                OnBlock(next);
                first.HandedOut = next.Block.EndLeaf;
                _waiting--;
            }

            if (!first.IsDone)
            {
                return;
            }

            OnCell(first.Work!, first.HandedOut);
            _open.RemoveAt(0);
        }
    }

    private sealed class OpenCell(int cell)
    {
        public int Cell { get; } = cell;

        public int Look { get; set; }

        public long NextLeaf { get; set; }

        public int Running { get; set; }

        public long HandedOut { get; set; }

        public bool IsDone { get; set; }

        public CellWork? Work { get; set; }

        public Dictionary<long, FinishedBlock> Finished { get; } = [];
    }
}
