using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Worlds to generate from. One arm, 20 therapists with 10 patients each, unless a test says otherwise.</summary>
internal static class Worlds
{
    public static ulong Key { get; } = StreamKey.ForStudy(20260101);

    public static Scenario Plain { get; } = new()
    {
        Trial = new Trial { Therapists = 20, Caseload = new FixedCaseload { Patients = 10 } },
        Therapists = new TherapistPopulation { OutcomeIcc = 0.1 },
        Alliance = new Alliance { TherapistIcc = 0.2 },
        Outcome = new EndpointOutcome(),
    };

    /// <summary>Everything at once: arms, sites, drawn caseloads, both curves, error of measurement, severity, loss that depends on all.</summary>
    public static Scenario Full { get; } = Plain with
    {
        Trial = new Trial { Arms = ["usual", "trained"], Sites = 3, Therapists = 17, Caseload = new DrawnCaseload { Mean = 9, Cv = 0.6 } },
        Alliance = new Alliance { TherapistIcc = 0.15, Reliability = 0.7, Assessments = 2 },
        Outcome = new EndpointOutcome
        {
            Between = new InvertedUShape { Optimum = 0.3, LossAt2Sd = 0.8 },
            Within = new QuadraticShape { Linear = 0.2, Curvature = 0.1 },
            Alliance = new AllianceEffect { Slope = 0.1 },
            ArmEffect = new ArmEffect { D = 0.3, Standardiser = Standardiser.Total },
            Severity = -0.3,
            SiteIcc = 0.05,
        },
        Attrition = new Attrition
        {
            Alliance = new AttritionStage { Rate = 0.15, DependsOn = new AttritionSlopes { Severity = 0.5, TrueAlliance = -0.3 } },
            Outcome = new AttritionStage { Rate = 0.2, DependsOn = new AttritionSlopes { Alliance = -0.4, Outcome = -0.3 } },
        },
    };

    /// <summary>Weighted shares, so few patients that therapists lose all of theirs, loss at random.</summary>
    public static Scenario Sparse { get; } = Plain with
    {
        Trial = new Trial { Therapists = 12, Caseload = new SharedCaseload { Total = 30, Cv = 0.5 } },
        Attrition = new Attrition { Alliance = new AttritionStage { Rate = 0.3 }, Outcome = new AttritionStage { Rate = 0.4 } },
    };

    public static Scenario WithMeasuredMeans(this Scenario scenario) =>
        scenario with { Alliance = scenario.Alliance with { TherapistMean = TherapistMean.Measured } };

    public static Scenario WithOutcome(this Scenario scenario, Func<EndpointOutcome, EndpointOutcome> change) =>
        scenario with { Outcome = change((EndpointOutcome)scenario.Outcome) };
}
