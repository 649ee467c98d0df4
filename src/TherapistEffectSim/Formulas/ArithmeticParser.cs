namespace TherapistEffectSim.Formulas;

/// <summary>Reads the arithmetic inside I(...), with R's precedence: ^ before the sign, the sign before * and /.</summary>
/// <remarks>Each method returns the expression together with its text as R writes it, parentheses kept as they were.</remarks>
internal sealed class ArithmeticParser(TokenReader reader)
{
    private const int MostOperations = 100;

    private int _operations;

    /// <summary>Reads from the name I to the closing parenthesis.</summary>
    public FormulaSyntax.Arithmetic Parse()
    {
        FormulaToken start = reader.Take();
        int mentionsBefore = reader.Mentions.Count;
        FormulaToken opening = reader.Enter();
        (ColumnExpression expression, string label) = ParseSum();
        reader.TakeClosing(opening, Unexpected);
        reader.Leave();
        return reader.Mentions.Count > mentionsBefore
            ? new(expression, $"I({label})", start.Position)
            : throw reader.Error(
                start, $"I({label}), which names no column, was found", "Arithmetic needs at least one column of the data: I(x^2).");
    }

    private (ColumnExpression Expression, string Label) ParseSum()
    {
        (ColumnExpression left, string label) = ParseProduct();
        while (reader.Current.Is("+") || reader.Current.Is("-"))
        {
            string sign = TakeOperation();
            (ColumnExpression right, string rightLabel) = ParseProduct();
            left = sign is "+" ? new ColumnExpression.Sum(left, right) : new ColumnExpression.Difference(left, right);
            label = $"{label} {sign} {rightLabel}";
        }

        return (left, label);
    }

    private (ColumnExpression Expression, string Label) ParseProduct()
    {
        (ColumnExpression left, string label) = ParseSigned();
        while (reader.Current.Is("*") || reader.Current.Is("/"))
        {
            string sign = TakeOperation();
            (ColumnExpression right, string rightLabel) = ParseSigned();
            (left, label) = sign is "*"
                ? (new ColumnExpression.Product(left, right), $"{label} * {rightLabel}")
                : ((ColumnExpression)new ColumnExpression.Quotient(left, right), $"{label}/{rightLabel}");
        }

        return (left, label);
    }

    private (ColumnExpression Expression, string Label) ParseSigned()
    {
        if (!reader.Current.Is("-"))
        {
            return ParsePower();
        }

        reader.Enter();
        (ColumnExpression operand, string label) = ParseSigned();
        reader.Leave();
        return (new ColumnExpression.Negation(operand), $"-{label}");
    }

    private (ColumnExpression Expression, string Label) ParsePower()
    {
        (ColumnExpression expression, string label) = ParseOperand();
        if (!reader.Current.Is("^"))
        {
            return (expression, label);
        }

        TakeOperation();
        (double exponent, string exponentLabel) = ParseExponent();
        return (new ColumnExpression.Power(expression, exponent), $"{label}^{exponentLabel}");
    }

    private (double Value, string Label) ParseExponent()
    {
        FormulaToken token = reader.Current;
        if (token.Kind == TokenKind.Number)
        {
            reader.Take();
            return (token.Value, DeparsedText.Number(token.Value));
        }

        if (!token.Is("-") && !token.Is("("))
        {
            throw ExponentError(token);
        }

        reader.Enter();
        (double value, string label) = ParseExponent();
        if (token.Is("("))
        {
            reader.TakeClosing(token, ExponentError);
        }

        reader.Leave();
        return token.Is("(") ? (value, $"({label})") : (-value, $"-{label}");
    }

    private (ColumnExpression Expression, string Label) ParseOperand()
    {
        FormulaToken token = reader.Current;
        if (token.Kind == TokenKind.Number)
        {
            reader.Take();
            return (new ColumnExpression.Constant(token.Value), DeparsedText.Number(token.Value));
        }

        if (token.Kind == TokenKind.Name)
        {
            return reader.IsAtFunction
                ? throw reader.FunctionError(token)
                : (new ColumnExpression.Variable(reader.TakeColumn()), DeparsedText.Name(token.Text));
        }

        if (!token.Is("("))
        {
            throw reader.Error(token, token.Found, "Inside I(...) a column name, a number or a parenthesis must stand here.");
        }

        reader.Enter();
        (ColumnExpression content, string label) = ParseSum();
        reader.TakeClosing(token, Unexpected);
        reader.Leave();
        return (content, $"({label})");
    }

    private string TakeOperation()
    {
        _operations++;
        return _operations <= MostOperations
            ? reader.Take().Text
            : throw reader.Error(
                reader.Current, "A very long calculation was found", $"One I(...) may hold at most {MostOperations} operations.");
    }

    private FormulaException Unexpected(FormulaToken token) =>
        reader.Error(token, token.Found, "Inside I(...) one of + - * / ^ or ')' must follow here.");

    private FormulaException ExponentError(FormulaToken token) =>
        reader.Error(token, token.Found, "An exponent is a number: I(x^2), I(x^0.5).");
}
