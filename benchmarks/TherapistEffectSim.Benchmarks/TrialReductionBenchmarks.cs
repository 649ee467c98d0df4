using BenchmarkDotNet.Attributes;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>Generation of one replicate and its reduction to therapist means and cross-products: once per replicate and scenario.</summary>
public class TrialReductionBenchmarks
{
    private const int Replicates = 64;

    private Func<double> _reduce = null!;

    [ParamsAllValues]
    public TrialSize Trial { get; set; }

    /// <summary>Whether a fifth of the patients is lost before the outcome, more of those with a bad one.</summary>
    [Params(false, true)]
    public bool Attrition { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        Scenario world = Workload.World(Trial);
        if (Attrition)
        {
            world = world with { Attrition = new() { Outcome = new() { Rate = 0.2, DependsOn = new() { Outcome = -0.5 } } } };
        }

        ScenarioPlan plan = Workload.Plan(world, Workload.PeerMethods);
        _reduce = StudyRunner.BestLanes switch
        {
            8 => Kernel<Lane8>(plan),
            4 => Kernel<Lane4>(plan),
            2 => Kernel<Lane2>(plan),
            _ => Kernel<Lane1>(plan),
        };
    }

    [Benchmark(OperationsPerInvoke = Replicates)]
    public double Run() => _reduce();

    private static Func<double> Kernel<T>(ScenarioPlan plan)
        where T : unmanaged, ILane<T>
    {
        TrialReduction<T> reduction = new(plan.World, plan.Key, plan.Columns, plan.Drawing);
        long first = 0;
        return () =>
        {
            for (int offset = 0; offset < Replicates; offset += T.Width)
            {
                reduction.Run(first);
                first += T.Width;
            }

            return reduction.Statistics.Within.Span[0][0];
        };
    }
}
