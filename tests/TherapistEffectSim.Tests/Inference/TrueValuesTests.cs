using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using static TherapistEffectSim.Tests.Inference.TruthWorld;

namespace TherapistEffectSim.Tests.Inference;

public sealed class TrueValuesTests
{
    private const string NullModel = "arm";
    private const string Linear = "arm + alliance_between + alliance_within";
    private const string Quadratic = Linear + " + I(alliance_between^2)";

    private static readonly double s_tau = Math.Sqrt(0.1);   // τ_A
    private static readonly double s_sigma = Math.Sqrt(0.9); // σ_W
    private static readonly double s_effectVariance = 0.05 / 0.95;

    private static readonly EndpointOutcome s_linear = new()
    {
        Between = new LinearShape { Slope = 0.3 },
        Within = new LinearShape { Slope = -0.2 },
        ArmEffect = new ArmEffect { D = 0.5 },
        Severity = -0.4,
    };

    private static readonly EndpointOutcome s_parabola = new() { Between = new QuadraticShape { Curvature = 0.15 } };

    private static readonly EndpointOutcome s_peakAside = new() { Between = new QuadraticShape { Curvature = 0.15, Optimum = 0.7 } };

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Of_LinearWorld_GivesTheSlopesOfTheWorld(bool hasRandomIntercept, bool therapistMeans)
    {
        World world = Of(s_linear);
        string terms = therapistMeans ? "arm + alliance_between" : Linear + " + severity";

        Assert.Equal(0, Value("(Intercept)"));
        Assert.Equal(0.5, Value("armmotivational"), 1e-13);
        Assert.Equal(0.3 / s_tau, Value("alliance_between"), 1e-13);
        if (!therapistMeans)
        {
            Assert.Equal(-0.2 / s_sigma, Value("alliance_within"), 1e-13);
            Assert.Equal(-0.4, Value("severity"), 1e-13);
        }

        double Value(string name) => Coefficient(world, terms, name, hasRandomIntercept, therapistMeans)!.Value;
    }

    [Fact]
    public void Of_CentredParabola_HasNoStraightLine() =>
        Assert.Equal(0, Coefficient(Of(s_parabola), Linear, "alliance_between"));

    // f = b·s − c·(s − optimum)²: projected on s, b + 2·c·optimum.
    [Fact]
    public void Of_ParabolaWithPeakAside_HasTheSlopeAtTheMean() =>
        Assert.Equal(2 * 0.15 * 0.7 / s_tau, Coefficient(Of(s_peakAside), Linear, "alliance_between")!.Value, 1e-13);

    [Fact]
    public void Of_QuadraticModel_HasCurvatureInAllianceUnits()
    {
        World world = Of(s_peakAside);

        Assert.Equal(-0.15 / 0.1, Coefficient(world, Quadratic, "I(alliance_between^2)")!.Value, 1e-12);
        Assert.Equal(2 * 0.15 * 0.7 / s_tau, Coefficient(world, Quadratic, "alliance_between")!.Value, 1e-13);
        Assert.Equal(0.15, Coefficient(world, Quadratic, "(Intercept)")!.Value, 1e-13);
    }

    [Fact]
    public void Of_OneSlopeOnTheAlliance_HasNoContextualEffect()
    {
        World world = Of(new EndpointOutcome { Alliance = new AllianceEffect { Slope = 0.25 } });

        Assert.Equal(0.25, Coefficient(world, Linear, "alliance_between")!.Value, 1e-13);
        Assert.Equal(0.25, Coefficient(world, Linear, "alliance_within")!.Value, 1e-13);
    }

    [Fact]
    public void Of_Truths_AreTheirOwnCoefficients()
    {
        World world = Of(s_linear);
        const string Terms = "arm + therapist_score + patient_score + true_therapist_effect";

        Assert.Equal(0.3, Coefficient(world, Terms, "therapist_score")!.Value, 1e-13);
        Assert.Equal(-0.2, Coefficient(world, Terms, "patient_score")!.Value, 1e-13);
        Assert.Equal(1, Coefficient(world, Terms, "true_therapist_effect")!.Value, 1e-13);
        Assert.Equal(0, Truth(world, Terms).TherapistVariance);
        Assert.Equal(0.3 / s_tau, Coefficient(world, "true_alliance_between + true_alliance_within", "true_alliance_between")!.Value, 1e-13);
        Assert.Equal(-0.2 / s_sigma, Coefficient(world, "true_alliance_between + true_alliance_within", "true_alliance_within")!.Value, 1e-13);
    }

    [Fact]
    public void Of_ParabolicWorld_LeavesTheVariancesOfTheDesign()
    {
        World world = Of(s_peakAside);
        double curve = 2 * 0.15 * 0.15;
        double slope = 2 * 0.15 * 0.7;

        Assert.Equal(s_effectVariance + curve + (slope * slope), Truth(world, NullModel).TherapistVariance!.Value, 1e-13);
        Assert.Equal(s_effectVariance + curve, Truth(world, Linear).TherapistVariance!.Value, 1e-13);
        Assert.Equal(s_effectVariance, Truth(world, Quadratic).TherapistVariance!.Value, 1e-13);
        Assert.Equal(s_effectVariance / (s_effectVariance + 1), Truth(world, Quadratic).IntraclassCorrelation!.Value, 1e-13);
    }

    [Fact]
    public void Of_LinearWorld_LeavesWithinWhatTheModelDoesNotHold()
    {
        World world = Of(s_linear);

        Assert.Equal(1 + 0.04 + 0.16, Truth(world, NullModel).ResidualVariance!.Value, 1e-13);
        Assert.Equal(1 + 0.16, Truth(world, Linear).ResidualVariance!.Value, 1e-13);
        Assert.Equal(1, Truth(world, Linear + " + severity").ResidualVariance!.Value, 1e-13);
    }

    [Fact]
    public void Of_ArmLeftOut_StaysBetweenTherapistsByTheirShares()
    {
        World world = Of(s_linear, TwoArms with { Therapists = null, PerArm = TwoArms.PerArm.Add("usual", 10).Add("motivational", 30) });

        Assert.Equal(s_effectVariance + (0.3 * 0.3) + (0.25 * 0.75 * 0.25), Truth(world, "1").TherapistVariance!.Value, 1e-13);
        Assert.Equal(0.75 * 0.5, Coefficient(world, "alliance_between", "(Intercept)")!.Value, 1e-13);
    }

    [Fact]
    public void Of_Sites_AreVarianceWithoutSiteColumnsAndRealisedWithThem()
    {
        World world = Of(s_linear with { SiteIcc = 0.1 }, TwoArms with { Sites = 5 });
        double siteVariance = 0.1 / 0.9 * (1 + s_effectVariance);

        Assert.Equal(s_effectVariance + siteVariance, Truth(world, Linear).TherapistVariance!.Value, 1e-13);
        Assert.Equal(s_effectVariance, Truth(world, Linear + " + site").TherapistVariance!.Value, 1e-13);
        Assert.Null(Coefficient(world, Linear + " + site", "sites3"));
        Assert.Null(Coefficient(world, Linear + " + site", "(Intercept)"));
        Assert.Equal(0.5, Coefficient(world, Linear + " + site", "armmotivational")!.Value, 1e-13);
        Assert.Equal(0.3 / s_tau, Coefficient(world, Linear + " + site", "alliance_between")!.Value, 1e-13);
    }

    [Fact]
    public void Of_EqualSites_HaveTrueDifferencesOfZero()
    {
        World world = Of(s_linear, TwoArms with { Sites = 5 });

        Assert.Equal(0, Coefficient(world, Linear + " + site", "sites3"));
        Assert.Equal(0, Coefficient(world, Linear + " + site", "(Intercept)"));
    }

    [Theory]
    [InlineData("arm + alliance + severity")]
    [InlineData("arm + true_alliance + severity")]
    public void Of_ConflatedAlliance_LeavesOnlyWhatIsIndependentOfIt(string terms)
    {
        World world = Of(s_linear);

        ModelTruth truth = Truth(world, terms);

        Assert.Equal(0.5, Coefficient(world, terms, "armmotivational")!.Value, 1e-13);
        Assert.Equal(-0.4, Coefficient(world, terms, "severity")!.Value, 1e-13);
        Assert.All(truth.Coefficients.Where((_, k) => Columns(world, terms)[k].Name.Contains("alliance", StringComparison.Ordinal)), b => Assert.Null(b));
        Assert.Null(truth.TherapistVariance);
        Assert.Null(truth.IntraclassCorrelation);
    }

    [Fact]
    public void Of_ConflatedPowersAndProducts_LeaveWhatGoesWithThemWithoutTrueValue()
    {
        World world = Of(s_linear);

        Assert.Null(Coefficient(world, "arm + I(alliance^2)", "(Intercept)"));
        Assert.Equal(0.5, Coefficient(world, "arm + I(alliance^2)", "armmotivational")!.Value, 1e-13);
        Assert.Null(Coefficient(world, "I(alliance_within^2):alliance_between", "I(alliance_within^2):alliance_between"));
    }

    [Fact]
    public void Of_ConflatedAllianceWithoutEffect_KeepsTheVariances()
    {
        World world = Of(new EndpointOutcome { Severity = -0.4 });

        ModelTruth truth = Truth(world, "arm + alliance");

        Assert.Equal(s_effectVariance, truth.TherapistVariance!.Value, 1e-13);
        Assert.Equal(1.16, truth.ResidualVariance!.Value, 1e-13);
    }

    [Fact]
    public void Of_ProductsOfOneLevel_AreProjectedToo()
    {
        World world = Of(s_linear with { Within = new QuadraticShape { Linear = -0.2, Curvature = 0.1 } });
        const string Terms = "arm*alliance_between + arm:alliance_within + I(alliance_within^2) + severity:alliance_within";

        Assert.Equal(0, Coefficient(world, Terms, "armmotivational:alliance_between"));
        Assert.Equal(-0.2 / s_sigma, Coefficient(world, Terms, "armusual:alliance_within")!.Value, 1e-13);
        Assert.Equal(-0.2 / s_sigma, Coefficient(world, Terms, "armmotivational:alliance_within")!.Value, 1e-13);
        Assert.Equal(-0.1 / 0.9, Coefficient(world, Terms, "I(alliance_within^2)")!.Value, 1e-13);
        Assert.Equal(0.1, Coefficient(world, Terms, "(Intercept)")!.Value, 1e-13);
        Assert.Equal(0, Coefficient(world, Terms, "alliance_within:severity"));
    }

    // y = −0.1·(W/σ_W)² + 0.1 without an intercept: the levels are fitted one by one with a random intercept, at once without.
    // Patients: E x y/E x² with x = W²: σ_W²·(−0.1·3 + 0.1)/(3·σ_W⁴).
    [Fact]
    public void Of_NoIntercept_WeighsTheLevelsAsTheModelDoes()
    {
        World world = Of(new EndpointOutcome { Within = new QuadraticShape { Curvature = 0.1 } });

        Assert.Equal(-0.1 / 0.9, Coefficient(world, "0 + I(alliance_within^2)", "I(alliance_within^2)")!.Value, 1e-13);
        Assert.Equal(-0.2 / 2.7, Coefficient(world, "0 + I(alliance_within^2)", "I(alliance_within^2)", hasRandomIntercept: false)!.Value, 1e-13);
    }

    [Fact]
    public void Of_SpannedColumns_HaveNoTrueValue()
    {
        World equalAlliances = Of(s_linear, allianceIcc: 0);
        Assert.Null(Coefficient(equalAlliances, Quadratic, "alliance_between"));
        Assert.Null(Coefficient(equalAlliances, Quadratic, "I(alliance_between^2)"));
        Assert.Equal(-0.2, Coefficient(equalAlliances, Quadratic, "alliance_within")!.Value, 1e-13);

        World world = Of(s_linear);
        Assert.Null(Coefficient(world, "alliance_between + therapist_score", "therapist_score"));
        Assert.Null(Coefficient(world, "alliance_between + severity", "severity", hasRandomIntercept: false, therapistMeans: true));
    }

    [Fact]
    public void Of_HighPowers_StayExact()
    {
        World world = Of(s_peakAside);
        const string Terms = "therapist_score + I(therapist_score^2) + I(therapist_score^5)";

        Assert.Equal(0, Coefficient(world, Terms, "I(therapist_score^5)"));
        Assert.Equal(-0.15, Coefficient(world, Terms, "I(therapist_score^2)")!.Value, 1e-12);
        Assert.All(Truth(world, "I((therapist_score^16)^5)").Coefficients, b => Assert.Null(b));
    }
}
