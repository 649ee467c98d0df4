using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Generation;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>Tests of models with random slopes, nested factors or growth: those of a single data set, which lme4 and its companions confirm.</summary>
public sealed class TableTestTests
{
    private const int Replicates = 6;

    private static Scenario Growth => GrowthWorlds.Large
        .WithTrial(t => t with { Arms = ["a", "b"], Therapists = 9, Caseload = new DrawnCaseload { Mean = 5, Cv = 0.8 } })
        .WithGrowth(g => g with { Dropout = new() { Rate = 0.3 } });

    private static Scenario Endpoint => Worlds.Plain with
    {
        Trial = new() { Arms = ["a", "b"], Therapists = 12, Caseload = new DrawnCaseload { Mean = 8, Cv = 0.5 } },
        Outcome = new EndpointOutcome { Within = new LinearShape { Slope = 0.2, SlopeSd = 0.5 } },
    };

    [Theory]
    [InlineData("outcome ~ week * arm + (1 + week | therapist) + (1 + week | therapist:patient)", true)]
    [InlineData("outcome ~ week * arm + (1 | therapist)", true)]
    [InlineData("outcome ~ patient_score + arm + (1 + patient_score | therapist)", false)]
    [InlineData("outcome ~ patient_score + arm + (0 + arm | therapist)", false)]
    public void TKenwardRoger_OfAReplicate_IsThatOfItsDataSet(string formula, bool isGrowth)
    {
        string[] terms = isGrowth ? ["week", "armb", "week:armb"] : ["patient_score", "armb"];
        Study study = Study(formula, isGrowth ? Growth : Endpoint, [.. terms.Select(term => StudyFixture.Term(term, TestKind.TKenwardRoger))]);

        foreach (ReplicateRow row in Rows(study))
        {
            Compare(Fit(ReplicateData.Of(study, 1, row.Replicate, allPatients: false), formula), row);
        }
    }

    /// <summary>Slopes of patients: the rows of a study are made of its weeks by least squares.</summary>
    [Theory]
    [InlineData("slope ~ arm + (1 | therapist)")]
    [InlineData("slope ~ arm")]
    public void TKenwardRoger_OfPatientsSlopes_IsThatOfTheirTable(string formula)
    {
        Study study = Study(formula, Growth, StudyFixture.Term("armb", TestKind.TKenwardRoger));

        foreach (ReplicateRow row in Rows(study))
        {
            Compare(Fit(Slopes(study, row.Replicate), formula), row);
        }
    }

    [Fact]
    public void TKenwardRoger_ByMaximumLikelihood_IsRefused()
    {
        Study study = Study("outcome ~ week + (1 + week | therapist)", Growth, StudyFixture.Term("week", TestKind.TKenwardRoger));

        StudyException error = Assert.Throws<StudyException>(
            () => StudyFixture.Run(study with { Methods = [study.Methods[0] with { Estimate = Criterion.Ml }] }));

        Assert.Equal("method model: t-kenward-roger adjusts the standard errors too, and is for fits by reml; leave estimate out, or use t-satterthwaite.", error.Message);
    }

    private static void Compare(LinearMixedModelFit fit, ReplicateRow row)
    {
        FixedEffect effect = fit.FixedEffects.Single(e => e.Term == row.Term);
        Assert.Equal(1, row.Estimate / effect.Estimate, 1e-6);
        Assert.Equal(1, row.StandardError / effect.StandardError, 1e-7);
        Assert.Equal(1, row.DegreesOfFreedom / effect.DegreesOfFreedom!.Value, 1e-5);
        Assert.Equal(1, row.PValue / effect.PValue!.Value, 1e-4);
        Assert.Equal(1, (row.ConfHigh - row.ConfLow) / (effect.ConfHigh!.Value - effect.ConfLow!.Value), 1e-5);
    }

    private static LinearMixedModelFit Fit(DataTable data, string formula) =>
        LinearMixedModel.Fit(data, Formula.Parse(formula), Criterion.Reml, DegreesOfFreedomMethod.KenwardRoger);

    private static Study Study(string formula, Scenario world, params TestRequest[] tests) =>
        StudyFixture.Study(Replicates, seed: 20260411, [StudyFixture.Own("model", formula, tests)], world);

    private static List<ReplicateRow> Rows(Study study)
    {
        List<ReplicateRow> rows = [];
        StudyFixture.Run(study, onReplicate: rows.Add);
        Assert.Equal(Replicates * study.Methods[0].Tests.Length, rows.Count);
        return rows;
    }

    private static DataTable Slopes(Study study, long replicate)
    {
        DataTable weeks = ReplicateData.Of(study, 1, replicate, allPatients: false);
        TextColumn patients = weeks.AsFactor("patient");
        TextColumn therapists = weeks.AsFactor("therapist");
        TextColumn arms = weeks.AsFactor("arm");
        (int First, double Slope)[] found =
        [
            .. Enumerable.Range(0, weeks.Rows)
                .GroupBy(row => (therapists.Codes[row], patients.Codes[row]))
                .Where(rows => rows.Count() >= 2)
                .Select(rows => (rows.First(), Slope([.. rows]))),
        ];
        return new(
        [
            new NumericColumn("slope", [.. found.Select(f => f.Slope)]),
            TextColumn.FromCells("arm", found.Select(f => arms.Levels[arms.Codes[f.First]])),
            TextColumn.FromCells("therapist", found.Select(f => therapists.Levels[therapists.Codes[f.First]])),
        ]);

        double Slope(int[] rows)
        {
            double[] week = [.. rows.Select(row => weeks.Numeric("week").Values[row])];
            double mean = week.Average();
            return rows.Select((row, i) => (week[i] - mean) * weeks.Numeric("outcome").Values[row]).Sum() / week.Sum(w => (w - mean) * (w - mean));
        }
    }
}
