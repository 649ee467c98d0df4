using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>A t test between arms that takes patients as independent rejects too often, by an exactly known amount.</summary>
public sealed class IgnoringTherapistsTests
{
    private static readonly double[] s_iccs = [0.01, 0.05, 0.10, 0.20, 0.30];

    /// <summary>Therapists per arm, n, and the rejection rates at each ICC.</summary>
    public static TheoryData<int, int, double[]> Table() => new()
    {
        { 2, 10, [0.0605, 0.1050, 0.1603, 0.2584, 0.3390] },
        { 5, 10, [0.0605, 0.1042, 0.1572, 0.2481, 0.3202] },
        { 5, 20, [0.0724, 0.1615, 0.2530, 0.3792, 0.4617] },
        { 3, 40, [0.0966, 0.2565, 0.3826, 0.5222, 0.6015] },
        { 10, 30, [0.0844, 0.2112, 0.3229, 0.4564, 0.5352] },
    };

    // MCSE .0035 at a half, .0015 for the correct test: errors of .022 and .010 are seen 99 times in 100.
    [Theory]
    [MemberData(nameof(Table))]
    public void Run_OfTwoArmsWithoutDifference_RejectsAsOftenAsTheory(int therapistsPerArm, int patients, double[] rates)
    {
        const int replicates = 20_000;
        const string arm = "armmotivational";
        Method ignoring = StudyFixture.Own("ignoring", "outcome ~ arm", StudyFixture.Term(arm, TestKind.TSatterthwaite));
        Method means = ignoring with { Name = "means", Rows = AnalysisRows.TherapistMeans };
        Scenario[] worlds =
        [
            .. s_iccs.Select(icc => StudyFixture.ScoresWorld(2 * therapistsPerArm, patients, icc, 0, 0, 0) with
            {
                Trial = new()
                {
                    Arms = ["usual", "motivational"],
                    Therapists = 2 * therapistsPerArm,
                    Caseload = new FixedCaseload { Patients = patients },
                },
            }),
        ];

        List<CellResult> cells = StudyFixture.Run(StudyFixture.Study(replicates, seed: 20260107, [ignoring, means], worlds));

        for (int i = 0; i < s_iccs.Length; i++)
        {
            double exact = ExactRates.IgnoringTherapists(therapistsPerArm, patients, s_iccs[i]);
            Assert.Equal(rates[i], exact, 0.5001e-4);
            MonteCarlo.AssertRate(exact, cells[i].Measure("ignoring", arm, "t-satterthwaite", "rejection_rate"), $"ICC {s_iccs[i]}");
            MonteCarlo.AssertRate(0.05, cells[i].Measure("means", arm, "t-satterthwaite", "rejection_rate"), $"ICC {s_iccs[i]}");
        }
    }
}
