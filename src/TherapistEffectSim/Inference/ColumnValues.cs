using System.Globalization;
using TherapistEffectSim.Data;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>Design columns as numbers, one per row of a table whose columns are complete.</summary>
internal sealed class ColumnValues(DataTable data, Func<int, int> rowOfFile)
{
    private const int MostMultiplications = 1024;

    /// <summary>The column in all rows.</summary>
    /// <exception cref="ModelException">A value is not finite; the message names the first row.</exception>
    public double[] Of(FixedColumn column)
    {
        double[] values = Of(column.Expression);
        int row = Array.FindIndex(values, value => !double.IsFinite(value));
        return row < 0 ? values : throw NotFinite(column, values[row], row);
    }

    private double[] Of(ColumnExpression expression) => expression switch
    {
        ColumnExpression.Constant constant => Filled(constant.Value),
        ColumnExpression.Variable variable => [.. data.Numeric(variable.Name).Values],
        ColumnExpression.Indicator indicator => Indicator(data.AsFactor(indicator.Column), indicator.Level),
        ColumnExpression.Sum(ColumnExpression left, ColumnExpression right) => Combined(left, right, (a, b) => a + b),
        ColumnExpression.Difference(ColumnExpression left, ColumnExpression right) => Combined(left, right, (a, b) => a - b),
        ColumnExpression.Product(ColumnExpression left, ColumnExpression right) => Combined(left, right, (a, b) => a * b),
        ColumnExpression.Quotient(ColumnExpression left, ColumnExpression right) => Combined(left, right, (a, b) => a / b),
        ColumnExpression.Power power => Mapped(power.Base, x => Power(x, power.Exponent)),
        ColumnExpression.Negation negation => Mapped(negation.Operand, x => -x),
        _ => throw new InvalidOperationException($"An expression of the kind {expression.GetType().Name} has no values."),
    };

    private double[] Filled(double value)
    {
        double[] values = new double[data.Rows];
        Array.Fill(values, value);
        return values;
    }

    private static double[] Indicator(TextColumn column, string level)
    {
        int code = column.Levels.IndexOf(level);
        return [.. column.Codes.Select(c => c == code ? 1.0 : 0.0)];
    }

    private double[] Combined(ColumnExpression left, ColumnExpression right, Func<double, double, double> operation)
    {
        double[] values = Of(left);
        double[] others = Of(right);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = operation(values[i], others[i]);
        }

        return values;
    }

    private double[] Mapped(ColumnExpression operand, Func<double, double> operation)
    {
        double[] values = Of(operand);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = operation(values[i]);
        }

        return values;
    }

    /// <summary>x raised to a number; by products where that is whole and not large.</summary>
    public static double Power(double x, double exponent)
    {
        if (exponent == Math.Truncate(exponent) && Math.Abs(exponent) <= MostMultiplications)
        {
            double power = 1;
            for (int i = 0; i < Math.Abs(exponent); i++)
            {
                power *= x;
            }

            return exponent < 0 ? 1 / power : power;
        }

        return exponent == 0.5 ? Math.Sqrt(x) : Elementary.Exp(exponent * Elementary.Log(x));
    }

    private ModelException NotFinite(FixedColumn column, double value, int row)
    {
        string found = double.IsNaN(value) ? "is not a number" : "is infinite";
        string[] inputs = [.. column.Expression.Variables
            .Select(name => data.Column(name))
            .OfType<NumericColumn>()
            .Select(input => $"{DeparsedText.Name(input.Name)} is {NumberText.Shortest(input.Values[row])}")];
        return new ModelException(string.Create(
            CultureInfo.InvariantCulture,
            $"{column.Name} must be finite, but {found} in row {rowOfFile(row) + 1} below the header, where {string.Join(" and ", inputs)}."));
    }
}
