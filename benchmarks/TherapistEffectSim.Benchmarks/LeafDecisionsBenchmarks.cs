using BenchmarkDotNet.Attributes;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>The decisions of all tests of one replicate from what its fits found: once per replicate.</summary>
public class LeafDecisionsBenchmarks
{
    private Leaf _leaf = null!;

    [ParamsAllValues]
    public Analyses Methods { get; set; }

    [GlobalSetup]
    public void Setup() => _leaf = new(Methods);

    [Benchmark(OperationsPerInvoke = LeafValues.Capacity)]
    public ulong Decide()
    {
        _leaf.Decisions.Decide(_leaf.Values, LeafValues.Capacity);
        return _leaf.Decisions.MasksOfTest(0).Rejected;
    }
}
