using TherapistEffectSim.Design;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>The alliance and its measurement, in sentences.</summary>
internal static class AllianceWords
{
    public static string Of(Alliance alliance)
    {
        List<string> sentences =
        [
            alliance.TherapistIcc is double icc
                ? $"Therapists accounted for {Say.Percent(icc)} of the variance of the true alliance (intraclass correlation {Say.Number(icc)})."
                : $"Therapists accounted for {Say.Percent(alliance.ObservedTherapistIcc ?? 0)} of the variance of the alliance as measured (intraclass correlation {Say.Number(alliance.ObservedTherapistIcc ?? 0)}).",
            alliance.Severity == 0
                ? "The alliance did not depend on severity."
                : $"It changed by {Say.Number(alliance.Severity)} SD per SD of severity (high = worse).",
            Measurement(alliance),
            $"The therapist's mean alliance was taken over the patients {(alliance.TherapistMean == TherapistMean.Analysed ? "analysed" : "whose alliance was measured")}.",
            Reverse(alliance),
        ];
        if (alliance.Rater == Rater.Therapist)
        {
            string icc2 = alliance.RaterIcc is double own ? $", a share of {Say.Percent(own)} of their variance between therapists" : "";
            sentences.Add($"Therapists rated the alliance: their ratings had a correlation of {Say.Number(alliance.Validity)} with the true alliance{icc2}.");
        }

        if (alliance.Instrument is { } instrument)
        {
            string steps = instrument.Rounding == Rounding.Items ? $", in steps of one {instrument.Items}th" : "";
            sentences.Add(
                $"It was recorded on a questionnaire of {Say.Count(instrument.Items, "item")} from {Say.Number(instrument.Min)} to {Say.Number(instrument.Max)} with a mean of {Say.Number(instrument.Mean)} "
                + $"and an SD of {Say.Number(instrument.Sd)} before scores are cut off at its ends{steps}.");
        }

        return TrialWords.Join(sentences);
    }

    private static string Measurement(Alliance alliance)
    {
        string error = alliance.Reliability == 1
            ? "without error of measurement"
            : $"with a reliability of {Say.Number(alliance.Reliability)} within therapists{(alliance.Assessments > 1 ? " for each assessment" : "")}";
        string missing = alliance.MissingAssessments > 0 ? $", of which {Say.Percent(alliance.MissingAssessments)} after the first were missing" : "";
        return alliance.Assessments == 1
            ? $"It was assessed once, {error}{missing}."
            : $"It was the mean of {alliance.Assessments} assessments{missing}, {error}.";
    }

    private static string Reverse(Alliance alliance)
    {
        ReverseCausation reverse = alliance.ReverseCausation;
        string time = alliance.Timing == Timing.Early ? "early" : "late";
        return reverse is { Early: 0, Late: 0 }
            ? $"It was measured {time} in treatment and was not itself brought about by the outcome."
            : $"It was measured {time} in treatment; its correlation with the residual of the outcome (reverse causation) is {Say.Number(reverse.Early)} early and {Say.Number(reverse.Late)} late.";
    }
}
