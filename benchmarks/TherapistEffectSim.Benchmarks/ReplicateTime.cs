using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>
/// Prints the line <c>peer workload ms_per_rep</c> of the peers for this program: user CPU time of one thread per replicate with
/// new data, three fits and all tests, the median of five batches.
/// </summary>
internal static class ReplicateTime
{
    private const int Batches = 5;
    private const double SecondsPerBatch = 0.5;

    /// <param name="args">Workload, and any of <c>unequal</c> for unequal caseloads, <c>lost</c> for loss that depends on the outcome, <c>statistics</c> for data without patients.</param>
    /// <returns>Exit code.</returns>
    public static int Run(string[] args)
    {
        string[] words = ["unequal", "lost", "statistics"];
        if (args.Length == 0 || !Enum.TryParse(args[0], out TrialSize size) || args.Skip(1).Except(words).Any())
        {
            Console.Error.WriteLine("usage: replicates W1|W2|W3 [unequal] [lost] [statistics]");
            return 2;
        }

        Scenario world = Workload.World(size, args.Contains("unequal") ? Spread.Unequal : Spread.Equal);
        world = args.Contains("lost") ? Workload.WithLoss(world) : world;
        ScenarioPlan plan = Workload.Plan(world, Workload.PeerMethods, args.Contains("statistics"));
        ReplicateLoop loop = new(plan);
        loop.RunFor(TimeSpan.FromSeconds(2 * SecondsPerBatch)); // compiles
        double[] milliseconds = [.. Enumerable.Range(0, Batches).Select(_ => loop.RunFor(TimeSpan.FromSeconds(SecondsPerBatch)))];
        Array.Sort(milliseconds);
        string peer = string.Join('_', ["tes", .. args.Skip(1)]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{peer} {size} {milliseconds[Batches / 2]:F6}"));
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"# {peer} {size} lanes={StudyRunner.BestLanes} user_ms_median={milliseconds[Batches / 2]:F6} min={milliseconds[0]:F6} max={milliseconds[^1]:F6} rejections={loop.Rejections}"));
        return 0;
    }

    private sealed class ReplicateLoop(ScenarioPlan plan)
    {
        private readonly IReplicateEngine _engine = StudyRunner.Engine(plan, null);
        private readonly LeafDecisions _decisions = new(plan);
        private readonly LeafValues _values = new(plan);
        private long _first;

        /// <summary>Tests that rejected, so that no test can be left out.</summary>
        public long Rejections { get; private set; }

        /// <summary>Milliseconds of user CPU time per replicate.</summary>
        public double RunFor(TimeSpan time)
        {
            using Process process = Process.GetCurrentProcess();
            long start = _first;
            TimeSpan before = process.UserProcessorTime;
            Stopwatch wall = Stopwatch.StartNew();
            while (wall.Elapsed < time)
            {
                _engine.Run(_first, LeafValues.Capacity, _values);
                _first += LeafValues.Capacity;
                CountRejections();
            }

            process.Refresh();
            return (process.UserProcessorTime - before).TotalMilliseconds / (_first - start);
        }

        private void CountRejections()
        {
            _decisions.Decide(_values, LeafValues.Capacity);
            for (int t = 0; t < plan.Tests.Length; t++)
            {
                Rejections += BitOperations.PopCount(_decisions.MasksOfTest(t).Rejected);
            }
        }
    }
}
