using System.Collections.Immutable;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.ClosedForms;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>Models of other responses than the outcome.</summary>
public sealed class ResponseTests
{
    private const int Replicate = 3;

    public static TheoryData<string> Formulas() =>
    [
        "alliance ~ arm + site + (1 | therapist)",
        "alliance ~ severity + outcome + (1 | therapist)",
        "severity ~ arm + alliance_between + alliance_within + (1 | therapist)",
        "severity ~ alliance * outcome",
        "true_alliance ~ alliance_between + (1 | therapist)",
        "alliance_within ~ severity + (1 | therapist)",
        "patient_score ~ arm + alliance + I(alliance^2)",
        "outcome ~ arm + alliance + (1 | therapist)",
    ];

    [Theory]
    [MemberData(nameof(Formulas))]
    public void Run_OfAnyResponse_FindsWhatASingleFitOfTheSameDataFinds(string formula)
    {
        foreach (TherapistMean mean in Enum.GetValues<TherapistMean>())
        {
            Study study = StudyFixture.Study(5, 17, [StudyFixture.Own("own", formula), new() { Preset = MethodPreset.Linear }], World(mean));
            DataTable data = ReplicateData.Of(study, 1, Replicate, allPatients: false);

            LinearMixedModelFit fit = LinearMixedModel.Fit(data, Formula.Parse(formula), Criterion.Reml, DegreesOfFreedomMethod.Satterthwaite);

            AssertSame(fit, RowsOf(study));
        }
    }

    [Fact]
    public void Run_OfTherapistMeansOfAnotherResponse_IsLeastSquaresOfTheMeans()
    {
        const string formula = "alliance ~ arm + therapist_score";
        Method means = StudyFixture.Own("own", formula) with { Rows = AnalysisRows.TherapistMeans };
        Study study = StudyFixture.Study(5, 17, [means], World(TherapistMean.Analysed));
        DataTable data = ReplicateData.Of(study, 1, Replicate, allPatients: false);
        ImmutableArray<double> therapist = data.Numeric("therapist").Values;
        int[][] rows = [.. Enumerable.Range(0, data.Rows).GroupBy(i => therapist[i]).Select(g => g.ToArray())];
        TextColumn arm = data.AsFactor("arm");
        DataTable table = new(
        [
            new NumericColumn("alliance", [.. rows.Select(r => r.Average(i => data.Numeric("alliance").Values[i]))]),
            TextColumn.FromCells("arm", rows.Select(r => arm.Levels[arm.Codes[r[0]]])),
            new NumericColumn("therapist_score", [.. rows.Select(r => data.Numeric("therapist_score").Values[r[0]])]),
        ]);

        AssertSame(LinearMixedModel.Fit(table, Formula.Parse(formula), Criterion.Reml, DegreesOfFreedomMethod.Satterthwaite), RowsOf(study));
    }

    [Fact]
    public void Run_OfALikelihoodRatioOfAnotherResponse_IsTheDifferenceOfTheDeviances()
    {
        const string formula = "severity ~ alliance + (1 | therapist)";
        Method own = StudyFixture.Own("own", formula, StudyFixture.Term("alliance", TestKind.Lrt), StudyFixture.Variance(TestKind.LrtMixture));
        Study study = StudyFixture.Study(5, 17, [own], World(TherapistMean.Analysed));
        DataTable data = ReplicateData.Of(study, 1, Replicate, allPatients: false);
        double full = Deviance(formula);

        Dictionary<string, ReplicateRow> rows = RowsOf(study).ToDictionary(r => r.Term);
        Assert.Equal(Deviance("severity ~ 1 + (1 | therapist)") - full, rows["alliance"].Statistic, 1e-9);
        Assert.Equal(Deviance("severity ~ alliance") - full, rows["var(therapist)"].Statistic, 1e-9);

        double Deviance(string model) =>
            LinearMixedModel.Fit(data, Formula.Parse(model), Criterion.Ml, DegreesOfFreedomMethod.None).CriterionValue;
    }

    /// <summary>Balanced and without error the alliance is a one-way layout: 4,000 replicates of 20 × 10 patients at ICC .05, power .3774, MCSE .0077.</summary>
    [Fact]
    public void FExact_OfTheAlliance_HasTheExactPower()
    {
        Scenario world = StudyFixture.ScoresWorld(20, 10, 0.2, 0, 0, 0) with { Alliance = new() { TherapistIcc = 0.05 } };
        Method own = StudyFixture.Own("own", "alliance ~ 1 + (1 | therapist)", StudyFixture.Variance(TestKind.FExact));

        CellResult cell = StudyFixture.Run(StudyFixture.Study(4000, 5, [own], world))[0];

        SummaryRow rate = cell.Measure("own", "var(therapist)", "f-exact", "rejection_rate");
        MonteCarlo.AssertRate(ExactRates.FPower(20, 10, 0.05), rate);
        Assert.Equal((null, ""), (rate.TrueValue, rate.RejectionMeans));
    }

    [Fact]
    public void Run_OfAnotherResponse_HasTheTrueValuesThatTheStudyGives()
    {
        Method own = StudyFixture.Own("own", "alliance ~ severity + outcome + (1 | therapist)") with
        {
            True = ImmutableSortedDictionary<string, double>.Empty.Add("outcome", 0.3).Add("severity", 0).Add("var(therapist)", 0.1),
        };
        CellResult cell = StudyFixture.Run(StudyFixture.Study(20, 5, [own], StudyFixture.ScoresWorld(20, 10, 0.2, 0, 0, 0)))[0];

        SummaryRow outcome = cell.Measure("own", "outcome", "t-satterthwaite", "rejection_rate");
        SummaryRow severity = cell.Measure("own", "severity", "t-satterthwaite", "rejection_rate");
        Assert.Equal((0.3, "power"), (outcome.TrueValue, outcome.RejectionMeans));
        Assert.Equal((0.0, ""), (severity.TrueValue, severity.RejectionMeans));
        Assert.Equal(0.1, cell.Measure("own", "var(therapist)", "", "bias").TrueValue);
    }

    /// <summary>Without error of measurement nothing but rounding is left of the response within therapists, and the program must not fail on it.</summary>
    [Theory]
    [InlineData("alliance ~ patient_score + (1 | therapist)")]
    [InlineData("alliance ~ true_alliance")]
    [InlineData("alliance_within ~ patient_score")]
    public void Run_OfAResponseWithoutResidual_Ends(string formula)
    {
        Study study = StudyFixture.Study(40, 5, [StudyFixture.Own("own", formula)], StudyFixture.ScoresWorld(20, 10, 0.2, 0, 0, 0));

        Assert.Equal(40, StudyFixture.Run(study)[0].Replicates);
    }

    [Theory]
    [InlineData("arm ~ alliance", "the response must be a number that differs between patients (alliance, alliance_within, outcome, patient_score, retained, sessions, severity, true_alliance, true_alliance_within), but is arm.")]
    [InlineData("therapist ~ alliance", "but is therapist.")]
    [InlineData("therapist_score ~ arm", "but is therapist_score.")]
    [InlineData("alliance ~ alliance_within + (1 | therapist)", "alliance_within holds the same quantity as the response alliance and explains it without residual; remove one of them.")]
    [InlineData("patient_score ~ I(true_alliance^2)", "true_alliance holds the same quantity as the response patient_score")]
    public void Run_OfAResponseThatNoModelExplains_IsRefusedInWords(string formula, string message)
    {
        Study study = StudyFixture.Study(10, 5, [StudyFixture.Own("own", formula)], StudyFixture.ScoresWorld(20, 10, 0.2, 0, 0, 0));

        Assert.Contains(message, Assert.Throws<StudyException>(() => StudyFixture.Run(study)).Message, StringComparison.Ordinal);
    }

    // A data set takes the first arm in alphabetical order as reference, a study the first that it lists.
    private static Scenario World(TherapistMean mean)
    {
        Scenario world = BitIdentityTests.World(new DrawnCaseload { Mean = 9, Cv = 0.6 }, mean);
        return world with { Trial = world.Trial with { Arms = ["control", "treatment"] } };
    }

    [Fact]
    public void Run_OfACorrectedModelOfTheAlliance_IsRefusedInWords()
    {
        Method own = StudyFixture.Own("own", "alliance ~ alliance_between + (1 | therapist)") with { Reliability = ReliabilitySource.Known };
        Study study = StudyFixture.Study(10, 5, [own], StudyFixture.ScoresWorld(20, 10, 0.2, 0, 0, 0));

        Assert.Contains("but it is alliance; leave reliability out.", Assert.Throws<StudyException>(() => StudyFixture.Run(study)).Message, StringComparison.Ordinal);
    }

    private static ReplicateRow[] RowsOf(Study study)
    {
        List<ReplicateRow> rows = [];
        StudyFixture.Run(study, onReplicate: rows.Add);
        return [.. rows.Where(r => r.Replicate == Replicate && r.Method == "own")];
    }

    private static void AssertSame(LinearMixedModelFit fit, ReplicateRow[] rows)
    {
        FixedEffect[] effects = [.. fit.FixedEffects.Where(e => e.Term != "(Intercept)")];
        Assert.NotEmpty(effects);
        Assert.Equal(effects.Select(e => e.Term), rows.Select(r => r.Term));
        foreach ((FixedEffect effect, ReplicateRow row) in effects.Zip(rows))
        {
            Assert.Equal(effect.Estimate, row.Estimate, 1e-9);
            Assert.Equal(effect.StandardError, row.StandardError, 1e-9);
            Assert.Equal(effect.DegreesOfFreedom!.Value, row.DegreesOfFreedom, 1e-6 * row.DegreesOfFreedom);
            Assert.Equal(effect.PValue!.Value, row.PValue, 1e-8);
        }
    }
}
