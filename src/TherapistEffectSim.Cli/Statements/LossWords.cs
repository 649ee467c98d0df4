using TherapistEffectSim.Design;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>Who is lost, and who drops out of treatment, in sentences.</summary>
internal static class LossWords
{
    /// <param name="attrition">Who is lost.</param>
    /// <param name="hasGrowth">Whether loss in the course of the measurements is said with the outcome.</param>
    public static string Attrition(Attrition attrition, bool hasGrowth)
    {
        if (attrition is { Alliance.Rate: 0, Outcome.Rate: 0, Therapists: 0 })
        {
            return hasGrowth ? "" : "Nobody was lost: alliance and outcome were measured in all patients.";
        }

        List<string> sentences =
        [
            Stage(attrition.Alliance, "of all patients, the alliance was never measured", "Nobody was lost before the alliance was measured."),
            .. hasGrowth ? [] : new[] { Stage(attrition.Outcome, "of those with an alliance, the outcome was not measured", "Nobody was lost between alliance and outcome.") },
        ];
        if (attrition.Therapists > 0)
        {
            sentences.Add($"A therapist left the trial with all patients with a probability of {Say.Number(attrition.Therapists)}.");
        }

        sentences.Add(hasGrowth ? "Analyses take patients with an alliance, and all their measurements." : "Analyses take patients with both alliance and outcome.");
        return TrialWords.Join(sentences);
    }

    public static string Retention(Retention retention)
    {
        if (retention is { DropOut: 0, Outcome: 0 })
        {
            return "";
        }

        return $"Of {retention.Sessions} planned sessions, {Say.Percent(retention.DropOut)} of the patients did not attend all; the log hazard of dropping out of treatment changed by {Say.Number(retention.Alliance)} per SD of the true alliance "
            + $"and by {Say.Number(retention.Severity)} per SD of severity. Attending all sessions changed the outcome by {Say.Number(retention.Outcome)}.";
    }

    private static string Stage(AttritionStage stage, string what, string none)
    {
        if (stage.Rate == 0)
        {
            return none;
        }

        AttritionSlopes slopes = stage.DependsOn;
        string[] given =
        [
            .. new[]
                {
                    (slopes.Severity, "severity"), (slopes.Alliance, "the alliance as measured"), (slopes.TrueAlliance, "the true alliance"), (slopes.Outcome, "the outcome itself (not missing at random)"),
                }
                .Where(s => s.Item1 != 0)
                .Select(s => $"{Say.Signed(s.Item1)} per SD of {s.Item2}"),
        ];
        string therapists = stage.TherapistSd > 0 ? $" The log odds of this differed between therapists with an SD of {Say.Number(stage.TherapistSd)}." : "";
        string depends = given.Length == 0 ? "It depended on nothing known of the patient." : $"Its log odds changed by {Say.And(given)}.";
        return $"In {Say.Percent(stage.Rate)} {what}. {depends}{therapists}";
    }
}
