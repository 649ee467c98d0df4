using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;
using Xunit.Abstractions;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>How often robust tests on patients reject a true hypothesis.</summary>
public sealed class PatientRobustSizeTests(ITestOutputHelper output)
{
    /// <summary>
    /// A straight line under a centred parabola that explains q = .2 of the variance between 200 patients: the classical test rejects in
    /// 2Φ(−z/√(1 + 4q)) = .144 of large trials, .138 of those with n = 200; HC3 near its level. Bounds of the classical test are 4 Monte Carlo
    /// errors from these; the standard error of a rate of .053 is .0035.
    /// </summary>
    [Fact]
    public void THc3_OfAStraightLineUnderAParabolaOfPatients_KeepsItsLevel()
    {
        Scenario world = StudyFixture.ScoresWorld(10, 20, 0, 0, 0, 0);
        world = world with
        {
            Outcome = new EndpointOutcome { Between = new LinearShape { Slope = 0 }, Within = new QuadraticShape { Curvature = Math.Sqrt(0.125) } }, // q = 2c²/(1 + 2c²)
        };
        Method line = StudyFixture.Own(
            "line", "outcome ~ patient_score", StudyFixture.Term("patient_score", TestKind.THc3), StudyFixture.Term("patient_score", TestKind.TSatterthwaite));

        CellResult cell = StudyFixture.Run(StudyFixture.Study(4000, 11, [line], world))[0];

        double hc3 = Rate(cell, "line", "patient_score", "t-hc3");
        double classical = Rate(cell, "line", "patient_score", "t-satterthwaite");
        output.WriteLine($"t-hc3 {hc3}, t-satterthwaite {classical}");
        Assert.InRange(hc3, 0.04, 0.065);
        Assert.InRange(classical, 0.116, 0.166);
    }

    /// <summary>
    /// A therapist-level slope of 0 with therapists who differ. The degrees of freedom approximate, and suppose that patients are independent,
    /// so that the level is not exact (.036, .045 and .047 in 40,000 trials each); .01 is left for that, beside 4 Monte Carlo errors of .0049:
    /// one false alarm in 10,000 were the level .04 or .06. Tests that ignore therapists reject three times as often as they should.
    /// </summary>
    [Theory]
    [InlineData(10)]
    [InlineData(20)]
    [InlineData(30)]
    public void TCr2_OfATherapistLevelSlope_KeepsItsLevel(int therapists)
    {
        const int replicates = 2000;
        const double alpha = 0.05;
        double margin = (4 * Math.Sqrt(alpha * (1 - alpha) / replicates)) + 0.01;
        Method line = StudyFixture.Own(
            "line",
            "outcome ~ therapist_score",
            StudyFixture.Term("therapist_score", TestKind.TCr2),
            StudyFixture.Term("therapist_score", TestKind.THc3),
            StudyFixture.Term("therapist_score", TestKind.TSatterthwaite));

        CellResult cell = StudyFixture.Run(StudyFixture.Study(replicates, 13, [line], StudyFixture.ScoresWorld(therapists, 10, 0.1, 0, 0, 0)))[0];

        double cr2 = Rate(cell, "line", "therapist_score", "t-cr2");
        double hc3 = Rate(cell, "line", "therapist_score", "t-hc3");
        output.WriteLine($"J = {therapists}: t-cr2 {cr2}, t-hc3 {hc3}, t-satterthwaite {Rate(cell, "line", "therapist_score", "t-satterthwaite")}");
        Assert.InRange(cr2, alpha - margin, alpha + margin);
        Assert.True(hc3 > alpha + (2 * margin));
    }

    private static double Rate(CellResult cell, string method, string term, string test) => cell.Measure(method, term, test, "rejection_rate").Value!.Value;
}
