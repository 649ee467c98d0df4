using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.Generation;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>Patients who are summed while they are drawn give the statistics of patients who are kept, to the bit.</summary>
public sealed class PatientSummationTests
{
    // Odd and even caseloads, one patient, more words than are drawn at a time, and caseloads that differ.
    public static TheoryData<int[]> Caseloads() => [[7, 7, 7], [10, 10, 10, 10], [1, 1, 3], [700, 257, 256, 255, 2], [.. Enumerable.Range(1, 40)]];

    [Theory]
    [MemberData(nameof(Caseloads))]
    public void Run_OfACompleteWorld_SumsWhatWouldBeKept(int[] caseload)
    {
        World world = new(Worlds.Plain with { Trial = new() { Therapists = caseload.Length, Caseload = new ListedCaseload { Patients = [.. caseload] } } });
        TrialReduction<Lane4> summed = Reduction(world, keepPatients: false);
        TrialReduction<Lane4> kept = Reduction(world, keepPatients: true);
        Assert.Null(summed.Rows);
        Assert.NotNull(kept.Rows);
        foreach (long first in new long[] { 0, 4, 400 })
        {
            summed.Run(first);
            kept.Run(first);

            AssertSameBits(kept.Statistics.Means.Span, summed.Statistics.Means.Span);
            AssertSameBits(kept.Statistics.Within.Span, summed.Statistics.Within.Span);
            AssertSameBits(kept.Statistics.Analysed.Span, summed.Statistics.Analysed.Span);
        }
    }

    private static TrialReduction<Lane4> Reduction(World world, bool keepPatients)
    {
        AnalysisColumns columns = new(world);
        columns.Add(new ColumnExpression.Variable(GeneratedColumns.AllianceBetween));
        columns.Add(new ColumnExpression.Variable(GeneratedColumns.AllianceWithin));
        columns.AddVariable(GeneratedColumns.Outcome);
        if (keepPatients)
        {
            columns.RequirePatientRows();
        }

        return new(world, Worlds.Key, columns, Drawing.Patients);
    }

    private static void AssertSameBits(ReadOnlySpan<Lane4> expected, ReadOnlySpan<Lane4> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            for (int lane = 0; lane < Lane4.Width; lane++)
            {
                Assert.Equal(BitConverter.DoubleToUInt64Bits(expected[i][lane]), BitConverter.DoubleToUInt64Bits(found[i][lane]));
            }
        }
    }
}
