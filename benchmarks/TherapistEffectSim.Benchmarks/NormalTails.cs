using System.Globalization;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Benchmarks;

/// <summary>Compares billions of normal numbers with the exact distribution: numbers beyond 1 to 7 SDs, and the largest distance of the distribution functions.</summary>
/// <remarks>
/// Fails where one of 14 counts is off by more than 5 standard errors and 8, or the Kolmogorov–Smirnov distance has an asymptotic
/// probability below 1e-6: false-alarm rate below 1e-5. At 10¹⁰ numbers it sees a share beyond 5 SDs that is wrong by 10 %.
/// </remarks>
internal static class NormalTails
{
    private const int WordsPerTherapist = 1024;
    private const int MostStandardErrors = 5;
    private const int PoissonAllowance = 8; // counts of a few numbers have longer tails than a normal number
    private const double MostKolmogorovSmirnov = 2.69; // √n·D exceeded with probability 2 exp(−2·2.69²) = 1e-6

    /// <param name="args">Billions of numbers; 1 if left out.</param>
    /// <returns>Exit code: 1 if the numbers are not normal.</returns>
    public static int Run(string[] args)
    {
        double billions = 1;
        if (args.Length > 1 || (args.Length == 1 && !(double.TryParse(args[0], NumberStyles.Float, CultureInfo.InvariantCulture, out billions) && billions > 0)))
        {
            Console.Error.WriteLine("usage: tails [billions of numbers]");
            return 2;
        }

        int threads = Environment.ProcessorCount;
        long perThread = (long)Math.Ceiling(billions * 1e9 / threads);
        NormalCounts[] counts = new NormalCounts[threads];
        Parallel.For(0, threads, t => counts[t] = Count(t, perThread));
        NormalCounts all = counts[0];
        foreach (NormalCounts more in counts.Skip(1))
        {
            all.Append(more);
        }

        return Report(all) ? 0 : 1;
    }

    private static NormalCounts Count(int thread, long numbers)
    {
        NormalCounts counts = new();
        RandomNumberStream<Lane8> random = new(StreamKey.ForStudy(20261122));
        LaneBuffer<Lane8> words = new(WordsPerTherapist);
        LaneBuffer<Lane8> normals = new(2 * WordsPerTherapist);
        long replicate = (long)thread << 40; // every thread has replicates of its own
        while (counts.Numbers < numbers)
        {
            random.MoveTo(replicate);
            replicate += Lane8.Width;
            for (int therapist = 0; therapist < WordsPerTherapist; therapist++)
            {
                random.Patients(words.Span, RandomDomain.Patient, therapist, 0);
                Transform(words.Span, normals.Span);
                counts.Add(normals.Span);
            }
        }

        return counts;
    }

    private static void Transform(ReadOnlySpan<Lane8> words, Span<Lane8> normals)
    {
        for (int i = 0; i < words.Length; i++)
        {
            BoxMuller.Transform(words[i], out Lane8 first, out Lane8 second);
            normals[2 * i] = first;
            normals[(2 * i) + 1] = second;
        }
    }

    private static bool Report(NormalCounts counts)
    {
        bool good = true;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{counts.Numbers} normal numbers"));
        Console.WriteLine("beyond        observed          expected        z");
        for (int sd = -NormalCounts.Tails; sd <= NormalCounts.Tails; sd++)
        {
            if (sd == 0)
            {
                continue;
            }

            double p = NormalDistribution.Survival(Math.Abs(sd));
            double expected = p * counts.Numbers;
            double z = (counts.Beyond(sd) - expected) / Math.Sqrt(expected * (1 - p));
            good &= Math.Abs(counts.Beyond(sd) - expected) <= (MostStandardErrors * Math.Sqrt(expected)) + PoissonAllowance;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sd,3} SD {counts.Beyond(sd),16} {expected,17:F2} {z,8:F2}"));
        }

        double distance = counts.KolmogorovSmirnov();
        good &= distance <= MostKolmogorovSmirnov;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Kolmogorov-Smirnov on {NormalCounts.Bins} bins: sqrt(n) D = {distance:F3} (at most {MostKolmogorovSmirnov})"));
        Console.WriteLine(good ? "normal" : "NOT NORMAL");
        return good;
    }
}
