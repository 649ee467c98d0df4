using System.Collections.Immutable;
using MathNet.Numerics.Statistics;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Tests.Performance;

public class JointSumsTests
{
    private const Decision No = Decision.NotRejected;
    private const Decision Yes = Decision.Rejected;

    private static readonly ImmutableArray<string> s_tests = ["therapist-variance", "linear", "curve"];

    [Fact]
    public void PatternRows_NameEveryPatternWithTheFirstTestFirst()
    {
        JointSums sums = new(s_tests);
        sums.Add([No, No, Yes]);
        sums.Add([No, No, Yes]);
        sums.Add([Yes, No, No]);
        sums.Add([No, Decision.NotMade, Yes]);

        JointRow[] rows = sums.PatternRows(scenario: 7);

        Assert.Equal(8, rows.Length);
        Assert.Equal("therapist-variance=0;linear=0;curve=0", rows[0].Pattern);
        Assert.Equal("therapist-variance=0;linear=0;curve=1", rows[1].Pattern);
        Assert.Equal("therapist-variance=1;linear=0;curve=0", rows[4].Pattern);
        Assert.Equal([0, 3, 0, 0, 1, 0, 0, 0], rows.Select(row => row.Count));
        Assert.Equal(1, rows.Sum(row => row.Share), 12);
        Assert.All(rows, row => Assert.Equal((7, 4L, 1L), (row.Scenario, row.Replicates, row.Failures)));
        Assert.All(rows, row => Assert.True(row.Mcse > 0 && row.ConfHigh > row.ConfLow));
    }

    [Fact]
    public void PairRows_GiveThe2By2TableOfEachPair()
    {
        JointSums sums = new(s_tests);
        Add(sums, 5, Yes, Yes, No);
        Add(sums, 3, Yes, No, No);
        Add(sums, 1, No, Yes, Yes);
        Add(sums, 11, No, No, No);

        JointPairRow[] rows = sums.PairRows(scenario: 1);

        Assert.Equal(
            [("therapist-variance", "linear"), ("therapist-variance", "curve"), ("linear", "curve")], rows.Select(row => (row.A, row.B)));
        Assert.Equal((5L, 3L, 1L, 11L), (rows[0].Both, rows[0].OnlyA, rows[0].OnlyB, rows[0].Neither));
        Assert.Equal((0L, 8L, 1L, 11L), (rows[1].Both, rows[1].OnlyA, rows[1].OnlyB, rows[1].Neither));
        Assert.Equal(0.1, rows[0].Difference, 12);
        Assert.Equal(Math.Sqrt((0.4 + 0.3 - (2 * 0.25) - 0.01) / 20), rows[0].DifferenceMcse, 12); // p_a = 8/20, p_b = 6/20, p_ab = 5/20
    }

    [Theory]
    [InlineData(0, 0, 1000, 0.000998004)] // of ½, ½ and 1,001 replicates: √((1/1002)/1002)
    [InlineData(1000, 0, 1000, 0.001727443)] // of 1,000½, ½ and 1: √((1001/1002 − (1000/1002)²)/1002)
    [InlineData(0, 1000, 1000, 0.001727443)]
    public void PairedDifference_WithoutVariation_HasNoMcseOfZero(long onlyA, long onlyB, long replicates, double mcse)
    {
        MonteCarloEstimate difference = PairedDifference.Of(onlyA, onlyB, replicates);

        Assert.Equal((onlyA - onlyB) / (double)replicates, difference.Value);
        Assert.Equal(mcse, difference.Mcse, 8);
        Assert.InRange(difference.Value, difference.ConfLow, difference.ConfHigh);
        Assert.InRange(difference.ConfHigh - difference.ConfLow, 2 * mcse, 4 * mcse);
        Assert.True(difference.ConfLow >= -1 && difference.ConfHigh <= 1);
    }

    // 400 studies of 200 replicates: the SD over studies has a relative standard error of 3.5 %, so that a correct formula fails with
    // probability 1e-6. Without the pairing the MCSE would be 1.5 times as large here.
    [Fact]
    public void PairedDifference_Mcse_IsItsStandardDeviationOverStudies()
    {
        Random random = new(20260102);
        MonteCarloEstimate[] differences = [.. Enumerable.Range(0, 400).Select(_ =>
        {
            JointSums sums = new(["a", "b"]);
            for (int replicate = 0; replicate < 200; replicate++)
            {
                double z = random.NextDouble();
                double other = random.NextDouble();
                sums.Add([z < 0.5 ? Yes : No, (other < 0.7 ? z : random.NextDouble()) < 0.4 ? Yes : No]);
            }

            JointPairRow row = sums.PairRows(1).Single();
            return new MonteCarloEstimate(row.Difference, row.DifferenceMcse, row.ConfLow, row.ConfHigh);
        })];

        double ratio = differences.Select(d => d.Mcse).RootMeanSquare() / differences.Select(d => d.Value).StandardDeviation();

        Assert.InRange(ratio, 1 / 1.19, 1.19);
    }

    [Fact]
    public void Append_AddsThePatternsOfTheNextReplicates()
    {
        JointSums first = new(s_tests);
        JointSums second = new(s_tests);
        Add(first, 2, Yes, No, No);
        Add(second, 3, Yes, No, No);
        second.Add([No, No, Decision.NotMade]);

        first.Append(second);

        Assert.Equal((6L, 1L), (first.Replicates, first.Failures));
        Assert.Equal(5, first.PatternRows(1)[4].Count);
        Assert.Equal(4, second.Copy().Replicates);
    }

    [Fact]
    public void Append_OfOtherTests_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => new JointSums(s_tests).Append(new JointSums(["linear", "curve", "own"])));

    [Fact]
    public void Read_OfWhatWasWritten_GivesTheSameRows()
    {
        JointSums sums = new(s_tests);
        Add(sums, 4, Yes, No, Yes);
        sums.Add([No, Decision.NotMade, Yes]);
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        sums.Write(writer);
        stream.Position = 0;
        using BinaryReader reader = new(stream);

        Assert.Equal(sums.PatternRows(1), JointSums.Read(reader, s_tests).PatternRows(1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Constructor_AcceptsTwoToSixTests(int tests) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new JointSums([.. Enumerable.Repeat("test", tests)]));

    [Fact]
    public void Add_OfTooFewDecisions_IsRefused() => Assert.Throws<ArgumentException>(() => new JointSums(s_tests).Add([Yes, No]));

    [Fact]
    public void Add_DoesNotAllocate()
    {
        JointSums sums = new(s_tests);
        Decision[] decisions = [Yes, No, Yes];
        sums.Add(decisions);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            sums.Add(decisions);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Add(JointSums sums, int times, params Decision[] decisions)
    {
        for (int i = 0; i < times; i++)
        {
            sums.Add(decisions);
        }
    }
}
