using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Planning;

/// <summary>The world that pilot data suggest, with the estimates or, for caution, the unfavourable ends of their intervals.</summary>
public static class CalibratedScenario
{
    private const double LargestIcc = 0.99;
    private const double SmallestReliability = 0.05; // 0 is no measurement
    private const double LargestRate = 0.95;
    private const double LargestSlope = 20; // of loss, as a study accepts it
    private const double ShareLeft = 0.98;  // of the SD within therapists that severity may bring about
    private const string Digits = "G4";

    /// <summary>The world. Arm and alliance have no effect in it: those are for the user to say.</summary>
    /// <param name="calibration">The estimates.</param>
    /// <param name="safeguard">What the trial is planned to show, to take unfavourable ends for it; <see langword="null"/> for the estimates.</param>
    public static Scenario Of(Calibration calibration, PlanningQuestion? safeguard)
    {
        ArgumentNullException.ThrowIfNull(calibration);
        double? Value(PilotQuantity quantity) => ValueOf(calibration, quantity, safeguard);
        return new()
        {
            Trial = TrialOf(calibration.Layout, CaseloadOf(Value(PilotQuantity.CaseloadMean)!.Value, Value(PilotQuantity.CaseloadCv)!.Value)),
            Therapists = new() { OutcomeIccTotal = Math.Min(LargestIcc, Value(PilotQuantity.OutcomeIcc)!.Value) },
            Alliance = AllianceOf(calibration, Value),
            Outcome = new EndpointOutcome
            {
                ResidualSd = Value(PilotQuantity.ResidualSd)!.Value,
                Severity = Value(PilotQuantity.OutcomeSeverity) ?? 0,
            },
            Attrition = new()
            {
                Alliance = new()
                {
                    Rate = Math.Min(LargestRate, Value(PilotQuantity.AllianceLossRate) ?? 0),
                    DependsOn = new() { Severity = Slope(Value(PilotQuantity.AllianceLossBySeverity)) },
                },
                Outcome = new()
                {
                    Rate = Math.Min(LargestRate, Value(PilotQuantity.OutcomeLossRate) ?? 0),
                    DependsOn = new()
                    {
                        Severity = Slope(Value(PilotQuantity.OutcomeLossBySeverity)),
                        Alliance = Slope(Value(PilotQuantity.OutcomeLossByAlliance)),
                    },
                },
            },
        };
    }

    private static double? ValueOf(Calibration calibration, PilotQuantity quantity, PlanningQuestion? safeguard) =>
        calibration.Find(quantity) is not { } number ? null
        : Rounded(safeguard is { } question ? Safeguard.For(quantity, question).ValueOf(number) : number.Estimate);

    private static Trial TrialOf(PilotLayout layout, Caseload caseload)
    {
        (string Arm, int Therapists, int Patients)[] arms = layout.Nesting == Nesting.Crossed
            ? []
            : [.. layout.Arms.Select((arm, a) => (arm, layout.TherapistsByArm[a], layout.PatientsByArm[a]))];
        (string Arm, int Therapists, int Patients)[] with = [.. arms.Where(a => a.Therapists > 0)];
        bool isEven = with.Length == 0 || with.Max(a => a.Therapists) - with.Min(a => a.Therapists) <= 1;
        return new()
        {
            Arms = layout.Arms,
            Sites = layout.Sites,
            Nesting = layout.Nesting,
            Therapists = isEven ? layout.Therapists : null,
            PerArm = isEven ? ImmutableSortedDictionary<string, int>.Empty : with.ToImmutableSortedDictionary(a => a.Arm, a => a.Therapists, StringComparer.Ordinal),
            WithoutTherapists = arms.Where(a => a.Therapists == 0).ToImmutableSortedDictionary(a => a.Arm, a => a.Patients, StringComparer.Ordinal),
            Caseload = caseload,
        };
    }

    // A drawn caseload, 1 + a negative binomial number, varies by more than √(mean − 1): what varies less is equal, or as near as can be drawn.
    private static Caseload CaseloadOf(double mean, double cv)
    {
        double smallest = Math.Sqrt(Math.Max(0, mean - 1)) / mean;
        if (mean <= 1 || cv < smallest / 2)
        {
            return new FixedCaseload { Patients = Math.Max(1, (int)Math.Round(mean, MidpointRounding.AwayFromZero)) };
        }

        return new DrawnCaseload { Mean = mean, Cv = cv > smallest * 1.001 ? cv : Rounded(smallest * 1.002) };
    }

    private static Alliance AllianceOf(Calibration calibration, Func<PilotQuantity, double?> value)
    {
        if (calibration.Assessments == 0)
        {
            return new() { TherapistIcc = 0 };
        }

        Alliance alliance = new()
        {
            ObservedTherapistIcc = Math.Min(LargestIcc, value(PilotQuantity.AllianceIcc)!.Value),
            Reliability = Math.Max(SmallestReliability, value(PilotQuantity.Reliability) ?? 1),
            Assessments = calibration.Assessments,
            MissingAssessments = value(PilotQuantity.MissingAssessments) ?? 0,
        };
        double errorRatio = (1 - alliance.Reliability) / (alliance.Reliability * alliance.EffectiveAssessments);
        double observed = alliance.ObservedTherapistIcc.Value;
        double therapistIcc = observed * (1 + errorRatio) / (1 + (observed * errorRatio));
        double largest = ShareLeft * Math.Sqrt(1 - therapistIcc);
        return alliance with { Severity = Math.Clamp(value(PilotQuantity.AllianceSeverity) ?? 0, -largest, largest) };
    }

    private static double Slope(double? slope) => Math.Clamp(slope ?? 0, -LargestSlope, LargestSlope);

    private static double Rounded(double value) =>
        double.Parse(value.ToString(Digits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
