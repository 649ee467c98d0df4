namespace TherapistEffectSim.Performance;

/// <summary>Sums over the leaves [index·2^level, (index+1)·2^level).</summary>
/// <typeparam name="T">The sums.</typeparam>
/// <param name="Level">0 for a leaf.</param>
/// <param name="Index">Position among the nodes of this level, from 0.</param>
/// <param name="Sums">The sums over these leaves.</param>
internal readonly record struct TreeNode<T>(int Level, long Index, T Sums)
{
    public long FirstLeaf => Index << Level;

    public long EndLeaf => (Index + 1) << Level;
}

/// <summary>Joins the sums of leaves by a fixed binary tree over the leaf index, whatever the order in which they arrive.</summary>
/// <remarks>
/// <para>
/// A leaf is <see cref="ReplicatesPerLeaf"/> consecutive replicates. The node (level, index) is the sum of its two children, left + right,
/// so that a sum of doubles has the same bits for any order of arrival, number of threads and split into shards. Nodes of any level are
/// accepted: a shard stores its nodes and another process adds them. A pair is joined as soon as both are there; with leaves that arrive
/// nearly in order the tree holds O(log leaves) nodes.
/// </para>
/// <para>Not thread-safe: the caller locks. The tree owns the sums given to it and changes them.</para>
/// </remarks>
/// <typeparam name="T">The sums.</typeparam>
/// <param name="released">Called with sums that the tree no longer needs, so that their memory can be used again.</param>
internal sealed class OrderedTree<T>(Action<T>? released = null)
    where T : class, IJoinable<T>
{
    public const int ReplicatesPerLeaf = 64;

    private const int MaxLevel = 56; // first replicate of any leaf still fits a long

    private readonly List<TreeNode<T>> _nodes = []; // disjoint, ascending

    /// <summary>The nodes held, by ascending leaves: what a shard or a checkpoint stores.</summary>
    public IReadOnlyList<TreeNode<T>> Nodes => _nodes;

    /// <summary>Leaves 0, 1, … without a gap: how far the study is complete.</summary>
    public long LeavesFromStart
    {
        get
        {
            long end = 0;
            foreach (TreeNode<T> node in _nodes)
            {
                if (node.FirstLeaf != end)
                {
                    break;
                }

                end = node.EndLeaf;
            }

            return end;
        }
    }

    /// <summary>Adds a node and joins it upwards with the siblings that are there.</summary>
    /// <param name="level">0 for a leaf.</param>
    /// <param name="index">Position among the nodes of this level, from 0.</param>
    /// <param name="sums">The sums over the node's leaves; from now on the tree's.</param>
    /// <exception cref="InvalidOperationException">Some of the leaves are already there: a replicate must never count twice.</exception>
    public void Add(int level, long index, T sums)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, MaxLevel);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, 1L << (MaxLevel - level));

        TreeNode<T> node = new(level, index, sums);
        int place = PlaceOf(node.FirstLeaf);
        if ((place > 0 && _nodes[place - 1].EndLeaf > node.FirstLeaf)
            || (place < _nodes.Count && _nodes[place].FirstLeaf < node.EndLeaf))
        {
            throw new InvalidOperationException(
                $"The leaves {node.FirstLeaf} to {node.EndLeaf - 1} are at least partly in the tree already.");
        }

        _nodes.Insert(place, node);
        while (TryJoinWithSibling(ref place))
        {
            // each round goes one level up
        }
    }

    /// <summary>The sum over all leaves held; <see langword="null"/> if there are none. The tree stays as it is.</summary>
    /// <remarks>
    /// The parent of a child without sibling is that child. For the leaves [0, L) this joins the aligned nodes from right to left,
    /// from the smallest to the largest.
    /// </remarks>
    public T? Fold() => _nodes.Count == 0 ? null : Fold(0, _nodes.Count);

    private T Fold(int first, int end)
    {
        if (end - first == 1)
        {
            return _nodes[first].Sums.Copy();
        }

        // The root of the smallest subtree with both ends splits where the highest bit differs.
        long lastFirstLeaf = _nodes[end - 1].FirstLeaf;
        int bit = 63 - (int)long.LeadingZeroCount(_nodes[first].FirstLeaf ^ lastFirstLeaf);
        int middle = PlaceOf((lastFirstLeaf >> bit) << bit);
        T left = Fold(first, middle);
        T right = Fold(middle, end);
        left.Append(right);
        released?.Invoke(right);
        return left;
    }

    private bool TryJoinWithSibling(ref int place)
    {
        TreeNode<T> node = _nodes[place];
        int left = (node.Index & 1) == 0 ? place : place - 1;
        if (left < 0 || left + 1 >= _nodes.Count)
        {
            return false;
        }

        TreeNode<T> first = _nodes[left];
        TreeNode<T> second = _nodes[left + 1];
        if (first.Level != second.Level || first.Index >> 1 != second.Index >> 1)
        {
            return false;
        }

        first.Sums.Append(second.Sums);
        released?.Invoke(second.Sums);
        _nodes[left] = new TreeNode<T>(first.Level + 1, first.Index >> 1, first.Sums);
        _nodes.RemoveAt(left + 1);
        place = left;
        return true;
    }

    /// <summary>Number of nodes that start before <paramref name="leaf"/>.</summary>
    private int PlaceOf(long leaf)
    {
        int low = 0;
        int high = _nodes.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_nodes[middle].FirstLeaf < leaf)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
