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

    public StudyRun(Study study, RunOptions options, Drawing drawing)
    {
        _study = study;
        _options = options;
        _drawing = drawing;
        _looks = new(study);
        _interval = study.Precision is null ? null : new(_looks.Replicates);
        _queue = new(study.Cells.Count, _looks.Ends, LeavesPerBlock(), BlocksWaitingPerThread * options.Threads)
        {
            EndsAtLook = work => work.IsWithin(study.Precision!.TargetMcse),
            OnBlock = HandOutReplicates,
            OnCell = HandOut,
        };
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

        // Interrupted: the blocks of the first unfinished scenario that were finished are its first ones, because they are taken in order.
        if (_queue.Unfinished is CellWork unfinished)
        {
            _options.OnCell(unfinished.Result(CellEnd.Interrupted, _interval));
        }

        return _queue.IsComplete;
    }

    private void Work(List<Exception> failures, CancellationToken cancellation)
    {
        try
        {
            Worker? worker = null;
            while (_queue.Take(worker?.Cell ?? 0, cancellation) is LeafBlock block)
            {
                if (worker is null || worker.Cell != block.Cell)
                {
                    worker = new(block.Cell, WorkOf(block.Cell), _options);
                }

                RunBlock(block, worker);
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
        bool isSmall = _options.OnReplicate is null
            && _options.UnderWay is null
            && _study.Cells.Count > 0
            && Math.Max(_study.Cells[0].Scenario.Trial.ExpectedPatients, _study.Cells[^1].Scenario.Trial.ExpectedPatients) <= PatientsOfSmallTrials;
        long shortest = _looks.Ends[0];
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

        worker.Work.Take(worker.Part);
        bool keep = _options.OnReplicate is not null;
        if (keep)
        {
            worker.Values = new(worker.Work.Plan);
        }

        _queue.Finish(new(block, worker.Work, keep ? values : null));
    }

    private int CountOf(long leaf) => (int)Math.Min(Leaf, _study.Replicates - (leaf * Leaf));

    private CellWork WorkOf(int cell)
    {
        lock (_planning)
        {
            if (!_active.TryGetValue(cell, out CellWork? work))
            {
                work = new(ScenarioPlanner.Plan(_study, _study.Cells[cell], _drawing), _options.OnReplicate is not null);
                _active.Add(cell, work);
                _options.UnderWay?.Begin(work);
            }

            return work;
        }
    }

    private void HandOut(CellWork work, long leaves)
    {
        bool isMissed = _study.Precision is { } precision && !work.IsWithin(precision.TargetMcse);
        _options.Progress.Spare(_study.Replicates - Math.Min(leaves * Leaf, _study.Replicates));
        _options.OnCell(work.Result(isMissed ? CellEnd.PrecisionMissed : CellEnd.Complete, _interval));
        lock (_planning)
        {
            _active.Remove(work.Plan.Cell.Number - 1);
        }
    }

    private void HandOutReplicates(FinishedBlock finished)
    {
        if (finished.Values is not LeafValues values)
        {
            return;
        }

        foreach (ReplicateRow row in finished.Work.Keep(values, finished.Block.FirstLeaf * Leaf, CountOf(finished.Block.FirstLeaf)))
        {
            _options.OnReplicate!(row);
        }
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
}
