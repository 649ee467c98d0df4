using TherapistEffectSim.Design;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>The therapists and their differences, in sentences.</summary>
internal static class TherapistWords
{
    /// <param name="therapists">The therapists.</param>
    /// <param name="hasGrowth">Whether their differences in outcome are said with the course of the outcome.</param>
    public static string Of(TherapistPopulation therapists, bool hasGrowth)
    {
        List<string> sentences = hasGrowth ? [] :
        [
            therapists.OutcomeIcc is double icc
                ? $"Beyond what the alliance brings about, therapists accounted for {Say.Percent(icc)} of the outcome variance (intraclass correlation {Say.Number(icc)}; sites and severity not counted)."
                : $"Therapists accounted for {Say.Percent(therapists.OutcomeIccTotal ?? 0)} of the outcome variance in all (intraclass correlation {Say.Number(therapists.OutcomeIccTotal ?? 0)}), what the alliance brings about included; sites and severity not counted.",
            $"Their effects {Distribution(therapists.Distribution)}.",
        ];
        if (therapists.ArmEffectSd > 0)
        {
            sentences.Add($"The effect of the second arm differed between therapists with an SD of {Say.Number(therapists.ArmEffectSd)}.");
        }

        sentences.Add(Correlations(therapists.Correlations));
        Contamination other = therapists.Contamination;
        if (other.Share > 0)
        {
            sentences.Add($"A share of {Say.Percent(other.Share)} of the therapists came from another population, with a mean of {Say.Number(other.Mean)} and an SD of {Say.Number(other.Sd)} in {Skill(other.Of)} (in SDs of the others).");
        }

        sentences.Add(therapists.Selection.Keep < 1
            ? $"The trial took the top {Say.Percent(therapists.Selection.Keep)} of the candidates by {Skill(therapists.Selection.By)}."
            : "Therapists were not selected.");
        if (therapists.Training < 1)
        {
            sentences.Add($"Training left {Say.Percent(therapists.Training)} of each therapist's deviation from the mean in {Skill(therapists.TrainingOf)}.");
        }

        return TrialWords.Join(sentences);
    }

    /// <summary>In words that follow a noun in the plural.</summary>
    public static string Distribution(DistributionForm form) => form switch
    {
        TForm t => $"had a t distribution with {Say.Number(t.Df)} degrees of freedom, scaled to that variance",
        SkewedForm skewed => $"had a skew-normal distribution with a skewness of {Say.Number(skewed.Skewness)}",
        _ => "were normal",
    };

    private static string Correlations(ScoreCorrelations correlations)
    {
        string[] given =
        [
            .. new[]
                {
                    (correlations.AllianceOutcome, "alliance skill and outcome skill"),
                    (correlations.AllianceAdherence, "alliance skill and adherence"),
                    (correlations.OutcomeAdherence, "outcome skill and adherence"),
                }
                .Where(c => c.Item1 != 0)
                .Select(c => $"{Say.Number(c.Item1)} for {c.Item2}"),
        ];
        return given.Length == 0 ? "The therapists' skills were uncorrelated." : $"The therapists' skills were correlated: {Say.And(given)}.";
    }

    private static string Skill(TherapistTrait trait) => trait switch
    {
        TherapistTrait.Alliance => "alliance skill",
        TherapistTrait.Outcome => "outcome skill",
        _ => "adherence",
    };
}
