using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.ClosedForms;

namespace TherapistEffectSim.Tests.Studies;

public sealed class JointWaldTests
{
    private const string Between = "therapist_score";
    private const string Within = "alliance_within"; // sums to 0 in each therapist
    private const string Both = $"{Between} & {Within}";

    /// <summary>In a balanced trial a coefficient between therapists and one within are independent: χ² is the sum of both z².</summary>
    [Theory]
    [InlineData("outcome ~ therapist_score + alliance_within + (1 | therapist)")]
    [InlineData("outcome ~ alliance_within + arm + therapist_score + (1 | therapist)")]
    public void JointWald_OfIndependentCoefficients_IsTheSumOfTheirSquares(string formula)
    {
        Dictionary<long, ReplicateRow[]> rows = Rows(World(6, 0.1), formula, Both);

        foreach (ReplicateRow[] replicate in rows.Values)
        {
            double sum = replicate.Where(r => r.Test == "wald-z").Sum(r => r.Statistic * r.Statistic);
            ReplicateRow joint = replicate.Single(r => r.Test == "joint-wald");
            Assert.Equal(1, joint.Statistic / sum, 1e-9);
            Assert.Equal(2, joint.DegreesOfFreedom);
            Assert.Equal(Math.Exp(-sum / 2), joint.PValue, 1e-12); // χ² with 2 degrees of freedom is exponential
            Assert.True(double.IsNaN(joint.Estimate) && double.IsNaN(joint.StandardError));
        }
    }

    /// <summary>χ² of two coefficients that are correlated, by another program.</summary>
    [Fact]
    public void JointWald_OfPatients_IsThatOfTheMatrixWrittenOut()
    {
        Scenario world = World(5, 0);
        Study study = StudyFixture.Study(20, 4, [Method("outcome ~ therapist_score + alliance", "therapist_score & alliance")], world);
        List<ReplicateRow> rows = [];

        StudyFixture.Run(study, onReplicate: rows.Add);

        foreach (ReplicateRow row in rows.Where(r => r.Test == "joint-wald"))
        {
            DataTable data = ReplicateData.Of(study, 1, row.Replicate, allPatients: false);
            Matrix<double> x = Matrix<double>.Build.DenseOfColumnArrays(
                [.. Enumerable.Repeat(1.0, data.Rows)], [.. data.Numeric(Between).Values], [.. data.Numeric("alliance").Values]);
            Vector<double> y = Vector<double>.Build.Dense([.. data.Numeric("outcome").Values]);
            Vector<double> b = x.QR().Solve(y);
            double variance = (y - (x * b)).DotProduct(y - (x * b)) / (data.Rows - 3);
            Matrix<double> covariances = (x.TransposeThisAndMultiply(x).Inverse() * variance).SubMatrix(1, 2, 1, 2);
            Vector<double> tested = b.SubVector(1, 2);
            Assert.Equal(1, row.Statistic / tested.DotProduct(covariances.Inverse() * tested), 1e-9);
        }
    }

    /// <summary>Least squares of 400 patients: χ² is twice F(2, 397). At 20,000 replicates an error of .009 in the rate is seen 99 times in 100.</summary>
    [Fact]
    public void JointWald_WithoutEffects_HasTheSizeOfItsF()
    {
        CellResult cell = StudyFixture.Run(StudyFixture.Study(20_000, 5, [Method("outcome ~ therapist_score + alliance_within", Both)], World(10, 0) with
        {
            Trial = new() { Therapists = 40, Caseload = new FixedCaseload { Patients = 10 } },
        }))[0];

        SummaryRow rate = cell.Measure("model", Both, "joint-wald", "rejection_rate");
        MonteCarlo.AssertRate(FDistribution.Survival(ChiSquared.UpperQuantile(0.05, 2) / 2, 2, 397), rate);
        Assert.Equal("type-I", rate.RejectionMeans);
        Assert.Null(rate.TrueValue);
        Assert.DoesNotContain(cell.Summary, r => r.Term == Both && r.Measure is "bias" or "empirical_se" && r.Term == Both);
    }

    [Fact]
    public void JointWald_OfADroppedColumn_CountsAsDropped()
    {
        Dictionary<long, ReplicateRow[]> rows = Rows(World(6, 0.1), "outcome ~ therapist_score + I(therapist_score * 1) + alliance_within", "I(therapist_score * 1) & alliance_within");

        Assert.All(rows.Values.Select(r => r.Single(row => row.Test == "joint-wald")), row => Assert.Equal(TermStatus.Dropped, row.Status));
    }

    [Theory]
    [InlineData("therapist_score", "joint-wald tests several coefficients together, joined by &, as in term: \"alliance_between & alliance_within\"; therapist_score alone is tested by wald-z.")]
    [InlineData("therapist_score & therapist_score", "therapist_score & therapist_score names therapist_score twice.")]
    [InlineData("therapist_score & severty", "the model has no coefficient severty. Its coefficients are (Intercept), therapist_score, alliance_within")]
    public void JointWald_OfTermsThatAreNone_SaysWhatIsWrong(string term, string message)
    {
        Study study = StudyFixture.Study(1, 1, [Method("outcome ~ therapist_score + alliance_within", term)], World(4, 0));

        StudyException error = Assert.Throws<StudyException>(() => StudyFixture.Run(study));

        Assert.StartsWith($"method model: {message}", error.Message, StringComparison.Ordinal);
    }

    private static Dictionary<long, ReplicateRow[]> Rows(Scenario world, string formula, string term)
    {
        List<ReplicateRow> rows = [];
        StudyFixture.Run(StudyFixture.Study(40, 3, [Method(formula, term)], world), onReplicate: rows.Add);
        return rows.GroupBy(r => r.Replicate).ToDictionary(g => g.Key, g => g.ToArray());
    }

    private static Method Method(string formula, string term) => StudyFixture.Own(
        "model",
        formula,
        [StudyFixture.Term(term, TestKind.JointWald), .. term == Both ? new[] { StudyFixture.Term(Between, TestKind.WaldZ), StudyFixture.Term(Within, TestKind.WaldZ) } : []]);

    private static Scenario World(int patients, double slope) => StudyFixture.ScoresWorld(12, patients, slope > 0 ? 0.05 : 0, slope, 0, slope) with
    {
        Trial = new() { Arms = ["control", "new"], Therapists = 12, Caseload = new FixedCaseload { Patients = patients } },
    };
}
