using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Words;

/// <summary>What a planner should beware of in the tests of a study, in words, known before any trial is drawn.</summary>
internal static class TestNotes
{
    // joint-wald at a level of 5 %, without any effect, two coefficients: 9 % of the trials with 10 therapists, 7 % with 30, 6 % with 60.
    private const int FewTherapists = 30;

    /// <summary>Notes on the scenario with the fewest therapists, which has all that the others have.</summary>
    /// <param name="study">A study that can be run.</param>
    public static IEnumerable<string> OfSmallestTrial(Study study)
    {
        Cell smallest = study.Cells.MinBy(cell => cell.Scenario.Trial.TherapistCount)!;
        return Of(study, smallest, StudyOutline.Of(study, smallest).Formulas);
    }

    /// <summary>Notes on one scenario, at most one for each method.</summary>
    /// <param name="study">The study.</param>
    /// <param name="cell">The scenario.</param>
    /// <param name="formulas">Its models, in the order of the methods.</param>
    public static IEnumerable<string> Of(Study study, Cell cell, IEnumerable<KeyValuePair<string, string>> formulas)
    {
        int therapists = cell.Scenario.Trial.TherapistCount;
        return
            from pair in formulas.Zip(study.Methods, (formula, method) => (Name: formula.Key, Model: formula.Value, method.Tests))
            where therapists <= FewTherapists && HasTherapists(pair.Model) && pair.Tests.Any(test => test.By == TestKind.JointWald)
            select string.Create(
                CultureInfo.InvariantCulture,
                $"{pair.Name}: joint-wald takes the estimated variances as known, so that with {therapists} therapists it can reject too often; prefer t-kenward-roger or t-satterthwaite for each coefficient.");
    }

    // As formulas are written: | therapist) or | therapist/patient), not | therapist:patient).
    private static bool HasTherapists(string model) =>
        model.Contains("| therapist)", StringComparison.Ordinal) || model.Contains("| therapist/", StringComparison.Ordinal);
}
