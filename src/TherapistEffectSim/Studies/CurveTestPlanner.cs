using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Studies;

/// <summary>A test of a curve by two slopes, on therapist means.</summary>
/// <param name="Kind">Two lines, or Lind and Mehlum's.</param>
/// <param name="Shape">What is looked for.</param>
/// <param name="Fit">Index of the fit whose θ gives the weights.</param>
/// <param name="Columns">Columns of the statistics: the variable, the method's other therapist-level columns, the response.</param>
internal sealed record PlannedCurveTest(TestKind Kind, CurveShape Shape, int Fit, ImmutableArray<int> Columns);

/// <summary>Finds what a test of a curve reads.</summary>
internal static class CurveTestPlanner
{
    /// <summary>Whether a test is one of a curve.</summary>
    public static bool IsCurveTest(TestKind kind) => kind is TestKind.TwoLines or TestKind.LindMehlum;

    /// <summary>Refuses keys that do not belong to a test.</summary>
    /// <exception cref="StudyException">Shape of a test that has none, or side of a test of a curve.</exception>
    public static void CheckKeys(MethodModel method, TestRequest request)
    {
        if (IsCurveTest(request.By) && request.Alternative != Alternative.TwoSided)
        {
            throw new StudyException($"method {method.Name}: {Words.Of(request.By)} has no alternative; give shape: inverted-u or shape: u.");
        }

        if (!IsCurveTest(request.By) && request.Shape is not null)
        {
            throw new StudyException($"method {method.Name}: {Words.Of(request.By)} has no shape; only two-lines and lind-mehlum have one.");
        }
    }

    /// <summary>Plans the test of a square.</summary>
    /// <param name="method">The model.</param>
    /// <param name="indices">Columns of the statistics of the model's fixed effects.</param>
    /// <param name="response">Column of the statistics of the response.</param>
    /// <param name="position">Position of the term among the fixed effects.</param>
    /// <param name="request">The test.</param>
    /// <param name="fit">Index of the method's fit.</param>
    /// <exception cref="StudyException">The term is not the square of a therapist-level variable that is in the model too, or the model has no intercept.</exception>
    public static PlannedCurveTest Plan(
        MethodModel method, ImmutableArray<int> indices, int response, int position, TestRequest request, int fit)
    {
        FixedColumn square = method.Columns[position];
        if (square.Expression is not ColumnExpression.Power { Exponent: 2, Base: ColumnExpression.Variable variable }
            || method.LevelOf(variable.Name) != ColumnLevel.Therapist)
        {
            throw new StudyException(
                $"method {method.Name}: {Words.Of(request.By)} tests the square of a therapist-level variable, such as I({GeneratedColumns.AllianceBetween}^2), but the term is {square.Name}.");
        }

        int linear = -1;
        bool hasIntercept = false;
        List<int> others = [];
        for (int p = 0; p < method.Columns.Length; p++)
        {
            ColumnExpression expression = method.Columns[p].Expression;
            string[] variables = [.. expression.Variables];
            if (expression.Equals(variable))
            {
                linear = p;
            }
            else if (p != position && variables.Contains(variable.Name))
            {
                throw new StudyException(
                    $"method {method.Name}: {Words.Of(request.By)} takes no other term of {variable.Name} than itself and its square, but the model has {method.Columns[p].Name}.");
            }
            else if (p != position && variables.All(v => method.LevelOf(v) == ColumnLevel.Therapist))
            {
                hasIntercept |= variables.Length == 0;
                others.Add(indices[p]);
            }
        }

        if (linear < 0)
        {
            throw new StudyException($"method {method.Name}: {Words.Of(request.By)} of {square.Name} needs {variable.Name} in the model too.");
        }

        if (!hasIntercept)
        {
            throw new StudyException($"method {method.Name}: {Words.Of(request.By)} needs a model with an intercept.");
        }

        return new(request.By, request.Shape ?? CurveShape.InvertedU, fit, [indices[linear], .. others, response]);
    }
}
