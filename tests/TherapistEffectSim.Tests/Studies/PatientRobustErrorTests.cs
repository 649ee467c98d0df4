using MathNet.Numerics.Distributions;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Estimation;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>t-hc3 and t-cr2 of least squares on patients.</summary>
public sealed class PatientRobustErrorTests
{
    private const int Replicates = 9; // two lanes of eight, the second broken

    /// <summary>Name, formula, tested coefficients, and the columns that a formula stands for.</summary>
    private static readonly (string Name, string Formula, string[] Terms, Func<DataTable, double[][]> Columns)[] s_models =
    [
        ("levels", "outcome ~ arm + alliance_between + alliance_within + severity", ["armmotivational", "alliance_between", "alliance_within", "severity"],
            t => [One(t), Is(t, "arm", "motivational"), Of(t, "alliance_between"), Of(t, "alliance_within"), Of(t, "severity")]),
        ("alliance", "outcome ~ alliance", ["(Intercept)", "alliance"], t => [One(t), Of(t, "alliance")]),
        ("products", "outcome ~ alliance_between * patient_score + I(alliance_within^2)", ["alliance_between:patient_score", "I(alliance_within^2)"],
            t =>
            [
                One(t), Of(t, "alliance_between"), Of(t, "patient_score"), Product(Of(t, "alliance_within"), Of(t, "alliance_within")),
                Product(Of(t, "alliance_between"), Of(t, "patient_score")),
            ]),
        ("truth", "outcome ~ 0 + true_alliance + therapist_score", ["true_alliance", "therapist_score"],
            t => [Of(t, "true_alliance"), Of(t, "therapist_score")]),
    ];

    public static TheoryData<Caseload, TherapistMean> Worlds() => new()
    {
        { new FixedCaseload { Patients = 6 }, TherapistMean.Analysed },
        { new DrawnCaseload { Mean = 9, Cv = 0.8 }, TherapistMean.Analysed },
        { new SharedCaseload { Total = 120, Cv = 0.6 }, TherapistMean.Measured },
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public void RobustTests_OfGeneratedTrials_AreThoseOfMatricesWrittenOut(Caseload caseload, TherapistMean mean)
    {
        Scenario world = BitIdentityTests.World(caseload, mean);
        Study study = StudyFixture.Study(Replicates, 5, [.. s_models.Select(m => Robust(m.Name, m.Formula, m.Terms))], world);
        List<ReplicateRow> rows = [];

        StudyFixture.Run(study, onReplicate: rows.Add);

        Assert.Equal(Replicates * s_models.Sum(m => 2 * m.Terms.Length), rows.Count);
        foreach (IGrouping<(long Replicate, string Method), ReplicateRow> fit in rows.GroupBy(r => (r.Replicate, r.Method)))
        {
            DataTable table = ReplicateData.Of(study, 1, fit.Key.Replicate, allPatients: false);
            (_, _, string[] terms, Func<DataTable, double[][]> columns) = s_models.Single(m => m.Name == fit.Key.Method);
            double[][] x = columns(table);
            DenseRobustErrors dense = new(x, Of(table, "outcome"), Of(table, "therapist"));
            foreach (ReplicateRow row in fit)
            {
                int k = Array.FindIndex(x, column => column.SequenceEqual(ColumnOf(table, row.Term)));
                (double error, double df) = row.Test == "t-cr2" ? dense.Cr2(k) : (dense.Hc(k, power: 1), dense.ResidualDf);
                Check(dense.Coefficients[k], error, df, row);
            }
        }
    }

    /// <summary>Five therapists in three sites leave one alone in a site: its block of I − H is singular.</summary>
    [Fact]
    public void TCr2_WithATherapistAloneInASite_LeavesItOut()
    {
        Scenario world = StudyFixture.ScoresWorld(5, 4, 0.2, 0, 0, 0);
        world = world with { Trial = world.Trial with { Sites = 3 } };
        Study study = StudyFixture.Study(Replicates, 3, [Robust("sites", "outcome ~ site + patient_score", ["sites3", "patient_score"])], world);
        List<ReplicateRow> rows = [];

        StudyFixture.Run(study, onReplicate: rows.Add);

        foreach (ReplicateRow row in rows.Where(r => r.Test == "t-cr2"))
        {
            DataTable table = ReplicateData.Of(study, 1, row.Replicate, allPatients: false);
            string[] sites = [.. table.AsFactor("site").Levels];
            double[][] x = [One(table), .. sites.Skip(1).Select(site => Is(table, "site", site)), Of(table, "patient_score")];
            DenseRobustErrors dense = new(x, Of(table, "outcome"), Of(table, "therapist"));
            int k = row.Term == "patient_score" ? x.Length - 1 : 2;
            (double error, double df) = dense.Cr2(k);
            Check(dense.Coefficients[k], error, df, row);
        }
    }

    [Fact]
    public void TCr2_OfClustersOfOnePatient_IsHc2()
    {
        Study study = StudyFixture.Study(Replicates, 3, [Robust("line", "outcome ~ patient_score", ["patient_score"])], StudyFixture.ScoresWorld(25, 1, 0.1, 0, 0, 0.3));
        List<ReplicateRow> rows = [];

        StudyFixture.Run(study, onReplicate: rows.Add);

        foreach (ReplicateRow row in rows.Where(r => r.Test == "t-cr2"))
        {
            DataTable table = ReplicateData.Of(study, 1, row.Replicate, allPatients: false);
            DenseRobustErrors dense = new([One(table), Of(table, "patient_score")], Of(table, "outcome"), Of(table, "therapist"));
            Assert.Equal(dense.Hc(1, power: 0.5), row.StandardError, 1e-12);
        }
    }

    [Fact]
    public void TCr2_OfEqualArms_IsTheTTestOfTherapistMeans()
    {
        const int perArm = 7;
        Scenario world = StudyFixture.ScoresWorld(2 * perArm, 6, 0.1, 0, 0, 0);
        world = world with { Trial = world.Trial with { Arms = ["usual", "new"] } };
        Method means = StudyFixture.Own("means", "outcome ~ arm", StudyFixture.Term("armnew", TestKind.TSatterthwaite)) with { Rows = AnalysisRows.TherapistMeans };
        List<ReplicateRow> rows = [];

        StudyFixture.Run(StudyFixture.Study(Replicates, 3, [means, Robust("patients", "outcome ~ arm", ["armnew"])], world), onReplicate: rows.Add);

        foreach (IGrouping<long, ReplicateRow> replicate in rows.GroupBy(r => r.Replicate))
        {
            ReplicateRow expected = replicate.Single(r => r.Method == "means");
            ReplicateRow found = replicate.Single(r => r.Test == "t-cr2");
            Assert.Equal((2 * perArm) - 2, found.DegreesOfFreedom, 1e-9);
            Assert.Equal(expected.StandardError, found.StandardError, 1e-12);
            Assert.Equal(expected.PValue, found.PValue, 1e-12);
            Assert.Equal(expected.ConfLow, found.ConfLow, 1e-12);
        }
    }

    /// <summary>A column that the others span is dropped, and the other tests are those without it.</summary>
    [Fact]
    public void RobustTests_WithADependentColumn_AreThoseWithoutIt()
    {
        Scenario world = BitIdentityTests.World(new DrawnCaseload { Mean = 9, Cv = 0.8 }, TherapistMean.Analysed);
        Method with = Robust("with", "outcome ~ alliance_between + I(2 * alliance_between) + alliance", ["alliance", "I(2 * alliance_between)"]);
        Method without = Robust("without", "outcome ~ alliance_between + alliance", ["alliance"]);
        List<ReplicateRow> rows = [];

        StudyFixture.Run(StudyFixture.Study(Replicates, 3, [with, without], world), onReplicate: rows.Add);

        Assert.All(rows.Where(r => r.Term == "I(2 * alliance_between)"), row => Assert.Equal(TermStatus.Dropped, row.Status));
        foreach (IGrouping<(long, string), ReplicateRow> pair in rows.Where(r => r.Term == "alliance").GroupBy(r => (r.Replicate, r.Test)))
        {
            ReplicateRow[] both = [.. pair];
            Assert.Equal(both[0].StandardError, both[1].StandardError, 1e-10);
            Assert.Equal(both[0].DegreesOfFreedom, both[1].DegreesOfFreedom, 1e-8);
        }
    }

    /// <summary>One therapist of a single patient in a site of its own: HC3 does not exist; nothing is left of the variance of that site.</summary>
    [Fact]
    public void RobustTests_WithoutResiduals_AreNotEstimable()
    {
        Scenario world = StudyFixture.ScoresWorld(5, 1, 0, 0, 0, 0);
        world = world with { Trial = world.Trial with { Sites = 3 } };
        List<ReplicateRow> rows = [];

        StudyFixture.Run(StudyFixture.Study(Replicates, 3, [Robust("sites", "outcome ~ 0 + site", ["sites1", "sites3"])], world), onReplicate: rows.Add);

        Assert.All(rows.Where(r => r.Test == "t-hc3"), row => Assert.Equal(TermStatus.NotEstimable, row.Status));
        Assert.All(rows.Where(r => r is { Test: "t-cr2", Term: "sites3" }), row => Assert.Equal(TermStatus.NotEstimable, row.Status));
        Assert.All(rows.Where(r => r is { Test: "t-cr2", Term: "sites1" }), row => Assert.Equal(TermStatus.Ok, row.Status));
        Assert.All(rows.Where(r => r.Status == TermStatus.NotEstimable), row => Assert.Equal(double.NaN, row.PValue));
    }

    [Fact]
    public void THc3_OfMaximumLikelihood_HasResidualDegreesOfFreedom()
    {
        Method line = Robust("line", "outcome ~ patient_score", ["patient_score"]) with { Estimate = Criterion.Ml };
        List<ReplicateRow> rows = [];

        StudyFixture.Run(StudyFixture.Study(2, 3, [line], StudyFixture.ScoresWorld(6, 5, 0, 0, 0, 0)), onReplicate: rows.Add);

        Assert.All(rows.Where(r => r.Test == "t-hc3"), row => Assert.Equal(28, row.DegreesOfFreedom));
    }

    [Theory]
    [InlineData(TestKind.TCr2, "outcome ~ patient_score + (1 | therapist)", AnalysisRows.Patients, "t-cr2 is the test of a least-squares model, but this one has a random intercept")]
    [InlineData(TestKind.THc3, "outcome ~ patient_score + (1 | therapist)", AnalysisRows.Patients, "t-hc3 is the test of a least-squares model, but this one has a random intercept")]
    [InlineData(TestKind.TCr2, "outcome ~ therapist_score", AnalysisRows.TherapistMeans, "t-cr2 takes therapists as clusters of patients, but rows: therapist-means has one row per therapist")]
    public void RobustTests_OfOtherModels_AreRefusedInWords(TestKind kind, string formula, AnalysisRows rows, string message)
    {
        string term = formula.Contains("patient_score", StringComparison.Ordinal) ? "patient_score" : "therapist_score";
        Method method = StudyFixture.Own("other", formula, StudyFixture.Term(term, kind)) with { Rows = rows };
        Study study = StudyFixture.Study(10, 3, [method], StudyFixture.ScoresWorld(10, 4, 0, 0, 0, 0));

        Assert.Contains(message, Assert.Throws<StudyException>(() => StudyFixture.Run(study)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TCr2_OfAVariance_IsRefusedInWords()
    {
        Method method = StudyFixture.Own("null", "outcome ~ 1 + (1 | therapist)", StudyFixture.Variance(TestKind.TCr2));
        Study study = StudyFixture.Study(10, 3, [method], StudyFixture.ScoresWorld(10, 4, 0, 0, 0, 0));

        Assert.Contains("t-cr2 tests coefficients", Assert.Throws<StudyException>(() => StudyFixture.Run(study)).Message, StringComparison.Ordinal);
    }

    /// <summary>What a study finds without robust tests is the same bits beside them.</summary>
    [Fact]
    public void Run_BesideRobustTests_KeepsTheBitsOfTheOtherMethods()
    {
        Scenario world = BitIdentityTests.World(new DrawnCaseload { Mean = 9, Cv = 0.8 }, TherapistMean.Analysed);
        Method linear = new() { Preset = MethodPreset.Linear };
        List<ReplicateRow> alone = [];
        List<ReplicateRow> beside = [];

        StudyFixture.Run(StudyFixture.Study(Replicates, 7, [linear], world), onReplicate: alone.Add);
        StudyFixture.Run(
            StudyFixture.Study(Replicates, 7, [linear, Robust("robust", "outcome ~ alliance_between + alliance_within", ["alliance_within"])], world),
            onReplicate: beside.Add);

        Assert.Equal(alone, beside.Where(r => r.Method != "robust"));
    }

    private static Method Robust(string name, string formula, string[] terms) => StudyFixture.Own(
        name, formula, [.. terms.SelectMany(t => new[] { StudyFixture.Term(t, TestKind.THc3), StudyFixture.Term(t, TestKind.TCr2) })]);

    private static void Check(double estimate, double error, double df, ReplicateRow row)
    {
        double p = 2 * StudentT.CDF(0, 1, df, -Math.Abs(estimate / error));
        double half = -StudentT.InvCDF(0, 1, df, 0.025) * error;
        Assert.Equal(TermStatus.Ok, row.Status);
        Assert.Equal(estimate, row.Estimate, 1e-9);
        Assert.Equal(1, row.StandardError / error, 1e-6);
        Assert.Equal(1, row.DegreesOfFreedom / df, 1e-6);
        Assert.Equal(1, row.PValue / p, 1e-6);
        Assert.Equal(half, row.Estimate - row.ConfLow, 1e-6 * half);
        Assert.Equal(half, row.ConfHigh - row.Estimate, 1e-6 * half);
    }

    private static double[] ColumnOf(DataTable table, string term) => term switch
    {
        "(Intercept)" => One(table),
        "armmotivational" => Is(table, "arm", "motivational"),
        "I(alliance_within^2)" => Product(Of(table, "alliance_within"), Of(table, "alliance_within")),
        "alliance_between:patient_score" => Product(Of(table, "alliance_between"), Of(table, "patient_score")),
        _ => Of(table, term),
    };

    private static double[] One(DataTable table) => [.. Enumerable.Repeat(1.0, table.Rows)];

    private static double[] Of(DataTable table, string column) => [.. table.Numeric(column).Values];

    private static double[] Is(DataTable table, string column, string level)
    {
        TextColumn factor = table.AsFactor(column);
        return [.. factor.Codes.Select(code => factor.Levels[code] == level ? 1.0 : 0)];
    }

    private static double[] Product(double[] x, double[] y) => [.. x.Zip(y, (a, b) => a * b)];
}
