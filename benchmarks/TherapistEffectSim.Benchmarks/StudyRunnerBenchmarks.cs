using BenchmarkDotNet.Attributes;
using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>A whole study of one scenario in memory, from planning to measures: time per replicate.</summary>
public class StudyRunnerBenchmarks
{
    private const int Replicates = 16_384;

    private Study _study = null!;

    [ParamsAllValues]
    public TrialSize Trial { get; set; }

    /// <summary>Threads that share the replicates.</summary>
    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Setup() => _study = Workload.Study(Workload.World(Trial), Workload.PeerMethods, Replicates);

    [Benchmark(OperationsPerInvoke = Replicates)]
    public int Run()
    {
        int rows = 0;
        StudyRunner.Run(_study, new() { Threads = Threads, OnCell = cell => rows += cell.Summary.Length }, CancellationToken.None);
        return rows;
    }
}
