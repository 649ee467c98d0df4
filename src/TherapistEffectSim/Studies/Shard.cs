using System.Globalization;

namespace TherapistEffectSim.Studies;

/// <summary>One of several parts into which the replicates of every scenario are split, at borders of leaves of 64.</summary>
public readonly record struct Shard
{
    /// <summary>Most parts.</summary>
    public const int Most = 100_000;

    /// <summary>A part.</summary>
    /// <param name="number">Which, from 1.</param>
    /// <param name="count">Number of parts, at most <see cref="Most"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such part.</exception>
    public Shard(int number, int count)
    {
        if (count is < 1 or > Most || number < 1 || number > count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(number),
                string.Create(CultureInfo.InvariantCulture, $"A shard must be K/M with 1 <= K <= M <= {Most}, but was {number}/{count}."));
        }

        Number = number;
        Count = count;
    }

    /// <summary>All replicates.</summary>
    public static Shard Whole { get; } = new(1, 1);

    /// <summary>Which part, from 1.</summary>
    public int Number { get; }

    /// <summary>Number of parts.</summary>
    public int Count { get; }

    /// <summary>Most parts into which so many replicates can be split with a leaf in each.</summary>
    public static long MostOf(long replicates) => LeavesOf(replicates);

    /// <summary>The replicates of the part.</summary>
    /// <param name="replicates">Replicates of a scenario.</param>
    public ReplicateRange ReplicatesOf(long replicates)
    {
        (long first, long end) = Leaves(LeavesOf(replicates));
        return new(first * LeafValues.Capacity, Math.Min(end * LeafValues.Capacity, replicates));
    }

    /// <summary>3/7.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Count}");

    /// <summary>First leaf of the part, and the leaf after its last.</summary>
    internal (long First, long End) Leaves(long leaves) => (leaves * (Number - 1) / Count, leaves * Number / Count);

    private static long LeavesOf(long replicates) => (replicates + LeafValues.Capacity - 1) / LeafValues.Capacity;
}
