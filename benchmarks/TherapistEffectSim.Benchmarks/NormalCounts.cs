using System.Runtime.InteropServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Benchmarks;

/// <summary>A histogram of normal numbers, with whole SDs among the borders of its bins.</summary>
internal sealed class NormalCounts
{
    /// <summary>Outermost SD whose tail is counted.</summary>
    public const int Tails = 7;

    /// <summary>Bins of the histogram.</summary>
    public const int Bins = 2 * Tails * BinsPerSd;

    private const int BinsPerSd = 256; // a power of two, so that z·256 is exact

    private readonly long[] _counts = new long[Bins + 2]; // below −7 SDs, the bins, from 7 SDs on

    /// <summary>Numbers counted.</summary>
    public long Numbers { get; private set; }

    public void Add(ReadOnlySpan<Lane8> normals)
    {
        foreach (double z in MemoryMarshal.Cast<Lane8, double>(normals))
        {
            int bin = (int)Math.Floor(z * BinsPerSd) + (Tails * BinsPerSd) + 1;
            _counts[Math.Clamp(bin, 0, Bins + 1)]++;
        }

        Numbers += (long)normals.Length * Lane8.Width;
    }

    public void Append(NormalCounts more)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += more._counts[i];
        }

        Numbers += more.Numbers;
    }

    /// <summary>Numbers below a negative, or from a positive whole SD on.</summary>
    public long Beyond(int sd)
    {
        int border = ((Tails + sd) * BinsPerSd) + 1;
        return (sd < 0 ? _counts[..border] : _counts[border..]).Sum();
    }

    /// <summary>√n times the largest distance between the distribution functions at the borders of the bins.</summary>
    public double KolmogorovSmirnov()
    {
        double largest = 0;
        long below = 0;
        for (int i = 0; i <= Bins; i++)
        {
            below += _counts[i];
            double border = ((double)i / BinsPerSd) - Tails;
            largest = Math.Max(largest, Math.Abs(((double)below / Numbers) - NormalDistribution.Cdf(border)));
        }

        return Math.Sqrt(Numbers) * largest;
    }
}
