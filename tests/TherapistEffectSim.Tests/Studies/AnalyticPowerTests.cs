using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.ClosedForms;
using TherapistEffectSim.Tests.Generation;

namespace TherapistEffectSim.Tests.Studies;

public sealed class AnalyticPowerTests
{
    private const string Variance = "var(therapist)";

    private static readonly Method s_variance = new()
    {
        Preset = MethodPreset.NullModel,
        Tests = [.. new[] { TestKind.FExact, TestKind.RlrtExact, TestKind.RlrtMixture, TestKind.LrtMixture }.Select(StudyFixture.Variance)],
    };

    [Theory]
    [InlineData(10, 10, 0.01, 0.0783)]
    [InlineData(20, 10, 0.05, 0.3774)]
    [InlineData(30, 8, 0.05, 0.3759)]
    [InlineData(30, 20, 0.02, 0.3875)]
    [InlineData(50, 10, 0.10, 0.9656)]
    [InlineData(100, 5, 0.08, 0.7446)]
    [InlineData(100, 30, 0.01, 0.5944)]
    public void FExact_WithEqualCaseloads_HasThePublishedPower(int therapists, int patients, double icc, double power)
    {
        AnalyticPower found = Power(s_variance, Variance, TestKind.FExact, World(therapists, patients, icc, 0));

        Assert.True(found.IsExact);
        Assert.Equal(power, found.Value, 0.5001e-4);
    }

    /// <summary>Half of the candidates selected: .408 falls to .146 (257 patients of 30 therapists).</summary>
    [Theory]
    [InlineData(1, 0.408)]
    [InlineData(0.36338, 0.146)]
    public void F_OfSelectedTherapists_HasThePublishedPower(double varianceRatio, double power)
    {
        const double patients = 257.0 / 30;
        double theta = varianceRatio * 0.05 / 0.95;
        double critical = FDistribution.UpperQuantile(0.05, 29, 227);
        Assert.Equal(power, RejectionProbability.OfF(critical, 1 + (patients * theta), 29, 227), 0.5001e-3);
    }

    /// <summary>Sizes of the mixture rules: RLRT and LRT against the cut 2.705543.</summary>
    [Theory]
    [InlineData(3, 5, 0.03399, 0.01770)]
    [InlineData(10, 30, 0.03723, 0.02384)]
    [InlineData(30, 10, 0.04325, 0.03381)]
    [InlineData(100, 5, 0.04699, 0.04139)]
    public void Mixtures_WithoutTherapistVariance_HaveThePublishedSizes(int therapists, int patients, double rlrt, double lrt)
    {
        Scenario world = World(therapists, patients, 0, 0);
        Assert.Equal(rlrt, Power(s_variance, Variance, TestKind.RlrtMixture, world).Value, 0.5001e-5);
        Assert.Equal(lrt, Power(s_variance, Variance, TestKind.LrtMixture, world).Value, 0.5001e-5);
        Assert.Equal(0.05, Power(s_variance, Variance, TestKind.RlrtExact, world).Value, 1e-9);
    }

    /// <summary>τ² = .03, σ² = .95, n = 8, known scores.</summary>
    [Theory]
    [InlineData(20, 0.2, 0.5564)]
    [InlineData(30, 0.1, 0.2703)]
    [InlineData(30, 0.2, 0.7491)]
    [InlineData(30, 0.3, 0.9653)]
    [InlineData(50, 0.25, 0.9878)]
    public void TherapistMeans_OfKnownScores_HaveThePublishedPower(int therapists, double slope, double power)
    {
        Scenario world = Means(therapists, 8, slope);
        AnalyticPower means = Power(OnMeans("therapist_score"), "therapist_score", TestKind.TSatterthwaite, world);
        Method mixedModel = StudyFixture.Own("mixed", "outcome ~ therapist_score + (1 | therapist)", StudyFixture.Term("therapist_score", TestKind.TSatterthwaite));
        AnalyticPower mixed = Power(mixedModel, "therapist_score", TestKind.TSatterthwaite, world);

        Assert.Equal(power, means.Value, 0.5001e-4);
        Assert.True(means.IsExact);
        Assert.Equal(means with { IsExact = false }, mixed);
        Assert.Null(Found(mixedModel with { Estimate = Criterion.Ml }, "therapist_score", TestKind.TSatterthwaite, world));
    }

    /// <summary>Observed therapist means: attenuated (Lüdtke et al. 2008).</summary>
    [Theory]
    [InlineData(30, 8, 0.4060)]
    [InlineData(30, 20, 0.7987)]
    [InlineData(50, 8, 0.6192)]
    public void TherapistMeans_OfObservedAlliance_HaveThePublishedPower(int therapists, int patients, double power) =>
        Assert.Equal(power, Power(OnMeans("alliance_between"), "alliance_between", TestKind.TSatterthwaite, Means(therapists, patients, 0.2)).Value, 0.5001e-4);

    /// <summary>powerlmm's published power, of the two-stage analysis exactly; the mixed models of slopes and of measurements approximately.</summary>
    [Fact]
    public void SlopesOverWeeks_HaveThePublishedPower()
    {
        Method slopes = new() { Preset = MethodPreset.Slopes, Tests = [StudyFixture.Term("armtreatment", TestKind.TSatterthwaite), StudyFixture.Variance(TestKind.FExact)] };
        AnalyticPower means = Power(new() { Preset = MethodPreset.SlopeMeans }, "armtreatment", TestKind.TSatterthwaite, GrowthWorlds.Published);
        Assert.True(means.IsExact);
        Assert.Equal(0.5835486, means.Value, 1e-6);
        Assert.Equal(means with { IsExact = false }, Power(new() { Preset = MethodPreset.Growth }, "week:armtreatment", TestKind.TSatterthwaite, GrowthWorlds.Published));
        Assert.Equal(means with { IsExact = false }, Power(slopes, "armtreatment", TestKind.TSatterthwaite, GrowthWorlds.Published));

        AnalyticPower therapists = Power(slopes, Variance, TestKind.FExact, GrowthWorlds.Published);
        Assert.True(therapists.IsExact);
        Assert.Equal(ExactRates.FPower(8, 10, 0.001 / (0.02 + (1 / 110.0)), cells: 2), therapists.Value, 1e-9);
    }

    [Fact]
    public void SlopesOverWeeks_OfWhomSomeAreLostOrAnalysedWithoutTherapists_HaveNoClosedForm()
    {
        Method means = new() { Preset = MethodPreset.SlopeMeans };
        Scenario lost = GrowthWorlds.Published.WithGrowth(g => g with { Dropout = new() { Rate = 0.2 } });
        Assert.Null(Found(means, "armtreatment", TestKind.TSatterthwaite, lost));
        Scenario bySeverity = GrowthWorlds.Published.WithGrowth(g => g with { SeveritySlope = 0.1 });
        Assert.Null(Found(means, "armtreatment", TestKind.TSatterthwaite, bySeverity));
        Assert.Null(Found(new() { Preset = MethodPreset.Growth, Estimate = Criterion.Ml }, "week:armtreatment", TestKind.TSatterthwaite, GrowthWorlds.Published));
        Assert.Null(Found(new() { Preset = MethodPreset.GrowthIgnoringTherapist }, "week:armtreatment", TestKind.TSatterthwaite, GrowthWorlds.Published));
    }

    /// <summary>Half of the candidates selected for their effect on the outcome: the variance falls to .363 of its size.</summary>
    [Fact]
    public void FExact_UnderSelection_HasTheApproximatePowerOfTheSmallerVariance()
    {
        Scenario world = World(30, 8, 0.05, 0);
        world = world with
        {
            Therapists = world.Therapists with { Selection = new() { By = TherapistTrait.Outcome, Keep = 0.5 } },
        };
        AnalyticPower found = Power(s_variance, Variance, TestKind.FExact, world);

        Assert.False(found.IsExact);
        Assert.Equal(ExactRates.FPower(30, 8, 0.36338 * 0.05 / ((0.36338 * 0.05) + 0.95)), found.Value, 1e-4);
    }

    /// <summary>Exact where the test of means is, and for the variance; with arms, sites, effects of severity, error of measurement and both slopes.</summary>
    [Fact]
    public void ExactPowers_AreThoseOfSimulation()
    {
        Scenario world = World(24, 6, 0.05, 0.2) with
        {
            Trial = new() { Arms = ["control", "new"], Sites = 2, Therapists = 24, Caseload = new FixedCaseload { Patients = 6 } },
            Alliance = new() { TherapistIcc = 0.15, Reliability = 0.7 },
            Outcome = new EndpointOutcome
            {
                Between = new LinearShape { Slope = 0.25 },
                Within = new LinearShape { Slope = 0.2 },
                Severity = -0.3,
                ArmEffect = new() { D = 0.4 },
                SiteIcc = 0.05,
            },
        };
        Method[] methods =
        [
            s_variance,
            new()
            {
                Preset = MethodPreset.Linear,
                Tests = [StudyFixture.Variance(TestKind.FExact), StudyFixture.Variance(TestKind.LrtMixture), StudyFixture.Term("alliance_within", TestKind.TKenwardRoger)],
            },
            OnMeans("arm + site + alliance_between", "alliance_between"),
            OnMeans("arm + site", "armnew"),
        ];

        CellResult cell = StudyFixture.Run(StudyFixture.Study(40_000, 31, [.. methods], world))[0];

        int compared = 0;
        foreach (SummaryRow row in cell.Summary.Where(r => r.Measure == "analytic_power"))
        {
            SummaryRow rate = cell.Measure(row.Method, row.Term, row.Test, "rejection_rate");
            Assert.True(Math.Abs(rate.Value!.Value - row.Value!.Value) < 4 * rate.Mcse, $"{row.Method} {row.Term} {row.Test}: simulated {rate.Value}, exact {row.Value}");
            Assert.Equal((0, null, null), (row.Replicates, row.Mcse, row.ConfLow));
            compared++;
        }

        Assert.Equal(8, compared);
        Assert.Single(cell.Summary, r => r.Measure == "analytic_power_approximate"); // the slope within of the mixed model
    }

    /// <summary>How far approximations are off: mixed models near the bound, unequal caseloads, selected therapists.</summary>
    [Fact]
    public void ApproximatePowers_AreNearThoseOfSimulation()
    {
        Method[] methods =
        [
            new() { Preset = MethodPreset.NullModel, Tests = [StudyFixture.Variance(TestKind.FExact), StudyFixture.Variance(TestKind.RlrtMixture)] },
            StudyFixture.Own(
                "mixed",
                "outcome ~ arm + therapist_score + alliance_within + (1 | therapist)",
                [.. new[] { TestKind.TSatterthwaite, TestKind.WaldZ, TestKind.TKenwardRoger }.Select(by => StudyFixture.Term("therapist_score", by)), StudyFixture.Term("alliance_within", TestKind.TSatterthwaite)]),
            StudyFixture.Own("arm", "outcome ~ arm + (1 | therapist)", StudyFixture.Term("armnew", TestKind.TSatterthwaite)),
        ];
        Scenario equal = World(30, 8, 0.03, 0.2) with
        {
            Trial = new() { Arms = ["control", "new"], Therapists = 30, Caseload = new FixedCaseload { Patients = 8 } },
            Outcome = new EndpointOutcome { Between = new LinearShape { Slope = 0.2 }, Within = new LinearShape { Slope = 0.15 }, ArmEffect = new() { D = 0.3 } },
        };
        Scenario unequal = equal with { Trial = equal.Trial with { Caseload = new DrawnCaseload { Mean = 8, Cv = 0.8 } } };
        Scenario selected = equal with { Therapists = equal.Therapists with { Selection = new() { By = TherapistTrait.Outcome, Keep = 0.5 } } };
        Scenario curved = equal with { Outcome = new EndpointOutcome { Between = new QuadraticShape { Curvature = 0.15 } } };

        List<CellResult> cells = StudyFixture.Run(StudyFixture.Study(10_000, 32, [.. methods], equal, unequal, selected, curved));

        int compared = 0;
        foreach (CellResult cell in cells)
        {
            foreach (SummaryRow row in cell.Summary.Where(r => r.Measure == "analytic_power_approximate"))
            {
                double rate = cell.Measure(row.Method, row.Term, row.Test, "rejection_rate").Value!.Value;
                Assert.True(Math.Abs(rate - row.Value!.Value) < 0.03, $"scenario {cell.Cell.Number}, {row.Method} {row.Term} {row.Test}: simulated {rate}, approximate {row.Value}");
                compared++;
            }
        }

        Assert.Equal(8, compared);
        Assert.DoesNotContain(cells[3].Summary, r => r.Measure.StartsWith("analytic_power", StringComparison.Ordinal) && r.Term == Variance); // far off
    }

    /// <summary>Where a mechanism has no closed form, nothing is said.</summary>
    [Fact]
    public void Power_OfOtherTrials_IsNotSaid()
    {
        Scenario world = World(20, 6, 0.05, 0.2);
        Scenario[] others =
        [
            world with { Attrition = new() { Outcome = new() { Rate = 0.2 } } },
            world with { Allocation = new CaseMixAllocation { With = AllocationScore.Referral, Correlation = 0.3 } },
        ];
        Method[] methods = [s_variance, new() { Preset = MethodPreset.Linear }, OnMeans("alliance_between")];

        foreach (CellResult cell in StudyFixture.Run(StudyFixture.Study(64, 1, [.. methods], others)))
        {
            Assert.DoesNotContain(cell.Summary, r => r.Measure.StartsWith("analytic_power", StringComparison.Ordinal));
        }
    }

    private static AnalyticPower Power(Method method, string term, TestKind by, Scenario world) => Found(method, term, by, world)!.Value;

    private static AnalyticPower? Found(Method method, string term, TestKind by, Scenario world)
    {
        Study study = StudyFixture.Study(1, 1, [method], world);
        ScenarioPlan plan = ScenarioPlanner.Plan(study, study.Cells[0]);
        PlannedTest test = plan.Tests.Single(t => plan.Terms[t.Term].Name == term && t.Kind == by);
        return new AnalyticPowers(plan).Of(test);
    }

    private static Method OnMeans(string columns, string? term = null) =>
        StudyFixture.Own($"means-{term ?? columns}", $"outcome ~ {columns}", StudyFixture.Term(term ?? columns, TestKind.TSatterthwaite)) with { Rows = AnalysisRows.TherapistMeans };

    private static Scenario World(int therapists, int patients, double icc, double slope) => StudyFixture.ScoresWorld(therapists, patients, icc, slope, 0, 0);

    private static Scenario Means(int therapists, int patients, double slope) => new()
    {
        Trial = new() { Therapists = therapists, Caseload = new FixedCaseload { Patients = patients } },
        Therapists = new() { OutcomeIcc = 0.03 / 0.98 },
        Alliance = new() { TherapistIcc = 0.1 },
        Outcome = new EndpointOutcome { Between = new LinearShape { Slope = slope }, ResidualSd = Math.Sqrt(0.95) },
    };
}
