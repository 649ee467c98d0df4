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

    /// <summary>All that further mechanisms can do, at once: nothing is left at the value that does nothing.</summary>
    public static Scenario Everything { get; } = Full with
    {
        Therapists = Full.Therapists with { Distribution = new SkewedForm { Skewness = -0.6 } },
        Allocation = new SortedAllocation { By = AllocationScore.Alliance, Of = "prior-treatment" },
        Traits = Full.Traits
            .Add("prior-treatment", new() { Share = 0.4, Alliance = 0.3, Outcome = -0.2, ByAlliance = 0.3 })
            .Add("alone", new() { Share = 0.3, Alliance = -0.2, Outcome = 0.1, ByAlliance = -0.1 })
            .Add("young", new() { Share = 0.7, Outcome = 0.3 }),
        Alliance = Full.Alliance with
        {
            Assessments = 5,
            MissingAssessments = 0.3,
            Severity = -0.2,
            ReverseCausation = new() { Early = 0.1, Late = 0.3 },
            Timing = Timing.Late,
            Rater = Rater.Therapist,
            RaterIcc = 0.3,
            Validity = 0.6,
            Instrument = new() { Items = 12, Min = 1, Max = 6, Mean = 5, Sd = 0.8, Rounding = Rounding.Items },
        },
        Outcome = (EndpointOutcome)Full.Outcome with
        {
            Within = new QuadraticShape { Linear = 0.2, Curvature = 0.1, SlopeSd = 0.15, SlopeCorrelation = 0.4 },
            ArmEffect = new() { D = 0.3 },
            ResidualSd = new() { PerArm = System.Collections.Immutable.ImmutableSortedDictionary<string, double>.Empty.Add("trained", 1.2) },
            Distribution = new TForm { Df = 6 },
            SiteByArmSd = 0.2,
            Moderations = new() { Severity = 0.1, Arm = -0.15 },
            Adherence = new() { Linear = 0.1, Curvature = 0.2, CurvatureByAlliance = -0.2, BySeverity = 0.1 },
        },
        Retention = new() { Sessions = 12, DropOut = 0.4, Alliance = -0.3, Severity = 0.2, Outcome = 0.3 },
        Literature = new() { Alliance = 0.05, Between = 0.06, Within = 0.07, Curvature = 0.03, ArmEffect = 0.1, Severity = 0.04 },
    };

    /// <summary>The same with narrowed therapists, who have normal scores, and a severity that goes with their outcome skill.</summary>
    public static Scenario EverythingNarrowed { get; } = Everything with
    {
        Therapists = new()
        {
            OutcomeIcc = 0.1,
            Correlations = new() { AllianceOutcome = 0.3, AllianceAdherence = -0.2, OutcomeAdherence = 0.4 },
            Contamination = new() { Share = 0.1, Of = TherapistTrait.Outcome },
            Selection = new() { By = TherapistTrait.Adherence, Keep = 0.6 },
            Training = 0.7,
        },
        Allocation = new CaseMixAllocation { With = AllocationScore.Outcome, Correlation = 0.4 },
    };

    public static Scenario WithAlliance(this Scenario scenario, Func<Alliance, Alliance> change) =>
        scenario with { Alliance = change(scenario.Alliance) };

    public static Scenario WithMeasuredMeans(this Scenario scenario) =>
        scenario with { Alliance = scenario.Alliance with { TherapistMean = TherapistMean.Measured } };

    public static Scenario WithOutcome(this Scenario scenario, Func<EndpointOutcome, EndpointOutcome> change) =>
        scenario with { Outcome = change((EndpointOutcome)scenario.Outcome) };
}
