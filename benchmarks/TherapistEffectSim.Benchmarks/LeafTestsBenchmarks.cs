using BenchmarkDotNet.Attributes;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>The decisions of all tests of one replicate from what its fits found: once per replicate.</summary>
public class LeafTestsBenchmarks
{
    private Leaf _leaf = null!;

    [ParamsAllValues]
    public Analyses Methods { get; set; }

    [GlobalSetup]
    public void Setup() => _leaf = new(Methods);

    [Benchmark(OperationsPerInvoke = LeafValues.Capacity)]
    public int Test()
    {
        int rejections = 0;
        for (int r = 0; r < LeafValues.Capacity; r++)
        {
            for (int t = 0; t < _leaf.Plan.Tests.Length; t++)
            {
                rejections += _leaf.Tests.Test(t, _leaf.Values, r).Decision == Decision.Rejected ? 1 : 0;
            }
        }

        return rejections;
    }
}
