using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>A binary trait of patients, such as prior treatment: who has it, and what it does.</summary>
public sealed partial record PatientTrait
{
    /// <summary>Most traits of a scenario.</summary>
    public const int Most = 16;

    /// <summary>Names of columns that no trait can have.</summary>
    internal static ImmutableHashSet<string> TakenColumns { get; } =
    [
        "adherence", "after_onset", "alliance", "alliance_between", "alliance_within", "arm", "outcome", "patient", "patient_score", "retained", "sessions", "severity", "site", "slope",
        "therapist", "therapist_score", "true_alliance", "true_alliance_between", "true_alliance_within", "true_therapist_effect", "true_therapist_slope", "week",
    ];

    /// <summary>Share of the patients who have it.</summary>
    [Description("Share of the patients who have the trait.")]
    [Interval(0, 1)]
    public double Share { get; init => field = Require.Declared<PatientTrait>(value); } = 0.5;

    /// <summary>Difference in the true alliance; alliance SDs.</summary>
    [Description("How much higher the true alliance is with the trait than without; alliance SDs. Part of the variance within therapists.")]
    [Interval(-2, 2)]
    public double Alliance { get; init => field = Require.Declared<PatientTrait>(value); }

    /// <summary>Difference in the outcome; outcome units.</summary>
    [Description("How much higher the outcome is with the trait than without; outcome units.")]
    [Interval(-1e6, 1e6)]
    public double Outcome { get; init => field = Require.Declared<PatientTrait>(value); }

    /// <summary>Difference in the slope on the alliance; outcome units per alliance SD.</summary>
    [Description("How much steeper the outcome rises with the true alliance in patients with the trait; outcome units per alliance SD.")]
    [Interval(-1e6, 1e6)]
    public double ByAlliance { get; init => field = Require.Declared<PatientTrait>(value); }

    /// <summary>Name of a trait's column in data and formulas: prior_treatment for prior-treatment.</summary>
    public static string ColumnOf(string name) => name.Replace('-', '_');

    internal static IEnumerable<Problem> Problems(ImmutableSortedDictionary<string, PatientTrait> traits)
    {
        if (traits.Count > Most)
        {
            yield return new("traits", $"traits must name at most {Most} traits, but names {traits.Count}.");
        }

        foreach (string name in traits.Keys.Where(name => !NamePattern().IsMatch(name)))
        {
            yield return new("traits." + name, $"a trait's name is made of letters, digits and '-' and begins with a letter, but was '{name}'.");
        }

        foreach (string name in traits.Keys.Where(name => TakenColumns.Contains(ColumnOf(name))))
        {
            yield return new("traits." + name, $"a trait cannot be called '{name}', because the data have a column {ColumnOf(name)} already.");
        }
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9-]{0,99}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
