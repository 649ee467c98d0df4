using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Suggests the word of a study file that a mistyped one was meant to be.</summary>
internal static class NearestWord
{
    /// <summary>The nearest known word, or <see langword="null"/> if none is near enough to be meant.</summary>
    public static string? Of(string word, IEnumerable<string> known) => NearestName.Find(word.Replace('_', '-'), known);

    /// <summary>"; did you mean 'x'?" or nothing.</summary>
    public static string Suggestion(string word, IEnumerable<string> known) =>
        Of(word, known) is string nearest ? $"; did you mean '{nearest}'?" : ".";
}
