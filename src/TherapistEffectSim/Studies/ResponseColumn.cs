using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>Which generated variables a model may explain.</summary>
internal static class ResponseColumn
{
    // Variables of which each is a function of another in the row and the therapist alone: models of one by another have no residual.
    private static readonly ImmutableArray<ImmutableArray<string>> s_sameQuantity =
    [
        [GeneratedColumns.Alliance, GeneratedColumns.AllianceWithin],
        [GeneratedColumns.TrueAlliance, GeneratedColumns.TrueAllianceWithin, GeneratedColumns.PatientScore],
        [GeneratedColumns.Outcome, GeneratedColumns.Slope],
    ];

    /// <summary>Refuses responses that no model explains.</summary>
    /// <param name="formula">On generated variables.</param>
    /// <param name="method">Name of the method.</param>
    /// <param name="scenario">That generates them.</param>
    /// <exception cref="StudyException">The response is not a number that differs between patients, or a predictor holds it.</exception>
    public static void Check(Formula formula, string method, Scenario scenario)
    {
        string response = formula.Response;
        if (!IsResponse(response, scenario))
        {
            string[] responses = [.. GeneratedColumns.NamesIn(scenario).Where(v => IsResponse(v, scenario))];
            throw new StudyException(
                $"method {method}: the response must be a number that differs between patients ({string.Join(", ", responses)}), but is {response}.");
        }

        string[] same = [.. s_sameQuantity.Where(s => s.Contains(response)).SelectMany(s => s)];
        if (formula.ColumnNames.FirstOrDefault(c => c != response && same.Contains(c)) is { } predictor)
        {
            throw new StudyException($"method {method}: {predictor} holds the same quantity as the response {response} and explains it without residual; remove one of them.");
        }
    }

    private static bool IsResponse(string name, Scenario scenario) =>
        GeneratedColumns.LevelOf(scenario, name) == ColumnLevel.Patient || (name == GeneratedColumns.Outcome && GeneratedColumns.HasGrowth(scenario));
}
