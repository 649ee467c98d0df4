using System.Collections.Immutable;

namespace TherapistEffectSim.Formulas;

/// <summary>Reads the text of a formula; what its terms expand to is the business of <see cref="TermExpansion"/>.</summary>
internal sealed class FormulaParser(string text)
{
    private const string Example = "outcome ~ arm + alliance + (1 | therapist)";
    private const string OutcomeAccepted = "Left of ~ stands the outcome as it is in the data: the name of one column.";

    private readonly TokenReader _reader = new(text);

    /// <summary>The columns named, response first, in the order of the text.</summary>
    public IReadOnlyList<ColumnMention> Mentions => _reader.Mentions;

    /// <summary>Reads the whole formula.</summary>
    public (string Response, FormulaSyntax RightSide) Parse()
    {
        string response = ParseResponse();
        FormulaSyntax rightSide = ParseSum("~");
        return _reader.Current.Kind == TokenKind.End ? (response, rightSide) : throw Unexpected(_reader.Current);
    }

    private string ParseResponse()
    {
        FormulaToken first = _reader.Current;
        if (first.Kind == TokenKind.End)
        {
            throw _reader.Error(first, "The formula is empty: it ends", $"A formula reads like {Example}.");
        }

        if (first.Is("~"))
        {
            throw _reader.Error(first, "No outcome was found left of the ~", OutcomeAccepted);
        }

        if (_reader.IsAtFunction)
        {
            throw _reader.Error(first, $"The function {first.Text}() was found", OutcomeAccepted);
        }

        if (first.Kind != TokenKind.Name)
        {
            throw _reader.Error(first, first.Found, OutcomeAccepted);
        }

        string response = _reader.TakeColumn();
        FormulaToken tilde = _reader.Current;
        return _reader.TryTake("~")
            ? response
            : throw _reader.Error(
                tilde,
                tilde.Found,
                _reader.ContainsTilde ? OutcomeAccepted : $"The sign ~ must follow the outcome: {Example}.");
    }

    // sum := [+|-] product {(+|-) product}
    private FormulaSyntax ParseSum(string previous)
    {
        FormulaToken start = _reader.Current;
        ImmutableArray<SumItem>.Builder items = ImmutableArray.CreateBuilder<SumItem>();
        do
        {
            bool isRemoved = _reader.Current.Is("-");
            if (isRemoved || _reader.Current.Is("+"))
            {
                previous = _reader.Take().Text;
            }

            items.Add(new(isRemoved, ParseCrossing(previous)));
        }
        while (_reader.Current.Is("+") || _reader.Current.Is("-"));

        return items is [{ IsRemoved: false, Content: FormulaSyntax single }]
            ? single
            : new FormulaSyntax.Sum(items.ToImmutable(), start.Position);
    }

    private FormulaSyntax ParseCrossing(string previous) =>
        ParseOperands("*", ParseInteraction, (operands, at) => new FormulaSyntax.Crossing(operands, at), previous);

    private FormulaSyntax ParseInteraction(string previous) =>
        ParseOperands(":", ParsePower, (operands, at) => new FormulaSyntax.Interaction(operands, at), previous);

    private FormulaSyntax ParseOperands(
        string sign,
        Func<string, FormulaSyntax> parseOperand,
        Func<ImmutableArray<FormulaSyntax>, int, FormulaSyntax> combine,
        string previous)
    {
        int start = _reader.Current.Position;
        ImmutableArray<FormulaSyntax>.Builder operands = ImmutableArray.CreateBuilder<FormulaSyntax>();
        operands.Add(parseOperand(previous));
        while (_reader.TryTake(sign))
        {
            operands.Add(parseOperand(sign));
        }

        return operands.Count == 1 ? operands[0] : combine(operands.ToImmutable(), start);
    }

    private FormulaSyntax ParsePower(string previous)
    {
        FormulaSyntax operand = ParseOperand(previous);
        if (!_reader.TryTake("^"))
        {
            return operand;
        }

        FormulaToken order = _reader.Take();
        return order.Kind == TokenKind.Number && order.Value >= 1 && double.IsInteger(order.Value)
            ? new FormulaSyntax.Power(operand, order.Value, operand.Position)
            : throw _reader.Error(
                order,
                order.Found,
                "Outside I(...), ^ gives interactions up to an order, a whole number from 1: (a + b)^2. A square is written I(x^2).");
    }

    private FormulaSyntax ParseOperand(string previous)
    {
        FormulaToken token = _reader.Current;
        switch (token.Kind)
        {
            case TokenKind.Number:
                _reader.Take();
                return new FormulaSyntax.Number(token.Value, token.Position);
            case TokenKind.Name when token is { Text: "I", IsQuoted: false } && _reader.Following.Is("("):
                return new ArithmeticParser(_reader).Parse();
            case TokenKind.Name when _reader.IsAtFunction:
                throw _reader.FunctionError(token);
            case TokenKind.Name:
                return new FormulaSyntax.Column(_reader.TakeColumn(), token.Position);
            case TokenKind.Symbol when token.Is("("):
                return ParseParenthesis();
            case TokenKind.Symbol:
            case TokenKind.End:
            default:
                throw _reader.Error(
                    token,
                    token.Found,
                    $"After '{previous}' must stand a term: a column name, 1, I(...) or a random term such as (1 | therapist).");
        }
    }

    private FormulaSyntax.Group ParseParenthesis()
    {
        FormulaToken opening = _reader.Enter();
        if (_reader.Current.Is("|") || _reader.Current.Is("||"))
        {
            throw _reader.Error(
                _reader.Current,
                _reader.Current.Found,
                "Before it must stand what differs between groups: (1 | therapist) for levels, (1 + x | therapist) for levels and slopes.");
        }

        FormulaSyntax content = ParseSum("(");
        if (_reader.Current.Is("|") || _reader.Current.Is("||"))
        {
            content = ParseGrouping(content, opening);
        }

        _reader.TakeClosing(opening, content is FormulaSyntax.Random ? UnexpectedAfterGroup : Unexpected);
        _reader.Leave();
        return new(content, opening.Position);
    }

    private FormulaSyntax.Random ParseGrouping(FormulaSyntax effects, FormulaToken opening)
    {
        FormulaToken bar = _reader.Take();
        string first = TakeGroup(bar);
        FormulaToken sign = _reader.Current;
        if (!sign.Is(":") && !sign.Is("/"))
        {
            return new(effects, bar.Is("||"), [first], IsNested: false, opening.Position);
        }

        _reader.Take();
        FormulaToken place = _reader.Current;
        string second = TakeGroup(sign);
        return string.Equals(first, second, StringComparison.Ordinal)
            ? throw _reader.Error(
                place, $"The group '{second}' was found a second time", "A combination of groups names two different columns.")
            : new(effects, bar.Is("||"), [first, second], sign.Is("/"), opening.Position);
    }

    private string TakeGroup(FormulaToken previous)
    {
        FormulaToken token = _reader.Current;
        return token.Kind != TokenKind.Name
            ? throw _reader.Error(
                token, token.Found, $"After '{previous.Text}' must stand the column that names the groups: (1 | therapist).")
            : _reader.IsAtFunction
                ? throw _reader.FunctionError(token)
                : _reader.TakeColumn();
    }

    private FormulaException UnexpectedAfterGroup(FormulaToken token) => _reader.Error(
        token,
        token.Found,
        "After the groups must follow ')'. Groups are one column, or two columns as in (1 | g1/g2) or (1 | g1:g2).");

    // What may follow a complete term.
    private FormulaException Unexpected(FormulaToken token) => _reader.Error(token, token.Found, token switch
    {
        { Kind: TokenKind.Symbol, Text: "~" } => "A formula has one ~, between the outcome and the terms.",
        { Kind: TokenKind.Symbol, Text: "|" or "||" } => "A random term stands in parentheses of its own: (1 | therapist).",
        { Kind: TokenKind.Symbol, Text: ")" } => "It closes no parenthesis: remove it, or add the '(' that it belongs to.",
        { Kind: TokenKind.Symbol, Text: "/" } =>
            "It is available for groups, (1 | g1/g2), and inside I(...). Nested effects are written a + a:b.",
        { Kind: TokenKind.Symbol, Text: "^" } => "Only one ^ may follow a term. A power of a power is written I((x^2)^3).",
        _ => "Between two terms must stand a sign, such as +.",
    });
}
