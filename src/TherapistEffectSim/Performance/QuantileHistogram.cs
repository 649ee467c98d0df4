using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TherapistEffectSim.Performance;

/// <summary>The bins of a <see cref="QuantileHistogram"/>.</summary>
internal enum HistogramLayout
{
    /// <summary>An intraclass correlation: the exact 0, and 1,000 bins of width 0.001 on (0, 1]; 1 counts in the last.</summary>
    UnitInterval,

    /// <summary>
    /// An error: 32 bins of equal width in each octave of |x| from 2⁻⁴⁰ to 2²⁴, for either sign, so that a bin is at most 3.2 % wide;
    /// one bin for |x| &lt; 2⁻⁴⁰, which stands for 0; |x| of 2²⁴ and more counts in the outermost bin.
    /// </summary>
    SignedLogarithmic,
}

/// <summary>Quantiles of many values from integer counts in fixed bins: joins exactly, in any order.</summary>
/// <remarks>
/// The bins never depend on the data. Inside a bin the values are taken as evenly spread, so that a quantile is off by less than a bin.
/// The bins of a signed value follow from exponent and leading five bits of the mantissa, without a logarithm.
/// Adding allocates nothing. Not thread-safe.
/// </remarks>
internal sealed class QuantileHistogram : IJoinable<QuantileHistogram>
{
    private const int UnitBins = 1000;
    private const int MinExponent = -40;
    private const int MaxExponent = 24;
    private const int BinsPerOctaveBits = 5;
    private const int MagnitudeBins = (MaxExponent - MinExponent) << BinsPerOctaveBits; // 2048 for either sign
    private const int KeyShift = 52 - BinsPerOctaveBits; // leaves exponent and leading bits of the mantissa
    private const long FirstKey = (1023L + MinExponent) << BinsPerOctaveBits;
    private const long NotFiniteKey = (2047L << BinsPerOctaveBits) - FirstKey;
    private const ulong MagnitudeMask = ulong.MaxValue >> 1;
    private const int MostValues = 64;

    private readonly HistogramLayout _layout;
    private readonly int[] _counts; // per bin, ascending values

    public QuantileHistogram(HistogramLayout layout)
    {
        _layout = layout;
        _counts = new int[layout == HistogramLayout.UnitInterval ? UnitBins + 1 : (2 * MagnitudeBins) + 1];
    }

    /// <summary>Values counted; at most 2³¹ − 1.</summary>
    public int Count { get; private set; }

    /// <summary>Counts one value.</summary>
    /// <exception cref="InvalidOperationException">The value is not finite or outside the layout: a fault of the program.</exception>
    public void Add(double value)
    {
        int bin = BinOf(value);
        Count = checked(Count + 1);
        _counts[bin]++;
    }

    /// <summary>Counts values minus a centre.</summary>
    /// <param name="counted">Which of them: a bit each, the first the lowest.</param>
    /// <param name="values">At most 64.</param>
    /// <param name="centre">What is taken off.</param>
    /// <exception cref="InvalidOperationException">A value is not finite or outside the layout: a fault of the program.</exception>
    public void Add(ulong counted, ReadOnlySpan<double> values, double centre)
    {
        Count = checked(Count + BitOperations.PopCount(counted));
        if (_layout == HistogramLayout.SignedLogarithmic && values.Length == MostValues)
        {
            AddErrors(counted, values, centre);
            return;
        }

        int[] counts = _counts;
        for (ulong left = counted; left != 0; left &= left - 1)
        {
            double value = values[BitOperations.TrailingZeroCount(left)] - centre;
            counts[_layout == HistogramLayout.UnitInterval ? BinOfShare(value) : BinOf(value)]++;
        }
    }

    // The bins of all values at once, without branches; what BinOf gives.
    private void AddErrors(ulong counted, ReadOnlySpan<double> values, double centre)
    {
        Span<long> bins = stackalloc long[MostValues];
        ReadOnlySpan<Vector256<double>> x = MemoryMarshal.Cast<double, Vector256<double>>(values);
        Span<Vector256<long>> target = MemoryMarshal.Cast<long, Vector256<long>>(bins);
        Vector256<double> centres = Vector256.Create(centre);
        Vector256<long> middle = Vector256.Create((long)MagnitudeBins);
        for (int i = 0; i < target.Length && i < x.Length; i++)
        {
            Vector256<long> bits = (x[i] - centres).AsInt64();
            Vector256<long> key = Vector256.ShiftRightLogical(bits & Vector256.Create((long)MagnitudeMask), KeyShift) - Vector256.Create(FirstKey);
            Vector256<long> invalid = Vector256.GreaterThanOrEqual(key, Vector256.Create(NotFiniteKey));
            Vector256<long> above = Vector256.Create(1L) + Vector256.Min(key, Vector256.Create(MagnitudeBins - 1L)); // 1 from the middle bin on
            above = Vector256.AndNot(above, Vector256.LessThan(key, Vector256<long>.Zero));
            Vector256<long> bin = middle + Vector256.ConditionalSelect(Vector256.LessThan(bits, Vector256<long>.Zero), -above, above);
            target[i] = bin | invalid; // −1 where the value is not finite
        }

        int[] counts = _counts;
        for (ulong left = counted; left != 0; left &= left - 1)
        {
            int replicate = BitOperations.TrailingZeroCount(left);
            long bin = bins[replicate];
            if (bin < 0)
            {
                throw NotFinite(values[replicate] - centre);
            }

            counts[bin]++;
        }
    }

    /// <inheritdoc/>
    public void Append(QuantileHistogram next)
    {
        if (_layout != next._layout)
        {
            throw new InvalidOperationException("Histograms with different bins cannot be joined.");
        }

        Count = checked(Count + next.Count); // so that no bin can overflow
        Span<int> own = _counts;
        ReadOnlySpan<int> added = next._counts;
        Span<Vector<int>> ownVectors = MemoryMarshal.Cast<int, Vector<int>>(own);
        ReadOnlySpan<Vector<int>> addedVectors = MemoryMarshal.Cast<int, Vector<int>>(added);
        for (int i = 0; i < ownVectors.Length; i++)
        {
            ownVectors[i] += addedVectors[i];
        }

        for (int i = ownVectors.Length * Vector<int>.Count; i < own.Length; i++)
        {
            own[i] += added[i];
        }
    }

    /// <inheritdoc/>
    public QuantileHistogram Copy()
    {
        QuantileHistogram copy = new(_layout) { Count = Count };
        _counts.CopyTo(copy._counts, 0);
        return copy;
    }

    /// <summary>Sets every count to 0, so that the memory serves another leaf.</summary>
    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
    }

    /// <summary>The value below which a share <paramref name="p"/> of the values lies; NaN without values.</summary>
    /// <remarks>
    /// Inverse of the cumulated histogram: with t = p·n and c values in the bin [a, b) after m lower ones, a + (b − a)(t − m)/c.
    /// Exactly between two bins it is the middle of the gap. The exact zeros of an intraclass correlation give exactly 0.
    /// </remarks>
    /// <param name="p">Share, in [0, 1].</param>
    public double Quantile(double p)
    {
        double position = p * Count;
        long below = 0;
        for (int bin = 0; bin < _counts.Length; bin++)
        {
            int inBin = _counts[bin];
            if (inBin == 0 || below + inBin < position)
            {
                below += inBin;
                continue;
            }

            if (below + inBin == position && position < Count)
            {
                return 0.5 * (EdgeOf(bin, upper: true) + EdgeOf(NextUsed(bin), upper: false));
            }

            double low = EdgeOf(bin, upper: false);
            return low + ((EdgeOf(bin, upper: true) - low) * (position - below) / inBin);
        }

        return double.NaN;
    }

    /// <summary>Monte Carlo standard error of <see cref="Quantile"/>: see <see cref="PerformanceFormula.Quantile"/>.</summary>
    /// <param name="p">Share, in [0, 1].</param>
    public double QuantileMcse(double p) => PerformanceFormula.Quantile(Quantile, p, Count).Mcse;

    /// <summary>Writes the bins that are not empty.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_counts.Count(count => count != 0));
        for (int bin = 0; bin < _counts.Length; bin++)
        {
            if (_counts[bin] != 0)
            {
                writer.Write7BitEncodedInt(bin);
                writer.Write7BitEncodedInt(_counts[bin]);
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">A bin does not exist.</exception>
    public static QuantileHistogram Read(BinaryReader reader, HistogramLayout layout)
    {
        QuantileHistogram histogram = new(layout);
        int used = reader.Read7BitEncodedInt();
        for (int i = 0; i < used; i++)
        {
            int bin = reader.Read7BitEncodedInt();
            int count = reader.Read7BitEncodedInt();
            if (bin < 0 || bin >= histogram._counts.Length || count < 0)
            {
                throw new InvalidDataException($"A histogram of {histogram._counts.Length} bins has no bin {bin} with {count} values.");
            }

            histogram._counts[bin] = count;
            histogram.Count = checked(histogram.Count + count);
        }

        return histogram;
    }

    private int BinOf(double value)
    {
        if (_layout == HistogramLayout.UnitInterval)
        {
            return BinOfShare(value);
        }

        if (!double.IsFinite(value))
        {
            throw NotFinite(value);
        }

        long key = (long)((BitConverter.DoubleToUInt64Bits(value) & MagnitudeMask) >> KeyShift) - FirstKey;
        if (key < 0)
        {
            return MagnitudeBins;
        }

        int magnitude = (int)Math.Min(key, MagnitudeBins - 1);
        return value < 0 ? MagnitudeBins - 1 - magnitude : MagnitudeBins + 1 + magnitude;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int BinOfShare(double value)
    {
        if (!(value >= 0 && value <= 1))
        {
            throw NoShare(value);
        }

        int bin = 1 + Math.Min((int)(value * UnitBins), UnitBins - 1);
        return value == 0 ? 0 : bin;
    }

    private static InvalidOperationException NoShare(double value) => new($"An intraclass correlation is in [0, 1], not {value}.");

    private static InvalidOperationException NotFinite(double value) => new($"An error is a finite number, not {value}.");

    private double EdgeOf(int bin, bool upper)
    {
        if (_layout == HistogramLayout.UnitInterval)
        {
            return bin == 0 ? 0 : (bin - (upper ? 0 : 1)) / (double)UnitBins;
        }

        return (bin - MagnitudeBins) switch
        {
            0 => 0,
            > 0 and int m => MagnitudeEdge(m - (upper ? 0 : 1)),
            int m => -MagnitudeEdge(-m - (upper ? 1 : 0)),
        };
    }

    private static double MagnitudeEdge(int magnitude) =>
        BitConverter.UInt64BitsToDouble((ulong)(FirstKey + magnitude) << KeyShift);

    private int NextUsed(int bin)
    {
        do
        {
            bin++;
        }
        while (_counts[bin] == 0);

        return bin;
    }
}
