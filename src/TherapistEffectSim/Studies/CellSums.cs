using System.Collections.Immutable;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>The sums of some leaves of one scenario: nodes of the tree over its leaves, and the histograms of the same leaves. Not thread-safe.</summary>
internal sealed class CellSums
{
    private readonly ScenarioPlan _plan;
    private readonly Stack<LeafSums> _spare = new();
    private OrderedTree<LeafSums> _tree;

    public CellSums(ScenarioPlan plan)
    {
        _plan = plan;
        _tree = new(Release);
        Errors = [.. plan.Terms.Select(t => t.TrueValue is null ? null : new QuantileHistogram(HistogramLayout.SignedLogarithmic))];
        Iccs = [.. plan.Terms.Select(t => t.IsVariance ? new QuantileHistogram(HistogramLayout.UnitInterval) : null)];
    }

    /// <summary>[term] Of estimate minus true value; <see langword="null"/> where there is none.</summary>
    public QuantileHistogram?[] Errors { get; }

    /// <summary>[term] Of intraclass correlations; <see langword="null"/> for terms that are no variances.</summary>
    public QuantileHistogram?[] Iccs { get; }

    /// <summary>Whether there is no leaf.</summary>
    public bool IsEmpty => _tree.Nodes.Count == 0;

    /// <summary>The replicates.</summary>
    /// <param name="most">Replicates of the scenario, so that its last leaf may be an unfinished one.</param>
    public ImmutableArray<ReplicateRange> Replicates(long most)
    {
        ImmutableArray<ReplicateRange>.Builder ranges = ImmutableArray.CreateBuilder<ReplicateRange>();
        foreach (TreeNode<LeafSums> node in _tree.Nodes)
        {
            ReplicateRange range = new(node.FirstLeaf * LeafValues.Capacity, Math.Min(node.EndLeaf * LeafValues.Capacity, most));
            if (ranges.Count > 0 && ranges[^1].End == range.First)
            {
                ranges[^1] = new(ranges[^1].First, range.End);
            }
            else
            {
                ranges.Add(range);
            }
        }

        return ranges.ToImmutable();
    }

    /// <summary>Empty sums, to be filled for <see cref="Add"/>.</summary>
    public LeafSums Empty() => _spare.Count > 0 ? _spare.Pop() : new(_plan);

    /// <summary>Adds the sums of a leaf. Its values have to be added to the histograms, too.</summary>
    public void Add(long leaf, LeafSums sums) => _tree.Add(0, leaf, sums);

    /// <summary>The sums over all leaves; <see langword="null"/> without a leaf.</summary>
    public LeafSums? Fold() => _tree.Fold();

    /// <summary>Hands everything over and is empty again. Takes sums in return that the other no longer needs.</summary>
    public void MoveTo(CellSums other)
    {
        foreach (TreeNode<LeafSums> node in _tree.Nodes)
        {
            other._tree.Add(node.Level, node.Index, node.Sums);
        }

        _tree = new(Release);
        Move(Errors, other.Errors);
        Move(Iccs, other.Iccs);
        while (other._spare.Count > 0)
        {
            _spare.Push(other._spare.Pop());
        }
    }

    /// <summary>Writes nodes and histograms, bit for bit.</summary>
    public void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_tree.Nodes.Count);
        foreach (TreeNode<LeafSums> node in _tree.Nodes)
        {
            writer.Write((byte)node.Level);
            writer.Write(node.Index);
            node.Sums.Write(writer);
        }

        foreach (QuantileHistogram? histogram in Errors.Concat(Iccs))
        {
            histogram?.Write(writer);
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote, into empty sums.</summary>
    /// <exception cref="InvalidDataException">It is of another plan, or of other replicates.</exception>
    public static CellSums Read(BinaryReader reader, ScenarioPlan plan, ImmutableArray<ReplicateRange> replicates)
    {
        CellSums sums = new(plan);
        int nodes = reader.Read7BitEncodedInt();
        long counted = 0;
        for (int i = 0; i < nodes; i++)
        {
            int level = reader.ReadByte();
            long index = reader.ReadInt64();
            LeafSums node = LeafSums.Read(reader, plan);
            counted += node.Sizes[0].Replicates;
            sums._tree.Add(level, index, node);
        }

        Read(reader, sums.Errors, HistogramLayout.SignedLogarithmic);
        Read(reader, sums.Iccs, HistogramLayout.UnitInterval);
        if (counted != replicates.Sum(r => r.Count) || !sums.Replicates(replicates[^1].End).SequenceEqual(replicates))
        {
            throw new InvalidDataException($"Sums said to be over {replicates.Sum(r => r.Count)} replicates are over {counted}.");
        }

        return sums;
    }

    private static void Read(BinaryReader reader, QuantileHistogram?[] histograms, HistogramLayout layout)
    {
        for (int t = 0; t < histograms.Length; t++)
        {
            histograms[t]?.Append(QuantileHistogram.Read(reader, layout));
        }
    }

    private static void Move(QuantileHistogram?[] from, QuantileHistogram?[] to)
    {
        for (int t = 0; t < from.Length; t++)
        {
            if (from[t] is { } part)
            {
                to[t]!.Append(part);
                part.Clear();
            }
        }
    }

    private void Release(LeafSums sums)
    {
        sums.Clear();
        _spare.Push(sums);
    }
}
