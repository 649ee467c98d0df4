using MathNet.Numerics.Distributions;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>A parabola between therapists, seen by a straight line and by a curve on therapist means.</summary>
public sealed class CurveTests
{
    private const double TherapistVariance = 0.03;
    private const double ResidualVariance = 0.95;
    private const int Replicates = 20_000;

    // J, then the rates of the curve and, where it is known, of the straight line. They were simulated with as many replicates as here: the
    // difference has MCSE √2 · √(p(1 − p)/20,000), .005 at a half, so that an error of .03 is seen 99 times in 100.
    public static TheoryData<int, double[], double[]> TrueScores() => new()
    {
        { 20, [0.255, 0.455, 0.642], [] },
        { 30, [0.389, 0.666, 0.835], [0.098, 0.137, 0.182] },
        { 60, [0.701, 0.932, 0.987], [] },
    };

    [Theory]
    [MemberData(nameof(TrueScores))]
    public void TherapistMeans_OfTrueScores_FindTheCurveAsOftenAsTheReference(int therapists, double[] curve, double[] line) =>
        AssertRates("therapist_score", therapists, curve, line);

    public static TheoryData<int, double[]> ObservedMeans() => new()
    {
        { 30, [0.138, 0.221, 0.288] },
        { 60, [0.234, 0.392, 0.506] },
        { 120, [0.406, 0.641, 0.788] },
    };

    [Theory]
    [MemberData(nameof(ObservedMeans))]
    public void TherapistMeans_OfObservedAlliance_FindTheCurveAsOftenAsTheReference(int therapists, double[] curve) =>
        AssertRates("alliance_between", therapists, curve, []);

    // Asymptotic: with q = 2c²/(v + 2c²) the slope's variance is 1 + 4q times the classical one. At J = 1000 the finite-sample rate is .002
    // below (.142 against .144 at q = .2), at J = 2500 less than .001: MCSE .0035, an error of .022 is seen 99 times in 100.
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.2)]
    [InlineData(0.4)]
    public void StraightLine_UnderACentredParabola_RejectsByTheInflatedVariance(double q)
    {
        const int replicates = 10_000;
        const int patients = 1;
        double variance = TherapistVariance + (ResidualVariance / patients);
        double curvature = Math.Sqrt(q / (1 - q) * variance / 2);

        CellResult cell = Assert.Single(StudyFixture.Run(StudyFixture.Study(
            replicates, seed: 20260112, [OnMeans("line", "therapist_score")], World(2500, patients, curvature))));

        double z = Normal.InvCDF(0, 1, 0.975);
        MonteCarlo.AssertRate(2 * Normal.CDF(0, 1, -z / Math.Sqrt(1 + (4 * q))), cell.Measure("line", "therapist_score", "t-satterthwaite", "rejection_rate"));
        Assert.StartsWith("false-positive", cell.Measure("line", "therapist_score", "t-satterthwaite", "rejection_rate").RejectionMeans);
        MonteCarlo.AssertMean(0, cell.Measure("line", "therapist_score", "", "bias"));
    }

    private static void AssertRates(string column, int therapists, double[] curve, double[] line)
    {
        string square = $"I({column}^2)";
        double[] curvatures = [0.10, 0.15, 0.20];
        Method[] methods = [OnMeans("line", column), OnMeans("curve", $"{column} + {square}")];

        List<CellResult> cells = StudyFixture.Run(
            StudyFixture.Study(Replicates, seed: 20260113, [.. methods], [.. curvatures.Select(c => World(therapists, 8, c))]));

        for (int i = 0; i < curvatures.Length; i++)
        {
            AssertReference(curve[i], cells[i].Measure("curve", square, "t-satterthwaite", "rejection_rate"), $"J {therapists} curvature {curvatures[i]}");
            if (line.Length > 0)
            {
                AssertReference(line[i], cells[i].Measure("line", column, "t-satterthwaite", "rejection_rate"), $"J {therapists} curvature {curvatures[i]}");
            }
        }
    }

    private static void AssertReference(double reference, SummaryRow rate, string what) =>
        MonteCarlo.AssertValue(reference, rate.Value!.Value, Math.Sqrt(2 * reference * (1 - reference) / Replicates), $"{rate.Term} {what}");

    private static Method OnMeans(string name, string columns) =>
        StudyFixture.Own(name, $"outcome ~ {columns}") with { Rows = AnalysisRows.TherapistMeans };

    private static Scenario World(int therapists, int patients, double curvature) => new()
    {
        Trial = new() { Therapists = therapists, Caseload = new FixedCaseload { Patients = patients } },
        Therapists = new() { OutcomeIcc = TherapistVariance / (TherapistVariance + ResidualVariance) },
        Alliance = new() { TherapistIcc = 0.10 },
        Outcome = new EndpointOutcome { Between = new QuadraticShape { Curvature = curvature }, ResidualSd = Math.Sqrt(ResidualVariance) },
    };
}
