using BenchmarkDotNet.Attributes;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>One replicate: new data, three models by maximum likelihood, everything that likelihood ratio and Wald tests need.</summary>
public class ReplicateEngineBenchmarks
{
    private IReplicateEngine _engine = null!;
    private LeafValues _values = null!;
    private long _first;

    [ParamsAllValues]
    public TrialSize Trial { get; set; }

    [ParamsAllValues]
    public Spread Caseloads { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        ScenarioPlan plan = Workload.Plan(Workload.World(Trial, Caseloads), Workload.PeerMethods);
        _engine = StudyRunner.Engine(plan, null);
        _values = new(plan);
    }

    [Benchmark(OperationsPerInvoke = LeafValues.Capacity)]
    public double Run()
    {
        _engine.Run(_first, LeafValues.Capacity, _values);
        _first += LeafValues.Capacity;
        return _values.Fits[0].Theta[0];
    }
}
