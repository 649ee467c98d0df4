using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>
/// How the time of a replicate (data, three fits by maximum likelihood, decisions) grows with the trial: slope of its logarithm on that of patients per therapist and of therapists, by
/// least squares. 1 is growth in proportion.
/// </summary>
internal static class GrowthTime
{
    private const double MostSlope = 1.05;

    /// <returns>Exit code: 1 if the time grows faster than in proportion.</returns>
    public static int Run()
    {
        bool holds = Show("patients per therapist, 50 therapists", [10, 20, 40, 80, 160], n => Trial(50, n), statistics: false);
        holds &= Show("therapists, 10 patients each", [25, 50, 100, 200, 400], j => Trial(j, 10), statistics: false);
        holds &= Show("therapists, statistics drawn without patients", [25, 50, 100, 200, 400, 800], j => Trial(j, 10), statistics: true);
        holds &= Show("patients per therapist, lost by outcome", [10, 20, 40, 80, 160], n => Workload.WithLoss(Trial(50, n)), statistics: false);
        return holds ? 0 : 1;
    }

    private static bool Show(string name, int[] sizes, Func<int, Scenario> world, bool statistics)
    {
        _ = Nanoseconds(Workload.Plan(world(sizes[0]), Workload.PeerMethods, statistics)); // compiles
        double[] times = Array.ConvertAll(sizes, size => Nanoseconds(Workload.Plan(world(size), Workload.PeerMethods, statistics)));
        double slope = Slope(Array.ConvertAll(sizes, s => Math.Log(s)), Array.ConvertAll(times, Math.Log));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: slope {slope:F3}"));
        foreach ((int size, double time) in sizes.Zip(times))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {size,5} {time,12:F0} ns"));
        }

        return slope <= MostSlope;
    }

    private static double Nanoseconds(ScenarioPlan plan)
    {
        IReplicateEngine engine = StudyRunner.Engine(plan, null);
        LeafValues values = new(plan);
        LeafDecisions decisions = new(plan);
        long first = 0;
        return CpuTimer.NanosecondsPerUnit(
            () =>
            {
                engine.Run(first, LeafValues.Capacity, values);
                decisions.Decide(values, LeafValues.Capacity);
                first += LeafValues.Capacity;
            },
            LeafValues.Capacity,
            batches: 5,
            milliseconds: 200);
    }

    private static double Slope(double[] x, double[] y)
    {
        double meanX = x.Average();
        double meanY = y.Average();
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / x.Sum(a => (a - meanX) * (a - meanX));
    }

    private static Scenario Trial(int therapists, int patients) =>
        Workload.World(TrialSize.W1) with { Trial = new() { Therapists = therapists, Caseload = new FixedCaseload { Patients = patients } } };
}
