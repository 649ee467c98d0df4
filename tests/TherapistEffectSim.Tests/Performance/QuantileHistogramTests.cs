using MathNet.Numerics.Distributions;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Tests.Performance;

public class QuantileHistogramTests
{
    [Theory]
    [InlineData(0.01)]
    [InlineData(0.3)]
    [InlineData(0.5)]
    [InlineData(0.77)]
    [InlineData(0.999)]
    public void Quantile_OfErrors_IsWithinABinOfTheOrderStatistic(double p)
    {
        double[] values = [.. Sorted(new Random(5), 2001, random => Normal.Sample(random, 0.1, 0.7))];
        QuantileHistogram histogram = Filled(HistogramLayout.SignedLogarithmic, values);

        double orderStatistic = values[(int)(p * values.Length)];

        Assert.Equal(orderStatistic, histogram.Quantile(p), Math.Abs(orderStatistic) / 32);
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    [InlineData(0.95)]
    public void Quantile_OfIccs_IsWithinABinOfTheOrderStatistic(double p)
    {
        double[] values = [.. Sorted(new Random(6), 2001, random => Beta.Sample(random, 2, 20))];

        Assert.Equal(values[(int)(p * values.Length)], Filled(HistogramLayout.UnitInterval, values).Quantile(p), 0.001);
    }

    [Fact]
    public void Quantile_WithinTheZerosOfAnIcc_IsExactlyZero()
    {
        QuantileHistogram histogram = Filled(HistogramLayout.UnitInterval, [.. new double[60], .. Enumerable.Repeat(0.1234, 40)]);

        Assert.Equal(0, histogram.Quantile(0.5));
        Assert.InRange(histogram.Quantile(0.9), 0.123, 0.124);
        Assert.Equal(0, histogram.QuantileMcse(0.3));
    }

    [Theory]
    [InlineData(-3.0, 3.0, 0.0)]
    [InlineData(1.0, 1.04, 1.03125)] // neighbouring bins [1, 33/32) and [33/32, 34/32)
    public void Quantile_ExactlyBetweenTwoValues_IsTheMiddleOfTheGap(double low, double high, double expected)
    {
        QuantileHistogram histogram = Filled(HistogramLayout.SignedLogarithmic, [low, high]);

        Assert.Equal(expected, histogram.Quantile(0.5));
    }

    [Theory]
    [InlineData(1.0, 1.0, 1.03125)]
    [InlineData(-1.0, -1.03125, -1.0)]
    [InlineData(0.75, 0.75, 0.765625)]
    [InlineData(0.0, 0.0, 0.0)]
    [InlineData(1e-13, 0.0, 0.0)] // below 2⁻⁴⁰
    [InlineData(1e300, 16515072.0, 16777216.0)] // the outermost bin ends at 2²⁴
    public void Quantile_OfOneError_ShowsTheDocumentedBin(double value, double low, double high)
    {
        QuantileHistogram histogram = Filled(HistogramLayout.SignedLogarithmic, [value]);

        Assert.Equal(low, histogram.Quantile(0));
        Assert.Equal(high, histogram.Quantile(1));
    }

    [Theory]
    [InlineData(0.0, 0.0, 0.0)]
    [InlineData(1e-9, 0.0, 0.001)]
    [InlineData(0.0625, 0.062, 0.063)]
    [InlineData(1.0, 0.999, 1.0)]
    public void Quantile_OfOneIcc_ShowsTheDocumentedBin(double value, double low, double high)
    {
        QuantileHistogram histogram = Filled(HistogramLayout.UnitInterval, [value]);

        Assert.Equal(low, histogram.Quantile(0));
        Assert.Equal(high, histogram.Quantile(1));
    }

    [Fact]
    public void Quantile_OfNegatedErrors_IsNegated()
    {
        double[] values = [.. Sorted(new Random(7), 501, random => Normal.Sample(random, 0.3, 1))];
        QuantileHistogram histogram = Filled(HistogramLayout.SignedLogarithmic, values);
        QuantileHistogram negated = Filled(HistogramLayout.SignedLogarithmic, [.. values.Select(value => -value)]);

        Assert.All([0.25, 0.5, 0.75], p => Assert.Equal(histogram.Quantile(p), -negated.Quantile(1 - p), 12));
    }

    [Fact]
    public void Quantile_WithoutValues_IsUnknown() =>
        Assert.True(double.IsNaN(new QuantileHistogram(HistogramLayout.UnitInterval).Quantile(0.5)));

    [Fact]
    public void QuantileMcse_OfTheMedianOfANormal_IsAsTheoryHasIt()
    {
        // Asymptotic SE of the median: √(π/2)·σ/√n. The distance rests on about 2·√n/2 = 200
        // values, so that its relative SE is about 1/√200 = 7 %; the bounds are at 5 of them (false alarms 1e-6).
        double[] values = [.. Sorted(new Random(8), 40_000, random => Normal.Sample(random, 0, 1))];

        double mcse = Filled(HistogramLayout.SignedLogarithmic, values).QuantileMcse(0.5);

        Assert.InRange(mcse / (Math.Sqrt(Math.PI / 2) / 200), 0.65, 1.35);
    }

    [Fact]
    public void QuantileMcse_FarOutWithFewValues_IsUnknown() =>
        Assert.True(double.IsNaN(Filled(HistogramLayout.UnitInterval, [0.1, 0.2, 0.3]).QuantileMcse(0.05)));

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(-0.001)]
    [InlineData(1.001)]
    public void Add_OfAnImpossibleIcc_IsAFaultOfTheProgram(double icc) =>
        Assert.Throws<InvalidOperationException>(() => new QuantileHistogram(HistogramLayout.UnitInterval).Add(icc));

    [Fact]
    public void Add_OfNaN_IsAFaultOfTheProgram() =>
        Assert.Throws<InvalidOperationException>(() => new QuantileHistogram(HistogramLayout.SignedLogarithmic).Add(double.NaN));

    [Theory]
    [InlineData((int)HistogramLayout.UnitInterval)]
    [InlineData((int)HistogramLayout.SignedLogarithmic)]
    public void Append_InEitherOrder_GivesTheCountsOfAllValues(int layout)
    {
        double[] values = [0, 1, .. Sorted(new Random(9), 500, random => Beta.Sample(random, 1, 3))];
        QuantileHistogram first = Filled((HistogramLayout)layout, values[..200]);
        QuantileHistogram second = Filled((HistogramLayout)layout, values[200..]);
        QuantileHistogram reversed = second.Copy();

        reversed.Append(first);
        first.Append(second);

        byte[] all = Bytes(Filled((HistogramLayout)layout, values));
        Assert.Equal(all, Bytes(first));
        Assert.Equal(all, Bytes(reversed));
        Assert.Equal(values.Length, first.Count);
    }

    [Fact]
    public void Append_OfOtherBins_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() =>
            new QuantileHistogram(HistogramLayout.UnitInterval).Append(new QuantileHistogram(HistogramLayout.SignedLogarithmic)));

    [Fact]
    public void Read_OfWhatWasWritten_GivesTheSameHistogram()
    {
        byte[] written = Bytes(Filled(HistogramLayout.SignedLogarithmic, [.. Enumerable.Range(-50, 100).Select(i => i / 7.0)]));
        using BinaryReader reader = new(new MemoryStream(written));

        QuantileHistogram read = QuantileHistogram.Read(reader, HistogramLayout.SignedLogarithmic);

        Assert.Equal(100, read.Count);
        Assert.Equal(written, Bytes(read));
    }

    [Fact]
    public void Read_OfABinThatDoesNotExist_IsRefused()
    {
        using BinaryReader reader = new(new MemoryStream([1, 0xE9, 0x07, 1])); // bin 1001 of 0…1000

        Assert.Throws<InvalidDataException>(() => QuantileHistogram.Read(reader, HistogramLayout.UnitInterval));
    }

    [Fact]
    public void Add_DoesNotAllocate()
    {
        QuantileHistogram histogram = new(HistogramLayout.SignedLogarithmic);
        histogram.Add(0.5);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            histogram.Add((i - 500) * 1e-3);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static IEnumerable<double> Sorted(Random random, int count, Func<Random, double> draw) =>
        Enumerable.Range(0, count).Select(_ => draw(random)).Order();

    private static QuantileHistogram Filled(HistogramLayout layout, double[] values)
    {
        QuantileHistogram histogram = new(layout);
        foreach (double value in values)
        {
            histogram.Add(value);
        }

        return histogram;
    }

    private static byte[] Bytes(QuantileHistogram histogram)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        histogram.Write(writer);
        writer.Flush();
        return stream.ToArray();
    }
}
