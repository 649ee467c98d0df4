using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

public sealed class RobustErrorTests
{
    private static readonly Method s_line = StudyFixture.Own(
        "line", "outcome ~ therapist_score", StudyFixture.Term("therapist_score", TestKind.THc3), StudyFixture.Term("therapist_score", TestKind.TSatterthwaite)) with
    {
        Rows = AnalysisRows.TherapistMeans,
    };

    /// <summary>
    /// A straight line under a centred parabola that explains q = .2 of the variance between 200 therapists: the classical test rejects in
    /// 2Φ(−z/√(1 + 4q)) = .144 of the trials, the heteroscedasticity-consistent one at its level. Bounds are 3.5 Monte Carlo errors or wider.
    /// </summary>
    [Fact]
    public void THc3_OfAStraightLineUnderACentredParabola_KeepsItsLevel()
    {
        const int patients = 4;
        double curvature = Math.Sqrt(0.125 / patients); // q = 2c²/(1/4 + 2c²)
        Study study = StudyFixture.Study(4000, 11, [s_line], StudyFixture.ScoresWorld(200, patients, 0, 0, -curvature, 0));

        CellResult cell = StudyFixture.Run(study)[0];

        Assert.InRange(cell.Measure("line", "therapist_score", "t-hc3", "rejection_rate").Value!.Value, 0.04, 0.065);
        Assert.InRange(cell.Measure("line", "therapist_score", "t-satterthwaite", "rejection_rate").Value!.Value, 0.124, 0.165);
        Assert.InRange(cell.Measure("line", "therapist_score", "t-hc3", "coverage").Value!.Value, 0.935, 0.96);
    }

    /// <summary>Five therapists in three sites leave one alone in a site: the residual is 0 whatever the outcome.</summary>
    [Fact]
    public void THc3_WithATherapistAloneInASite_IsNotEstimable()
    {
        Scenario world = StudyFixture.ScoresWorld(5, 4, 0, 0, 0, 0);
        world = world with { Trial = world.Trial with { Sites = 3 } };
        Method method = StudyFixture.Own("sites", "outcome ~ site + therapist_score", StudyFixture.Term("therapist_score", TestKind.THc3)) with
        {
            Rows = AnalysisRows.TherapistMeans,
        };
        List<ReplicateRow> rows = [];

        StudyFixture.Run(StudyFixture.Study(10, 3, [method], world), onReplicate: rows.Add);

        Assert.All(rows, row => Assert.Equal(TermStatus.NotEstimable, row.Status));
        Assert.All(rows, row => Assert.Equal(double.NaN, row.PValue));
    }
}
