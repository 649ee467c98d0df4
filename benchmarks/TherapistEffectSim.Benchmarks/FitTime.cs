using System.Diagnostics;
using System.Globalization;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Benchmarks;

/// <summary>
/// Prints the line <c>peer workload ms_per_rep</c> of the peers for fits of which the statistics are given: the random slopes of W4, 50 therapists with 20 patients,
/// and the three levels of W5, 40 therapists with 10 patients seen in 8 weeks, complete or with eight patterns of visits; user CPU time of one thread per data set, the median of five batches.
/// </summary>
internal static class FitTime
{
    private const int Batches = 5;
    private const int Groups = 32; // of eight data sets each, used in turn
    private const double SecondsPerBatch = 0.5;

    /// <param name="args">W4 or W5.</param>
    /// <returns>Exit code.</returns>
    public static int Run(string[] args)
    {
        switch (args)
        {
            case ["W4"]:
                Report("tes_fit", args[0], new SlopeLoop(reml: true));
                Report("tes_fit_ml", args[0], new SlopeLoop(reml: false));
                return 0;
            case ["W5"]:
                Report("tes_fit", args[0], new ThreeLevelLoop(1, reml: true));
                Report("tes_fit_patterns", args[0], new ThreeLevelLoop(8, reml: true));
                Report("tes_fit_ml", args[0], new ThreeLevelLoop(1, reml: false));
                Report("tes_fit_ml_patterns", args[0], new ThreeLevelLoop(8, reml: false));
                return 0;
            default:
                Console.Error.WriteLine("usage: fits W4|W5");
                return 2;
        }
    }

    private static void Report(string peer, string workload, IFitLoop loop)
    {
        RunFor(loop, 2 * SecondsPerBatch); // compiles
        double[] milliseconds = [.. Enumerable.Range(0, Batches).Select(_ => RunFor(loop, SecondsPerBatch))];
        Array.Sort(milliseconds);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Groups; i++)
        {
            loop.Fit();
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{peer} {workload} {milliseconds[Batches / 2]:F6}"));
        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"# {peer} {workload} user_ms_median={milliseconds[Batches / 2]:F6} min={milliseconds[0]:F6} evaluations={loop.Evaluations:F1} allocated={allocated}"));
    }

    private static double RunFor(IFitLoop loop, double seconds)
    {
        using Process process = Process.GetCurrentProcess();
        TimeSpan before = process.UserProcessorTime;
        Stopwatch wall = Stopwatch.StartNew();
        long fits = 0;
        while (wall.Elapsed.TotalSeconds < seconds)
        {
            for (int i = 0; i < Groups; i++)
            {
                loop.Fit();
            }

            fits += 8 * Groups;
        }

        process.Refresh();
        return (process.UserProcessorTime - before).TotalMilliseconds / fits;
    }

    private interface IFitLoop
    {
        double Evaluations { get; }

        void Fit();
    }

    private sealed class SlopeLoop : IFitLoop
    {
        private const int Therapists = 50;
        private const int Caseload = 20;

        private readonly SlopeStatistics<Lane8>[] _data;
        private readonly RandomSlopeFit<Lane8> _fit;
        private int _next;
        private long _evaluations;
        private long _fits;

        public SlopeLoop(bool reml)
        {
            _fit = new(Therapists, 4, reml);
            _data = [.. Enumerable.Range(0, Groups).Select(group =>
            {
                SlopeStatistics<Lane8> data = new(Therapists, 4);
                for (int lane = 0; lane < 8; lane++)
                {
                    data.SetLane(lane, FitData.Slopes(Therapists, Caseload, (8 * group) + lane).Criterion.Data);
                }

                return data;
            })];
        }

        public double Evaluations => (double)_evaluations / _fits;

        public void Fit()
        {
            _fit.Fit(_data[_next]);
            _evaluations += _fit.Evaluations;
            _fits++;
            _next = (_next + 1) % Groups;
        }
    }

    private sealed class ThreeLevelLoop : IFitLoop
    {
        private const int Therapists = 40;
        private const int Caseload = 10;

        private readonly ThreeLevelStatistics<Lane8>[] _data;
        private readonly ThreeLevelFit<Lane8> _fit;
        private int _next;
        private long _evaluations;
        private long _fits;

        public ThreeLevelLoop(int patterns, bool reml)
        {
            _fit = new(Therapists, patterns, 5, reml);
            _data = [.. Enumerable.Range(0, Groups).Select(group =>
            {
                ThreeLevelStatistics<Lane8> data = new(Therapists, patterns, 5);
                for (int lane = 0; lane < 8; lane++)
                {
                    NestedModel model = FitData.ThreeLevels(Therapists, Caseload, patterns, (8 * group) + lane, out int[] patternOf);
                    data.SetLane(lane, model.Criterion.Data, patternOf);
                }

                return data;
            })];
        }

        public double Evaluations => (double)_evaluations / _fits;

        public void Fit()
        {
            _fit.Fit(_data[_next]);
            _evaluations += _fit.Evaluations;
            _fits++;
            _next = (_next + 1) % Groups;
        }
    }
}
