using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Tests.Design;
using static TherapistEffectSim.Tests.Inference.TruthWorld;

namespace TherapistEffectSim.Tests.Inference;

public sealed class RejectionMeaningTests
{
    private const string Linear = "arm + alliance_between + alliance_within";
    private const string Quadratic = Linear + " + I(alliance_between^2)";
    private const string Perfect = "arm + therapist_score + I(therapist_score^2) + patient_score";

    private static readonly EndpointOutcome s_nothing = new() { Severity = -0.4 };
    private static readonly EndpointOutcome s_parabola = new() { Between = new QuadraticShape { Curvature = 0.15 } };
    private static readonly EndpointOutcome s_slope = new() { Between = new LinearShape { Slope = 0.3 } };
    private static readonly EndpointOutcome s_withinSlope = new() { Within = new LinearShape { Slope = 0.3 } };
    private static readonly EndpointOutcome s_withinCurve = new() { Within = new QuadraticShape { Curvature = 0.3 } };
    private static readonly EndpointOutcome s_plateau = new() { Between = new PlateauShape { Slope = 0.4, Knee = 0.5 } };
    private static readonly EndpointOutcome s_tent = new() { Between = ResponseCurveTests.Points([(-2, 0), (0, 1), (2, 0)]) };
    private static readonly EndpointOutcome s_ramp = new() { Between = ResponseCurveTests.Points([(-1, -1), (1, 1)]) };
    private static readonly EndpointOutcome s_withinTent = new() { Within = ResponseCurveTests.Points([(-2, 0), (0, 1), (2, 0)]) };

    public static TheoryData<string, string, string, string> Table() => new()
    {
        { nameof(s_nothing), Linear, "alliance_between", "type-I" },
        { nameof(s_nothing), Linear, "alliance_within", "type-I" },
        { nameof(s_nothing), Linear, "armmotivational", "type-I" },
        { nameof(s_nothing), Linear, "var(therapist)", "type-I" },
        { nameof(s_nothing), Linear + " + severity", "severity", "power" },
        { nameof(s_nothing), "arm + alliance", "alliance", "" },
        { nameof(s_nothing), "arm + alliance", "var(therapist)", "type-I" },
        { nameof(s_parabola), Linear, "alliance_between", "false-positive: between-therapist curve" },
        { nameof(s_parabola), Linear, "alliance_within", "type-I" },
        { nameof(s_parabola), Linear, "armmotivational", "type-I" },
        { nameof(s_parabola), Linear, "var(therapist)", "power" },
        { nameof(s_parabola), Quadratic, "I(alliance_between^2)", "power" },
        { nameof(s_parabola), Quadratic, "alliance_between", "false-positive: between-therapist curve" },
        { nameof(s_parabola), Quadratic, "var(therapist)", "false-positive: between-therapist curve" },
        { nameof(s_parabola), "arm", "var(therapist)", "power" },
        { nameof(s_parabola), Perfect, "therapist_score", "type-I" },
        { nameof(s_parabola), Perfect, "var(therapist)", "type-I" },
        { nameof(s_parabola), "therapist_score", "therapist_score", "false-positive: between-therapist curve" },
        { nameof(s_slope), Linear, "alliance_between", "power" },
        { nameof(s_slope), Linear, "var(therapist)", "false-positive: between-therapist slope" },
        { nameof(s_slope), Quadratic, "I(alliance_between^2)", "type-I" },
        { nameof(s_slope), "I(alliance_between^2)", "I(alliance_between^2)", "false-positive: between-therapist slope" },
        { nameof(s_slope), Perfect, "var(therapist)", "type-I" },
        { nameof(s_slope), "arm + alliance", "var(therapist)", "" },
        { nameof(s_withinSlope), "arm", "var(therapist)", "type-I" },
        { nameof(s_withinSlope), Linear, "alliance_between", "false-positive: within-therapist slope" },
        { nameof(s_withinSlope), Linear, "var(therapist)", "false-positive: within-therapist slope" },
        { nameof(s_withinSlope), Perfect, "therapist_score", "type-I" },
        { nameof(s_withinSlope), "I(alliance_within^2)", "I(alliance_within^2)", "false-positive: within-therapist slope" },
        { nameof(s_withinSlope), "alliance_within + I(alliance_within^2)", "I(alliance_within^2)", "type-I" },
        { nameof(s_withinCurve), Linear, "alliance_within", "false-positive: within-therapist curve" },
        { nameof(s_withinCurve), "patient_score + I(patient_score^2)", "patient_score", "type-I" },
        { nameof(s_withinCurve), "patient_score", "patient_score", "false-positive: within-therapist curve" },
        { nameof(s_plateau), Linear, "alliance_between", "power" },
        { nameof(s_plateau), Linear, "alliance_within", "type-I" },
        { nameof(s_plateau), Quadratic, "I(alliance_between^2)", "power" },
        { nameof(s_plateau), Quadratic, "var(therapist)", "power" },
        { nameof(s_tent), Linear, "alliance_between", "false-positive: between-therapist curve" },
        { nameof(s_tent), Quadratic, "I(alliance_between^2)", "power" },
        { nameof(s_tent), Perfect, "therapist_score", "false-positive: between-therapist curve" },
        { nameof(s_ramp), Linear, "alliance_between", "power" },
        { nameof(s_ramp), Perfect, "I(therapist_score^2)", "false-positive: between-therapist curve" },
        { nameof(s_ramp), "I(therapist_score^2)", "I(therapist_score^2)", "false-positive: between-therapist slope, between-therapist curve" },
        { nameof(s_withinTent), Linear, "alliance_within", "false-positive: within-therapist curve" },
        { nameof(s_withinTent), "patient_score + I(patient_score^2)", "patient_score", "false-positive: within-therapist curve" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Of_EqualTherapists_NamesWhatReachesTheTerm(string outcome, string terms, string name, string expected)
    {
        EndpointOutcome chosen = outcome switch
        {
            nameof(s_nothing) => s_nothing,
            nameof(s_parabola) => s_parabola,
            nameof(s_slope) => s_slope,
            nameof(s_withinSlope) => s_withinSlope,
            nameof(s_plateau) => s_plateau,
            nameof(s_tent) => s_tent,
            nameof(s_ramp) => s_ramp,
            nameof(s_withinTent) => s_withinTent,
            _ => s_withinCurve,
        };

        Assert.Equal(expected, Meaning(Of(chosen, outcomeIcc: 0), terms, name));
    }

    [Fact]
    public void Of_AttritionOnTheOutcome_ReachesAllButTheArms()
    {
        World world = Of(s_nothing, outcomeIcc: 0, attrition: Losing(new AttritionSlopes { Outcome = 0.5 }));

        Assert.Equal("false-positive: attrition on the outcome", Meaning(world, Linear, "alliance_between"));
        Assert.Equal("false-positive: attrition on the outcome", Meaning(world, Linear, "alliance_within"));
        Assert.Equal("false-positive: attrition on the outcome", Meaning(world, Linear, "(Intercept)"));
        Assert.Equal("false-positive: attrition on the outcome", Meaning(world, Linear, "var(therapist)"));
        Assert.Equal("type-I", Meaning(world, Linear, "armmotivational"));
    }

    [Fact]
    public void Of_AttritionOnSeverity_ReachesNothing() =>
        Assert.Equal("type-I", Meaning(Of(s_nothing, attrition: Losing(new AttritionSlopes { Severity = 0.5 })), Linear, "alliance_between"));

    [Fact]
    public void Of_SeveralMechanisms_AreJoinedInTheirOrder()
    {
        World world = Of(
            s_parabola with { Within = new LinearShape { Slope = 0.3 } }, attrition: Losing(new AttritionSlopes { Outcome = 0.5 }));

        Assert.Equal(
            "false-positive: between-therapist curve, within-therapist slope, attrition on the outcome",
            Meaning(world, Linear, "alliance_between"));
    }

    [Fact]
    public void Of_TrueValueGivenByTheStudy_IsJudgedLikeAnyOther()
    {
        World world = Of(s_parabola);
        var columns = Columns(world, "arm + alliance");
        ModelTruth truth = Truth(world, "arm + alliance");

        Assert.Equal(
            "false-positive: between-therapist curve",
            RejectionMeaning.OfCoefficient(world, columns, truth with { Coefficients = truth.Coefficients.SetItem(2, 0) }, 2));
        Assert.Equal(
            "power", RejectionMeaning.OfCoefficient(world, columns, truth with { Coefficients = truth.Coefficients.SetItem(2, 0.2) }, 2));
    }

    private static Attrition Losing(AttritionSlopes slopes) => new() { Outcome = new AttritionStage { Rate = 0.2, DependsOn = slopes } };
}
