using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Planning;

/// <summary>A range of replicates of one design.</summary>
/// <param name="Scenario">The design.</param>
/// <param name="Seed">Key of its random numbers.</param>
/// <param name="FirstLeaf">First leaf of 64 replicates.</param>
/// <param name="Leaves">Number of leaves.</param>
internal sealed record DesignRun(Scenario Scenario, ulong Seed, long FirstLeaf, long Leaves);

/// <summary>Runs replicates of designs with the engine of <c>tes run</c>, and keeps of each only what the target asks.</summary>
/// <remarks>What it returns does not depend on threads or lanes: tallies of blocks of leaves are added in order.</remarks>
internal sealed class DesignEvaluator
{
    private const int LeavesPerBlock = 4;         // of small trials; else a single one
    private const int PatientsOfSmallTrials = 10_000;
    private const int Leaf = LeafValues.Capacity;

    private readonly Study _study;
    private readonly PlanTarget _target;
    private readonly Drawing _drawing;
    private readonly ParallelOptions _parallel;
    private readonly int? _lanes;
    private readonly StudyProgress _progress;

    /// <param name="study">The study, with the target's tests only.</param>
    /// <param name="target">What is measured.</param>
    /// <param name="drawing">What is drawn of each trial.</param>
    /// <param name="options">Threads and lanes.</param>
    /// <param name="cancellation">Ends a run.</param>
    public DesignEvaluator(Study study, PlanTarget target, Drawing drawing, PlanOptions options, CancellationToken cancellation)
    {
        _study = study;
        _target = target;
        _drawing = drawing;
        _parallel = new() { MaxDegreeOfParallelism = options.Threads, CancellationToken = cancellation };
        _lanes = options.Lanes;
        _progress = options.Progress;
    }

    /// <summary>Runs, and returns a tally for each of the runs.</summary>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public Tally[] Run(IReadOnlyList<DesignRun> runs)
    {
        _parallel.CancellationToken.ThrowIfCancellationRequested();
        ScenarioPlan[] plans = [.. runs.Select(PlanOf)];
        (int Run, long First, long End)[] blocks = [.. runs.SelectMany(Blocks)];
        Tally[] tallies = new Tally[blocks.Length];
        Parallel.For(
            0,
            blocks.Length,
            _parallel,
            static () => new Worker(),
            (b, _, worker) =>
            {
                (int run, long first, long end) = blocks[b];
                worker.MoveTo(plans[run], _lanes);
                Tally tally = default;
                for (long leaf = first; leaf < end; leaf++)
                {
                    tally = worker.Add(leaf, tally, this);
                }

                tallies[b] = tally;
                _progress.Add((int)(end - first) * Leaf);
                return worker;
            },
            static _ => { });
        Tally[] sums = new Tally[runs.Count];
        for (int b = 0; b < blocks.Length; b++)
        {
            sums[blocks[b].Run] += tallies[b];
        }

        return sums;
    }

    /// <summary>What a rejection of each test means in a design, see <see cref="SummaryRow.RejectionMeans"/>.</summary>
    public ImmutableArray<string> RejectionsMean(Scenario scenario)
    {
        ScenarioPlan plan = PlanOf(new(scenario, _study.Seed, 0, 0));
        return [.. plan.Tests.Select(t => plan.Terms[t.Term].RejectionMeans)];
    }

    private static IEnumerable<(int Run, long First, long End)> Blocks(DesignRun run, int index)
    {
        long end = run.FirstLeaf + run.Leaves;
        int leaves = run.Scenario.Trial.ExpectedPatients <= PatientsOfSmallTrials ? LeavesPerBlock : 1;
        for (long first = run.FirstLeaf; first < end; first += leaves)
        {
            yield return (index, first, Math.Min(end, first + leaves));
        }
    }

    private ScenarioPlan PlanOf(DesignRun run)
    {
        Cell cell = new(1, [], run.Scenario);
        ScenarioPlan plan = ScenarioPlanner.Plan(_study with { Seed = run.Seed }, cell, _drawing);
        TrialSize.Check(cell, plan.Methods);
        if (_target.Coverage is not null && plan.Terms[plan.Tests[0].Term].TrueValue is null)
        {
            throw new StudyException($"plan.target: the true value of {plan.Terms[plan.Tests[0].Term].Name}, which intervals should cover, is not known; give it under true-values of the method.");
        }

        return plan;
    }

    private double Value(LeafTests tests, LeafValues values, int replicate, int count)
    {
        if (_target.IntervalWidth is not null)
        {
            return 2 * tests.HalfWidth(0, values, replicate);
        }

        if (_target.Coverage is not null)
        {
            IntervalCoverage coverage = tests.Test(0, values, replicate).Coverage;
            return coverage == IntervalCoverage.None ? double.NaN : coverage == IntervalCoverage.Covered ? 1 : 0;
        }

        for (int t = 0; t < count; t++)
        {
            if (tests.Test(t, values, replicate).Decision != Decision.Rejected)
            {
                return 0;
            }
        }

        return 1;
    }

    // The engine of the design that a thread is at.
    private sealed class Worker
    {
        private ScenarioPlan? _plan;
        private IReplicateEngine? _engine;
        private LeafTests? _tests;
        private LeafValues? _values;

        public void MoveTo(ScenarioPlan plan, int? lanes)
        {
            if (_plan == plan)
            {
                return;
            }

            _plan = plan;
            _engine = StudyRunner.Engine(plan, lanes);
            _tests = new(plan);
            _values = new(plan);
        }

        public Tally Add(long leaf, Tally tally, DesignEvaluator evaluator)
        {
            _engine!.Run(leaf * Leaf, Leaf, _values!);
            for (int r = 0; r < Leaf; r++)
            {
                tally = tally.With(evaluator.Value(_tests!, _values!, r, _plan!.Tests.Length));
            }

            return tally;
        }
    }
}
