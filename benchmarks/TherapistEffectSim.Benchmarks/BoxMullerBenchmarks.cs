using BenchmarkDotNet.Attributes;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>One standard normal number: two for each patient and for each therapist of a replicate, twice as many with measurement error.</summary>
public class BoxMullerBenchmarks
{
    private const int Words = 64;
    private const int MostLanes = 8;
    private const int Normals = 2 * Words * MostLanes;

    private Func<double> _words = null!;
    private Func<double> _normals = null!;

    [GlobalSetup]
    public void Setup() => (_words, _normals) = StudyRunner.BestLanes switch
    {
        8 => Kernels<Lane8>(),
        4 => Kernels<Lane4>(),
        2 => Kernels<Lane2>(),
        _ => Kernels<Lane1>(),
    };

    /// <summary>Its share of the random bits.</summary>
    [Benchmark(OperationsPerInvoke = Normals)]
    public double PhiloxFill() => _words();

    /// <summary>Bits and transformation.</summary>
    [Benchmark(OperationsPerInvoke = Normals)]
    public double PhiloxFillAndTransform() => _normals();

    private static (Func<double> Words, Func<double> Normals) Kernels<T>()
        where T : unmanaged, ILane<T>
    {
        RandomNumberStream<T> random = new(StreamKey.ForStudy(1));
        random.MoveTo(0);
        LaneBuffer<T> words = new(Words);
        LaneBuffer<T> normals = new(2 * Words);
        int therapist = 0;
        return (Fill, Transform);

        double Fill()
        {
            for (int lane = 0; lane < MostLanes; lane += T.Width)
            {
                random.Patients(words.Span, RandomDomain.Patient, therapist++ & 0xFFFF, 0);
            }

            return words.Span[0][0];
        }

        double Transform()
        {
            for (int lane = 0; lane < MostLanes; lane += T.Width)
            {
                random.Patients(words.Span, RandomDomain.Patient, therapist++ & 0xFFFF, 0);
                Transformed<T>(words.Span, normals.Span);
            }

            return normals.Span[0][0];
        }
    }

    private static void Transformed<T>(ReadOnlySpan<T> words, Span<T> normals)
        where T : unmanaged, ILane<T>
    {
        for (int i = 0; i < words.Length; i++)
        {
            BoxMuller.Transform(words[i], out normals[2 * i], out normals[(2 * i) + 1]);
        }
    }
}
