using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Teaching.World;

/// <summary>The dials of the page.</summary>
internal static class Dials
{
    private const string Alliance = "The alliance and the outcome";
    private const string Therapists = "The therapists";
    private const string Trial = "The trial";

    private const double LossSlope = -1; // log odds of loss per SD of the outcome, where those who do badly are lost

    /// <summary>All, in the order of the page.</summary>
    public static ImmutableArray<Dial> All { get; } =
    [
        new("curvature", Alliance, "Curvature", "SD lost per SD²", "How much worse the outcome gets away from the best alliance. 0: the alliance does not matter.", 0, 0.5, 0.01,
            s => Shape(s).Curvature, (s, v) => WithShape(s, v, Shape(s).Optimum)),
        new("optimum", Alliance, "Best alliance", "SD from average", "Where the outcome is best: 0 with average relationship builders, 1 with good ones.", -2, 2, 0.1,
            s => Shape(s).Optimum, (s, v) => WithShape(s, Shape(s).Curvature, v)),
        new("outcome-icc", Therapists, "Differences in outcome", "of variance", "Share of the outcome’s variance that lies between therapists for other reasons than the alliance.", 0, 0.3, 0.01,
            OutcomeIcc, (s, v) => s with { Therapists = s.Therapists with { OutcomeIcc = v, OutcomeIccTotal = null } }) { IsShare = true },
        new("alliance-icc", Therapists, "Differences in alliance", "of variance", "Share of the alliance’s variance that lies between therapists.", 0, 0.8, 0.01,
            AllianceIcc, (s, v) => s with { Alliance = s.Alliance with { TherapistIcc = v, ObservedTherapistIcc = null } }) { IsShare = true },
        new("keep", Therapists, "Selection", "are kept", "Share of the candidates whom the trial keeps: the best relationship builders.", 0.1, 1, 0.01,
            s => s.Therapists.Selection.Keep, (s, v) => s with { Therapists = s.Therapists with { Selection = s.Therapists.Selection with { Keep = v } } }) { IsShare = true },
        new("therapists", Trial, "Therapists", "in the trial", "How many therapists the trial has.", 6, 200, 1,
            s => s.Trial.TherapistCount, WithTherapists),
        new("patients", Trial, "Patients each", "per therapist", "How many patients each therapist treats.", 2, 40, 1,
            s => PatientsEach(s), WithPatientsEach),
        new("reliability", Trial, "Reliability", "of one rating", "How well one rating of the alliance measures it. 1: without error.", 0.2, 1, 0.01,
            s => s.Alliance.Reliability, (s, v) => s with { Alliance = s.Alliance with { Reliability = v, TherapistIcc = AllianceIcc(s), ObservedTherapistIcc = null } }),
        new("attrition", Trial, "Patients lost", "of all", "Share of the patients who are not in the analysis.", 0, 0.7, 0.01,
            Lost, (s, v) => s with { Attrition = v == 0 ? new() : new() { Outcome = new() { Rate = v, DependsOn = s.Attrition.Outcome.DependsOn } } }) { IsShare = true },
        new("loss-by-outcome", Trial, "Those who do badly are lost", "", "On: the worse a patient does, the likelier the loss. Off: patients are lost by chance.", 0, 1, 1,
            s => s.Attrition.Outcome.DependsOn.Outcome < 0 ? 1 : 0, WithLossByOutcome),
    ];

    private static (double Curvature, double Optimum) Shape(Scenario scenario) => ((EndpointOutcome)scenario.Outcome).Between switch
    {
        QuadraticShape { Linear: not 0, Curvature: not 0 } tilted => (tilted.Curvature, tilted.Linear / (2 * tilted.Curvature)),
        QuadraticShape plain => (plain.Curvature, plain.Optimum),
        InvertedUShape inverted => (inverted.LossAt2Sd / 4, inverted.Optimum), // loss at a distance of 2: 4 times the curvature
        _ => (0, 0),
    };

    private static Scenario WithShape(Scenario scenario, double curvature, double optimum) => scenario with
    {
        Outcome = (EndpointOutcome)scenario.Outcome with { Between = new QuadraticShape { Curvature = curvature, Optimum = optimum } },
    };

    private static double OutcomeIcc(Scenario scenario)
    {
        if (scenario.Therapists.OutcomeIcc is double given)
        {
            return given;
        }

        VarianceComponents parts = VarianceComponents.Of(scenario);
        double between = parts.OutcomeTherapistSd * parts.OutcomeTherapistSd;
        return between / (between + (parts.ResidualSd * parts.ResidualSd));
    }

    private static double AllianceIcc(Scenario scenario) =>
        scenario.Alliance.TherapistIcc ?? VarianceComponents.Of(scenario).AllianceBetweenSd switch { var sd => sd * sd };

    private static double PatientsEach(Scenario scenario) => scenario.Trial.Caseload switch
    {
        FixedCaseload equal => equal.Patients,
        DrawnCaseload drawn => drawn.Mean,
        SharedCaseload shared => shared.Total / (double)scenario.Trial.TherapistCount,
        ListedCaseload listed => listed.Patients.Average(),
        Caseload other => throw new ArgumentException($"{other.GetType().Name} has no number of patients.", nameof(scenario)),
    };

    private static Scenario WithTherapists(Scenario scenario, double therapists)
    {
        int count = (int)therapists;
        Caseload caseload = scenario.Trial.Caseload switch
        {
            SharedCaseload shared => shared with { Total = (int)Math.Round(PatientsEach(scenario) * count) },
            ListedCaseload => new FixedCaseload { Patients = (int)Math.Round(PatientsEach(scenario)) },
            Caseload same => same,
        };
        return scenario with { Trial = scenario.Trial with { Therapists = count, PerArm = ImmutableSortedDictionary<string, int>.Empty, Caseload = caseload } };
    }

    private static Scenario WithPatientsEach(Scenario scenario, double patients) => scenario with
    {
        Trial = scenario.Trial with
        {
            Caseload = scenario.Trial.Caseload switch
            {
                SharedCaseload shared => shared with { Total = (int)patients * scenario.Trial.TherapistCount },
                DrawnCaseload drawn => drawn with { Mean = patients },
                _ => new FixedCaseload { Patients = (int)patients },
            },
        },
    };

    private static double Lost(Scenario scenario) => 1 - ((1 - scenario.Attrition.Alliance.Rate) * (1 - scenario.Attrition.Outcome.Rate));

    private static Scenario WithLossByOutcome(Scenario scenario, double isOn) => scenario with
    {
        Attrition = scenario.Attrition with
        {
            Outcome = scenario.Attrition.Outcome with { DependsOn = new() { Outcome = isOn == 1 ? LossSlope : 0 } },
        },
    };
}
