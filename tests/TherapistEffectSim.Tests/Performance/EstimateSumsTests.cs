using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Tests.Performance;

public class EstimateSumsTests
{
    private static readonly TestOutcome s_rejected = new(TermStatus.Ok, 0.7, 0.2, Decision.Rejected, IntervalCoverage.Covered);

    [Fact]
    public void Add_OfFailedTerms_CountsReplicatesAndFailuresButNoEstimates()
    {
        EstimateSums sums = SimulatedOutcomes.Sum(
            [
                s_rejected,
                s_rejected with { Status = TermStatus.Singular },
                TestOutcome.Failed(TermStatus.Dropped),
                TestOutcome.Failed(TermStatus.NotEstimable),
                TestOutcome.Failed(TermStatus.NotConverged),
            ],
            trueValue: 0.5);

        Assert.Equal(5, sums.Replicates);
        Assert.Equal(2, sums.Estimates);
        Assert.Equal(3, sums.FailedEstimates);
        Assert.Equal(3, sums.FailedTests);
        Assert.Equal(2, sums.Rejections);
        Assert.All(Enum.GetValues<TermStatus>(), status => Assert.Equal(1, sums.Count(status)));
        Assert.Equal(0.4, PerformanceFormula.RejectionRate(sums).Value);
    }

    [Fact]
    public void Add_OfAnEstimateWithoutTest_CountsAFailedTestAndAnEstimate()
    {
        EstimateSums sums = SimulatedOutcomes.Sum([s_rejected, s_rejected with { Decision = Decision.NotMade }], trueValue: 0.5);

        Assert.Equal((2, 0, 1), (sums.Estimates, sums.FailedEstimates, sums.FailedTests));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Add_OfAnOkTermWithoutFiniteEstimate_IsAFaultOfTheProgram(double estimate)
    {
        EstimateSums sums = new(0.5);

        InvalidOperationException error =
            Assert.Throws<InvalidOperationException>(() => sums.Add(s_rejected with { Estimate = estimate }));

        Assert.Equal($"A term with status Ok has the estimate {estimate}.", error.Message);
        Assert.Equal(0, sums.Replicates);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.PositiveInfinity)]
    public void Add_OfAnImpossibleStandardError_IsAFaultOfTheProgram(double standardError) =>
        Assert.Throws<InvalidOperationException>(() => new EstimateSums(0.5).Add(s_rejected with { StandardError = standardError }));

    [Fact]
    public void Add_OfAFailedTermThatRejects_IsAFaultOfTheProgram() =>
        Assert.Throws<InvalidOperationException>(() => new EstimateSums(0.5).Add(s_rejected with { Status = TermStatus.NotConverged }));

    [Theory]
    [InlineData(0.5, 2, 1)]
    [InlineData(-0.5, 1, 2)]
    [InlineData(0.0, 0, 0)]
    public void Add_OfRejections_SortsThemByTheSignOfTheTrueValue(double trueValue, long trueSign, long wrongSign)
    {
        EstimateSums sums = SimulatedOutcomes.Sum([s_rejected, s_rejected, s_rejected with { Estimate = -0.7 }], trueValue);

        Assert.Equal((3, trueSign, wrongSign), (sums.Rejections, sums.RejectionsTrueSign, sums.RejectionsWrongSign));
    }

    [Fact]
    public void Append_OfOneReplicateAtATime_GivesTheBitsOfAdding()
    {
        TestOutcome[] outcomes = SimulatedOutcomes.DrawWithFailures(new Random(1), 200);
        EstimateSums appended = new(SimulatedOutcomes.TrueValue);
        foreach (TestOutcome outcome in outcomes)
        {
            appended.Append(SimulatedOutcomes.Sum([outcome], SimulatedOutcomes.TrueValue));
        }

        Assert.Equal(Bytes(SimulatedOutcomes.Sum(outcomes, SimulatedOutcomes.TrueValue)), Bytes(appended));
    }

    [Fact]
    public void Append_OfSumsAboutAnotherTrueValue_IsRefused() =>
        Assert.Throws<InvalidOperationException>(() => new EstimateSums(0.5).Append(new EstimateSums(null)));

    [Fact]
    public void Copy_ThenClearingTheOriginal_KeepsTheCopy()
    {
        EstimateSums sums = SimulatedOutcomes.Sum(SimulatedOutcomes.DrawWithFailures(new Random(2), 50), 0.2);
        byte[] before = Bytes(sums);

        EstimateSums copy = sums.Copy();
        sums.Clear();

        Assert.Equal(before, Bytes(copy));
        Assert.Equal(Bytes(new EstimateSums(0.2)), Bytes(sums));
    }

    [Fact]
    public void Read_OfWhatWasWritten_GivesTheSameBits()
    {
        byte[] written = Bytes(SimulatedOutcomes.Sum(SimulatedOutcomes.DrawWithFailures(new Random(3), 77), 0.2));
        using BinaryReader reader = new(new MemoryStream(written));

        EstimateSums read = EstimateSums.Read(reader, 0.2);

        Assert.Equal(written, Bytes(read));
        Assert.Equal(77, read.Replicates);
    }

    [Fact]
    public void Add_DoesNotAllocate()
    {
        TestOutcome[] outcomes = SimulatedOutcomes.DrawWithFailures(new Random(4), 1000);
        EstimateSums sums = new(SimulatedOutcomes.TrueValue);
        sums.Add(outcomes[0]);

        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (TestOutcome outcome in outcomes)
        {
            sums.Add(outcome);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static byte[] Bytes(EstimateSums sums)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        sums.Write(writer);
        writer.Flush();
        return stream.ToArray();
    }
}
