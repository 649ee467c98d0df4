using System.Collections.Immutable;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>Data drawn as therapists' statistics: the patients that complete them agree, and so does the distribution with that of patients.</summary>
public sealed class StudySamplingTests
{
    private const string Curve = "outcome ~ arm + alliance_between + alliance_within + I(alliance_between^2) + (1 | therapist)";

    /// <summary>A method that reads the therapists' effects, so that they are not drawn in one with means.</summary>
    public static Method EffectReader { get; } = StudyFixture.Own("effects", "alliance ~ arm + true_therapist_effect + (1 | therapist)");

    public static TheoryData<string, int> Cases()
    {
        TheoryData<string, int> cases = [];
        string[] formulas =
        [
            Curve,
            "outcome ~ 1 + (1 | therapist)",
            "outcome ~ alliance_between + (1 | therapist)",
            "outcome ~ severity + alliance + (1 | therapist)",
            "outcome ~ arm + alliance_between + alliance_within + severity + patient_score + (1 | therapist)",
            "alliance ~ arm + true_therapist_effect + (1 | therapist)",
            "outcome ~ alliance + true_alliance",
        ];
        foreach (string formula in formulas)
        {
            for (int world = 0; world < Worlds.Length; world++)
            {
                cases.Add(formula, world);
            }
        }

        return cases;
    }

    private static ImmutableArray<Scenario> Worlds { get; } =
    [
        World(new FixedCaseload { Patients = 6 }, reliability: 1, severity: 0),
        World(new FixedCaseload { Patients = 6 }, reliability: 0.7, severity: -0.3),
        World(new DrawnCaseload { Mean = 6, Cv = 0.7 }, reliability: 0.7, severity: -0.3),
        World(new SharedCaseload { Total = 26, Cv = 0.2 }, reliability: 0.7, severity: -0.3),
        World(new FixedCaseload { Patients = 6 }, reliability: 1, severity: 0, correlation: 0), // plain: effects and mean residuals are one number
        World(new DrawnCaseload { Mean = 6, Cv = 0.7 }, reliability: 0.7, severity: -0.3, correlation: 0),
    ];

    // Patients' means come from the words that hold the adherence where patients are drawn, and from those of the therapist's effect: the data must not
    // show it. 60 therapists in 50 replicates: an adherence that were one of the means' numbers would correlate by about .3 or more, an effect with the
    // mean residual by .45; by chance none reaches .09 (probability 1e-6), and the variance of the effect is within 13 % (1e-6).
    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Of_AReplicateDrawnWithoutPatients_HasNumbersOfTherapistsIndependentOfTheMeans(int number)
    {
        Scenario world = Worlds[number] with { Trial = new() { Therapists = 60, Caseload = new FixedCaseload { Patients = 2 } } };
        Study study = StudyFixture.Study(50, 18, [StudyFixture.Own("own", "outcome ~ alliance_between + (1 | therapist)")], world);
        Assert.True(StudySampling.IsWithoutPatients(study));
        List<(double Adherence, double Effect, double Outcome, double Alliance)> therapists = [];
        for (long replicate = 1; replicate <= study.Replicates; replicate++)
        {
            DataTable data = ReplicateData.Of(study, 1, replicate, allPatients: false);
            double[] adherence = Column("adherence");
            double[] effect = Column("true_therapist_effect");
            double[] residual = [.. Column("outcome").Zip(effect, (y, u) => y - u)];
            double[] alliance = Column("alliance_between");
            for (int j = 0; j < 60; j++)
            {
                therapists.Add((adherence[2 * j], effect[2 * j], residual[2 * j] + residual[(2 * j) + 1], alliance[2 * j]));
            }

            double[] Column(string name) => [.. data.Numeric(name).Values];
        }

        AssertIndependent(t => t.Adherence, t => t.Outcome);
        AssertIndependent(t => t.Adherence, t => t.Alliance);
        AssertIndependent(t => t.Adherence, t => t.Effect);
        if (number == 4)
        {
            AssertIndependent(t => t.Effect, t => t.Outcome);
            AssertIndependent(t => t.Effect, t => t.Alliance);
        }

        double sd = VarianceComponents.Of(world).OutcomeTherapistSd;
        Assert.InRange(therapists.Average(t => t.Effect * t.Effect) / (sd * sd), 0.87, 1.13);

        void AssertIndependent(Func<(double Adherence, double Effect, double Outcome, double Alliance), double> left, Func<(double Adherence, double Effect, double Outcome, double Alliance), double> right) =>
            Assert.InRange(MathNet.Numerics.Statistics.Correlation.Pearson(therapists.Select(left), therapists.Select(right)), -0.09, 0.09);
    }

    // The estimates that a run keeps are those of the data that simulate writes, to rounding.
    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_AReplicateDrawnWithoutPatients_GivesPatientsWithItsStatistics(string formula, int world)
    {
        Study study = StudyFixture.Study(5, 17, [StudyFixture.Own("own", formula, Tests(formula))], Worlds[world]);
        Assert.True(StudySampling.IsWithoutPatients(study));
        List<ReplicateRow> rows = [];
        StudyFixture.Run(study, onReplicate: rows.Add);
        for (long replicate = 1; replicate <= 5; replicate++)
        {
            DataTable data = ReplicateData.Of(study, 1, replicate, allPatients: false);
            LinearMixedModelFit fit = LinearMixedModel.Fit(data, Formula.Parse(formula), Criterion.Reml, DegreesOfFreedomMethod.Satterthwaite);
            ReplicateRow[] found = [.. rows.Where(r => r.Replicate == replicate && r.Status is (TermStatus.Ok or TermStatus.Singular))];
            Assert.NotEmpty(found);
            foreach (ReplicateRow row in found)
            {
                if (row.Term == "var(therapist)")
                {
                    Assert.Equal(fit.RandomEffects[0].Variance, row.Estimate, 1e-8);
                    continue;
                }

                FixedEffect effect = fit.FixedEffects.Single(e => e.Term == row.Term);
                Assert.Equal(effect.Estimate, row.Estimate, 1e-8);
                Assert.Equal(effect.StandardError, row.StandardError, 1e-8);
            }
        }
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0)]
    public void Of_TherapistsWithOnePatientEach_CompletesWhatThereIs(double correlation)
    {
        foreach (int[] patients in new int[][] { [1, 1, 1, 1], [2, 1, 1, 1], [2, 2, 1, 1] })
        {
            Scenario world = World(new ListedCaseload { Patients = [.. patients] }, reliability: 0.7, severity: -0.3, correlation);
            Study study = StudyFixture.Study(3, 5, [StudyFixture.Own("own", "outcome ~ alliance")], world with { Trial = world.Trial with { Therapists = 4 } });
            List<ReplicateRow> rows = [];
            StudyFixture.Run(study, onReplicate: rows.Add);

            DataTable data = ReplicateData.Of(study, 1, 2, allPatients: false);
            LinearMixedModelFit fit = LinearMixedModel.Fit(data, Formula.Parse("outcome ~ alliance"), Criterion.Reml, DegreesOfFreedomMethod.Satterthwaite);

            Assert.Equal(fit.FixedEffects[1].Estimate, rows.Single(r => r.Replicate == 2 && r.Term == "alliance").Estimate, 1e-8);
        }
    }

    // 4,000 replicates either way. 4.5 standard errors of a difference: false-alarm rate 7e-6 a comparison, about 220 comparisons. A rate off by
    // .065 is seen 9 times in 10, an empirical standard error off by 9 %.
    [Fact]
    public void Run_WithAndWithoutPatients_HasTheSameDistribution()
    {
        const int replicates = 4000;
        for (int world = 0; world < Worlds.Length; world++)
        {
            Study study = StudyFixture.Study(
                replicates,
                (ulong)world,
                [new() { Preset = MethodPreset.NullModel }, new() { Preset = MethodPreset.Linear }, new() { Preset = MethodPreset.Quadratic, Adjust = ["severity"] }, new() { Preset = MethodPreset.Correlations }],
                Worlds[world]);
            List<ReplicateRow> rows = [];
            CellResult statistics = StudyFixture.Run(study, onReplicate: rows.Add).Single();
            CellResult patients = StudyFixture.Run(study with { Sampling = Sampling.Patients, Seed = 77 }, onReplicate: _ => { }).Single();
            foreach ((SummaryRow left, SummaryRow right) in statistics.Summary.Zip(patients.Summary))
            {
                if (left.Measure is "rejection_rate" or "empirical_se" or "estimate_mean" or "bias" or "coverage" or "icc_mean" or "singular_rate" && left.Mcse > 0)
                {
                    double error = Math.Sqrt((left.Mcse!.Value * left.Mcse.Value) + (right.Mcse!.Value * right.Mcse.Value))
                        * (left.Measure == "empirical_se" ? ErrorRatioOfSd(rows, left) : 1);
                    Assert.True(
                        Math.Abs(left.Value!.Value - right.Value!.Value) <= 4.5 * error,
                        $"world {world}: {left.Method} {left.Term} {left.Test} {left.Measure}: {left.Value} without patients, {right.Value} with, error {error}");
                }
            }
        }
    }

    // The Monte Carlo error of an SD is stated for normal estimates, SD/√(2(n − 1)). Those of a curve in a dozen therapists have a kurtosis κ of up to 19:
    // theirs is larger by √((κ − 1)/2). Terms that are not tested have no rows.
    private static double ErrorRatioOfSd(List<ReplicateRow> rows, SummaryRow summary)
    {
        double[] estimates =
        [
            .. rows.Where(r => r.Method == summary.Method && r.Term == summary.Term && r.Status is (TermStatus.Ok or TermStatus.Singular))
                .DistinctBy(r => r.Replicate)
                .Select(r => r.Estimate),
        ];
        if (estimates.Length == 0)
        {
            return 1;
        }

        double kurtosis = MathNet.Numerics.Statistics.Statistics.PopulationKurtosis(estimates) + 3;
        return Math.Max(1, Math.Sqrt((kurtosis - 1) / 2));
    }

    [Fact]
    public void IsWithoutPatients_OfStudiesThatSeePatients_IsFalse()
    {
        Scenario plain = Worlds[1];
        EndpointOutcome outcome = (EndpointOutcome)plain.Outcome;
        Assert.True(Decide([new() { Preset = MethodPreset.Linear }], plain));
        Assert.False(Decide([new() { Preset = MethodPreset.Linear }], plain with { Attrition = new() { Outcome = new() { Rate = 0.1 } } }));
        Assert.False(Decide([new() { Preset = MethodPreset.Linear }], plain, plain with { Outcome = outcome with { Within = new QuadraticShape { Curvature = 0.1 } } }));
        Assert.False(Decide([new() { Preset = MethodPreset.Linear }], plain with { Outcome = outcome with { Distribution = new TForm { Df = 5 } } }));
        Assert.False(Decide([StudyFixture.Own("own", "outcome ~ I(alliance_within^2) + (1 | therapist)")], plain));
        Assert.False(Decide([StudyFixture.Own("own", "outcome ~ arm:alliance_within + (1 | therapist)")], plain));
        Assert.False(Decide([StudyFixture.Own("own", "outcome ~ alliance", StudyFixture.Term("alliance", TestKind.TCr2))], plain));
        Assert.False(StudySampling.IsWithoutPatients(StudyFixture.Study(1, 1, [new() { Preset = MethodPreset.Linear }], plain) with { Sampling = Sampling.Patients }));

        static bool Decide(ImmutableArray<Method> methods, params Scenario[] worlds) => StudySampling.IsWithoutPatients(StudyFixture.Study(1, 1, methods, worlds));
    }

    // The least that is exact for all scenarios and methods of a study.
    [Fact]
    public void Inspect_SaysWhetherEffectsMayBeDrawnWithMeans()
    {
        ImmutableArray<Method> linear = [new() { Preset = MethodPreset.Linear }];
        Assert.Equal(Drawing.CombinedMeans, Decide(linear, Worlds[4], Worlds[5]));
        Assert.Equal(Drawing.Means, Decide(linear, Worlds[4], Worlds[1]));
        Assert.Equal(Drawing.Means, Decide([.. linear, EffectReader], Worlds[4]));
        Assert.Equal(Drawing.Means, Decide([StudyFixture.Own("alliance", "alliance ~ arm + (1 | therapist)")], Worlds[4]));
        Assert.Equal(Drawing.Means, Decide(linear, Worlds[4] with { Therapists = new() { OutcomeIcc = 0.1, Selection = new() { By = TherapistTrait.Alliance, Keep = 0.5 } } }));
        Assert.Equal(Drawing.Patients, Decide(linear, Worlds[4], Worlds[4] with { Attrition = new() { Outcome = new() { Rate = 0.1 } } }));

        static Drawing Decide(ImmutableArray<Method> methods, params Scenario[] worlds) => StudySampling.Inspect(StudyFixture.Study(1, 1, methods, worlds));
    }

    private static TestRequest[] Tests(string formula) => formula.Contains("~ 1", StringComparison.Ordinal) ? [StudyFixture.Variance(TestKind.RlrtMixture)] : [];

    private static Scenario World(Caseload caseload, double reliability, double severity, double correlation = 0.2) => new()
    {
        Trial = new() { Arms = ["control", "trained"], Therapists = 12, Caseload = caseload },
        Therapists = new() { OutcomeIcc = 0.1, Correlations = new() { AllianceOutcome = correlation } },
        Alliance = new() { TherapistIcc = 0.2, Reliability = reliability, Assessments = 2 },
        Outcome = new EndpointOutcome
        {
            Between = new QuadraticShape { Linear = 0.2, Curvature = 0.15 },
            Within = new LinearShape { Slope = 0.2 },
            ArmEffect = new() { D = 0.3 },
            Severity = severity,
        },
    };
}
