namespace TherapistEffectSim.Formulas;

/// <summary>A column as the product of a number of the patient and a number of the measurement's occasion.</summary>
/// <param name="OfPatient">Reads no variable that differs between the measurements of a patient.</param>
/// <param name="OfOccasion">Reads no other.</param>
internal readonly record struct SeparableExpression(ColumnExpression OfPatient, ColumnExpression OfOccasion)
{
    private static readonly ColumnExpression s_one = new ColumnExpression.Constant(1);

    /// <summary>Parts an expression.</summary>
    /// <param name="expression">Of the variables of the data.</param>
    /// <param name="isOfOccasion">Whether a variable differs between the measurements of a patient, and is the same for all patients.</param>
    /// <returns><see langword="null"/> if it is not such a product, as a sum of both kinds is not.</returns>
    public static SeparableExpression? Of(ColumnExpression expression, Func<string, bool> isOfOccasion)
    {
        if (!expression.Variables.Any(isOfOccasion))
        {
            return new(expression, s_one);
        }

        if (expression.Variables.All(isOfOccasion))
        {
            return new(s_one, expression);
        }

        return expression switch
        {
            ColumnExpression.Product product when (Of(product.Left, isOfOccasion), Of(product.Right, isOfOccasion)) is ({ } left, { } right) =>
                new(ColumnExpression.Multiply(left.OfPatient, right.OfPatient), ColumnExpression.Multiply(left.OfOccasion, right.OfOccasion)),
            ColumnExpression.Quotient quotient when quotient.Right is ColumnExpression.Constant && Of(quotient.Left, isOfOccasion) is { } dividend =>
                new(dividend.OfPatient, new ColumnExpression.Quotient(dividend.OfOccasion, quotient.Right)),
            ColumnExpression.Power power when Of(power.Base, isOfOccasion) is { } root =>
                new(new ColumnExpression.Power(root.OfPatient, power.Exponent), new ColumnExpression.Power(root.OfOccasion, power.Exponent)),
            ColumnExpression.Negation negation when Of(negation.Operand, isOfOccasion) is { } operand =>
                new(operand.OfPatient, new ColumnExpression.Negation(operand.OfOccasion)),
            _ => null,
        };
    }
}
