using MathNet.Numerics.LinearAlgebra;
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

    /// <summary>χ² from the general least-squares formulas: covariances of the coefficients by V written out at the variances found.</summary>
    [Theory]
    [InlineData("outcome ~ week * arm + (1 + week | therapist) + (1 + week | therapist:patient)", "armb & week:armb & week")]
    [InlineData("outcome ~ week * arm + (1 | therapist)", "week & week:armb")]
    [InlineData("outcome ~ week * arm", "armb & week:armb")]
    public void JointWald_OfAReplicate_IsThatOfTheMatrixWrittenOut(string formula, string term)
    {
        Study study = Study(formula, Growth, StudyFixture.Term(term, TestKind.JointWald));

        foreach (ReplicateRow row in Rows(study))
        {
            DataTable data = ReplicateData.Of(study, 1, row.Replicate, allPatients: false);
            LinearMixedModelFit fit = Fit(data, formula);
            Matrix<double> x = FixedColumns(data);
            Matrix<double> inverse = Covariance(data, fit).Inverse();
            Matrix<double> covariances = (x.Transpose() * inverse * x).Inverse();
            Vector<double> b = covariances * (x.Transpose() * (inverse * Vector<double>.Build.Dense([.. data.Numeric("outcome").Values])));
            int[] tested = [.. term.Split(" & ").Select(name => Array.IndexOf(["(Intercept)", "week", "armb", "week:armb"], name))];
            Vector<double> together = Vector<double>.Build.Dense([.. tested.Select(k => b[k])]);
            Matrix<double> own = Matrix<double>.Build.Dense(tested.Length, tested.Length, (k, l) => covariances[tested[k], tested[l]]);
            Assert.True(row.Status is TermStatus.Ok or TermStatus.Singular); // a correlation of −1 or 1 is a valid fit
            Assert.Equal(1, row.Statistic / together.DotProduct(own.Inverse() * together), 1e-6);
            Assert.Equal(tested.Length, row.DegreesOfFreedom);
            Assert.Equal(ChiSquared.Survival(row.Statistic, tested.Length), row.PValue, 1e-12);
        }
    }

    /// <summary>A method fitted to rows beside one of sums: each has its own statistic.</summary>
    [Fact]
    public void JointWald_BesideAnotherModel_IsThatOfTheModelAlone()
    {
        const string term = "patient_score & armb";
        Method[] methods =
        [
            StudyFixture.Own("slopes", "outcome ~ patient_score + arm + (1 + patient_score | therapist)", StudyFixture.Term(term, TestKind.JointWald)),
            StudyFixture.Own("intercepts", "outcome ~ patient_score + arm + (1 | therapist)", StudyFixture.Term(term, TestKind.JointWald)),
        ];
        List<ReplicateRow> both = [];
        List<ReplicateRow> alone = [];
        StudyFixture.Run(StudyFixture.Study(Replicates, seed: 20260412, [.. methods], Endpoint), onReplicate: both.Add);
        foreach (Method method in methods)
        {
            StudyFixture.Run(StudyFixture.Study(Replicates, seed: 20260412, [method], Endpoint) with { Sampling = Sampling.Patients }, onReplicate: alone.Add);
        }

        Assert.Equal(2 * Replicates, both.Count);
        Assert.Equal(alone.OrderBy(r => (r.Replicate, r.Method)), both.OrderBy(r => (r.Replicate, r.Method)));
        Assert.NotEqual(both[0].Statistic, both[1].Statistic);
    }

    [Fact]
    public void JointWald_OfADroppedColumn_CountsAsDropped()
    {
        Study study = Study("outcome ~ week + I(week * 2) + (1 + week | therapist)", Growth, StudyFixture.Term("week & I(week * 2)", TestKind.JointWald));

        Assert.All(Rows(study), row => Assert.Equal(TermStatus.Dropped, row.Status));
    }

    /// <summary>With equal caseloads the p-value is that of F; else it agrees with that of 100,000 other draws: within 5 standard errors of the 1,000 or more draws of a replicate.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void RlrtExact_OfPatientsSlopes_IsThatOfTheirTable(bool isBalanced)
    {
        const string formula = "slope ~ arm + (1 | therapist)";
        Scenario world = isBalanced
            ? GrowthWorlds.Large.WithTrial(t => t with { Therapists = 10 })
            : Growth.WithTrial(t => t with { Therapists = 10 });
        Study study = Study(
            formula,
            world.WithGrowth(g => g with { Therapists = g.Therapists! with { SlopeSd = 0.15 } }),
            StudyFixture.Variance(TestKind.RlrtExact),
            StudyFixture.Variance(TestKind.FExact));
        int positive = 0;
        foreach (IGrouping<long, ReplicateRow> rows in Rows(study).GroupBy(r => r.Replicate))
        {
            ReplicateRow row = rows.Single(r => r.Test == "rlrt-exact");
            LinearMixedModelFit fit = LinearMixedModel.Fit(
                Slopes(study, rows.Key), Formula.Parse(formula), Criterion.Reml, DegreesOfFreedomMethod.None, new() { VarianceTests = true });
            VarianceTest exact = fit.VarianceTests.Single(v => v.Test == "rlrt-exact");
            Assert.Equal(exact.Statistic!.Value, row.Statistic, 1e-6);
            if (exact.Statistic == 0)
            {
                Assert.Equal(1, row.PValue);
                continue;
            }

            positive++;
            double p = exact.PValue!.Value;
            Assert.Equal(p, row.PValue, isBalanced ? 1e-6 : 5 * Math.Sqrt(((p * (1 - p)) + 0.001) / 1000));
            if (isBalanced)
            {
                Assert.Equal(rows.Single(r => r.Test == "f-exact").PValue, row.PValue, 1e-12);
            }
        }

        Assert.InRange(positive, 2, Replicates);
    }

    private static Matrix<double> FixedColumns(DataTable data)
    {
        double[] week = [.. data.Numeric("week").Values];
        double[] arm = [.. data.AsFactor("arm") is { } a ? a.Codes.Select(code => a.Levels[code] == "b" ? 1.0 : 0) : []];
        return Matrix<double>.Build.DenseOfColumnArrays([.. week.Select(_ => 1.0)], week, arm, [.. week.Zip(arm, (w, c) => w * c)]);
    }

    private static Matrix<double> Covariance(DataTable data, LinearMixedModelFit fit)
    {
        double[] week = [.. data.Numeric("week").Values];
        TextColumn therapist = data.AsFactor("therapist");
        TextColumn patient = data.AsFactor("patient");
        return Matrix<double>.Build.Dense(data.Rows, data.Rows, (i, j) =>
        {
            double sum = i == j ? fit.ResidualSd * fit.ResidualSd : 0;
            foreach (GroupCount group in fit.Groups.Where(g => therapist.Codes[i] == therapist.Codes[j] && (g.Name == "therapist" || patient.Codes[i] == patient.Codes[j])))
            {
                double intercept = Sd(group, "(Intercept)");
                double slope = Sd(group, "week");
                double correlation = fit.Correlations.FirstOrDefault(c => c.Group == group.Name)?.Correlation ?? 0;
                sum += (intercept * intercept) + (correlation * intercept * slope * (week[i] + week[j])) + (slope * slope * week[i] * week[j]);
            }

            return sum;
        });

        double Sd(GroupCount group, string term) => fit.RandomEffects.SingleOrDefault(e => e.Group == group.Name && e.Term == term)?.Sd ?? 0;
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
