using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.ClosedForms;
using TherapistEffectSim.Tests.Generation;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>Studies of growth worlds: each replicate is fitted as a single data set is, and rates and estimates are those of theory.</summary>
public sealed class GrowthStudyTests
{
    private const string Arm = "armtreatment";
    private const string Product = "week:armtreatment";
    private const string T = "t-satterthwaite";
    private const string Rate = "rejection_rate";

    private static readonly Method s_slopeMeans = new() { Preset = MethodPreset.SlopeMeans };
    private static readonly Method s_growth = new() { Preset = MethodPreset.Growth };

    private static Method Ignoring => StudyFixture.Own("ignoring", "slope ~ arm", StudyFixture.Term(Arm, TestKind.TSatterthwaite));

    /// <summary>Of the variance of patients' slopes σ_u1² + σ_v1² + σ²/S the share of the therapists, S = Σ(t − t̄)² = 110.</summary>
    private static double SlopeIcc => 0.001 / (0.02 + (1 / 110.0));

    // Two-stage analysis: therapists' mean slopes, t test with J − 2 df. MCSE .0078 and .0034: rates that are off by .05 and .02 are seen 99 times in 100.
    [Fact]
    public void Run_OfThePublishedStudy_HasItsPower()
    {
        double error = Math.Sqrt(2 * (1 + (110 * 0.019) + (110 * 10 * 0.001)) / (110 * 10 * 4));
        double power = ExactRates.TPower(0.8 * Math.Sqrt(2) / 10 / error, 6);
        Assert.Equal(0.5835486, power, 1e-6); // powerlmm's get_power

        Scenario none = GrowthWorlds.Published.WithGrowth(g => g with { ArmEffect = new() });
        List<CellResult> cells = StudyFixture.Run(StudyFixture.Study(4000, seed: 20260401, [s_slopeMeans, Ignoring], GrowthWorlds.Published, none));

        MonteCarlo.AssertRate(power, cells[0].Measure("slope-means", Arm, T, Rate));
        MonteCarlo.AssertRate(0.05, cells[1].Measure("slope-means", Arm, T, Rate));
        MonteCarlo.AssertRate(ExactRates.IgnoringTherapists(4, 10, SlopeIcc), cells[1].Measure("ignoring", Arm, T, Rate));
        Assert.Equal(["power", "type-I", "type-I"],
            [cells[0].Measure("slope-means", Arm, T, Rate).RejectionMeans, .. cells[1].Summary.Where(r => r.Measure == Rate).Select(r => r.RejectionMeans)]);
    }

    // The joint model is balanced: its arm contrast of slopes is the two-stage one wherever the therapists' variance of slopes is not on its bound.
    [Fact]
    public void Run_OfTheJointModel_EstimatesWhatTheSlopesDoAndIgnoringTherapistsRejectsTooOften()
    {
        List<ReplicateRow> rows = [];
        Scenario none = GrowthWorlds.Published.WithGrowth(g => g with
        {
            Shares = g.Shares! with { SlopeIcc = 0.3 },
            ArmEffect = new(),
        });
        Method ignoring = new() { Preset = MethodPreset.GrowthIgnoringTherapist };
        CellResult cell = StudyFixture.Run(
            StudyFixture.Study(256, seed: 20260402, [s_slopeMeans, s_growth, ignoring], none), onReplicate: rows.Add).Single();

        double[] slopes = [.. rows.Where(r => r.Method == "slope-means").Select(r => r.Estimate)];
        double[] joint = [.. rows.Where(r => r.Method == "growth").Select(r => r.Estimate)];
        for (int i = 0; i < slopes.Length; i++)
        {
            Assert.Equal(slopes[i], joint[i], 1e-6);
        }

        // DEFT: errors of slopes with therapists over those without; the reference distribution of 78 df is nearly normal. MCSE .031.
        double icc = 0.006 / (0.02 + (1 / 110.0));
        MonteCarlo.AssertRate(ExactRates.IgnoringTherapists(4, 10, icc), cell.Measure("growth-ignoring-therapist", Product, T, Rate), falseAlarmRate: 1e-6);
    }

    // F test of therapists in slopes, exact with θ = σ_v1²/(σ_u1² + σ²/S). MCSE .0076.
    [Fact]
    public void Run_OfTherapistsInSlopes_HasThePowerOfTheFTest()
    {
        Method slopes = new() { Preset = MethodPreset.Slopes, Name = "slopes", Tests = [StudyFixture.Variance(TestKind.FExact), StudyFixture.Variance(TestKind.RlrtMixture)] };
        Scenario world = GrowthWorlds.Published.WithGrowth(g => g with { Shares = g.Shares! with { SlopeIcc = 0.2 } });
        CellResult cell = StudyFixture.Run(StudyFixture.Study(4000, seed: 20260403, [slopes], world)).Single();

        double icc = 0.004 / (0.02 + (1 / 110.0));
        MonteCarlo.AssertRate(ExactRates.FPower(8, 10, icc, cells: 2), cell.Measure("slopes", "var(therapist)", "f-exact", Rate));
        Assert.Equal(0.004, cell.Measure("slopes", "var(therapist)", "f-exact", Rate).TrueValue!.Value, 1e-12);
        Assert.Equal(icc, cell.Summary.Single(r => r.Term == "icc(therapist)" && r.Measure == "icc_mean").TrueValue!.Value, 1e-12);
    }

    // 30 therapists of 5 patients: all variances are far from their bound, where REML has a bias below its Monte Carlo error of 160 replicates.
    [Fact]
    public void Run_OfLargeDifferences_EstimatesAllWithoutBias()
    {
        Method method = s_growth with
        {
            Tests = [.. new[] { "(Intercept)", "week", "armtrained", "week:armtrained" }.Select(term => StudyFixture.Term(term, TestKind.TSatterthwaite))],
        };
        CellResult cell = StudyFixture.Run(StudyFixture.Study(160, seed: 20260404, [method], GrowthWorlds.Large)).Single();

        (string Term, double Truth)[] truths =
        [
            ("(Intercept)", 10), ("week", 0.5), ("armtrained", 0), ("week:armtrained", 0.25),
            ("var(therapist)", 1), ("var(week | therapist)", 0.16), ("var(therapist:patient)", 4), ("var(week | therapist:patient)", 0.25),
        ];
        foreach ((string term, double truth) in truths)
        {
            SummaryRow bias = cell.Measure("growth", term, "", "bias");
            Assert.Equal(truth, bias.TrueValue!.Value, 1e-9);
            ClosedForms.MonteCarlo.AssertMean(truth, bias);
        }
    }

    [Fact]
    public void Run_OfAnyThreadsAndLanes_FitsEachReplicateAsASingleDataSet()
    {
        Scenario world = GrowthWorlds.Large
            .WithTrial(t => t with { Therapists = 9, Caseload = new DrawnCaseload { Mean = 5, Cv = 0.8 } })
            .WithGrowth(g => g with { Dropout = new() { Rate = 0.3, DependsOn = new() { Slope = 0.5 } } });
        Method tested = s_growth with
        {
            Tests =
            [
                StudyFixture.Term("week:armtrained", TestKind.TSatterthwaite),
                StudyFixture.Term("week:armtrained", TestKind.Lrt),
                new() { Variance = "week|therapist", By = TestKind.RlrtMixture },
            ],
        };
        Study study = StudyFixture.Study(96, seed: 20260405, [tested], world);
        List<ReplicateRow> one = [];
        List<ReplicateRow> two = [];
        StudyFixture.Run(study, threads: 1, lanes: 1, onReplicate: one.Add);
        StudyFixture.Run(study, threads: 2, lanes: 8, onReplicate: two.Add);
        Assert.Equal(one, two);

        const string full = "outcome ~ week * arm + (1 + week | therapist) + (1 + week | therapist:patient)";
        for (int replicate = 1; replicate <= 5; replicate++)
        {
            // Levels of arm in the order of the alphabet would make trained the reference.
            DataTable data = ReplicateData.Of(study, 1, replicate, allPatients: false);
            DataTable named = new([.. data.Columns.Select(c => c.Name == "arm" ? TextColumn.FromCells("arm", ((TextColumn)c).Codes.Select(k => ((TextColumn)c).Levels[k] == "usual" ? "0" : "1")) : c)]);
            LinearMixedModelFit fit = LinearMixedModel.Fit(named, Formula.Parse(full), Criterion.Reml, DegreesOfFreedomMethod.Satterthwaite, new() { VarianceTests = true });
            ModelComparison lrt = LinearMixedModel.Compare(named, Formula.Parse(full), Formula.Parse(full.Replace("week * arm", "week + arm", StringComparison.Ordinal)), Criterion.Reml);
            ReplicateRow t = one.Single(r => r.Replicate == replicate && r.Test == T);
            ReplicateRow ratio = one.Single(r => r.Replicate == replicate && r.Test == "lrt");
            ReplicateRow mixture = one.Single(r => r.Replicate == replicate && r.Test == "rlrt-mixture");
            FixedEffect product = fit.FixedEffects.Single(e => e.Term == "week:arm1");
            Assert.Equal(product.Estimate, t.Estimate, 1e-9);
            Assert.Equal(product.StandardError, t.StandardError, 1e-9);
            Assert.Equal(product.DegreesOfFreedom!.Value, t.DegreesOfFreedom, 1e-5);
            Assert.Equal(lrt.Statistic, ratio.Statistic, 1e-6);
            Assert.Equal(lrt.PValue, ratio.PValue, 1e-6);
            VarianceTest slope = fit.VarianceTests.Single(v => v is { Group: "therapist", Term: "week", Test: "rlrt-mixture" });
            Assert.Equal(slope.Statistic!.Value, mixture.Statistic, 1e-6);
            Assert.Equal(slope.PValue!.Value, mixture.PValue, 1e-6);
        }
    }

    // Slopes within therapists that differ, in an endpoint world. MCSE of the rate .029.
    [Fact]
    public void Run_OfRandomSlopesOfOneOutcome_EstimatesTheirVarianceBesideOrdinaryMethods()
    {
        Scenario world = Worlds.Plain with
        {
            Trial = new() { Arms = ["usual", "trained"], Therapists = 30, Caseload = new FixedCaseload { Patients = 20 } },
            Outcome = new EndpointOutcome { Within = new LinearShape { Slope = 0.2, SlopeSd = 0.5 } },
        };
        Method slopes = StudyFixture.Own(
            "slopes",
            "outcome ~ arm + patient_score + (1 + patient_score | therapist)",
            StudyFixture.Term("patient_score", TestKind.TSatterthwaite),
            new TestRequest { Variance = "patient_score | therapist", By = TestKind.RlrtMixture });
        Method arms = StudyFixture.Own("arms", "outcome ~ arm + (0 + arm | therapist)");
        Method ordinary = StudyFixture.Own("ordinary", "outcome ~ arm + (1 | therapist)", StudyFixture.Variance(TestKind.FExact));
        List<ReplicateRow> alone = [];
        List<ReplicateRow> beside = [];
        StudyFixture.Run(StudyFixture.Study(128, seed: 20260406, [ordinary], world) with { Sampling = Sampling.Patients }, onReplicate: alone.Add);
        CellResult cell = StudyFixture.Run(StudyFixture.Study(128, seed: 20260406, [slopes, ordinary, arms], world), onReplicate: beside.Add).Single();

        Assert.Equal(alone, beside.Where(r => r.Method == "ordinary"));
        ClosedForms.MonteCarlo.AssertMean(0.25, cell.Measure("slopes", "var(patient_score | therapist)", "", "bias"));
        ClosedForms.MonteCarlo.AssertMean(0.2, cell.Measure("slopes", "patient_score", "", "bias"));
        ClosedForms.MonteCarlo.AssertMean(1 / 9.0, cell.Measure("slopes", "var(therapist)", "", "bias"));
        Assert.InRange(cell.Measure("slopes", "var(patient_score | therapist)", "rlrt-mixture", Rate).Value!.Value, 0.9, 1);
        Assert.Equal("power", cell.Measure("slopes", "var(patient_score | therapist)", "rlrt-mixture", Rate).RejectionMeans);
    }

    [Theory]
    [InlineData("outcome ~ week + (1 + week | therapist) + (1 | week)", "This version fits one grouping factor, or two of which one is nested in the other.")]
    [InlineData("slope ~ week + (1 | therapist)", "week differs between the weeks of a patient, but slope is a number that a patient has once; remove it.")]
    [InlineData("outcome ~ slope", "slope holds the same quantity as the response outcome and explains it without residual; remove one of them.")]
    [InlineData("outcome ~ sessions", "The data have no column 'sessions'")]
    public void Run_OfAModelThatTheScenarioHasNoRowsFor_SaysWhy(string formula, string reason)
    {
        Scenario world = GrowthWorlds.Large.WithTrial(t => t with { Sites = 3 });
        StudyException error = Assert.Throws<StudyException>(() => StudyFixture.Run(StudyFixture.Study(1, 1, [StudyFixture.Own("own", formula)], world)));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
