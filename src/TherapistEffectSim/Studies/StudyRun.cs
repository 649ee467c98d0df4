using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>One run of a study: threads take blocks of leaves in order, sums are joined in a fixed tree, scenarios are handed out in order.</summary>
internal sealed class StudyRun
{
    private const int Leaf = LeafValues.Capacity;

    // What threads share costs about a microsecond a time, a small replicate as much: 16 leaves are at most a second of work.
    private const int MostLeavesPerBlock = 16;
    private const int BlocksPerThread = 8;
    private const int BlocksWaitingPerThread = 64;
    private const int PatientsOfSmallTrials = 100_000;

    private readonly Study _study;
    private readonly RunOptions _options;
    private readonly Drawing _drawing;
    private readonly LookSchedule _looks;
    private readonly SequentialInterval? _interval;
    private readonly BlockQueue _queue;
    private readonly Lock _planning = new();
    private readonly Dictionary<int, CellWork> _active = [];
    private readonly (long First, long End) _leaves; // to be run, of each scenario
    private bool _isPartial;

    public StudyRun(Study study, RunOptions options, Drawing drawing)
    {
        _study = study;
        _options = options;
        _drawing = drawing;
        _looks = new(study);
        _interval = study.Precision is null ? null : new(_looks.Replicates);
        _leaves = (options.Shard ?? Shard.Whole).Leaves(_looks.Leaves);
        _queue = new(study.Cells.Count, _leaves.First, options.Shard is null ? _looks.Ends : [_leaves.End], LeavesPerBlock(), BlocksWaitingPerThread * options.Threads)
        {
            FullLeaves = study.Replicates / Leaf,
            StoredOf = StoredOf,
            LeavesStoredAlone = options.Shard is not null,
            StoredOnly = options.StoredOnly,
            EndsAtLook = work => work.IsWithin(study.Precision!.TargetMcse),
            OnBlock = HandOutReplicates,
            OnCell = HandOut,
        };
    }

    private bool Keeps => _options.OnReplicate is not null;

    /// <summary>Runs until everything is done or the token is cancelled.</summary>
    public bool Complete(CancellationToken cancellation)
    {
        List<Exception> failures = [];
        Thread[] threads = [.. Enumerable.Range(0, _options.Threads).Select(i => new Thread(() => Work(failures, cancellation)) { IsBackground = true, Name = $"replicates {i + 1}" })];
        Array.ForEach(threads, t => t.Start());
        Array.ForEach(threads, t => t.Join());
        if (failures.Count > 0)
        {
            SaveAfterFailure();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures[0]);
        }

        Save();
        _queue.HandOutRest();
        if (_options.Shard is null && _queue.Unfinished is CellWork unfinished)
        {
            _options.OnCell(unfinished.Result(CellEnd.Interrupted, _interval));
        }

        return _queue.IsComplete && !_isPartial;
    }

    private void Work(List<Exception> failures, CancellationToken cancellation)
    {
        try
        {
            Worker? worker = null;
            while (_queue.Take(worker?.Cell ?? 0, cancellation) is LeafBlock block)
            {
                if (block.Stored is { } stored)
                {
                    CellWork work = WorkOf(block.Cell);
                    work.Restore(stored);
                    _queue.Finish(new(block, work, null));
                    continue;
                }

                if (worker is null || worker.Cell != block.Cell)
                {
                    worker = new(block.Cell, WorkOf(block.Cell), _options);
                }

                RunBlock(block, worker);
                if (_options.Store?.IsTimeToWrite() == true)
                {
                    Save();
                }
            }
        }
#pragma warning disable CA1031 // whatever ends a thread is thrown again on the thread that called Complete
        catch (Exception e)
#pragma warning restore CA1031
        {
            lock (failures)
            {
                failures.Add(e);
            }

            _queue.Stop();
        }
    }

    // A power of two, so that blocks are nodes of the tree. One leaf where replicates are kept, somebody looks, or trials are large.
    private int LeavesPerBlock()
    {
        int leaves = 1;
        bool isSmall = !Keeps
            && _options.UnderWay is null
            && _study.Cells.Count > 0
            && Math.Max(_study.Cells[0].Scenario.Trial.ExpectedPatients, _study.Cells[^1].Scenario.Trial.ExpectedPatients) <= PatientsOfSmallTrials;
        long shortest = Math.Min(_looks.Ends[0], _leaves.End - _leaves.First);
        while (isSmall && leaves < MostLeavesPerBlock && shortest >= 2L * leaves * BlocksPerThread * _options.Threads)
        {
            leaves *= 2;
        }

        return leaves;
    }

    private void RunBlock(LeafBlock block, Worker worker)
    {
        LeafValues values = worker.Values;
        for (long leaf = block.FirstLeaf; leaf < block.EndLeaf; leaf++)
        {
            int count = CountOf(leaf);
            worker.Engine.Run(leaf * Leaf, count, values);
            worker.Decisions.Decide(values, count);
            worker.Part.Add(leaf, worker.Decisions, values, count);
            _options.Progress.Add(count);
        }

        int last = CountOf(block.EndLeaf - 1);
        KeptLeaf? kept = Keeps ? KeptLeaf.Of(worker.Tests, worker.Work.Plan, values, block.FirstLeaf * Leaf, last) : null;
        worker.Work.Take(worker.Part, kept, alone: Keeps || last < Leaf);
        _queue.Finish(new(block, worker.Work, kept));
    }

    private int CountOf(long leaf) => (int)Math.Min(Leaf, _study.Replicates - (leaf * Leaf));

    private CellWork WorkOf(int cell)
    {
        lock (_planning)
        {
            if (!_active.TryGetValue(cell, out CellWork? work))
            {
                work = new(ScenarioPlanner.Plan(_study, _study.Cells[cell], _drawing), _study.Replicates, Keeps && _options.Shard is null, _options.Store);
                _active.Add(cell, work);
                _options.UnderWay?.Begin(work);
            }

            return work;
        }
    }

    private StoredLeaves StoredOf(int cell, long firstLeaf, long endLeaf)
    {
        if (_options.Store is not { } store)
        {
            return StoredLeaves.None;
        }

        StoredLeaves stored = StoredLeaves.Choose(store.Find(cell + 1), firstLeaf, endLeaf, _study.Replicates, Keeps);
        _options.Progress.Restore(stored.Replicates);
        return stored;
    }

    private void Save()
    {
        CellWork[] active;
        lock (_planning)
        {
            active = [.. _active.Values];
        }

        Array.ForEach(active, work => work.Save());
        _options.Store?.Flush();
    }

    // Of a failure in one place the work of the others is kept, unless it is the store that fails: what failed first is thrown in any case.
    private void SaveAfterFailure()
    {
        try
        {
            Save();
        }
        catch (IOException)
        {
        }
    }

    private void HandOut(int cell, CellWork? work, long leaves)
    {
        if (work is null)
        {
            _isPartial |= _options.StoredOnly;
            return;
        }

        work.Save();
        if (_options.Shard is null)
        {
            CellResult result = work.Result(CellEnd.Complete, _interval);
            bool isPartial = _options.StoredOnly && result.Replicates < _study.Replicates;
            bool isMissed = _study.Precision is { } precision && !work.IsWithin(precision.TargetMcse);
            _isPartial |= isPartial;
            _options.Progress.Spare(_study.Replicates - Math.Min(leaves * Leaf, _study.Replicates));
            _options.OnCell(isPartial ? result with { End = CellEnd.Interrupted } : isMissed ? result with { End = CellEnd.PrecisionMissed } : result);
        }

        lock (_planning)
        {
            _active.Remove(cell);
        }
    }

    private void HandOutReplicates(FinishedBlock finished)
    {
        if (!Keeps || _options.Shard is not null)
        {
            return;
        }

        CellWork work = finished.Work!;
        if (finished.Kept is { } kept)
        {
            HandOut(kept, work);
        }
        else if (finished.Block.Stored is { } stored)
        {
            (long first, long end) = (finished.Block.FirstLeaf * Leaf, finished.Block.EndLeaf * Leaf);
            foreach (StoredPart part in stored.Parts.Where(p => p.Label.Replicates[0].First >= first && p.Label.Replicates[0].First < end))
            {
                HandOut(work.KeptOf(part), work);
            }
        }
    }

    private void HandOut(KeptLeaf leaf, CellWork work)
    {
        work.Keep(leaf);
        Array.ForEach(leaf.Rows, _options.OnReplicate!);
    }

    private sealed class Worker(int cell, CellWork work, RunOptions options)
    {
        public int Cell { get; } = cell;

        public CellWork Work { get; } = work;

        public IReplicateEngine Engine { get; } = StudyRunner.Engine(work.Plan, options.Lanes);

        public LeafDecisions Decisions { get; } = new(work.Plan);

        public CellPart Part { get; } = new(work.Plan);

        public LeafTests Tests { get; } = new(work.Plan);

        public LeafValues Values { get; } = new(work.Plan);
    }
}
