using System.Runtime.Intrinsics;

namespace TherapistEffectSim.Randomness;

/// <summary>Sixteen doubles that every lane can look up by its own index.</summary>
internal sealed class LaneTable
{
    private readonly double[] _values;

    /// <param name="values">Exactly 16 numbers.</param>
    public LaneTable(ReadOnlySpan<double> values)
    {
        if (values.Length != 16)
        {
            throw new ArgumentException($"A lane table has 16 entries, but {values.Length} were given.", nameof(values));
        }

        _values = values.ToArray();
        Low = Vector512.Create<double>(values[..8]);
        High = Vector512.Create<double>(values[8..]);
    }

    /// <summary>Entries 0 to 7.</summary>
    public Vector512<double> Low { get; }

    /// <summary>Entries 8 to 15.</summary>
    public Vector512<double> High { get; }

    /// <summary>Entry at the low four bits of <paramref name="index"/>.</summary>
    public double this[ulong index] => _values[(int)(index & 15)];
}
