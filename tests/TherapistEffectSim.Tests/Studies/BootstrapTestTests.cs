using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.ClosedForms;
using Parsed = TherapistEffectSim.Formulas.Formula;

namespace TherapistEffectSim.Tests.Studies;

public sealed class BootstrapTestTests
{
    private const string Full = "outcome ~ alliance + therapist_score + (1 | therapist)";
    private const string Reduced = "outcome ~ alliance + (1 | therapist)";

    /// <summary>With equal caseloads the ratio is a function of F, and the bootstrap draws from its exact distribution.</summary>
    [Fact]
    public void Bootstrap_OfTheVarianceWithEqualCaseloads_IsTheFTest()
    {
        Method method = StudyFixture.Own(
            "null", "outcome ~ 1 + (1 | therapist)", StudyFixture.Variance(TestKind.FExact), StudyFixture.Variance(TestKind.Bootstrap), StudyFixture.Variance(TestKind.LrtMixture));

        foreach (ReplicateRow[] replicate in Rows(method, World(new FixedCaseload { Patients = 6 }), 300))
        {
            double f = replicate.Single(r => r.Test == "f-exact").PValue;
            ReplicateRow bootstrap = replicate.Single(r => r.Test == "bootstrap");
            Assert.Equal(replicate.Single(r => r.Test == "lrt-mixture").Statistic, bootstrap.Statistic);
            double expected = bootstrap.Statistic > 0 ? f : 1;
            Assert.InRange(bootstrap.PValue - expected, -(6 * Error(expected)) - 0.002, (6 * Error(expected)) + 0.002);
        }
    }

    [Fact]
    public void Outline_SaysWhatABootstrapRefits()
    {
        Method method = StudyFixture.Own(
            "both", Full, StudyFixture.Variance(TestKind.Bootstrap), StudyFixture.Variance(TestKind.LrtMixture), StudyFixture.Term("alliance", TestKind.Bootstrap));
        Study study = StudyFixture.Study(64, 6, [method], World(new FixedCaseload { Patients = 6 }));

        Assert.Equal(
            [new OutlinedBootstrap("both", "var(therapist)", 999, 1), new OutlinedBootstrap("both", "alliance", 999, 2)],
            StudyOutline.Of(study, study.Cells[0]).Bootstraps.AsEnumerable());
    }

    /// <summary>The bootstrap of <c>tes fit</c> draws patients.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Bootstrap_OfACoefficient_IsThatOfDrawnPatients(bool isEqual)
    {
        const int bootstraps = 1000;
        Method method = StudyFixture.Own(
            "model", Full, StudyFixture.Term("therapist_score", TestKind.Bootstrap), StudyFixture.Term("therapist_score", TestKind.Lrt));
        Scenario world = World(isEqual ? new FixedCaseload { Patients = 4 } : new DrawnCaseload { Mean = 5, Cv = 0.9 });
        Study study = StudyFixture.Study(8, 6, [method], world);
        int compared = 0;
        foreach (ReplicateRow[] replicate in Rows(study))
        {
            ReplicateRow row = replicate.Single(r => r.Test == "bootstrap");
            DataTable data = ReplicateData.Of(study, 1, row.Replicate, allPatients: false);
            ModelComparison patients = LinearMixedModel.Compare(data, Parsed.Parse(Full), Parsed.Parse(Reduced), Criterion.Ml, bootstraps, seed: 8);
            double p = patients.BootstrapPValue!.Value;

            Assert.Equal(patients.Statistic, row.Statistic, 1e-6);
            Assert.Equal(replicate.Single(r => r.Test == "lrt").Statistic, row.Statistic);
            Assert.InRange(row.PValue - p, -5 * (Error(p) + Math.Sqrt(p * (1 - p) / bootstraps)), 5 * (Error(p) + Math.Sqrt(p * (1 - p) / bootstraps)));
            compared += p < 0.9 ? 1 : 0;
        }

        Assert.True(compared > 0);
    }

    /// <summary>With 8 therapists the χ² of the likelihood ratio rejects too often. At 3,000 replicates a size of .077 or .028 would be seen 99 times in 100.</summary>
    [Fact]
    public void Bootstrap_OfACoefficientWithoutEffect_KeepsItsLevelWhereChiSquaredDoesNot()
    {
        Method method = StudyFixture.Own(
            "model", Full, StudyFixture.Term("therapist_score", TestKind.Bootstrap), StudyFixture.Term("therapist_score", TestKind.Lrt));

        CellResult cell = StudyFixture.Run(StudyFixture.Study(3000, 7, [method], World(new DrawnCaseload { Mean = 6, Cv = 0.8 })))[0];

        MonteCarlo.AssertRate(0.05, cell.Measure("model", "therapist_score", "bootstrap", "rejection_rate"));
        Assert.True(cell.Measure("model", "therapist_score", "lrt", "rejection_rate").Value > 0.08);
    }

    [Fact]
    public void Bootstrap_WithOneLaneAndWithEight_IsTheSame()
    {
        Method method = StudyFixture.Own("model", Full, StudyFixture.Term("alliance", TestKind.Bootstrap), StudyFixture.Variance(TestKind.Bootstrap));
        Study study = StudyFixture.Study(64, 7, [method], World(new DrawnCaseload { Mean = 4, Cv = 0.8 }));
        List<ReplicateRow> narrow = [];
        List<ReplicateRow> wide = [];

        StudyFixture.Run(study, threads: 1, lanes: 1, onReplicate: narrow.Add);
        StudyFixture.Run(study, threads: 2, lanes: 8, onReplicate: wide.Add);

        Assert.Equal(narrow.Select(row => row.PValue), wide.Select(row => row.PValue));
    }

    [Fact]
    public void Bootstrap_OfLeastSquares_IsTheTTest()
    {
        Method method = StudyFixture.Own(
            "means", "outcome ~ therapist_score", StudyFixture.Term("therapist_score", TestKind.Bootstrap), StudyFixture.Term("therapist_score", TestKind.TSatterthwaite)) with
        {
            Rows = AnalysisRows.TherapistMeans,
        };

        foreach (ReplicateRow[] replicate in Rows(method, World(new DrawnCaseload { Mean = 6, Cv = 0.8 }), 100))
        {
            double t = replicate.Single(r => r.Test == "t-satterthwaite").PValue;
            Assert.InRange(replicate.Single(r => r.Test == "bootstrap").PValue - t, -(6 * Error(t)) - 0.002, (6 * Error(t)) + 0.002);
        }
    }

    // Drawing ends at 50 that reach the ratio, or at 999.
    private static double Error(double p) => Math.Sqrt(p * (1 - p) / Math.Clamp(50 / Math.Max(p, 1e-3), 50, 999));

    private static IEnumerable<ReplicateRow[]> Rows(Method method, Scenario world, int replicates) => Rows(StudyFixture.Study(replicates, 6, [method], world));

    private static IEnumerable<ReplicateRow[]> Rows(Study study)
    {
        List<ReplicateRow> rows = [];
        StudyFixture.Run(study, onReplicate: rows.Add);
        return rows.GroupBy(r => r.Replicate).Select(g => g.ToArray());
    }

    private static Scenario World(Caseload caseload) => StudyFixture.ScoresWorld(8, 6, 0.1, 0, 0, 0) with
    {
        Trial = new() { Therapists = 8, Caseload = caseload },
    };
}
