using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>One run of a study: threads take blocks of leaves in order, sums are joined in a fixed tree, scenarios are handed out in order.</summary>
internal sealed class StudyRun : IDisposable
{
    private const int Leaf = LeafValues.Capacity;

    // What threads share costs about a microsecond a time, a small replicate as much: 16 leaves are at most a second of work.
    private const int MostLeavesPerBlock = 16;
    private const int BlocksPerThread = 8;
    private const int PatientsOfSmallTrials = 100_000;

    private readonly Study _study;
    private readonly RunOptions _options;
    private readonly Drawing _drawing;
    private readonly long _leavesPerCell;
    private readonly int _leavesPerBlock;
    private readonly long _blocksPerCell;
    private readonly long _blocks;
    private readonly Lock _planning = new();
    private readonly Dictionary<int, CellWork> _active = [];
    private readonly Lock _finishing = new();
    private readonly SortedDictionary<long, FinishedBlock> _finished = [];
    private readonly SemaphoreSlim _room; // blocks that may wait for an earlier one to finish
    private long _next;
    private long _handedOut;
    private volatile bool _failed;

    public StudyRun(Study study, RunOptions options, Drawing drawing)
    {
        _study = study;
        _options = options;
        _drawing = drawing;
        _leavesPerCell = (study.Replicates + Leaf - 1) / Leaf;
        _leavesPerBlock = LeavesPerBlock();
        _blocksPerCell = (_leavesPerCell + _leavesPerBlock - 1) / _leavesPerBlock;
        _blocks = _blocksPerCell * study.Cells.Count;
        _room = new(64 * options.Threads);
    }

    /// <summary>Runs until everything is done or the token is cancelled.</summary>
    public bool Complete(CancellationToken cancellation)
    {
        List<Exception> failures = [];
        Thread[] threads = [.. Enumerable.Range(0, _options.Threads).Select(i => new Thread(() => Work(failures, cancellation)) { IsBackground = true, Name = $"replicates {i + 1}" })];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        if (failures.Count > 0)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures[0]);
        }

        if (_handedOut == _blocks)
        {
            return true;
        }

        // Interrupted: the blocks that were finished are the first ones, because they are taken in order.
        if (_handedOut % _blocksPerCell != 0)
        {
            HandOut(_active[(int)(_handedOut / _blocksPerCell)]);
        }

        return false;
    }

    public void Dispose() => _room.Dispose();

    private void Work(List<Exception> failures, CancellationToken cancellation)
    {
        try
        {
            Worker? worker = null;
            while (!cancellation.IsCancellationRequested && !_failed)
            {
                _room.Wait(CancellationToken.None);
                long block = Interlocked.Increment(ref _next) - 1;
                if (block >= _blocks)
                {
                    _room.Release();
                    return;
                }

                int cell = (int)(block / _blocksPerCell);
                if (worker is null || worker.Cell != cell)
                {
                    worker = new(cell, WorkOf(cell), _options);
                }

                RunBlock(block, worker);
            }
        }
#pragma warning disable CA1031 // whatever ends a thread is thrown again on the thread that called Complete
        catch (Exception e)
#pragma warning restore CA1031
        {
            Remember(e, failures);
        }
    }

    // A power of two, so that blocks are nodes of the tree. One leaf where replicates are kept or trials are large.
    private int LeavesPerBlock()
    {
        int leaves = 1;
        bool isSmall = _options.OnReplicate is null
            && _study.Cells.Count > 0
            && Math.Max(_study.Cells[0].Scenario.Trial.ExpectedPatients, _study.Cells[^1].Scenario.Trial.ExpectedPatients) <= PatientsOfSmallTrials;
        while (isSmall && leaves < MostLeavesPerBlock && _leavesPerCell >= 2L * leaves * BlocksPerThread * _options.Threads)
        {
            leaves *= 2;
        }

        return leaves;
    }

    private void RunBlock(long block, Worker worker)
    {
        long firstLeaf = block % _blocksPerCell * _leavesPerBlock;
        long endLeaf = Math.Min(firstLeaf + _leavesPerBlock, _leavesPerCell);
        bool keep = _options.OnReplicate is not null;
        long first = firstLeaf * Leaf;
        int count = 0;
        LeafValues values = worker.Values;
        for (long leaf = firstLeaf; leaf < endLeaf; leaf++)
        {
            count = (int)Math.Min(Leaf, _study.Replicates - (leaf * Leaf));
            worker.Engine.Run(leaf * Leaf, count, values);
            worker.Decisions.Decide(values, count);
            worker.Part.Add(leaf, worker.Decisions, values, count);
            _options.Progress.Add(count);
        }

        worker.Work.Take(worker.Part);
        if (keep)
        {
            worker.Values = new(worker.Work.Plan);
        }

        Finish(block, new(worker.Work, keep ? values : null, first, count));
    }

    private CellWork WorkOf(int cell)
    {
        lock (_planning)
        {
            if (!_active.TryGetValue(cell, out CellWork? work))
            {
                work = new(ScenarioPlanner.Plan(_study, _study.Cells[cell], _drawing), _options.OnReplicate is not null);
                _active.Add(cell, work);
            }

            return work;
        }
    }

    /// <summary>Hands out what is finished, block by block in order.</summary>
    private void Finish(long block, FinishedBlock finished)
    {
        lock (_finishing)
        {
            _finished.Add(block, finished);
            while (_finished.Remove(_handedOut, out FinishedBlock next))
            {
                if (next.Values is not null)
                {
                    HandOutReplicates(next);
                }

                _handedOut++;
                _room.Release();
                if (_handedOut % _blocksPerCell == 0)
                {
                    HandOut(next.Work);
                    lock (_planning)
                    {
                        _active.Remove((int)((_handedOut - 1) / _blocksPerCell));
                    }
                }
            }
        }
    }

    private void HandOut(CellWork work) => _options.OnCell(work.Result());

    private void HandOutReplicates(FinishedBlock leaf)
    {
        foreach (ReplicateRow row in leaf.Work.Keep(leaf.Values!, leaf.First, leaf.Count))
        {
            _options.OnReplicate!(row);
        }
    }

    private void Remember(Exception exception, List<Exception> failures)
    {
        lock (failures)
        {
            failures.Add(exception);
        }

        _failed = true;
        _room.Release(_options.Threads);
    }

    private sealed class Worker(int cell, CellWork work, RunOptions options)
    {
        public int Cell { get; } = cell;

        public CellWork Work { get; } = work;

        public IReplicateEngine Engine { get; } = StudyRunner.Engine(work.Plan, options.Lanes);

        public LeafDecisions Decisions { get; } = new(work.Plan);

        public CellPart Part { get; } = new(work.Plan);

        public LeafValues Values { get; set; } = new(work.Plan);
    }

    // Values of the only leaf, where replicates are kept.
    private readonly record struct FinishedBlock(CellWork Work, LeafValues? Values, long First, int Count);
}
