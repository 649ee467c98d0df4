using System.Globalization;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Reports.Words;

/// <summary>The design of a study as a reader asks for it: what it simulates, and what of that varies.</summary>
internal static class DesignTable
{
    private const int MostCells = 500; // looked at for what varies
    private const int MostValues = 8;
    private const int Digits = 3;

    /// <summary>Names and values; a value that differs between scenarios is a list.</summary>
    public static IEnumerable<(string Name, string Value)> Of(Study study)
    {
        Scenario[] scenarios = [.. study.Cells.Take(MostCells).Select(c => c.Scenario)];
        foreach ((string name, Func<Scenario, string> value) in s_rows)
        {
            string[] values = [.. scenarios.Select(value).Distinct()];
            if (values is not [""])
            {
                yield return (name, values.Length > MostValues ? $"{string.Join("; ", values.Take(MostValues))}; … ({values.Length} different)" : string.Join("; ", values));
            }
        }
    }

    private static readonly (string Name, Func<Scenario, string> Value)[] s_rows =
    [
        ("Therapists", Therapists),
        ("Patients per therapist", s => Caseload(s.Trial.Caseload)),
        ("Arms", s => s.Trial.Arms.Length > 1 ? string.Join(", ", s.Trial.Arms) + (s.Trial.Nesting == Nesting.WithinArm ? "" : ", each therapist treats in all") : ""),
        ("Sites", s => s.Trial.Sites > 1 ? Text(s.Trial.Sites) : ""),
        ("Measurements", s => s.Outcome is GrowthOutcome growth ? $"weeks {string.Join(", ", growth.Weeks.Select(Text))}" : ""),
        ("How therapists differ in outcome", s => s.Outcome is GrowthOutcome growth
            ? GrowthOfTherapists(growth)
            : $"{Text(OutcomeIcc(s))} of the outcome’s variance, beyond the alliance"),
        ("How therapists differ in alliance", s => $"{Text(Square(VarianceComponents.Of(s).AllianceBetweenSd))} of the true alliance’s variance"),
        ("Measurement of the alliance", Measurement),
        ("Outcome by the therapist’s alliance", s => s.Outcome is GrowthOutcome growth ? OfSlope(Curve(growth.BetweenCurve)) : Curve(VarianceComponents.Of(s).Between)),
        ("Outcome by the patient’s own deviation", s => s.Outcome is GrowthOutcome growth ? OfSlope(Curve(growth.WithinCurve)) : Curve(VarianceComponents.Of(s).Within)),
        ("Effect of the arm", s => s.Outcome is GrowthOutcome growth ? GrowthArm(growth) : VarianceComponents.Of(s).ArmEffect is not 0 and var effect ? $"{Text(effect)} residual SDs" : ""),
        ("Effect of severity", s => s.Outcome is GrowthOutcome growth
            ? growth is { Severity: 0, SeveritySlope: 0 } ? "" : $"{Text(growth.Severity)} at all weeks and {Text(growth.SeveritySlope)} per week, per SD"
            : VarianceComponents.Of(s).Severity is not 0 and var effect ? $"{Text(effect)} residual SDs per SD" : ""),
        ("Who the therapists are", Population),
        ("How patients come to therapists", s => s.Allocation switch
        {
            CaseMixAllocation mix => $"case mix: prognosis correlates {Text(mix.Correlation)} with the therapist’s {Word(mix.With)} score",
            SortedAllocation sorted => $"sorted by the therapist’s {Word(sorted.By)} score",
            _ => "at random",
        }),
        ("Who is lost", Attrition),
    ];

    /// <summary>A curve in words.</summary>
    public static string Curve(ResponseCurve curve)
    {
        if (!curve.Segments.IsEmpty)
        {
            return $"a curve with kinks; its straight part rises by {Text(curve.Slope)} per SD";
        }

        return (curve.Linear, curve.Square) switch
        {
            (0, 0) => "no effect",
            (var slope, 0) => $"a straight line: {Text(slope)} per SD",
            (var slope, < 0 and var square) => $"an inverted U: best at {Text(slope / (-2 * square))} SD, loses {Text(-square)} per squared SD",
            (var slope, var square) => $"a U: worst at {Text(slope / (-2 * square))} SD, gains {Text(square)} per squared SD",
        };
    }

    private static string OfSlope(string effect) => effect == "no effect" ? effect : effect + ", on the change per week";

    private static string GrowthArm(GrowthOutcome growth) => growth.ArmEffect switch
    {
        { D: 0 } => "",
        { Standardiser: null } => $"{Text(growth.ArmEffect.D)} per week",
        _ => $"d = {Text(growth.ArmEffect.D)} at the last week ({Word(growth.ArmEffect.Standardiser.Value)} SD)",
    };

    private static string GrowthOfTherapists(GrowthOutcome growth) => growth.Shares is { } shares
        ? $"{Text(shares.TherapistIcc ?? 0)} of the variance at week 0, {Text(shares.SlopeIcc ?? 0)} of the variance of slopes"
        : $"SD {Text(growth.Therapists?.InterceptSd ?? 0)} at week 0, {Text(growth.Therapists?.SlopeSd ?? 0)} of slopes per week";

    /// <summary>Residual therapist share of the outcome's variance.</summary>
    private static double OutcomeIcc(Scenario scenario)
    {
        VarianceComponents parts = VarianceComponents.Of(scenario);
        double between = Square(parts.OutcomeTherapistSd);
        return between / (between + Square(parts.ResidualSd));
    }

    private static string Therapists(Scenario scenario) =>
        scenario.Trial.PerArm.IsEmpty ? Text(scenario.Trial.TherapistCount) : string.Join(", ", scenario.Trial.PerArm.Select(a => $"{a.Value} {a.Key}"));

    private static string Caseload(Caseload caseload) => caseload switch
    {
        FixedCaseload equal => Text(equal.Patients),
        ListedCaseload listed => $"{listed.Patients.Min()} to {listed.Patients.Max()}, as listed",
        DrawnCaseload drawn => $"{Text(drawn.Mean)} on average, drawn anew in each trial (SD {Text(drawn.Cv * drawn.Mean)})",
        SharedCaseload shared => $"{shared.Total} in all, shared anew in each trial (coefficient of variation {Text(shared.Cv)})",
        _ => caseload.ToString(),
    };

    private static string Measurement(Scenario scenario)
    {
        Alliance alliance = scenario.Alliance;
        string times = alliance.Assessments == 1 ? "one rating" : $"the mean of {alliance.Assessments} ratings";
        string by = alliance.Rater == Rater.Therapist ? $" by the therapist (validity {Text(alliance.Validity)})" : "";
        string scale = alliance.Instrument is { } instrument ? $", on a scale from {Text(instrument.Min)} to {Text(instrument.Max)}" : "";
        return alliance.Reliability == 1 ? $"without error{by}{scale}" : $"{times}{by} of reliability {Text(alliance.Reliability)}{scale}";
    }

    private static string Population(Scenario scenario)
    {
        TherapistPopulation therapists = scenario.Therapists;
        List<string> parts = [];
        if (therapists.Selection.Keep < 1)
        {
            parts.Add($"the top {Percent(therapists.Selection.Keep)} of candidates by {Word(therapists.Selection.By)} skill");
        }

        if (therapists.Training < 1)
        {
            parts.Add($"trained: {Percent(therapists.Training)} of the differences in {Word(therapists.TrainingOf)} skill are left");
        }

        if (therapists.Contamination.Share > 0)
        {
            parts.Add($"{Percent(therapists.Contamination.Share)} come from another population, at {Text(therapists.Contamination.Mean)} SD in {Word(therapists.Contamination.Of)} skill");
        }

        return parts.Count == 0 ? "unselected" : string.Join("; ", parts);
    }

    private static string Attrition(Scenario scenario)
    {
        AttritionStage alliance = scenario.Attrition.Alliance;
        AttritionStage outcome = scenario.Attrition.Outcome;
        if (scenario.Outcome is GrowthOutcome { Dropout: { Rate: > 0 } dropout })
        {
            return $"{Percent(1 - ((1 - alliance.Rate) * (1 - dropout.Rate)))} of the patients by the last week{(dropout.DependsOn == new GrowthDropoutSlopes() && alliance.DependsOn == new AttritionSlopes() ? ", by chance" : ", more of some than of others")}";
        }

        if (alliance.Rate == 0 && outcome.Rate == 0)
        {
            return "nobody";
        }

        double lost = 1 - ((1 - alliance.Rate) * (1 - outcome.Rate));
        bool byChance = alliance.DependsOn == new AttritionSlopes() && outcome.DependsOn == new AttritionSlopes();
        return $"{Percent(lost)} of the patients{(byChance ? ", by chance" : ", more of some than of others")}";
    }

    private static double Square(double x) => x * x;

    private static string Percent(double share) => (100 * share).ToString("G3", CultureInfo.InvariantCulture) + " %";

    private static string Text(double number) =>
        NumberText.Shortest(double.Parse(number.ToString($"G{Digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture));

    private static string Word<TEnum>(TEnum value)
        where TEnum : struct, Enum => value.ToString().ToLowerInvariant();
}
