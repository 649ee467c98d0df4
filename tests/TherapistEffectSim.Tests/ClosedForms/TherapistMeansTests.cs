using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>The slope between therapists by least squares of therapist means: power, bias and attenuation.</summary>
public sealed class TherapistMeansTests
{
    private const int Replicates = 50_000;
    private const double TherapistVariance = 0.03;
    private const double ResidualVariance = 0.95;
    private const double AllianceIcc = 0.10;

    /// <summary>J, slopes, and their power at n = 8, τ² = .03, σ² = .95.</summary>
    public static TheoryData<int, double[], double[]> KnownScores() => new()
    {
        { 20, [0.2], [0.5564] },
        { 30, [0.1, 0.15, 0.2, 0.25, 0.3], [0.2703, 0.5173, 0.7491, 0.8969, 0.9653] },
        { 50, [0.1, 0.15, 0.2, 0.25, 0.3], [0.4258, 0.7486, 0.9315, 0.9878, 0.9985] },
    };

    // MCSE .0022 at a half: an error of .014 in the power is seen 99 times in 100. The t test is exact, on J − 2 df.
    [Theory]
    [MemberData(nameof(KnownScores))]
    public void TherapistMeans_OfKnownScores_AreUnbiasedAndHaveTheExactPower(int therapists, double[] slopes, double[] powers)
    {
        const string score = "therapist_score";
        double variance = TherapistVariance + (ResidualVariance / 8);
        double[] df = [double.NaN];

        List<CellResult> cells = StudyFixture.Run(
            StudyFixture.Study(Replicates, seed: 20260108, [OnMeans("means", score)], [World(therapists, 8, 0), .. slopes.Select(b => World(therapists, 8, b))]),
            onReplicate: row => df[0] = row.DegreesOfFreedom == therapists - 2 ? df[0] : row.DegreesOfFreedom);

        Assert.Equal(double.NaN, df[0]);
        MonteCarlo.AssertRate(0.05, cells[0].Measure("means", score, "t-satterthwaite", "rejection_rate"), "size");
        for (int i = 0; i < slopes.Length; i++)
        {
            double exact = ExactRates.SlopePower(therapists, slopes[i], variance);
            Assert.Equal(powers[i], exact, 0.5001e-4);
            MonteCarlo.AssertRate(exact, cells[i + 1].Measure("means", score, "t-satterthwaite", "rejection_rate"), $"slope {slopes[i]}");
            MonteCarlo.AssertMean(slopes[i], cells[i + 1].Measure("means", score, "", "bias"));
            Assert.Equal(0.95, cells[i + 1].Measure("means", score, "t-satterthwaite", "coverage").Value!.Value, 4 * Math.Sqrt(0.95 * 0.05 / Replicates));
        }
    }

    [Theory]
    [InlineData(30, 8, 0.4060)]
    [InlineData(30, 20, 0.7987)]
    [InlineData(50, 8, 0.6192)]
    [InlineData(100, 8, 0.8991)]
    public void TherapistMeans_OfObservedAlliance_AreAttenuatedAndHaveTheExactPower(int therapists, int patients, double power)
    {
        const double slopeInSds = 0.2;
        double reliability = patients * AllianceIcc / (1 + ((patients - 1) * AllianceIcc));
        // Given the observed mean, which has variance τ_x²/λ, a therapist's true alliance has variance τ_x²(1 − λ).
        double variance = TherapistVariance + (slopeInSds * slopeInSds * (1 - reliability)) + (ResidualVariance / patients);
        double exact = ExactRates.SlopePower(therapists, slopeInSds * Math.Sqrt(reliability), variance);
        Assert.Equal(power, exact, 0.5001e-4);

        CellResult cell = Assert.Single(StudyFixture.Run(StudyFixture.Study(
            Replicates, seed: 20260109, [new() { Preset = MethodPreset.TherapistMeans }], World(therapists, patients, slopeInSds))));

        MonteCarlo.AssertRate(exact, cell.Measure("therapist-means", "alliance_between", "t-satterthwaite", "rejection_rate"));
        MonteCarlo.AssertMean(reliability * slopeInSds / Math.Sqrt(AllianceIcc), cell.Measure("therapist-means", "alliance_between", "", "bias"));
    }

    // Lüdtke et al. (2008), Psychological Methods 13, manifest aggregation: the between slope goes to λβ_b + (1 − λ)R_wβ_w, the within
    // slope to R_wβ_w, the curve to λ² times its size, with λ from the within variance as measured and R_w = σ_W²/(σ_W² + error/k).
    [Theory]
    [InlineData(8, 1, 1)]
    [InlineData(20, 1, 1)]
    [InlineData(8, 0.6, 2)]
    public void Slopes_OnObservedAlliance_AreAttenuatedAsTheoryHasIt(int patients, double reliabilityOfAssessment, int assessments)
    {
        const double slopeInSds = 0.15;
        const double slopeWithinInSds = 0.3;
        const double curvature = -0.12;
        double withinVariance = 1 - AllianceIcc;
        double errorVariance = withinVariance * (1 - reliabilityOfAssessment) / (reliabilityOfAssessment * assessments);
        double reliability = AllianceIcc / (AllianceIcc + ((withinVariance + errorVariance) / patients));
        double withinReliability = withinVariance / (withinVariance + errorVariance);
        double within = withinReliability * slopeWithinInSds / Math.Sqrt(withinVariance);
        double between = (reliability * slopeInSds / Math.Sqrt(AllianceIcc)) + ((1 - reliability) * within);
        Scenario world = World(40, patients, slopeInSds) with
        {
            Alliance = new() { TherapistIcc = AllianceIcc, Reliability = reliabilityOfAssessment, Assessments = assessments },
            Outcome = new EndpointOutcome
            {
                Between = new QuadraticShape { Linear = slopeInSds, Curvature = -curvature },
                Within = new LinearShape { Slope = slopeWithinInSds },
                ResidualSd = Math.Sqrt(ResidualVariance),
            },
        };
        Method straight = OnMeans("straight", "alliance_between");
        Method curve = OnMeans("curve", "alliance_between + I(alliance_between^2)");

        CellResult cell = Assert.Single(StudyFixture.Run(StudyFixture.Study(
            Replicates, seed: 20260110, [straight, curve, new() { Preset = MethodPreset.Linear }], world)));

        MonteCarlo.AssertMean(between, cell.Measure("straight", "alliance_between", "", "bias"), "between");
        MonteCarlo.AssertMean(between, cell.Measure("linear", "alliance_between", "", "bias"), "between");
        MonteCarlo.AssertMean(within, cell.Measure("linear", "alliance_within", "", "bias"), "within");
        MonteCarlo.AssertMean(reliability * reliability * curvature / AllianceIcc, cell.Measure("curve", "I(alliance_between^2)", "", "bias"), "curve");
    }

    [Theory]
    [InlineData(0.0625, 8, 0.348)]
    [InlineData(0.10, 8, 0.471)]
    [InlineData(0.20, 60, 0.938)]
    public void Slope_WithNoWithinEffect_ShowsTheReliabilityOfTherapistMeans(double allianceIcc, int patients, double reliability)
    {
        Scenario world = World(30, patients, 1) with { Alliance = new() { TherapistIcc = allianceIcc } };

        CellResult cell = Assert.Single(StudyFixture.Run(StudyFixture.Study(
            4000, seed: 20260111, [new() { Preset = MethodPreset.TherapistMeans }], world)));

        double exact = patients * allianceIcc / (1 + ((patients - 1) * allianceIcc));
        Assert.Equal(reliability, exact, 0.5001e-3);
        MonteCarlo.AssertMean(exact / Math.Sqrt(allianceIcc), cell.Measure("therapist-means", "alliance_between", "", "bias"));
    }

    private static Method OnMeans(string name, string columns) =>
        StudyFixture.Own(name, $"outcome ~ {columns}") with { Rows = AnalysisRows.TherapistMeans };

    private static Scenario World(int therapists, int patients, double slope) => new()
    {
        Trial = new() { Therapists = therapists, Caseload = new FixedCaseload { Patients = patients } },
        Therapists = new() { OutcomeIcc = TherapistVariance / (TherapistVariance + ResidualVariance) },
        Alliance = new() { TherapistIcc = AllianceIcc },
        Outcome = new EndpointOutcome { Between = new LinearShape { Slope = slope }, ResidualSd = Math.Sqrt(ResidualVariance) },
    };
}
