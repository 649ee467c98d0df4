using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Studies;

/// <summary>What the presets with a model stand for: their formulas in a scenario, and the coefficients that they test.</summary>
internal static class PresetModel
{
    private const string AdherenceSquare = $"I({GeneratedColumns.Adherence}^2)";

    /// <summary>A preset's formula.</summary>
    /// <param name="method">The method; its moderator is one of the scenario.</param>
    /// <param name="scenario">The world, for arms, sites and traits.</param>
    /// <exception cref="StudyException">The method has neither preset nor formula.</exception>
    public static string Formula(Method method, Scenario scenario)
    {
        MethodPreset preset = method.Preset ?? throw new StudyException("a method needs a preset or a formula, but has neither.");
        if (IsOfGrowth(preset))
        {
            return GrowthFormula(preset, method, scenario);
        }

        List<string> terms = [];
        bool armsDiffer = preset != MethodPreset.TherapistMeans || scenario.Trial.Nesting == Nesting.WithinArm; // between therapists
        if (scenario.Trial.Arms.Length > 1 && armsDiffer)
        {
            terms.Add(GeneratedColumns.Arm);
        }

        if (scenario.Trial.Sites > 1)
        {
            terms.Add(GeneratedColumns.Site);
        }

        terms.AddRange(method.Adjust);
        terms.AddRange(OwnTerms(preset, method, scenario));
        if (terms.Count == 0)
        {
            terms.Add("1");
        }

        if (preset is not (MethodPreset.OlsIgnoringTherapist or MethodPreset.TherapistMeans))
        {
            terms.Add($"(1 | {GeneratedColumns.Therapist})");
        }

        return $"{GeneratedColumns.Outcome} ~ {string.Join(" + ", terms)}";
    }

    /// <summary>Whether a column is one that its preset tests, by the label of its term.</summary>
    /// <param name="method">The method, of a preset with a model.</param>
    /// <param name="scenario">The world.</param>
    /// <param name="label">Label of the term.</param>
    public static bool Tests(Method method, Scenario scenario, string label) => method.Preset switch
    {
        MethodPreset.Contextual => label == GeneratedColumns.AllianceBetween,
        MethodPreset.AdherenceCurve => label == AdherenceSquare || IsProduct(label, AdherenceSquare, GeneratedColumns.Alliance),
        MethodPreset.Moderated => IsProduct(label, ModeratorColumn(method.Moderator!, scenario)!, GeneratedColumns.Alliance),
        MethodPreset.CaseMixAdjusted => label is GeneratedColumns.AllianceBetween or GeneratedColumns.AllianceWithin,
        MethodPreset.Growth or MethodPreset.GrowthIgnoringTherapist => label == (scenario.Trial.Arms.Length > 1 ? $"{GeneratedColumns.Week}:{GeneratedColumns.Arm}" : GeneratedColumns.Week),
        MethodPreset.Slopes or MethodPreset.SlopeMeans => label == (scenario.Trial.Arms.Length > 1 ? GeneratedColumns.Arm : DesignColumns.Intercept),
        _ => label is not (DesignColumns.Intercept or GeneratedColumns.Arm or GeneratedColumns.Site) && !method.Adjust.Contains(label),
    };

    /// <summary>Refuses a moderator that is missing, unknown in the scenario, or given to a model that has none.</summary>
    /// <exception cref="StudyException">Says which and what is accepted.</exception>
    public static void CheckModerator(Method method, string name, Scenario scenario)
    {
        string preset = Words.Of(MethodPreset.Moderated);
        if (method.Preset != MethodPreset.Moderated)
        {
            if (method.Moderator is { } unused)
            {
                throw new StudyException($"method {name}: moderator is for preset: {preset}, which multiplies it by the alliance; remove moderator: {unused}.");
            }

            return;
        }

        string[] known = [.. Moderators(scenario)];
        string accepted = $"{preset} takes as moderator one of {string.Join(", ", known)}";
        if (method.Moderator is not { } moderator)
        {
            throw new StudyException($"method {name}: moderator is missing; {accepted}.");
        }

        if (ModeratorColumn(moderator, scenario) is null)
        {
            string why = moderator == GeneratedColumns.Arm ? " (the trial has one arm)" : "";
            string nearest = NearestName.Find(moderator, known) is { } near ? $"; did you mean {near}?" : ".";
            throw new StudyException($"method {name}: {accepted}, but it was '{moderator}'{why}{nearest}");
        }
    }

    /// <summary>Refuses presets of growth in endpoint scenarios, and the others in those with growth.</summary>
    /// <exception cref="StudyException">Says what is accepted.</exception>
    public static void CheckKind(Method method, string name, Scenario scenario)
    {
        if (method.Preset is not { } preset || IsOfGrowth(preset) == GeneratedColumns.HasGrowth(scenario))
        {
            return;
        }

        string own = string.Join(", ", Enum.GetValues<MethodPreset>().Where(p => IsOfGrowth(p) != IsOfGrowth(preset)).Select(Words.Of));
        throw new StudyException(GeneratedColumns.HasGrowth(scenario)
            ? $"method {name}: the preset {Words.Of(preset)} is for one outcome per patient; with outcome.kind: growth take one of {own}, or a formula."
            : $"method {name}: the preset {Words.Of(preset)} is for outcome.kind: growth; with one outcome per patient take one of {own}, or a formula.");
    }

    private static bool IsOfGrowth(MethodPreset preset) =>
        preset is MethodPreset.Growth or MethodPreset.GrowthIgnoringTherapist or MethodPreset.Slopes or MethodPreset.SlopeMeans;

    private static string GrowthFormula(MethodPreset preset, Method method, Scenario scenario)
    {
        bool hasArms = scenario.Trial.Arms.Length > 1;
        bool ofSlopes = preset is MethodPreset.Slopes or MethodPreset.SlopeMeans;
        List<string> terms =
        [
            (ofSlopes, hasArms) switch
            {
                (true, true) => GeneratedColumns.Arm,
                (true, false) => "1",
                (false, true) => $"{GeneratedColumns.Week} * {GeneratedColumns.Arm}",
                _ => GeneratedColumns.Week,
            },
            .. scenario.Trial.Sites > 1 ? [GeneratedColumns.Site] : (string[])[],
            .. method.Adjust,
        ];
        if (preset == MethodPreset.Slopes)
        {
            terms.Add($"(1 | {GeneratedColumns.Therapist})");
        }
        else if (!ofSlopes)
        {
            GrowthComponents components = GrowthComponents.Of((GrowthOutcome)scenario.Outcome);
            terms.AddRange(preset == MethodPreset.Growth ? RandomTerm(components.Therapists, GeneratedColumns.Therapist) : []);
            terms.AddRange(RandomTerm(components.Patients, $"{GeneratedColumns.Therapist}:{GeneratedColumns.Patient}"));
        }

        return $"{(ofSlopes ? GeneratedColumns.Slope : GeneratedColumns.Outcome)} ~ {string.Join(" + ", terms)}";
    }

    private static string[] RandomTerm(in SolvedEffects effects, string group) => (effects.HasIntercept, effects.HasSlope) switch
    {
        (true, true) => [$"(1 + {GeneratedColumns.Week} | {group})"],
        (true, false) => [$"(1 | {group})"],
        (false, true) => [$"(0 + {GeneratedColumns.Week} | {group})"],
        _ => [],
    };

    private static IEnumerable<string> OwnTerms(MethodPreset preset, Method method, Scenario scenario) => preset switch
    {
        MethodPreset.NullModel => [],
        MethodPreset.Quadratic => [GeneratedColumns.AllianceBetween, $"I({GeneratedColumns.AllianceBetween}^2)", GeneratedColumns.AllianceWithin],
        MethodPreset.RawAlliance => [GeneratedColumns.Alliance],
        MethodPreset.TherapistMeans => [GeneratedColumns.AllianceBetween],
        MethodPreset.Contextual => [GeneratedColumns.Alliance, GeneratedColumns.AllianceBetween],
        MethodPreset.CaseMixAdjusted =>
            [GeneratedColumns.Severity, .. GeneratedColumns.TraitsIn(scenario), GeneratedColumns.AllianceBetween, GeneratedColumns.AllianceWithin],
        MethodPreset.AdherenceCurve =>
            [GeneratedColumns.Adherence, AdherenceSquare, GeneratedColumns.Alliance, $"{AdherenceSquare}:{GeneratedColumns.Alliance}"],
        MethodPreset.Moderated => [$"{ModeratorColumn(method.Moderator!, scenario)} * {GeneratedColumns.Alliance}"],
        _ => [GeneratedColumns.AllianceBetween, GeneratedColumns.AllianceWithin],
    };

    private static IEnumerable<string> Moderators(Scenario scenario) =>
        [GeneratedColumns.Severity, .. scenario.Trial.Arms.Length > 1 ? [GeneratedColumns.Arm] : (string[])[], .. scenario.Traits.Keys];

    private static string? ModeratorColumn(string moderator, Scenario scenario) =>
        Moderators(scenario).Select(PatientTrait.ColumnOf).FirstOrDefault(column => column == PatientTrait.ColumnOf(moderator));

    // Factors of a product stand in the order in which the formula first names them, which adjust can change.
    private static bool IsProduct(string label, string left, string right) => label == $"{left}:{right}" || label == $"{right}:{left}";
}
