using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace TherapistEffectSim.Studies;

/// <summary>Elementwise arithmetic and comparisons over the replicates of a leaf; masks have a bit per replicate, the first the lowest.</summary>
/// <remarks>Only operations that IEEE 754 rounds exactly: the results do not depend on the width of the registers. Spans hold a whole leaf.</remarks>
internal static class LeafComparisons
{
    private const int Step = 4;

    /// <summary>target = (numerators − shift)/denominators.</summary>
    public static void Ratios(ReadOnlySpan<double> numerators, double shift, ReadOnlySpan<double> denominators, Span<double> target)
    {
        ReadOnlySpan<Vector256<double>> upper = Vectors(numerators);
        ReadOnlySpan<Vector256<double>> lower = Vectors(denominators);
        Span<Vector256<double>> ratios = MemoryMarshal.Cast<double, Vector256<double>>(target);
        Vector256<double> shifts = Vector256.Create(shift);
        for (int i = 0; i < ratios.Length && i < upper.Length && i < lower.Length; i++)
        {
            ratios[i] = (upper[i] - shifts) / lower[i];
        }
    }

    /// <summary>target = left · right.</summary>
    public static void Products(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> target)
    {
        ReadOnlySpan<Vector256<double>> x = Vectors(left);
        ReadOnlySpan<Vector256<double>> y = Vectors(right);
        Span<Vector256<double>> products = MemoryMarshal.Cast<double, Vector256<double>>(target);
        for (int i = 0; i < products.Length && i < x.Length && i < y.Length; i++)
        {
            products[i] = x[i] * y[i];
        }
    }

    /// <summary>target = θ/(1 + θ).</summary>
    public static void Shares(ReadOnlySpan<double> theta, Span<double> target)
    {
        ReadOnlySpan<Vector256<double>> x = Vectors(theta);
        Span<Vector256<double>> shares = MemoryMarshal.Cast<double, Vector256<double>>(target);
        for (int i = 0; i < shares.Length && i < x.Length; i++)
        {
            shares[i] = x[i] / (Vector256<double>.One + x[i]);
        }
    }

    /// <summary>target = max(0, left − right).</summary>
    public static void PositiveDifferences(ReadOnlySpan<double> left, ReadOnlySpan<double> right, Span<double> target)
    {
        ReadOnlySpan<Vector256<double>> x = Vectors(left);
        ReadOnlySpan<Vector256<double>> y = Vectors(right);
        Span<Vector256<double>> differences = MemoryMarshal.Cast<double, Vector256<double>>(target);
        for (int i = 0; i < differences.Length && i < x.Length && i < y.Length; i++)
        {
            Vector256<double> difference = x[i] - y[i];
            differences[i] = Vector256.ConditionalSelect(Vector256.LessThan(difference, Vector256<double>.Zero), Vector256<double>.Zero, difference);
        }
    }

    /// <summary>Where values are above a bound; never for NaN.</summary>
    public static ulong Above(ReadOnlySpan<double> values, double bound)
    {
        ReadOnlySpan<Vector256<double>> x = Vectors(values);
        Vector256<double> bounds = Vector256.Create(bound);
        ulong mask = 0;
        for (int i = 0; i < x.Length; i++)
        {
            mask |= (ulong)Vector256.GreaterThan(x[i], bounds).ExtractMostSignificantBits() << (Step * i);
        }

        return mask;
    }

    /// <summary>Where values are below a bound; never for NaN.</summary>
    public static ulong Below(ReadOnlySpan<double> values, double bound)
    {
        ReadOnlySpan<Vector256<double>> x = Vectors(values);
        Vector256<double> bounds = Vector256.Create(bound);
        ulong mask = 0;
        for (int i = 0; i < x.Length; i++)
        {
            mask |= (ulong)Vector256.LessThan(x[i], bounds).ExtractMostSignificantBits() << (Step * i);
        }

        return mask;
    }

    /// <summary>Where values equal a number; never for NaN.</summary>
    public static ulong Equal(ReadOnlySpan<double> values, double number)
    {
        ReadOnlySpan<Vector256<double>> x = Vectors(values);
        Vector256<double> numbers = Vector256.Create(number);
        ulong mask = 0;
        for (int i = 0; i < x.Length; i++)
        {
            mask |= (ulong)Vector256.Equals(x[i], numbers).ExtractMostSignificantBits() << (Step * i);
        }

        return mask;
    }

    /// <summary>Where values are NaN.</summary>
    public static ulong Missing(ReadOnlySpan<double> values)
    {
        ReadOnlySpan<Vector256<double>> x = Vectors(values);
        ulong mask = 0;
        for (int i = 0; i < x.Length; i++)
        {
            mask |= (ulong)(~Vector256.Equals(x[i], x[i])).ExtractMostSignificantBits() << (Step * i);
        }

        return mask;
    }

    /// <summary>Where −b₁/(2b₂) is between lowest and highest; never where b₂ = 0.</summary>
    public static ulong VertexInside(ReadOnlySpan<double> linear, ReadOnlySpan<double> square, ReadOnlySpan<double> lowest, ReadOnlySpan<double> highest)
    {
        ReadOnlySpan<Vector256<double>> b1 = Vectors(linear);
        ReadOnlySpan<Vector256<double>> b2 = Vectors(square);
        ReadOnlySpan<Vector256<double>> low = Vectors(lowest);
        ReadOnlySpan<Vector256<double>> high = Vectors(highest);
        ulong mask = 0;
        for (int i = 0; i < b1.Length && i < b2.Length && i < low.Length && i < high.Length; i++)
        {
            Vector256<double> vertex = -b1[i] / (b2[i] + b2[i]);
            Vector256<double> inside = Vector256.GreaterThanOrEqual(vertex, low[i]) & Vector256.LessThanOrEqual(vertex, high[i]);
            mask |= (ulong)inside.ExtractMostSignificantBits() << (Step * i);
        }

        return mask;
    }

    /// <summary>Smallest and largest value over some replicates, of which there must be at least one; both NaN if any of them is NaN.</summary>
    public static (double Smallest, double Largest) Range(ulong replicates, ReadOnlySpan<double> values)
    {
        double smallest = double.PositiveInfinity;
        double largest = double.NegativeInfinity;
        if (replicates == ulong.MaxValue)
        {
            ReadOnlySpan<Vector256<double>> x = Vectors(values);
            Vector256<double> low = x[0];
            Vector256<double> high = x[0];
            for (int i = 1; i < x.Length; i++)
            {
                low = Vector256.Min(low, x[i]); // NaN spreads
                high = Vector256.Max(high, x[i]);
            }

            for (int k = 0; k < Step; k++)
            {
                smallest = Math.Min(smallest, low[k]);
                largest = Math.Max(largest, high[k]);
            }

            return (smallest, largest);
        }

        for (ulong left = replicates; left != 0; left &= left - 1)
        {
            double value = values[BitOperations.TrailingZeroCount(left)];
            smallest = Math.Min(smallest, value);
            largest = Math.Max(largest, value);
        }

        return (smallest, largest);
    }

    private static ReadOnlySpan<Vector256<double>> Vectors(ReadOnlySpan<double> values) => MemoryMarshal.Cast<double, Vector256<double>>(values);
}
