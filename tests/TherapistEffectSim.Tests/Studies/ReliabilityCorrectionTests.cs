using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Estimation;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>The correction replicate by replicate: recomputed from the patients, its statuses, and what it leaves alone.</summary>
public sealed class ReliabilityCorrectionTests
{
    private const string Slope = "alliance_between";
    private const string Curve = "I(alliance_between^2)";
    private const int Replicates = 8;

    // severity makes the slopes between and within therapists depend on each other.
    private const string OfPatients = $"outcome ~ {Slope} + {Curve} + alliance_within + severity";

    public static TheoryData<TherapistMean, ReliabilitySource> Means() => new()
    {
        { TherapistMean.Analysed, ReliabilitySource.Known },
        { TherapistMean.Analysed, ReliabilitySource.Estimated },
        { TherapistMean.Measured, ReliabilitySource.Known },
        { TherapistMean.Measured, ReliabilitySource.Estimated },
    };

    [Theory]
    [MemberData(nameof(Means))]
    public void Replicates_RecomputedFromTheirPatients_HaveTheSameEstimatesErrorsAndIntervals(TherapistMean mean, ReliabilitySource source)
    {
        TestRequest[] tests = [StudyFixture.Term(Slope, TestKind.WaldZ), StudyFixture.Term(Curve, TestKind.WaldZ)];
        TestRequest[] robust = [StudyFixture.Term(Slope, TestKind.THc3), StudyFixture.Term(Curve, TestKind.THc3)];
        string onMeans = $"outcome ~ {Slope} + {Curve}";
        Method[] methods =
        [
            StudyFixture.Own("mixed", OfPatients + " + (1 | therapist)", tests) with { Reliability = source },
            StudyFixture.Own("ols", OfPatients, tests) with { Reliability = source },
            StudyFixture.Own("means", onMeans, tests) with { Reliability = source, Rows = AnalysisRows.TherapistMeans },
            StudyFixture.Own("robust", onMeans, robust) with { Reliability = source, Rows = AnalysisRows.TherapistMeans },
        ];
        Study study = StudyFixture.Study(Replicates, 5, [.. methods], Unequal(mean));
        List<ReplicateRow> rows = [];
        CellResult cell = StudyFixture.Run(study, onReplicate: rows.Add)[0];

        int inside = 0;
        for (int r = 1; r <= Replicates; r++)
        {
            Patients patients = new(ReplicateData.Of(study, 1, r, allPatients: false), ReplicateData.Of(study, 1, r, allPatients: true), mean);
            (double lambda, double variance) = source == ReliabilitySource.Known
                ? (patients.KnownReliability(0.3, 0.7 * (1 + (0.4 / 0.6))), 0)
                : patients.EstimatedReliability();
            LinearMixedModelFit fit = LinearMixedModel.Fit(
                patients.Data, Formula.Parse(OfPatients + " + (1 | therapist)"), Criterion.Reml, DegreesOfFreedomMethod.None);
            double theta = fit.RandomEffects[0].Variance / (fit.ResidualSd * fit.ResidualSd);
            AssertCorrected("mixed", patients.Model(theta), hasWithin: true);
            AssertCorrected("ols", patients.Model(0), hasWithin: true);
            AssertCorrected("means", patients.OnMeans(robust: false), hasWithin: false);
            AssertCorrected("robust", patients.OnMeans(robust: true), hasWithin: false);
            ReplicateRow Row(string method, string term) => rows.Single(row => row.Replicate == r && row.Method == method && row.Term == term);
            double vertex = -Row("means", Slope).Estimate / (2 * Row("means", Curve).Estimate);
            inside += vertex >= patients.Means.Min() && vertex <= patients.Means.Max() ? 1 : 0;

            void AssertCorrected(string method, (Vector<double> Beta, Matrix<double> Covariance) found, bool hasWithin)
            {
                Vector<double> b = found.Beta;
                double within = hasWithin ? b[3] : 0;
                double leak = 1 - lambda;
                double slopeVariance = found.Covariance[1, 1];
                if (hasWithin)
                {
                    slopeVariance += (leak * leak * found.Covariance[3, 3]) - (2 * leak * found.Covariance[1, 3]);
                }

                AssertRow(Row(method, Slope), (b[1] - (leak * within)) / lambda, (slopeVariance / Math.Pow(lambda, 2)) + (variance * Math.Pow((within - b[1]) / Math.Pow(lambda, 2), 2)));
                AssertRow(Row(method, Curve), b[2] / Math.Pow(lambda, 2), (found.Covariance[2, 2] / Math.Pow(lambda, 4)) + (variance * Math.Pow(2 * b[2] / Math.Pow(lambda, 3), 2)));
                Assert.Equal(b[1] / Math.Sqrt(found.Covariance[1, 1]), Row(method, Slope).Statistic, 1e-7);
            }
        }

        Assert.Equal(inside / (double)Replicates, cell.Measure("means", Curve, "", "vertex_inside").Value!.Value, 1e-12);
    }

    private static void AssertRow(ReplicateRow row, double estimate, double variance)
    {
        Assert.True(row.Status is TermStatus.Ok or TermStatus.Singular, $"{row}");
        Assert.Equal(1, row.Estimate / estimate, 1e-9);
        Assert.Equal(1, row.StandardError / Math.Sqrt(variance), 1e-9);
        double critical = row.Test == "wald-z" ? Normal.InvCDF(0, 1, 0.975) : MathNet.Numerics.Distributions.StudentT.InvCDF(0, 1, row.DegreesOfFreedom, 0.975);
        Assert.Equal(1, (row.ConfHigh - row.Estimate) / (critical * row.StandardError), 1e-9);
        Assert.Equal(1, (row.Estimate - row.ConfLow) / (critical * row.StandardError), 1e-9);
    }

    [Fact]
    public void PValues_AreThoseOfTheUncorrectedTerms_AndOtherTermsAreLeftAlone()
    {
        TestRequest[] tests =
        [
            StudyFixture.Term(Slope, TestKind.TSatterthwaite), StudyFixture.Term(Slope, TestKind.Lrt), StudyFixture.Term(Curve, TestKind.TwoLines),
            StudyFixture.Term("alliance_within", TestKind.TSatterthwaite), StudyFixture.Variance(TestKind.FExact),
        ];
        Method raw = new() { Name = "raw", Preset = MethodPreset.Quadratic, Tests = [.. tests] };
        List<ReplicateRow> rows = [];

        CellResult cell = StudyFixture.Run(
            StudyFixture.Study(200, 9, [raw, raw with { Name = "known", Reliability = ReliabilitySource.Known }], Unequal(TherapistMean.Analysed)), onReplicate: rows.Add)[0];

        ReplicateRow[] uncorrected = [.. rows.Where(row => row.Method == "raw")];
        ReplicateRow[] corrected = [.. rows.Where(row => row.Method == "known")];
        foreach ((ReplicateRow one, ReplicateRow other) in uncorrected.Zip(corrected))
        {
            Assert.Equal((one.Statistic, one.DegreesOfFreedom, one.PValue, one.Status), (other.Statistic, other.DegreesOfFreedom, other.PValue, other.Status));
            Assert.Equal(one.Term is not (Slope or Curve), one.Estimate == other.Estimate);
        }

        foreach (SummaryRow rate in cell.Summary.Where(r => r is { Method: "raw", Measure: "rejection_rate" }))
        {
            Assert.Equal(rate with { Method = "known" }, cell.Measure("known", rate.Term, rate.Test, "rejection_rate"));
        }
    }

    [Fact]
    public void Estimated_WhereTheReliabilityIsNotAboveZero_IsNotEstimable()
    {
        Scenario world = StudyFixture.ScoresWorld(12, 6, 0.1, 0.2, 0, 0.1) with { Alliance = new() { TherapistIcc = 0.02 } };
        Study study = StudyFixture.Study(60, 3, [new() { Preset = MethodPreset.Linear, Reliability = ReliabilitySource.Estimated }], world);
        List<ReplicateRow> rows = [];

        CellResult cell = StudyFixture.Run(study, onReplicate: rows.Add)[0];

        int failed = 0;
        foreach (ReplicateRow row in rows.Where(r => r.Term == Slope))
        {
            DataTable data = ReplicateData.Of(study, 1, row.Replicate, allPatients: false);
            bool positive = new Patients(data, data, TherapistMean.Analysed).EstimatedReliability().Value > 0;
            Assert.Equal(positive, row.Status is TermStatus.Ok or TermStatus.Singular);
            Assert.Equal(positive, row.Status != TermStatus.NotEstimable);
            Assert.Equal(positive, !double.IsNaN(row.PValue) && !double.IsNaN(row.Estimate) && !double.IsNaN(row.ConfLow));
            failed += positive ? 0 : 1;
        }

        Assert.InRange(failed, 10, 50);
        Assert.Equal(failed, cell.Measure("linear", Slope, "t-satterthwaite", "rejection_rate").Failures);
        Assert.Equal(0, cell.Measure("linear", "alliance_within", "t-satterthwaite", "rejection_rate").Failures);
    }

    // One patient each: nothing within therapists to estimate the reliability from.
    [Theory]
    [InlineData(ReliabilitySource.Known, 0.3, TermStatus.Ok)]
    [InlineData(ReliabilitySource.Known, 0, TermStatus.NotEstimable)]
    [InlineData(ReliabilitySource.Estimated, 0.3, TermStatus.NotEstimable)]
    public void Corrected_OfSinglePatients_NeedsAKnownReliabilityAboveZero(ReliabilitySource source, double icc, TermStatus status)
    {
        Scenario world = StudyFixture.ScoresWorld(20, 1, 0.1, 0.2, 0, 0) with { Alliance = new() { TherapistIcc = icc } };
        List<ReplicateRow> rows = [];

        StudyFixture.Run(
            StudyFixture.Study(10, 3, [new() { Preset = MethodPreset.TherapistMeans, Reliability = source }], world), onReplicate: rows.Add);

        Assert.All(rows, row => Assert.Equal(status, row.Status));
    }

    [Theory]
    [InlineData("outcome ~ alliance + (1 | therapist)", Slope, "method m: reliability: known corrects alliance_between and I(alliance_between^2), but the model has neither; leave reliability out.")]
    [InlineData("outcome ~ arm * alliance_between", Slope, "reliability: known takes no other term of alliance_between than itself and I(alliance_between^2), but the model has armb:alliance_between.")]
    [InlineData("outcome ~ alliance_between + I(alliance_between^3)", Slope, "but the model has I(alliance_between^3).")]
    [InlineData("outcome ~ alliance_between:severity + alliance_between", Slope, "than itself and I(alliance_between^2), but the model has alliance_between:severity.")]
    [InlineData("outcome ~ alliance_between + alliance_within", "alliance_within", "but the method tests neither; leave reliability out, or add a test of one of them.")]
    public void Reliability_OfOtherModels_IsRefusedInWords(string formula, string tested, string message)
    {
        Method method = StudyFixture.Own("m", formula, StudyFixture.Term(tested, TestKind.WaldZ)) with { Reliability = ReliabilitySource.Known };
        Scenario world = StudyFixture.ScoresWorld(20, 4, 0, 0, 0, 0);
        Study study = StudyFixture.Study(10, 3, [method], world with { Trial = world.Trial with { Arms = ["a", "b"] } });

        Assert.Contains(message, Assert.Throws<StudyException>(() => StudyFixture.Run(study)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reliability_WhereAnArmHasNoTherapists_IsRefusedInWords()
    {
        Scenario world = StudyFixture.ScoresWorld(20, 4, 0, 0, 0, 0);
        world = world with { Trial = world.Trial with { Arms = ["a", "b"], WithoutTherapists = System.Collections.Immutable.ImmutableSortedDictionary<string, int>.Empty.Add("b", 30) } };
        Study study = StudyFixture.Study(10, 3, [new() { Preset = MethodPreset.Linear, Reliability = ReliabilitySource.Estimated }], world);

        Assert.Contains("the observed mean of a patient on their own is no mean", Assert.Throws<StudyException>(() => StudyFixture.Run(study)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Square_Alone_IsDividedByTheSquaredReliability()
    {
        Method raw = StudyFixture.Own("raw", $"outcome ~ {Curve}", StudyFixture.Term(Curve, TestKind.WaldZ)) with { Rows = AnalysisRows.TherapistMeans };
        List<ReplicateRow> rows = [];

        StudyFixture.Run(
            StudyFixture.Study(5, 3, [raw, raw with { Name = "known", Reliability = ReliabilitySource.Known }], StudyFixture.ScoresWorld(20, 9, 0.1, 0, 0.2, 0)),
            onReplicate: rows.Add);

        double reliability = 0.1 / (0.1 + (0.9 / 9));
        Assert.All(rows.Chunk(2), pair => Assert.Equal(pair[0].Estimate / (reliability * reliability), pair[1].Estimate, 1e-12));
        Assert.All(rows.Chunk(2), pair => Assert.Equal(pair[0].StandardError / (reliability * reliability), pair[1].StandardError, 1e-12));
    }

    private static Scenario Unequal(TherapistMean mean) => new()
    {
        Trial = new() { Therapists = 24, Caseload = new DrawnCaseload { Mean = 9, Cv = 0.5 } },
        Therapists = new() { OutcomeIcc = 0.15 },
        Alliance = new() { TherapistIcc = 0.3, Reliability = 0.6, TherapistMean = mean },
        Outcome = new EndpointOutcome
        {
            Between = new QuadraticShape { Linear = 0.2, Curvature = 0.2 },
            Within = new LinearShape { Slope = 0.3 },
            Severity = -0.3,
        },
        Attrition = new() { Alliance = new() { Rate = 0.1 }, Outcome = new() { Rate = 0.3 } },
    };

    /// <summary>One replicate's patients, and what follows from their alliances alone.</summary>
    private sealed class Patients
    {
        private readonly double[][] _alliances; // [therapist with analysed patients] alliances of the analysed
        private readonly int[] _group;
        private readonly double[] _patients; // [therapist] behind the observed mean

        public Patients(DataTable analysed, DataTable all, TherapistMean mean)
        {
            Data = analysed;
            TextColumn therapists = analysed.AsFactor("therapist");
            string[] names = [.. Enumerable.Range(0, analysed.Rows).Select(i => therapists.Levels[therapists.Codes[i]])];
            string[] levels = [.. names.Distinct()];
            _group = [.. names.Select(name => Array.IndexOf(levels, name))];
            _alliances = [.. levels.Select((_, j) => Of("alliance", j))];
            Means = [.. levels.Select((_, j) => Of(Slope, j)[0])];
            TextColumn everybody = all.AsFactor("therapist");
            double[] alliance = [.. all.Numeric("alliance").Values];
            _patients = mean == TherapistMean.Analysed
                ? [.. _alliances.Select(a => (double)a.Length)]
                : [.. levels.Select(name => (double)Enumerable.Range(0, all.Rows).Count(i => everybody.Levels[everybody.Codes[i]] == name && !double.IsNaN(alliance[i])))];
        }

        public DataTable Data { get; }

        public double[] Means { get; }

        public double KnownReliability(double between, double within) => between / (between + (within * MeanInverse));

        public (double Value, double Variance) EstimatedReliability()
        {
            int therapists = Means.Length;
            int rest = Data.Rows - therapists;
            double within = _alliances.Sum(a => a.Sum(x => Math.Pow(x - a.Average(), 2))) / rest;
            double between = Means.Sum(x => Math.Pow(x - Means.Average(), 2)) / (therapists - 1);
            double value = 1 - (within * MeanInverse / between);
            return (value, Math.Pow(1 - value, 2) * ((2.0 / (therapists - 1)) + (2.0 / rest)));
        }

        public (Vector<double> Beta, Matrix<double> Covariance) Model(double theta)
        {
            double[] square = [.. Values(Slope).Select(x => x * x)];
            double[] ones = [.. Values(Slope).Select(_ => 1.0)];
            DenseModel model = new(
                [ones, Values(Slope), square, Values("alliance_within"), Values("severity")], Values("outcome"), _group, [.. Means.Select(_ => 1.0)], reml: true);
            return (model.Coefficients(theta), model.Covariance(theta, model.Variance(theta)));
        }

        public (Vector<double> Beta, Matrix<double> Covariance) OnMeans(bool robust)
        {
            Matrix<double> x = Matrix<double>.Build.Dense(Means.Length, 3, (j, k) => Math.Pow(Means[j], k));
            Vector<double> y = Vector<double>.Build.Dense(Means.Length, j => Of("outcome", j).Average());
            Matrix<double> inverse = x.TransposeThisAndMultiply(x).Inverse();
            Vector<double> beta = inverse * x.TransposeThisAndMultiply(y);
            Vector<double> residual = y - (x * beta);
            Matrix<double> hat = x * inverse * x.Transpose();
            Matrix<double> squares = Matrix<double>.Build.DenseOfDiagonalVector(Vector<double>.Build.Dense(
                Means.Length, j => robust ? Math.Pow(residual[j] / (1 - hat[j, j]), 2) : residual * residual / (Means.Length - 3)));
            return (beta, inverse * x.Transpose() * squares * x * inverse);
        }

        private double MeanInverse => _patients.Average(n => 1 / n);

        private double[] Of(string column, int therapist) => [.. Values(column).Where((_, i) => _group[i] == therapist)];

        private double[] Values(string column) => [.. Data.Numeric(column).Values];
    }
}
