using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Tests.Performance;

public class OrderedTreeTests
{
    [Fact]
    public void Fold_OfAnyOrderOfArrival_GivesTheBitsOfTheFixedTree() =>
        Prop.ForAll(Studies(), study =>
        {
            OrderedTree<Sum> tree = new();
            foreach (int leaf in study.Arrival)
            {
                tree.Add(0, leaf, new Sum(study.Leaves[leaf]));
            }

            return (BitsOf(tree) == BitsOf(TreeSum(study.Leaves))).Label("same bits").Collect(study.Leaves.Length / 16);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Fold_OfTheNodesOfShards_GivesTheBitsOfTheFixedTree() =>
        Prop.ForAll(Studies(), study =>
        {
            // Shards end anywhere, and their nodes arrive in any order.
            int[] borders = [0, .. study.Arrival.Take(3).Order(), study.Leaves.Length];
            List<TreeNode<Sum>> stored = [];
            foreach ((int first, int end) in borders.Zip(borders.Skip(1)))
            {
                OrderedTree<Sum> shard = new();
                foreach (int leaf in study.Arrival.Where(leaf => leaf >= first && leaf < end))
                {
                    shard.Add(0, leaf, new Sum(study.Leaves[leaf]));
                }

                stored.AddRange(shard.Nodes);
            }

            OrderedTree<Sum> merged = new();
            foreach (TreeNode<Sum> node in stored.OrderBy(node => study.Arrival[node.FirstLeaf]))
            {
                merged.Add(node.Level, node.Index, node.Sums);
            }

            return BitsOf(merged) == BitsOf(TreeSum(study.Leaves));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Fold_OfHugeAndSmallNumbers_IsNotTheSumInSequence()
    {
        // Shows that the properties above could fail: 1e16 + 1 is 1e16, but 1 + 1 survives.
        double[] leaves = [1e16, 1, 1, 1];
        OrderedTree<Sum> tree = new();
        for (int i = 0; i < leaves.Length; i++)
        {
            tree.Add(0, i, new Sum(leaves[i]));
        }

        Assert.Equal(1e16 + 2, tree.Fold()!.Value);
        Assert.Equal(1e16, leaves.Aggregate((sum, leaf) => sum + leaf));
    }

    [Fact]
    public void Fold_OfSevenLeaves_JoinsFromTheSmallestNodeToTheLargest()
    {
        OrderedTree<Spelling> tree = new();
        foreach (int leaf in (int[])[6, 2, 0, 5, 1, 4, 3])
        {
            tree.Add(0, leaf, new Spelling($"{leaf}"));
        }

        Assert.Equal("(((01)(23))((45)6))", tree.Fold()!.Text);
    }

    [Fact]
    public void Fold_OfAShardInTheMiddle_TakesAnOnlyChildAsItsParent()
    {
        OrderedTree<Spelling> tree = new();
        foreach (int leaf in (int[])[3, 4, 5, 6])
        {
            tree.Add(0, leaf, new Spelling($"{leaf}"));
        }

        Assert.Equal("(3((45)6))", tree.Fold()!.Text);
    }

    [Fact]
    public void Fold_InTheMidstOfAStudy_ChangesNothing()
    {
        OrderedTree<Spelling> tree = new();
        for (int leaf = 0; leaf < 8; leaf++)
        {
            tree.Add(0, leaf, new Spelling($"{leaf}"));
            tree.Fold();
        }

        Assert.Equal("(((01)(23))((45)(67)))", tree.Fold()!.Text);
    }

    [Fact]
    public void Fold_OfAnEmptyTree_IsNull() => Assert.Null(new OrderedTree<Sum>().Fold());

    [Fact]
    public void Add_OfLeavesInOrder_HoldsOneNodePerBinaryDigit()
    {
        OrderedTree<Sum> tree = new();
        for (int leaf = 0; leaf < 1000; leaf++)
        {
            tree.Add(0, leaf, new Sum(1));
            Assert.Equal(int.PopCount(leaf + 1), tree.Nodes.Count);
            Assert.Equal(leaf + 1, tree.LeavesFromStart);
        }
    }

    [Fact]
    public void LeavesFromStart_WithAGap_EndsBeforeTheGap()
    {
        OrderedTree<Sum> tree = new();
        tree.Add(2, 0, new Sum(1));
        tree.Add(0, 5, new Sum(1));

        Assert.Equal(4, tree.LeavesFromStart);
    }

    [Theory]
    [InlineData(0, 5)] // the leaf itself
    [InlineData(2, 1)] // an ancestor of it
    [InlineData(1, 4)] // the very node
    [InlineData(0, 9)] // a leaf below a node
    public void Add_OfLeavesThatAreThere_IsRefused(int level, long index)
    {
        OrderedTree<Sum> tree = new();
        tree.Add(0, 5, new Sum(1));
        tree.Add(1, 4, new Sum(1));

        Assert.Throws<InvalidOperationException>(() => tree.Add(level, index, new Sum(1)));
        Assert.Equal(2, tree.Nodes.Count);
    }

    [Fact]
    public void Add_WithRelease_HandsBackWhatWasJoined()
    {
        List<Sum> released = [];
        OrderedTree<Sum> tree = new(released.Add);
        for (int leaf = 0; leaf < 64; leaf++)
        {
            tree.Add(0, leaf, new Sum(1));
        }

        Assert.Equal(63, released.Distinct().Count());
        Assert.DoesNotContain(tree.Nodes[0].Sums, released);
    }

    // 1 to 80 leaves whose magnitudes differ so much that another order of additions gives other bits; and a permutation of the leaves.
    private static Arbitrary<ShuffledStudy> Studies() =>
        (from count in Gen.Choose(1, 80)
         from mantissas in Gen.Choose(-1_000_000, 1_000_000).ArrayOf(count)
         from exponents in Gen.Choose(-20, 20).ArrayOf(count)
         from arrival in Gen.Shuffle(Enumerable.Range(0, count).ToArray())
         select new ShuffledStudy([.. mantissas.Zip(exponents, (m, e) => m * Math.Pow(2, e) / 3)], arrival)).ToArbitrary();

    private static long BitsOf(OrderedTree<Sum> tree) => BitConverter.DoubleToInt64Bits(tree.Fold()!.Value);

    private static long BitsOf(double value) => BitConverter.DoubleToInt64Bits(value);

    // The definition: pairs of neighbours, level by level; an only child stands for its parent.
    private static double TreeSum(double[] level)
    {
        while (level.Length > 1)
        {
            level = [.. level.Chunk(2).Select(pair => pair.Length == 2 ? pair[0] + pair[1] : pair[0])];
        }

        return level[0];
    }

    private sealed record ShuffledStudy(double[] Leaves, int[] Arrival);

    private sealed class Sum(double value) : IJoinable<Sum>
    {
        public double Value { get; private set; } = value;

        public void Append(Sum next) => Value += next.Value;

        public Sum Copy() => new(Value);
    }

    private sealed class Spelling(string text) : IJoinable<Spelling>
    {
        public string Text { get; private set; } = text;

        public void Append(Spelling next) => Text = $"({Text}{next.Text})";

        public Spelling Copy() => new(Text);
    }
}
