using MathNet.Numerics.Distributions;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Randomness;

/// <summary>The normal numbers that the generator draws, over patients, therapists, replicates and domains. False-alarm rate 1e-6 each.</summary>
public sealed class NormalNumbersTests
{
    private const int Patients = 32;
    private const int Therapists = 64;
    private const int Batches = 64;
    private static readonly ulong s_key = StreamKey.ForStudy(20260101);
    private static readonly Lazy<double[]> s_first = new(() => Draw(RandomDomain.Patient).First);
    private static readonly Lazy<double[]> s_second = new(() => Draw(RandomDomain.Patient).Second);

    // [batch][lane][therapist][patient], 2²⁰ numbers each: neighbours are found by their distance in the array.
    private static (double[] First, double[] Second) Draw(RandomDomain domain)
    {
        double[] first = new double[Batches * 8 * Therapists * Patients];
        double[] second = new double[first.Length];
        RandomNumberStream<Lane8> stream = new(s_key);
        Lane8[] words = new Lane8[Patients];
        for (int batch = 0; batch < Batches; batch++)
        {
            stream.MoveTo(8 * batch);
            for (int j = 0; j < Therapists; j++)
            {
                stream.Patients(words, domain, j, 0);
                for (int i = 0; i < Patients; i++)
                {
                    BoxMuller.Transform(words[i], out Lane8 x, out Lane8 y);
                    for (int lane = 0; lane < 8; lane++)
                    {
                        int at = (((((batch * 8) + lane) * Therapists) + j) * Patients) + i;
                        first[at] = x[lane];
                        second[at] = y[lane];
                    }
                }
            }
        }

        return (first, second);
    }

    [Theory]
    [InlineData(1, 0, 1)]    // E x, Var x
    [InlineData(2, 1, 2)]
    [InlineData(3, 0, 15)]
    [InlineData(4, 3, 96)]
    [InlineData(6, 15, 10_170)]
    public void Moments_OfTwoMillionNumbers_AreThoseOfTheNormal(int order, double expected, double variance)
    {
        double sum = 0;
        foreach (double x in s_first.Value.Concat(s_second.Value))
        {
            double power = x;
            for (int k = 1; k < order; k++)
            {
                power *= x;
            }

            sum += power;
        }

        // A mean off by 0.005, a variance off by 0.007, a skewness off by 0.02 or a kurtosis off by 0.05 would be seen.
        double count = 2.0 * s_first.Value.Length;
        MonteCarlo.AssertZ(sum / count, expected, Math.Sqrt(variance / count), $"moment {order}");
    }

    [Fact]
    public void Distribution_OfTwoMillionNumbers_IsNormal()
    {
        // A shift of 0.005 SD, or a distribution function off by 0.002 anywhere, would be seen.
        double[] draws = [.. s_first.Value, .. s_second.Value];

        MonteCarlo.AssertDistribution(x => Normal.CDF(0, 1, x), draws, "normal numbers");
    }

    [Fact]
    public void Tails_Of67MillionNumbers_HaveTheProbabilitiesOfTheNormal()
    {
        double[] bounds = [2, 3, 4, 5];
        const int batches = 512;
        const int words = 64;
        const int therapists = 128;
        RandomNumberStream<Lane8> stream = new(s_key);
        Lane8[] buffer = new Lane8[words];
        Lane8[] counts = new Lane8[bounds.Length];
        for (int batch = 0; batch < batches; batch++)
        {
            stream.MoveTo(8 * batch);
            for (int j = 0; j < therapists; j++)
            {
                stream.Patients(buffer, RandomDomain.Patient, j, 0);
                CountBeyond(buffer, bounds, counts);
            }
        }

        const double drawn = 2.0 * 8 * batches * words * therapists;
        for (int k = 0; k < bounds.Length; k++)
        {
            // Beyond 5 SDs 38 of 67 million are expected: half or double as many would be seen; beyond 4 SDs 12 % more or fewer.
            double p = 2 * Normal.CDF(0, 1, -bounds[k]);
            long count = 0;
            for (int lane = 0; lane < 8; lane++)
            {
                count += (long)counts[k][lane];
            }

            if (p * drawn > 1e5)
            {
                MonteCarlo.AssertZ(count, p * drawn, Math.Sqrt(p * (1 - p) * drawn), $"beyond {bounds[k]} SDs");
            }
            else
            {
                MonteCarlo.AssertCount(p * drawn, count, $"beyond {bounds[k]} SDs");
            }
        }
    }

    [Theory]
    [InlineData("patients", 1)]
    [InlineData("pairs of patients", 2)]
    [InlineData("therapists", Patients)]
    [InlineData("replicates", Patients * Therapists)]
    [InlineData("batches of replicates", 8 * Patients * Therapists)]
    public void Neighbours_AreUncorrelatedAlsoInTheirSquares(string neighbours, int distance)
    {
        // 1,000,000 pairs: a correlation of 0.007 would be seen.
        ReadOnlySpan<double> first = s_first.Value;
        ReadOnlySpan<double> second = s_second.Value;
        AssertUncorrelated(first[distance..], first[..^distance], neighbours);
        AssertUncorrelated(second[distance..], second[..^distance], neighbours);
        AssertUncorrelated(first[distance..], second[..^distance], neighbours);
    }

    [Fact]
    public void BothNumbersOfAWord_AreUncorrelatedAlsoInTheirSquares() =>
        AssertUncorrelated(s_first.Value, s_second.Value, "numbers of a word");

    [Fact]
    public void Domains_AreUncorrelatedAlsoInTheirSquares()
    {
        (double[] first, double[] second) = Draw(RandomDomain.Measurement);
        AssertUncorrelated(s_first.Value, first, "domains");
        AssertUncorrelated(s_second.Value, second, "domains");
        AssertUncorrelated(s_first.Value, second, "domains");
        AssertUncorrelated(s_second.Value, first, "domains");
    }

    private static void CountBeyond(ReadOnlySpan<Lane8> words, double[] bounds, Lane8[] counts)
    {
        Lane8 one = Lane8.Create(1);
        foreach (Lane8 word in words)
        {
            BoxMuller.Transform(word, out Lane8 x, out Lane8 y);
            x = Lane8.Abs(x);
            y = Lane8.Abs(y);
            for (int k = 0; k < bounds.Length; k++)
            {
                Lane8 bound = Lane8.Create(bounds[k]);
                counts[k] += Lane8.And(Lane8.LessThan(bound, x), one) + Lane8.And(Lane8.LessThan(bound, y), one);
            }
        }
    }

    // Products of independent standard normal numbers have variance 1; of their squares less 1, variance 4.
    private static void AssertUncorrelated(ReadOnlySpan<double> x, ReadOnlySpan<double> y, string what)
    {
        double products = 0;
        double squares = 0;
        for (int i = 0; i < x.Length; i++)
        {
            products += x[i] * y[i];
            squares += ((x[i] * x[i]) - 1) * ((y[i] * y[i]) - 1);
        }

        MonteCarlo.AssertZ(products / x.Length, 0, Math.Sqrt(1.0 / x.Length), what);
        MonteCarlo.AssertZ(squares / x.Length, 0, Math.Sqrt(4.0 / x.Length), $"squares of {what}");
    }
}
