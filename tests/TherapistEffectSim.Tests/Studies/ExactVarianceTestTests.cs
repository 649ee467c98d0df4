using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

public sealed class ExactVarianceTestTests
{
    private static readonly Method s_null = StudyFixture.Own(
        "null",
        "outcome ~ alliance_between + alliance_within + (1 | therapist)",
        StudyFixture.Variance(TestKind.FExact),
        StudyFixture.Variance(TestKind.RlrtMixture),
        StudyFixture.Variance(TestKind.RlrtExact));

    [Fact]
    public void RlrtExact_WithEqualCaseloads_HasThePValueOfTheFTest()
    {
        // Without a within column the eigenvalues are equal; an alliance deviation sums to 0 within therapists and leaves them so.
        List<ReplicateRow> rows = [];
        StudyFixture.Run(StudyFixture.Study(200, 5, [s_null], World(new FixedCaseload { Patients = 6 })), onReplicate: rows.Add);

        foreach (IGrouping<long, ReplicateRow> replicate in rows.GroupBy(row => row.Replicate))
        {
            double f = replicate.Single(row => row.Test == "f-exact").PValue;
            ReplicateRow exact = replicate.Single(row => row.Test == "rlrt-exact");
            Assert.Equal(exact.Statistic > 0 ? f : 1, exact.PValue, 1e-9);
        }
    }

    /// <summary>The size is the level, exactly, where the mixture's is .032 to .045. At 3,000 replicates a size of .028 or .077 would be seen 99 times in 100.</summary>
    [Fact]
    public void RlrtExact_WithUnequalCaseloadsAndNoVariance_KeepsItsLevel()
    {
        CellResult cell = StudyFixture.Run(StudyFixture.Study(3000, 6, [s_null], World(new DrawnCaseload { Mean = 6, Cv = 0.8 })))[0];

        double size = cell.Measure("null", "var(therapist)", "rlrt-exact", "rejection_rate").Value!.Value;
        double mixture = cell.Measure("null", "var(therapist)", "rlrt-mixture", "rejection_rate").Value!.Value;
        double error = Math.Sqrt(0.05 * 0.95 / 3000); // 4.9 of them: a false alarm in a million
        Assert.InRange(size, 0.05 - (4.9 * error), 0.05 + (4.9 * error));
        Assert.True(mixture < size, $"mixture {mixture}, exact {size}");
    }

    [Fact]
    public void RlrtExact_WithOneLaneAndWithEight_IsTheSame()
    {
        Study study = StudyFixture.Study(128, 7, [s_null], World(new DrawnCaseload { Mean = 6, Cv = 0.8 }));
        List<ReplicateRow> narrow = [];
        List<ReplicateRow> wide = [];

        StudyFixture.Run(study, threads: 1, lanes: 1, onReplicate: narrow.Add);
        StudyFixture.Run(study, threads: 2, lanes: 8, onReplicate: wide.Add);

        Assert.Equal(narrow.Select(row => row.PValue), wide.Select(row => row.PValue));
    }

    private static Scenario World(Caseload caseload) => StudyFixture.ScoresWorld(12, 6, 0, 0, 0, 0) with
    {
        Trial = new() { Therapists = 12, Caseload = caseload },
    };
}
