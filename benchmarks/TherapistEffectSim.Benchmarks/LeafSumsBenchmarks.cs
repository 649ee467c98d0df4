using BenchmarkDotNet.Attributes;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>Tests of one replicate and their addition to the sums of a scenario: once per replicate.</summary>
public class LeafSumsBenchmarks
{
    private Leaf _leaf = null!;
    private LeafSums _sums = null!;

    [ParamsAllValues]
    public Analyses Methods { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _leaf = new(Methods);
        _sums = new(_leaf.Plan);
    }

    [Benchmark(OperationsPerInvoke = LeafValues.Capacity)]
    public double Add()
    {
        _sums.Clear();
        _leaf.Decisions.Decide(_leaf.Values, LeafValues.Capacity);
        _sums.Add(_leaf.Decisions, _leaf.Values, LeafValues.Capacity);
        return _sums.Terms.Length;
    }
}
