using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>Power and size of the exact F test of therapists.</summary>
public sealed class TherapistVarianceTestTests
{
    private static readonly double[] s_iccs = [0.01, 0.02, 0.05, 0.08, 0.10, 0.20];

    /// <summary>J, n and the power at each ICC, to four digits; NaN where it is not given.</summary>
    public static TheoryData<int, double, double[]> PowerTable() => new()
    {
        { 10, 10, [0.0783, 0.1134, 0.2476, 0.3985, 0.4945, 0.8204] },
        { 20, 10, [0.0920, 0.1489, 0.3774, 0.6085, 0.7298, 0.9714] },
        { 30, 8, [0.0899, 0.1448, 0.3759, 0.6214, 0.7510, 0.9841] },
        { 30, 257.0 / 30, [0.0936, 0.1544, 0.4076, 0.6620, 0.7878, double.NaN] },
        { 30, 319.0 / 30, [0.1079, 0.1918, 0.5195, 0.7828, 0.8847, double.NaN] },
        { 30, 20, [0.1849, 0.3875, 0.8547, 0.9766, 0.9935, 1] },
        { 50, 10, [0.1232, 0.2363, 0.6556, 0.9037, 0.9656, 0.9999] },
        { 100, 5, [0.0932, 0.1565, 0.4459, 0.7446, 0.8751, 0.9995] },
        { 100, 30, [0.5944, 0.9501, 1, 1, 1, 1] },
    };

    [Theory]
    [MemberData(nameof(PowerTable))]
    public void FPower_OfTheTable_IsItsFourDigits(int therapists, double patients, double[] power)
    {
        for (int i = 0; i < s_iccs.Length; i++)
        {
            if (!double.IsNaN(power[i]))
            {
                Assert.Equal(power[i], ExactRates.FPower(therapists, patients, s_iccs[i]), 0.5001e-4);
            }
        }
    }

    // 42 cells of 12,000 replicates: MCSE .0046 at power .5, so that an error of .029 is seen 99 times in 100.
    [Theory]
    [MemberData(nameof(PowerTable))]
    public void FExact_OfBalancedTrials_HasTheExactPower(int therapists, double patients, double[] power)
    {
        if (patients != Math.Floor(patients))
        {
            return; // the table's caseloads of 257/30 and 319/30 are for the formula
        }

        Assert.Equal(s_iccs.Length, power.Length);
        AssertPower([new() { Preset = MethodPreset.NullModel }], s_iccs, icc => StudyFixture.ScoresWorld(therapists, (int)patients, icc, 0, 0, 0), therapists, (int)patients, [1]);
    }

    [Fact]
    public void FExact_WithArmsAndSites_TakesTheRankOfTheFixedEffectsOff()
    {
        // Two arms in five sites: the null model's arm + site has rank 6, the ten cells rank 10.
        Method cells = StudyFixture.Own("cells", "outcome ~ arm * site + (1 | therapist)", StudyFixture.Variance(TestKind.FExact));
        Scenario World(double icc) => StudyFixture.ScoresWorld(30, 8, icc, 0, 0, 0) with
        {
            Trial = new() { Arms = ["usual", "motivational"], Sites = 5, Therapists = 30, Caseload = new FixedCaseload { Patients = 8 } },
            Outcome = new EndpointOutcome { ArmEffect = new() { D = 0.5 }, SiteIcc = 0.05 },
        };

        AssertPower([new() { Preset = MethodPreset.NullModel }, cells], [0, 0.05, 0.1], World, 30, 8, [6, 10]);
    }

    public static TheoryData<int> Unbalanced() => [0, 1];

    // MCSE .0005 at 200,000 replicates: a size of .0531 or .0469 is seen 99 times in 100. Whatever is conditioned on must not depend on
    // the outcome, then the size is exact for any caseloads and columns.
    [Theory]
    [MemberData(nameof(Unbalanced))]
    public void FExact_OfUnbalancedTrialsWithoutTherapistVariance_RejectsAtFivePercent(int design)
    {
        Caseload caseload = design switch
        {
            0 => new DrawnCaseload { Mean = 9, Cv = 0.8 },
            _ => new ListedCaseload { Patients = [60, 30, 20, 10, 8, 6, 5, 4, 3, 3, 2, 2, 2] },
        };
        Scenario world = new()
        {
            Trial = new() { Arms = ["usual", "motivational"], Sites = 2, Therapists = 13, Caseload = caseload },
            Therapists = new() { OutcomeIcc = 0 },
            Alliance = new() { TherapistIcc = 0.2, Reliability = 0.7 },
            Outcome = new EndpointOutcome { Alliance = new() { Slope = 0.4 }, Severity = -0.5, SiteIcc = 0.1, ArmEffect = new() { D = 0.3 } },
            Attrition = new()
            {
                Alliance = new() { Rate = 0.2 },
                Outcome = new() { Rate = 0.25, DependsOn = new() { Severity = 0.8, TrueAlliance = -0.5 } },
            },
        };
        Method truth = StudyFixture.Own("truth", "outcome ~ arm + site + severity + true_alliance + (1 | therapist)", StudyFixture.Variance(TestKind.FExact));
        const int replicates = 200_000;

        CellResult cell = Assert.Single(StudyFixture.Run(StudyFixture.Study(replicates, seed: 20260102, [truth], world)));

        MonteCarlo.AssertRate(0.05, cell.Measure("truth", "var(therapist)", "f-exact", "rejection_rate"));
    }

    /// <summary>ICC, then patients per therapist and the smallest J with power .80.</summary>
    public static TheoryData<double, (int Patients, int Therapists)[]> SmallestTrials() => new()
    {
        { 0.01, [(8, 2328), (10, 1474), (20, 380), (30, 180), (60, 55)] },
        { 0.02, [(5, 1629), (8, 612), (10, 394), (20, 110), (30, 56), (60, 20)] },
        { 0.05, [(5, 281), (8, 113), (10, 76), (20, 26), (30, 15), (60, 7)] },
        { 0.10, [(5, 79), (8, 35), (10, 25), (20, 11), (30, 7), (60, 5)] },
    };

    [Theory]
    [MemberData(nameof(SmallestTrials))]
    public void FPower_ReachesEightyPercentAtTheSmallestTrial(double icc, (int Patients, int Therapists)[] trials)
    {
        foreach ((int patients, int therapists) in trials)
        {
            Assert.True(ExactRates.FPower(therapists, patients, icc) >= 0.8, $"n = {patients}: J = {therapists} is too small");
            Assert.True(ExactRates.FPower(therapists - 1, patients, icc) < 0.8, $"n = {patients}: J = {therapists} is not the smallest");
        }
    }

    private static void AssertPower(Method[] methods, double[] iccs, Func<double, Scenario> world, int therapists, int patients, int[] ranks)
    {
        const int replicates = 12_000;
        List<CellResult> cells = StudyFixture.Run(StudyFixture.Study(replicates, seed: 20260101, [.. methods], [.. iccs.Select(world)]));
        for (int i = 0; i < iccs.Length; i++)
        {
            for (int m = 0; m < methods.Length; m++)
            {
                MonteCarlo.AssertRate(
                    ExactRates.FPower(therapists, patients, iccs[i], ranks[m]),
                    cells[i].Measure(methods[m].Name ?? "null-model", "var(therapist)", "f-exact", "rejection_rate"),
                    $"J {therapists} n {patients} ICC {iccs[i]}");
            }
        }
    }
}
