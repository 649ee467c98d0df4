using TherapistEffectSim.Design;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>The course of repeated measurements and what it depends on, in sentences.</summary>
internal static class GrowthWords
{
    /// <summary>The mean course, and how patients and therapists differ in it.</summary>
    public static string Course(GrowthOutcome outcome)
    {
        List<string> sentences =
        [
            $"Each patient was measured at {outcome.Weeks.Length} times: weeks {Say.And([.. outcome.Weeks.Select(Say.Number)])}.",
            outcome.Turn is { } turn
                ? $"The mean began at {Say.Number(outcome.Intercept)} and changed by {Say.Number(outcome.Slope)} a week until week {Say.Number(turn.Week)}, by {Say.Number(turn.Slope)} a week after it."
                : $"The mean began at {Say.Number(outcome.Intercept)} and changed by {Say.Number(outcome.Slope)} a week.",
        ];
        if (outcome.Shares is { } shares)
        {
            sentences.Add($"Of the variance at week 0, patients within therapists accounted for {Share(shares.PatientIcc)} and therapists for {Share(shares.TherapistIcc)}.");
            sentences.Add(shares.VarianceRatio is { } ratio
                ? $"The variance of the slopes over weeks was {Say.Number(ratio)} of the residual variance, and therapists accounted for {Share(shares.SlopeIcc)} of it."
                : "Slopes over weeks did not differ.");
            sentences.Add($"Intercepts and slopes were correlated with {Say.Number(shares.PatientCorrelation)} over patients and {Say.Number(shares.TherapistCorrelation)} over therapists.");
        }
        else
        {
            sentences.Add(Level("Patients of a therapist", outcome.Patients));
            sentences.Add(Level("Therapists", outcome.Therapists));
        }

        sentences.Add($"A measurement deviated from the patient's line with a normal residual of SD {Say.Number(outcome.ResidualSd)}.");
        return TrialWords.Join(sentences);
    }

    /// <summary>Effects on the slope and on the level, and loss.</summary>
    public static string Effects(GrowthOutcome outcome, Trial trial)
    {
        string onset = outcome.OnsetWeek > outcome.Weeks[0] ? $" from week {Say.Number(outcome.OnsetWeek)} on" : "";
        List<string> sentences = [];
        if (trial.Arms.Length > 1)
        {
            string who = outcome.ArmEffectFor is { } trait ? $", in patients with the trait {trait} alone" : "";
            sentences.Add(outcome.ArmEffect switch
            {
                { D: 0 } => "The arms did not differ in the course.",
                { Standardiser: null } => $"Outcomes in {trial.Arms[1]} changed by {Say.Number(outcome.ArmEffect.D)} more per week than in {trial.Arms[0]}{onset}{who}.",
                _ => $"The difference of {trial.Arms[1]} from {trial.Arms[0]} at the last week was d = {Say.Number(outcome.ArmEffect.D)}, in units of the {Unit(outcome.ArmEffect.Standardiser.Value)}, reached along a line{onset}{who}.",
            });
        }

        sentences.Add($"Between therapists, {OutcomeWords.Shape(outcome.Between, "the therapist's alliance skill")}; within therapists, {OutcomeWords.Shape(outcome.Within, "the patient's deviation from the own therapist's mean")}; the outcome meant is the change per week{onset}.");
        sentences.Add(outcome is { Severity: 0, SeveritySlope: 0 }
            ? "Severity had no effect."
            : $"Per SD of severity the outcome differed by {Say.Number(outcome.Severity)} at all weeks and changed by {Say.Number(outcome.SeveritySlope)} per week{onset}.");
        if (trial.Sites > 1)
        {
            sentences.Add($"Sites differed with an SD of {Say.Number(outcome.SiteSd)}.");
        }

        GrowthDropout loss = outcome.Dropout;
        sentences.Add(loss.Rate == 0
            ? "All analysed patients were measured at all weeks."
            : $"By the last week {Say.Percent(loss.Rate)} of them were lost, at times with a Weibull distribution of shape {Say.Number(loss.Shape)}{Dependence(loss.DependsOn)}; who was lost once was not measured again.");
        return TrialWords.Join(sentences);
    }

    private static string Level(string who, GrowthEffects? effects) => effects is null or { InterceptSd: null, SlopeSd: null }
        ? $"{who} did not differ in intercept or slope."
        : $"{who} differed in intercepts with an SD of {Say.Number(effects.InterceptSd ?? 0)} and in slopes per week with an SD of {Say.Number(effects.SlopeSd ?? 0)}, correlated with {Say.Number(effects.Correlation)}.";

    private static string Share(double? share) => Say.Percent(share ?? 0);

    private static string Unit(GrowthStandardiser standardiser) => standardiser switch
    {
        GrowthStandardiser.Baseline => "SD at week 0",
        GrowthStandardiser.EndPoint => "SD at the last week",
        _ => "SD that slopes bring about by then",
    };

    private static string Dependence(GrowthDropoutSlopes slopes)
    {
        string[] given =
        [
            .. new[] { (slopes.Severity, "severity"), (slopes.TrueAlliance, "the true alliance"), (slopes.Slope, "the patient's own slope") }
                .Where(s => s.Item1 != 0)
                .Select(s => $"{Say.Signed(s.Item1)} per SD of {s.Item2}"),
        ];
        return given.Length == 0 ? "" : $" and log hazards that differed by {Say.And(given)}";
    }
}
