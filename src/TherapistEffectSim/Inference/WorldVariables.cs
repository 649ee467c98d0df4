using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>What true values have to know about the variables that columns read.</summary>
internal static class WorldVariables
{
    /// <summary>Whether all patients of a therapist have the same value.</summary>
    public static bool IsOfTherapists(Scenario scenario, string variable) => GeneratedColumns.LevelOf(scenario, variable) == ColumnLevel.Therapist;

    /// <summary>Whether it is the sum of a therapist's and a patient's part.</summary>
    public static bool IsWholeAlliance(string variable) => variable is GeneratedColumns.Alliance or GeneratedColumns.TrueAlliance;

    /// <summary>Whether it is the therapist's part of the alliance.</summary>
    public static bool IsBetweenAlliance(string variable) =>
        variable is GeneratedColumns.AllianceBetween or GeneratedColumns.TherapistScore or GeneratedColumns.TrueAllianceBetween;

    /// <summary>Whether it is the patient's part of the alliance.</summary>
    public static bool IsWithinAlliance(string variable) =>
        variable is GeneratedColumns.AllianceWithin or GeneratedColumns.PatientScore or GeneratedColumns.TrueAllianceWithin;

    /// <summary>Highest power of one variable in an expression, at most.</summary>
    public static double Degree(ColumnExpression expression, string variable) => expression switch
    {
        ColumnExpression.Variable v => v.Name == variable ? 1 : 0,
        ColumnExpression.Sum(ColumnExpression left, ColumnExpression right) => Math.Max(Degree(left, variable), Degree(right, variable)),
        ColumnExpression.Difference(ColumnExpression left, ColumnExpression right) => Math.Max(Degree(left, variable), Degree(right, variable)),
        ColumnExpression.Product(ColumnExpression left, ColumnExpression right) => Degree(left, variable) + Degree(right, variable),
        ColumnExpression.Quotient(ColumnExpression left, _) => Degree(left, variable),
        ColumnExpression.Power power => power.Exponent * Degree(power.Base, variable),
        ColumnExpression.Negation negation => Degree(negation.Operand, variable),
        _ => 0,
    };
}
