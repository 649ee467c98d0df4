using System.Collections.Immutable;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>Says what it means that a test rejects: power, type I error, or a false positive of a wrong model.</summary>
/// <remarks>
/// A test of a zero target is a type I error only if nothing in the world can reach the term. All that can is listed in
/// one table, where a later mechanism of the world adds its line. Arms and sites are randomised: nothing reaches them. Attrition that
/// depends on severity and on the alliance, but not on the outcome, is not counted, though it can link the two among those who stay.
/// </remarks>
internal static class RejectionMeaning
{
    /// <summary>The true value is not 0.</summary>
    public const string Power = "power";

    /// <summary>The true value is 0, and nothing else can make the test reject more often than its level.</summary>
    public const string TypeOne = "type-I";

    /// <summary>The true value is 0, and the mechanisms that follow can make the test reject.</summary>
    public const string FalsePositive = "false-positive: ";

    /// <summary>There is no true value.</summary>
    public const string None = "";

    private static readonly ImmutableArray<Mechanism> s_mechanisms =
    [
        new("between-therapist slope", (world, tested) =>
            world.Components.Between.HasSlope
            && ((tested.IsBetweenAlliance && !tested.Represented.BetweenSlope) || (tested.IsVariance && tested.ObservesBetween))),

        // A curve in an unreliable mean is represented only in part: the rest spreads the outcome most at the ends.
        new("between-therapist curve", (world, tested) =>
            world.Components.Between.IsCurved
            && ((tested.IsBetweenAlliance && !tested.Represented.BetweenCurve)
                || ((tested.IsBetweenAlliance || tested.IsVariance) && tested.ObservesBetween))),

        // An observed mean holds the mean of its patients' deviations, and so their effect.
        new("within-therapist slope", (world, tested) =>
            world.Components.Within.HasSlope
            && ((tested.IsWithinAlliance && !tested.Represented.WithinSlope)
                || (tested.IsBetweenAlliance && tested.ObservesBetween)
                || (tested.IsVariance && (tested.ObservesBetween || tested.ObservesWithin)))),
        new("within-therapist curve", (world, tested) =>
            world.Components.Within.IsCurved
            && ((tested.IsWithinAlliance && (!tested.Represented.WithinCurve || tested.ObservesWithin))
                || (tested.IsBetweenAlliance && tested.ObservesBetween)
                || (tested.IsVariance && (tested.ObservesBetween || tested.ObservesWithin)))),
        new("attrition on the outcome", (world, tested) =>
            !tested.IsRandomised && (world.LossBeforeAlliance is { Outcome: not 0 } || world.LossBeforeOutcome is { Outcome: not 0 })),
    ];

    /// <summary>Meaning of the rejection of a coefficient.</summary>
    /// <param name="world">The world.</param>
    /// <param name="columns">The columns of the model.</param>
    /// <param name="truth">Its true values; where a study gives one, with that in place.</param>
    /// <param name="column">Index of the coefficient.</param>
    public static string OfCoefficient(World world, ImmutableArray<FixedColumn> columns, ModelTruth truth, int column)
    {
        string[] variables = [.. columns[column].Expression.Variables];
        bool readsAlliance = variables.Any(v => v is GeneratedColumns.Alliance or GeneratedColumns.TrueAlliance);
        bool isTherapistLevel = variables.All(v => v == GeneratedColumns.Arm || GeneratedColumns.LevelOf(world.Scenario, v) == ColumnLevel.Therapist);
        return Of(world, truth.Coefficients[column], new(
            truth.Represents,
            IsVariance: false,
            IsBetweenAlliance: readsAlliance || (isTherapistLevel && variables.Any(
                v => v is GeneratedColumns.AllianceBetween or GeneratedColumns.TherapistScore or GeneratedColumns.TrueAllianceBetween)),
            IsWithinAlliance: readsAlliance || variables.Any(
                v => v is GeneratedColumns.AllianceWithin or GeneratedColumns.PatientScore or GeneratedColumns.TrueAllianceWithin),
            ObservesBetween: variables.Contains(GeneratedColumns.AllianceBetween),
            ObservesWithin: variables.Contains(GeneratedColumns.AllianceWithin),
            IsRandomised: variables.Length > 0 && variables.All(v => v is GeneratedColumns.Arm or GeneratedColumns.Site)));
    }

    /// <summary>Meaning of the rejection of equal therapists.</summary>
    /// <param name="world">The world.</param>
    /// <param name="columns">The columns of the model.</param>
    /// <param name="truth">Its true values.</param>
    public static string OfTherapistVariance(World world, ImmutableArray<FixedColumn> columns, ModelTruth truth)
    {
        string[] variables = [.. columns.SelectMany(c => c.Expression.Variables).Distinct(StringComparer.Ordinal)];
        return Of(world, truth.TherapistVariance, new(
            truth.Represents,
            IsVariance: true,
            IsBetweenAlliance: false,
            IsWithinAlliance: false,
            ObservesBetween: variables.Contains(GeneratedColumns.AllianceBetween),
            ObservesWithin: variables.Contains(GeneratedColumns.AllianceWithin),
            IsRandomised: false));
    }

    /// <summary>Meaning of the rejection of a correlation of alliance and outcome, which sees slopes but no curves.</summary>
    /// <param name="world">The world.</param>
    /// <param name="trueValue">Its true value.</param>
    /// <param name="level">Its level.</param>
    public static string OfCorrelation(World world, double? trueValue, CorrelationLevel level) => Of(world, trueValue, new(
        new(BetweenSlope: true, BetweenCurve: false, WithinSlope: true, WithinCurve: false),
        IsVariance: false,
        IsBetweenAlliance: level != CorrelationLevel.Within,
        IsWithinAlliance: level != CorrelationLevel.Between,
        ObservesBetween: level == CorrelationLevel.Between,
        ObservesWithin: level == CorrelationLevel.Within,
        IsRandomised: false));

    /// <summary>Meaning of a rejection where the response is not the outcome: what the mechanisms of the world do to it is not known.</summary>
    /// <param name="trueValue">As a study gives it; <see langword="null"/> if it gives none.</param>
    public static string OfOtherResponse(double? trueValue) => trueValue is null or 0 ? None : Power;

    private static string Of(World world, double? trueValue, Tested tested)
    {
        if (trueValue is not { } value)
        {
            return None;
        }

        if (value != 0)
        {
            return Power;
        }

        string[] mechanisms = [.. s_mechanisms.Where(m => m.Reaches(world, tested)).Select(m => m.Name)];
        return mechanisms.Length == 0 ? TypeOne : FalsePositive + string.Join(", ", mechanisms);
    }

    /// <summary>What can make a test of a zero target reject.</summary>
    private sealed record Mechanism(string Name, Func<World, Tested, bool> Reaches);

    /// <summary>What is tested.</summary>
    /// <param name="Represented">Effects that the model's columns can represent.</param>
    /// <param name="IsVariance">The therapist variance.</param>
    /// <param name="IsBetweenAlliance">A coefficient of the alliance between therapists.</param>
    /// <param name="IsWithinAlliance">A coefficient of the alliance within therapists.</param>
    /// <param name="ObservesBetween">The term, for a variance the model, reads observed therapist means.</param>
    /// <param name="ObservesWithin">The same for deviations from them.</param>
    /// <param name="IsRandomised">A coefficient of arms or sites alone.</param>
    private sealed record Tested(
        AllianceShapes Represented,
        bool IsVariance,
        bool IsBetweenAlliance,
        bool IsWithinAlliance,
        bool ObservesBetween,
        bool ObservesWithin,
        bool IsRandomised);
}
