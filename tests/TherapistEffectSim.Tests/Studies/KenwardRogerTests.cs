using System.Text.Json;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Oracle;
using Parsed = TherapistEffectSim.Formulas.Formula;

namespace TherapistEffectSim.Tests.Studies;

public sealed class KenwardRogerTests
{
    private const string Formula = "outcome ~ arm + site + alliance + alliance_between + severity + (1 | therapist)";

    public static TheoryData<Caseload, bool> Worlds() => new()
    {
        { new DrawnCaseload { Mean = 9, Cv = 0.8 }, false },
        { new SharedCaseload { Total = 120, Cv = 0.6 }, false },
        { new FixedCaseload { Patients = 6 }, false },
        { new FixedCaseload { Patients = 6 }, true }, // in closed form
    };

    /// <summary>The general form of <c>tes fit</c>, which pbkrtest confirms, writes all matrices out.</summary>
    [Theory]
    [MemberData(nameof(Worlds))]
    public void TKenwardRoger_OfGeneratedTrials_IsThatOfTheGeneralModel(Caseload caseload, bool isComplete)
    {
        const int replicates = 24;
        string[] terms = ["armnew", "sites2", "alliance", "alliance_between", "severity"];
        Scenario world = (isComplete ? BitIdentityTests.Complete(caseload) : BitIdentityTests.World(caseload, TherapistMean.Analysed)) with
        {
            Trial = new() { Arms = ["control", "new"], Sites = 2, Therapists = 14, Caseload = caseload },
        };
        Study study = StudyFixture.Study(
            replicates,
            21,
            [
                StudyFixture.Own("model", Formula, [.. terms.Select(term => StudyFixture.Term(term, TestKind.TKenwardRoger))]),
                StudyFixture.Own("levels", "outcome ~ arm + patient_score + (1 | therapist)", StudyFixture.Term("armnew", TestKind.TKenwardRoger), StudyFixture.Term("patient_score", TestKind.TKenwardRoger)),
            ],
            world);
        List<ReplicateRow> rows = [];

        StudyFixture.Run(study, onReplicate: rows.Add);

        Assert.Equal(replicates * (terms.Length + 2), rows.Count);
        int onBound = 0;
        foreach (IGrouping<(long Replicate, string Method), ReplicateRow> fit in rows.GroupBy(row => (row.Replicate, row.Method)))
        {
            string formula = fit.Key.Method == "model" ? Formula : "outcome ~ arm + patient_score + (1 | therapist)";
            DataTable data = ReplicateData.Of(study, 1, fit.Key.Replicate, allPatients: false);
            LinearMixedModelFit general = LinearMixedModel.Fit(data, Parsed.Parse(formula), Criterion.Reml, DegreesOfFreedomMethod.KenwardRoger);
            foreach (ReplicateRow row in fit)
            {
                FixedEffect effect = general.FixedEffects.Single(e => e.Term == row.Term);
                onBound += row.Status == TermStatus.Singular ? 1 : 0;
                Assert.Equal(1, row.Estimate / effect.Estimate, 1e-6);
                Assert.Equal(1, row.StandardError / effect.StandardError, 1e-7);
                Assert.Equal(1, row.DegreesOfFreedom / effect.DegreesOfFreedom!.Value, 1e-5);
                Assert.Equal(1, row.PValue / effect.PValue!.Value, 1e-4);
                Assert.Equal(1, (row.ConfHigh - row.ConfLow) / (effect.ConfHigh!.Value - effect.ConfLow!.Value), 1e-5);
            }
        }

        Assert.InRange(onBound, 1, rows.Count - 1);
    }

    [Theory]
    [InlineData("ri_unbalanced")]
    [InlineData("ri_boundary")]
    [InlineData("ri_near_boundary")]
    [InlineData("partially_nested")]
    public void Of_OracleData_IsThatOfPbkrtest(string name)
    {
        OracleCase oracle = new(name);
        int compared = 0;
        foreach (JsonElement model in oracle.Reference.GetProperty("models").EnumerateArray().Where(OracleCase.HasOneVariance))
        {
            JsonElement reference = model.GetProperty("fits").GetProperty("REML");
            if (!reference.GetProperty("fixed")[0].TryGetProperty("kenward_roger", out _))
            {
                continue;
            }

            OrthogonalColumns basis = OrthogonalColumns.Of(
                [.. model.GetProperty("fixed_columns").EnumerateArray().Select(c => oracle.Product(c.GetProperty("expression").GetString()!))]);
            double[] outcome = oracle.Numbers(model.GetProperty("response").GetString()!);
            basis.TakeOut(outcome);
            string[] labels = oracle.Text("therapist");
            string[] levels = [.. labels.Distinct()];
            double[] inArm = model.GetProperty("formula").GetString()!.Contains("(0 + arm", StringComparison.Ordinal)
                ? oracle.Numbers("arm")
                : [.. labels.Select(_ => 1.0)];
            TherapistStatistics<Lane1> data = DataStatistics.Of(
                [.. basis.Columns, outcome], [.. labels.Select(l => Array.IndexOf(levels, l))], [.. levels.Select(l => inArm[Array.IndexOf(labels, l)])]);
            LinearModel linear = new([.. Enumerable.Range(0, basis.Kept.Length + 1)], true, true);
            RandomInterceptFit<Lane1> fitter = new(linear, data.Therapists, data.HasBetween, data.HasWithin);
            LinearModelFit<Lane1> fit = fitter.Fit(data);
            RandomInterceptKenwardRoger<Lane1> kenwardRoger = new(basis.Kept.Length);
            kenwardRoger.Load(fitter.Criterion, fit);
            for (int k = 0; k < basis.Kept.Length; k++)
            {
                JsonElement pbkrtest = reference.GetProperty("fixed")[k].GetProperty("kenward_roger");
                double variance = kenwardRoger.Of(basis.Contrast(k), out Lane1 df)[0];
                Assert.Equal(1, Math.Sqrt(variance) / pbkrtest.GetProperty("se").GetDouble(), oracle.Tolerance("kenward_roger_se_rel"));
                Assert.Equal(1, df[0] / pbkrtest.GetProperty("df").GetDouble(), oracle.Tolerance("kenward_roger_df_rel"));
                compared++;
            }
        }

        Assert.True(compared > 0);
    }
}
