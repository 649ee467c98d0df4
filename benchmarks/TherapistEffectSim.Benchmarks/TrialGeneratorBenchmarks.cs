using BenchmarkDotNet.Attributes;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>Therapists and patients of one replicate, made and forgotten: once per replicate and scenario.</summary>
public class TrialGeneratorBenchmarks
{
    private const int Replicates = 64;

    private Func<double> _generate = null!;

    [ParamsAllValues]
    public TrialSize Trial { get; set; }

    [GlobalSetup]
    public void Setup() => _generate = StudyRunner.BestLanes switch
    {
        8 => Kernel<Lane8>(Workload.World(Trial)),
        4 => Kernel<Lane4>(Workload.World(Trial)),
        2 => Kernel<Lane2>(Workload.World(Trial)),
        _ => Kernel<Lane1>(Workload.World(Trial)),
    };

    [Benchmark(OperationsPerInvoke = Replicates)]
    public double Generate() => _generate();

    private static Func<double> Kernel<T>(Scenario scenario)
        where T : unmanaged, ILane<T>
    {
        World world = new(scenario);
        TrialGenerator<T> generator = new(world, StreamKey.ForStudy(1), severityIsUsed: false);
        TrialBatch<T> batch = new(world.Layout.Therapists);
        long first = 0;
        return () =>
        {
            for (int offset = 0; offset < Replicates; offset += T.Width)
            {
                generator.Therapists(first, batch);
                for (int j = 0; j < world.Layout.Therapists; j++)
                {
                    generator.Patients(j, 0, batch);
                }

                first += T.Width;
            }

            return batch.Outcome.Span[0][0];
        };
    }
}
