using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>Therapists who treat in both arms, n/2 patients in each: Var(Δ̂) = (τ_Δ² + 4σ²/n)/J (Raudenbush &amp; Liu 2000).</summary>
/// <remarks>4000 trials: a rate of .5 that is off by .05 would be seen, one of .05 off by .022.</remarks>
public sealed class CrossedTherapistsTests
{
    private const int Therapists = 20;
    private const int Patients = 10;
    private const double Effect = 0.35;
    private const string Arm = "armnew";

    private static readonly Method s_mixed = StudyFixture.Own("mixed", "outcome ~ arm + (1 | therapist)", StudyFixture.Term(Arm, TestKind.TSatterthwaite));
    private static readonly Method s_robust = StudyFixture.Own("robust", "outcome ~ arm", StudyFixture.Term(Arm, TestKind.TCr2));

    /// <summary>With one effect for all, the test within therapists has N − J − 1 degrees of freedom.</summary>
    [Fact]
    public void MixedModel_OfOneArmEffect_HasThePowerOfThePooledTest()
    {
        CellResult cell = Run(Effect, 0);

        double standardError = Math.Sqrt(4.0 / (Patients * Therapists));
        MonteCarlo.AssertRate(
            ExactRates.TPower(Effect / standardError, (Therapists * Patients) - Therapists - 1), Rate(cell, "mixed"));
        AssertVariance(standardError * standardError, cell, "mixed");
    }

    /// <summary>With effects that differ, the residuals are too small an error: a test of no effect on average rejects too often.</summary>
    [Fact]
    public void MixedModel_OfArmEffectsThatDiffer_RejectsTooOften()
    {
        const double variance = 0.3;
        CellResult cell = Run(0, variance);

        double size = ExactRates.PoolingArmEffects(Therapists, Patients, variance);
        Assert.InRange(size, 0.1, 0.3);
        MonteCarlo.AssertRate(size, Rate(cell, "mixed"));
        MonteCarlo.AssertRate(ExactRates.Alpha, Rate(cell, "robust"));
        Assert.Equal("false-positive: arm effects that differ between therapists", Rate(cell, "mixed").RejectionMeans);
    }

    /// <summary>Clusters of therapists give the t test of the differences within therapists, J − 1 degrees of freedom.</summary>
    [Fact]
    public void TCr2_OfArmEffectsThatDiffer_IsTheTestOfTheDifferencesWithinTherapists()
    {
        const double variance = 0.3;
        CellResult cell = Run(Effect, variance);

        double standardError = Math.Sqrt((variance + (4.0 / Patients)) / Therapists);
        MonteCarlo.AssertRate(ExactRates.TPower(Effect / standardError, Therapists - 1), Rate(cell, "robust"));
        AssertVariance(standardError * standardError, cell, "robust");
        MonteCarlo.AssertMean(Effect, cell.Measure("mixed", Arm, "", "bias"));
    }

    // Var of a variance of R normal numbers: 2σ⁴/(R − 1); empirical_se has half the relative error.
    private static void AssertVariance(double expected, CellResult cell, string method)
    {
        SummaryRow error = cell.Measure(method, Arm, "", "empirical_se");
        MonteCarlo.AssertValue(Math.Sqrt(expected), error.Value!.Value, error.Mcse!.Value, $"SD of the estimates of {method}");
    }

    private static SummaryRow Rate(CellResult cell, string method) => cell.Summary.Single(r => r.Method == method && r.Measure == "rejection_rate");

    private static CellResult Run(double effect, double variance) => StudyFixture.Run(StudyFixture.Study(4000, 41, [s_mixed, s_robust], new Scenario
    {
        Trial = new() { Arms = ["usual", "new"], Nesting = Nesting.Crossed, Therapists = Therapists, Caseload = new FixedCaseload { Patients = Patients } },
        Therapists = new() { OutcomeIcc = 0.3, ArmEffectSd = Math.Sqrt(variance) },
        Alliance = new() { TherapistIcc = 0.1 },
        Outcome = new EndpointOutcome { ArmEffect = new() { D = effect } },
    }))[0];
}
