using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>The variables that columns of a world read, beside those that every world has: adherence, sessions, retention and the traits.</summary>
internal static class WorldVariables
{
    public const string Adherence = "adherence";
    public const string Sessions = "sessions";
    public const string Retained = "retained";

    /// <summary>Whether all patients of a therapist have the same value.</summary>
    public static bool IsOfTherapists(string variable) =>
        variable == Adherence
        || (GeneratedColumns.Levels.TryGetValue(variable, out ColumnLevel level) && level == ColumnLevel.Therapist);

    /// <summary>Whether it is the sum of a therapist's and a patient's part.</summary>
    public static bool IsWholeAlliance(string variable) => variable is GeneratedColumns.Alliance or GeneratedColumns.TrueAlliance;

    /// <summary>Whether it is the therapist's part of the alliance.</summary>
    public static bool IsBetweenAlliance(string variable) =>
        variable is GeneratedColumns.AllianceBetween or GeneratedColumns.TherapistScore or GeneratedColumns.TrueAllianceBetween;

    /// <summary>Whether it is the patient's part of the alliance.</summary>
    public static bool IsWithinAlliance(string variable) =>
        variable is GeneratedColumns.AllianceWithin or GeneratedColumns.PatientScore or GeneratedColumns.TrueAllianceWithin;

    /// <summary>Whether it is a variable that worlds without traits, adherence and retention have too.</summary>
    public static bool IsInEveryWorld(string variable) =>
        variable is not (Adherence or Sessions or Retained) && GeneratedColumns.Levels.ContainsKey(variable);

    /// <summary>Place of a trait among those of the scenario; −1 if there is none whose column has the name.</summary>
    public static int TraitOf(Scenario scenario, string variable)
    {
        int place = 0;
        foreach (string name in scenario.Traits.Keys)
        {
            if (PatientTrait.ColumnOf(name) == variable)
            {
                return place;
            }

            place++;
        }

        return -1;
    }

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
