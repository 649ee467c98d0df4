using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>One run of a study: threads take leaves in order, sums are joined in a fixed tree, scenarios are handed out in order.</summary>
internal sealed class StudyRun : IDisposable
{
    private const int Leaf = LeafValues.Capacity;

    private readonly Study _study;
    private readonly RunOptions _options;
    private readonly bool _withoutPatients;
    private readonly long _leavesPerCell;
    private readonly long _leaves;
    private readonly Lock _planning = new();
    private readonly Dictionary<int, CellWork> _active = [];
    private readonly Lock _finishing = new();
    private readonly SortedDictionary<long, FinishedLeaf> _finished = [];
    private readonly SemaphoreSlim _room; // leaves that may wait for an earlier one to finish
    private long _next;
    private long _handedOut;
    private volatile bool _failed;

    public StudyRun(Study study, RunOptions options, bool withoutPatients)
    {
        _study = study;
        _options = options;
        _withoutPatients = withoutPatients;
        _leavesPerCell = (study.Replicates + Leaf - 1) / Leaf;
        _leaves = _leavesPerCell * study.Cells.Count;
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

        if (_handedOut == _leaves)
        {
            return true;
        }

        // Interrupted: the leaves that were finished are the first ones, because they are taken in order.
        if (_handedOut % _leavesPerCell != 0)
        {
            HandOut(_active[(int)(_handedOut / _leavesPerCell)]);
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
                long leaf = Interlocked.Increment(ref _next) - 1;
                if (leaf >= _leaves)
                {
                    _room.Release();
                    return;
                }

                int cell = (int)(leaf / _leavesPerCell);
                if (worker is null || worker.Cell != cell)
                {
                    worker = new(cell, WorkOf(cell), _options);
                }

                RunLeaf(leaf, worker);
            }
        }
#pragma warning disable CA1031 // whatever ends a thread is thrown again on the thread that called Complete
        catch (Exception e)
#pragma warning restore CA1031
        {
            Remember(e, failures);
        }
    }

    private void RunLeaf(long leaf, Worker worker)
    {
        long inCell = leaf % _leavesPerCell;
        long first = inCell * Leaf;
        int count = (int)Math.Min(Leaf, _study.Replicates - first);
        LeafValues values = worker.Values;
        worker.Engine.Run(first, count, values);
        worker.Work.Add(inCell, worker.Tests, values, count);
        bool keep = _options.OnReplicate is not null;
        if (keep)
        {
            worker.Values = new(worker.Work.Plan);
        }

        Finish(leaf, new(worker.Work, keep ? values : null, first, count));
        _options.Progress.Add(count);
    }

    private CellWork WorkOf(int cell)
    {
        lock (_planning)
        {
            if (!_active.TryGetValue(cell, out CellWork? work))
            {
                work = new(ScenarioPlanner.Plan(_study, _study.Cells[cell], _withoutPatients), _options.OnReplicate is not null);
                _active.Add(cell, work);
            }

            return work;
        }
    }

    /// <summary>Hands out what is finished, leaf by leaf in order.</summary>
    private void Finish(long leaf, FinishedLeaf finished)
    {
        lock (_finishing)
        {
            _finished.Add(leaf, finished);
            while (_finished.Remove(_handedOut, out FinishedLeaf next))
            {
                if (next.Values is not null)
                {
                    HandOutReplicates(next);
                }

                _handedOut++;
                _room.Release();
                if (_handedOut % _leavesPerCell == 0)
                {
                    HandOut(next.Work);
                    lock (_planning)
                    {
                        _active.Remove((int)((_handedOut - 1) / _leavesPerCell));
                    }
                }
            }
        }
    }

    private void HandOut(CellWork work) => _options.OnCell(work.Result());

    private void HandOutReplicates(FinishedLeaf leaf)
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

        public LeafTests Tests { get; } = new(work.Plan);

        public LeafValues Values { get; set; } = new(work.Plan);
    }

    private readonly record struct FinishedLeaf(CellWork Work, LeafValues? Values, long First, int Count);
}
