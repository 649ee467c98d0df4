using System.Collections.Immutable;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>The preset correlations.</summary>
public sealed class CorrelationMethodTests
{
    private static readonly Method s_correlations = new() { Preset = MethodPreset.Correlations };

    public static TheoryData<Caseload, double> Worlds() => new()
    {
        { new FixedCaseload { Patients = 8 }, 0 },
        { new DrawnCaseload { Mean = 4, Cv = 0.8 }, 0.3 },
    };

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Run_OfAnyReplicate_FindsTheCorrelationsOfItsRows(Caseload caseload, double loss)
    {
        Scenario world = BitIdentityTests.World(caseload, TherapistMean.Analysed) with
        {
            Attrition = new() { Alliance = new() { Rate = loss }, Outcome = new() { Rate = loss } },
        };
        Study study = StudyFixture.Study(20, 23, [new() { Preset = MethodPreset.NullModel }, s_correlations], world);
        List<ReplicateRow> rows = [];

        StudyFixture.Run(study, onReplicate: rows.Add);

        for (int replicate = 1; replicate <= 20; replicate++)
        {
            DataTable data = ReplicateData.Of(study, 1, replicate, allPatients: false);
            (double X, double Y)[][] therapists =
            [
                .. Enumerable.Range(0, data.Rows)
                    .GroupBy(i => data.Numeric("therapist").Values[i], i => (X: data.Numeric("alliance").Values[i], Y: data.Numeric("outcome").Values[i]))
                    .Select(g => g.ToArray()),
            ];
            ReplicateRow[] found = [.. rows.Where(r => r.Replicate == replicate && r.Method == "correlations")];
            Assert.Equal(["cor(total)", "cor(between)", "cor(within)"], found.Select(r => r.Term));
            AssertIs(therapists.SelectMany(t => t), data.Rows - 2, found[0]);
            AssertIs(therapists.Select(t => (t.Average(p => p.X), t.Average(p => p.Y))), therapists.Length - 2, found[1]);
            AssertIs(
                therapists.SelectMany(t => t.Select(p => (p.X - t.Average(q => q.X), p.Y - t.Average(q => q.Y)))),
                data.Rows - therapists.Length - 1,
                found[2]);
        }
    }

    [Fact]
    public void Run_OfNormalData_KeepsLevelAndCoverageAndCountsSigns()
    {
        // Independent alliance and outcome: within and between t is exact; Fisher's interval nearly, with 48 and 159 df. MCSE .0034 at 4,000 replicates.
        Study study = StudyFixture.Study(4000, 29, [s_correlations], StudyFixture.ScoresWorld(50, 4, 0.2, 0, 0, 0));

        CellResult cell = StudyFixture.Run(study)[0];

        foreach (string term in (string[])["cor(between)", "cor(within)"])
        {
            SummaryRow rate = cell.Measure("correlations", term, "t-correlation", "rejection_rate");
            Assert.Equal((0.0, "type-I"), (rate.TrueValue, rate.RejectionMeans));
            ClosedForms.MonteCarlo.AssertRate(0.05, rate);
            Assert.InRange(cell.Measure("correlations", term, "t-correlation", "coverage").Value!.Value, 0.935, 0.965);
            SummaryRow negative = cell.Measure("correlations", term, "", "negative_rate");
            ClosedForms.MonteCarlo.AssertRate(0.5, negative);
            SummaryRow mean = cell.Measure("correlations", term, "", "estimate_mean");
            Assert.Equal(cell.Measure("correlations", term, "", "bias").Value!.Value, mean.Value!.Value, 1e-15);
            Assert.Equal(cell.Measure("correlations", term, "", "bias").Mcse!.Value, mean.Mcse!.Value, 1e-15);
        }
    }

    [Fact]
    public void Run_KeepsReplicatesThatGiveItsRates()
    {
        Study study = StudyFixture.Study(300, 31, [s_correlations], StudyFixture.ScoresWorld(10, 5, 0.2, 0.2, 0, 0.2));
        List<ReplicateRow> rows = [];

        CellResult cell = StudyFixture.Run(study, onReplicate: rows.Add)[0];

        foreach (IGrouping<string, ReplicateRow> term in rows.GroupBy(r => r.Term))
        {
            double truth = cell.Measure("correlations", term.Key, "t-correlation", "coverage").TrueValue!.Value;
            Assert.Equal(term.Average(r => r.Estimate), cell.Measure("correlations", term.Key, "", "estimate_mean").Value!.Value, 1e-12);
            Assert.Equal(term.Average(r => r.Estimate < 0 ? 1.0 : 0), cell.Measure("correlations", term.Key, "", "negative_rate").Value!.Value, 1e-12);
            Assert.Equal(term.Average(r => r.PValue < 0.05 ? 1.0 : 0), cell.Measure("correlations", term.Key, "t-correlation", "rejection_rate").Value!.Value, 1e-12);
            Assert.Equal(
                term.Average(r => r.ConfLow <= truth && truth <= r.ConfHigh ? 1.0 : 0),
                cell.Measure("correlations", term.Key, "t-correlation", "coverage").Value!.Value,
                1e-12);
        }

        string[] measures = [.. cell.Summary.Where(r => r.Term == "cor(total)").Select(r => r.Measure)];
        Assert.Equal(
            ["bias", "relative_bias", "median_bias", "empirical_se", "mean_squared_error", "estimate_mean", "negative_rate", "singular_rate", "failure_rate"],
            measures.Take(9));
        Assert.DoesNotContain("bias_eliminated_coverage", measures);
    }

    [Fact]
    public void Run_OfOneSidedTests_RejectsOnTheirSideOnly()
    {
        TestRequest[] sides =
        [
            StudyFixture.Term("cor(within)", TestKind.TCorrelation) with { Alternative = Alternative.Less },
            StudyFixture.Term("cor(between)", TestKind.TCorrelation) with { Alternative = Alternative.Greater },
        ];
        Method method = s_correlations with { Tests = [.. sides] };
        List<ReplicateRow> rows = [];

        StudyFixture.Run(StudyFixture.Study(300, 31, [method], StudyFixture.ScoresWorld(12, 5, 0.2, 0, 0, 0)), onReplicate: rows.Add);

        Assert.All(rows.Where(r => r.Term == "cor(within)"), r => Assert.Equal(StudentT.CDF(0, 1, r.DegreesOfFreedom, r.Statistic), r.PValue, 1e-10));
        Assert.All(rows.Where(r => r.Term == "cor(between)"), r => Assert.Equal(1 - StudentT.CDF(0, 1, r.DegreesOfFreedom, r.Statistic), r.PValue, 1e-10));
    }

    [Fact]
    public void Run_WhereADegreeOfFreedomIsMissing_IsNotEstimable()
    {
        Study study = StudyFixture.Study(20, 31, [s_correlations], StudyFixture.ScoresWorld(2, 1, 0.2, 0, 0, 0), StudyFixture.ScoresWorld(3, 2, 0.2, 0, 0, 0));
        List<ReplicateRow> rows = [];

        List<CellResult> cells = StudyFixture.Run(study, onReplicate: rows.Add);

        Assert.All(rows.Where(r => r.Scenario == 1), r => Assert.Equal((TermStatus.NotEstimable, double.NaN, double.NaN), (r.Status, r.PValue, r.Estimate)));
        Assert.Equal(1, cells[0].Measure("correlations", "cor(between)", "", "failure_rate").Value);

        // J = 3: t with one degree of freedom, but no interval.
        Assert.All(
            rows.Where(r => r.Scenario == 2 && r.Term == "cor(between)"),
            r => Assert.Equal((TermStatus.Ok, 1.0, double.NaN, double.NaN), (r.Status, r.DegreesOfFreedom, r.ConfLow, r.ConfHigh)));
        Assert.Null(cells[1].Measure("correlations", "cor(between)", "t-correlation", "coverage").Value);
        Assert.All(rows.Where(r => r.Scenario == 2 && r.Term == "cor(total)"), r => Assert.InRange(r.Estimate, r.ConfLow, r.ConfHigh));
    }

    [Fact]
    public void Joint_TakesCorrelations()
    {
        Study study = StudyFixture.Study(100, 31, [s_correlations], StudyFixture.ScoresWorld(12, 5, 0.2, 0.3, 0, -0.2)) with
        {
            Joint =
            [
                new() { Name = "between", Method = "correlations", Term = "cor(between)", By = TestKind.TCorrelation },
                new() { Name = "within", Method = "correlations", Term = "cor(within)", By = TestKind.TCorrelation },
            ],
        };
        List<ReplicateRow> rows = [];

        CellResult cell = StudyFixture.Run(study, onReplicate: rows.Add)[0];

        int both = rows.GroupBy(r => r.Replicate).Count(g => g.Where(r => r.Term != "cor(total)").All(r => r.PValue < 0.05));
        Assert.Equal(both, cell.Pairs.Single().Both);
    }

    [Fact]
    public void Plan_OfRefusedKeys_SaysWhichAndWhy()
    {
        AssertRefused(s_correlations with { Adjust = ["severity"] }, "correlations are not adjusted for other columns; remove adjust (severity).");
        AssertRefused(s_correlations with { Formula = "outcome ~ alliance" }, "takes exactly one of preset and formula, but has both.");
        AssertRefused(s_correlations with { Rows = AnalysisRows.TherapistMeans }, "remove rows: therapist-means.");
        AssertRefused(s_correlations with { Reliability = ReliabilitySource.Known }, "remove reliability: known.");
        AssertRefused(s_correlations with { Estimate = Criterion.Ml }, "remove estimate: ml.");
        AssertRefused(s_correlations with { Tests = [StudyFixture.Term("cor(total)", TestKind.WaldZ)] }, "wald-z is not a test of a correlation");
        AssertRefused(s_correlations with { Tests = [StudyFixture.Variance(TestKind.FExact)] }, "f-exact is not a test of a correlation");
        AssertRefused(s_correlations with { Tests = [StudyFixture.Term("cor(betwen)", TestKind.TCorrelation)] }, "did you mean cor(between)?");
        AssertRefused(
            s_correlations with { True = ImmutableSortedDictionary<string, double>.Empty.Add("cor(total)", 1) },
            "the true value of cor(total) must be in (-1, 1), but was 1.");
        AssertRefused(
            s_correlations with { True = ImmutableSortedDictionary<string, double>.Empty.Add("alliance", 0.1) },
            "correlations have no term alliance. Their terms are cor(total), cor(between), cor(within).");
        AssertRefused(
            new() { Preset = MethodPreset.Linear, Tests = [StudyFixture.Term("alliance_between", TestKind.TCorrelation)] },
            "t-correlation tests the terms of the preset correlations");
    }

    private static void AssertRefused(Method method, string message)
    {
        Study study = StudyFixture.Study(10, 3, [method], StudyFixture.ScoresWorld(10, 4, 0, 0, 0, 0));
        Assert.Contains(message, Assert.Throws<StudyException>(() => StudyFixture.Run(study)).Message, StringComparison.Ordinal);
    }

    private static void AssertIs(IEnumerable<(double X, double Y)> values, int df, ReplicateRow found)
    {
        (double X, double Y)[] pairs = [.. values];
        double r = Correlation.Pearson(pairs.Select(p => p.X), pairs.Select(p => p.Y));
        double t = r * Math.Sqrt(df / (1 - (r * r)));
        double half = Normal.InvCDF(0, 1, 0.975) / Math.Sqrt(df - 1);
        Assert.Equal(TermStatus.Ok, found.Status);
        Assert.Equal(r, found.Estimate, 1e-12);
        Assert.Equal(Math.Sqrt((1 - (r * r)) / df), found.StandardError, 1e-12);
        Assert.Equal(df, found.DegreesOfFreedom);
        Assert.Equal(t, found.Statistic, 1e-10);
        Assert.Equal(2 * StudentT.CDF(0, 1, df, -Math.Abs(t)), found.PValue, 1e-10);
        Assert.Equal(Math.Tanh(Math.Atanh(r) - half), found.ConfLow, 1e-12);
        Assert.Equal(Math.Tanh(Math.Atanh(r) + half), found.ConfHigh, 1e-12);
    }
}
