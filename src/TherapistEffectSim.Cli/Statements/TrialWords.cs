using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>Arms, therapists, patients and how they come together, in sentences.</summary>
internal static class TrialWords
{
    /// <summary>Size and layout: <c>60 therapists with 10 patients each (600 patients)</c>.</summary>
    public static string Size(Trial trial)
    {
        string therapists = Say.Count(trial.TherapistCount, "therapist");
        string caseload = trial.Caseload switch
        {
            FixedCaseload equal => $"{therapists} with {Say.Count(equal.Patients, "patient")} each ({Say.Count((double)equal.Patients * trial.TherapistCount, "patient")})",
            ListedCaseload listed => $"{therapists} with {Say.And([.. listed.Patients.Select(n => Say.Number(n))])} patients ({Say.Count(listed.Patients.Sum(n => (double)n), "patient")})",
            DrawnCaseload drawn => $"{therapists} with {Say.Number(drawn.Mean)} patients each on average (about {Say.Count(Math.Round(drawn.Mean * trial.TherapistCount), "patient")})",
            SharedCaseload shared => $"{therapists} who share {Say.Count(shared.Total, "patient")}",
            _ => therapists,
        };
        string others = trial.PatientsWithoutTherapist > 0 ? $" and {Say.Count(trial.PatientsWithoutTherapist, "patient")} without a therapist" : "";
        return caseload + others;
    }

    /// <summary>The layout in full.</summary>
    public static string Layout(Trial trial)
    {
        List<string> sentences = [$"Each simulated trial had {Size(trial)}."];
        sentences.Add(trial.Caseload switch
        {
            DrawnCaseload { Cv: > 0 } drawn =>
                $"Caseloads were drawn anew for every trial, as 1 plus a negative binomial number, with a coefficient of variation of {Say.Number(drawn.Cv)}.",
            SharedCaseload { Cv: > 0 } shared => $"The patients were shared by gamma weights, at least one for each therapist, with a coefficient of variation of {Say.Number(shared.Cv)}.",
            SharedCaseload => "The patients were shared as equally as possible.",
            _ => "",
        });
        sentences.Add(trial.Arms.Length == 1 ? "There was one arm."
            : trial.Nesting == Nesting.Crossed
                ? $"There were {trial.Arms.Length} arms ({Say.And(trial.Arms)}; {trial.Arms[0]} is the reference), and each therapist treated patients in every arm."
                : $"There were {trial.Arms.Length} arms ({Say.And(trial.Arms)}; {trial.Arms[0]} is the reference), and each therapist treated patients of one arm{PerArm(trial)}.");
        sentences.Add(trial.Sites == 1 ? "There was one site." : $"Therapists worked at {trial.Sites} sites, each at one of them.");
        if (!trial.WithoutTherapists.IsEmpty)
        {
            sentences.Add($"Patients without therapists: {Say.And([.. trial.WithoutTherapists.Select(a => $"{a.Value} in {a.Key}")])}; they share nothing with each other.");
        }

        return Join(sentences);
    }

    /// <summary>How patients come to therapists.</summary>
    public static string Allocation(Allocation allocation) => allocation switch
    {
        CaseMixAllocation mix =>
            $"Patients did not come to therapists at random: prognosis (the opposite of severity) had a correlation of {Say.Number(mix.Correlation)} with {Score(mix.With)} of the therapist.",
        SortedAllocation sorted =>
            $"In each arm the half of the patients with the better {(sorted.Of == SortedAllocation.Severity ? "prognosis (less severity)" : $"prognosis (with the trait {sorted.Of})")} went to the half of the therapists with the higher {Score(sorted.By)[4..]}.",
        _ => "Patients came to therapists at random.",
    };

    /// <summary>Binary traits.</summary>
    public static string Traits(ImmutableSortedDictionary<string, PatientTrait> traits) => Join(traits.Select(t =>
        $"A share of {Say.Percent(t.Value.Share)} of the patients had the trait {t.Key}, which changes the alliance by {Say.Number(t.Value.Alliance)} SD, the outcome by {Say.Number(t.Value.Outcome)} "
        + $"and the slope of the outcome on the alliance by {Say.Number(t.Value.ByAlliance)}."));

    /// <summary>Sentences in one text.</summary>
    public static string Join(IEnumerable<string> sentences) => string.Join(' ', sentences.Where(s => s.Length > 0));

    private static string PerArm(Trial trial) =>
        trial.PerArm.IsEmpty ? "" : $" ({Say.And([.. trial.PerArm.Select(a => $"{Say.Count(a.Value, "therapist")} in {a.Key}")])})";

    private static string Score(AllocationScore score) => score switch
    {
        AllocationScore.Alliance => "the alliance skill",
        AllocationScore.Outcome => "the outcome skill",
        _ => "the referral score, which has nothing to do with skill,",
    };
}
