using System.Collections.Immutable;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>Says what it means that a test rejects: power, type I error, or a false positive of a wrong model.</summary>
/// <remarks>
/// A test of a zero target is a type I error only if nothing in the world can reach the term. All that can is listed in
/// <see cref="RejectionMechanisms"/>, where a later mechanism of the world adds its line. Attrition that depends on severity and on
/// the alliance, but not on the outcome, is not counted, though it can link the two among those who stay.
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

    /// <summary>Meaning of the rejection of a coefficient.</summary>
    /// <param name="world">The world.</param>
    /// <param name="columns">The columns of the model.</param>
    /// <param name="truth">Its true values; where a study gives one, with that in place.</param>
    /// <param name="column">Index of the coefficient.</param>
    public static string OfCoefficient(World world, ImmutableArray<FixedColumn> columns, ModelTruth truth, int column) =>
        Of(truth.Coefficients[column], new(world, columns, truth.Represents, columns[column]));

    /// <summary>Meaning of the rejection of equal therapists.</summary>
    /// <param name="world">The world.</param>
    /// <param name="columns">The columns of the model.</param>
    /// <param name="truth">Its true values.</param>
    public static string OfTherapistVariance(World world, ImmutableArray<FixedColumn> columns, ModelTruth truth) =>
        Of(truth.TherapistVariance, new(world, columns, truth.Represents, null));

    /// <summary>Meaning of the rejection of a correlation of alliance and outcome, which sees slopes but no curves.</summary>
    /// <param name="world">The world.</param>
    /// <param name="trueValue">Its true value.</param>
    /// <param name="level">Its level.</param>
    public static string OfCorrelation(World world, double? trueValue, CorrelationLevel level)
    {
        string name = level switch
        {
            CorrelationLevel.Between => GeneratedColumns.AllianceBetween,
            CorrelationLevel.Within => GeneratedColumns.AllianceWithin,
            _ => GeneratedColumns.Alliance,
        };
        FixedColumn column = new(name, new ColumnExpression.Variable(name), name);
        return Of(trueValue, new(world, [column], new(BetweenSlope: true, BetweenCurve: false, WithinSlope: true, WithinCurve: false), column));
    }

    /// <summary>Meaning of a rejection where the response is not the outcome: what the mechanisms of the world do to it is not known.</summary>
    /// <param name="trueValue">As a study gives it; <see langword="null"/> if it gives none.</param>
    public static string OfOtherResponse(double? trueValue) => trueValue is null or 0 ? None : Power;

    private static string Of(double? trueValue, TestedTerm tested)
    {
        if (trueValue is not { } value)
        {
            return None;
        }

        if (value != 0)
        {
            return Power;
        }

        string[] mechanisms = [.. RejectionMechanisms.All.Where(m => m.Reaches(tested)).Select(m => m.Name)];
        return mechanisms.Length == 0 ? TypeOne : FalsePositive + string.Join(", ", mechanisms);
    }
}
