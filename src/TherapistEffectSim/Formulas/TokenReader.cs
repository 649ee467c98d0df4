using System.Globalization;

namespace TherapistEffectSim.Formulas;

/// <summary>Walks through the tokens of a formula and says what is wrong where.</summary>
internal sealed class TokenReader(string text)
{
    private const int DeepestNesting = 100;

    private readonly List<FormulaToken> _tokens = FormulaLexer.Tokens(text);
    private readonly List<ColumnMention> _mentions = [];
    private int _next;
    private int _depth;

    /// <summary>The columns named so far, in the order of the text.</summary>
    public IReadOnlyList<ColumnMention> Mentions => _mentions;

    public FormulaToken Current => _tokens[_next];

    /// <summary>The token after the current one; the end, if there is none.</summary>
    public FormulaToken Following => _tokens[Math.Min(_next + 1, _tokens.Count - 1)];

    public bool ContainsTilde => _tokens.Exists(t => t.Is("~"));

    /// <summary>Whether the current token is a name directly followed by a parenthesis, as in log(x).</summary>
    public bool IsAtFunction =>
        Current is { Kind: TokenKind.Name, IsQuoted: false }
        && Following.Is("(")
        && Following.Position == Current.Position + Current.Text.Length;

    public FormulaToken Take()
    {
        FormulaToken token = Current;
        _next = Math.Min(_next + 1, _tokens.Count - 1);
        return token;
    }

    /// <summary>Passes over the sign if it is the current token.</summary>
    public bool TryTake(string symbol)
    {
        bool found = Current.Is(symbol);
        if (found)
        {
            Take();
        }

        return found;
    }

    /// <summary>Takes a name as the name of a column.</summary>
    public string TakeColumn()
    {
        FormulaToken name = Take();
        _mentions.Add(new(name.Text, name.Position));
        return name.Text;
    }

    /// <summary>Takes the opening parenthesis or sign of a level of nesting; <see cref="Leave"/> ends the level.</summary>
    public FormulaToken Enter()
    {
        _depth++;
        return _depth <= DeepestNesting
            ? Take()
            : throw Error(Current, "The formula is nested too deeply", $"At most {DeepestNesting} parentheses may be open at once.");
    }

    public void Leave() => _depth--;

    /// <summary>Takes the parenthesis that closes the one at <paramref name="opening"/>.</summary>
    public void TakeClosing(FormulaToken opening, Func<FormulaToken, FormulaException> otherwise)
    {
        if (Current.Kind == TokenKind.End)
        {
            throw Error(
                Current,
                "The formula ends",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The parenthesis opened at column {opening.Position + 1} must be closed with ')'."));
        }

        if (!TryTake(")"))
        {
            throw otherwise(Current);
        }
    }

    public FormulaException Error(FormulaToken token, string found, string accepted) => new(text, token.Position, found, accepted);

    /// <summary>The refusal of a function other than I().</summary>
    public FormulaException FunctionError(FormulaToken name) => Error(
        name,
        $"The function {name.Text}() was found",
        "No function but I(...), for arithmetic with + - * / ^, is available: put the transformed values into a column of the data.");
}
