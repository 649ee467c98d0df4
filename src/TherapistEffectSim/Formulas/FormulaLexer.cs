namespace TherapistEffectSim.Formulas;

/// <summary>Cuts the text of a formula into names, numbers and signs.</summary>
internal static class FormulaLexer
{
    private const string Signs = "~+-*/^:()|";
    private const string Accepted = "A formula consists of column names, numbers, I(...) and the signs ~ + - * : ^ / | ( ).";

    /// <summary>The tokens of the text; the last one is the end.</summary>
    /// <exception cref="FormulaException">A character that has no meaning in a formula.</exception>
    public static List<FormulaToken> Tokens(string text)
    {
        List<FormulaToken> tokens = [];
        int position = 0;
        while (position < text.Length)
        {
            char c = text[position];
            if (char.IsWhiteSpace(c))
            {
                position++;
                continue;
            }

            (FormulaToken token, int length) = Next(text, position, c);
            tokens.Add(token);
            position += length;
        }

        tokens.Add(new(TokenKind.End, "", text.Length));
        return tokens;
    }

    private static (FormulaToken Token, int Length) Next(string text, int start, char c)
    {
        if (c == '`')
        {
            return Quoted(text, start);
        }

        if (char.IsAsciiDigit(c) || (c == '.' && start + 1 < text.Length && char.IsAsciiDigit(text[start + 1])))
        {
            return Number(text, start);
        }

        if (DeparsedText.IsNameStart(c))
        {
            return Name(text, start);
        }

        if (Signs.Contains(c, StringComparison.Ordinal))
        {
            string sign = text.AsSpan(start).StartsWith("||", StringComparison.Ordinal) ? "||" : text.Substring(start, 1);
            return (new(TokenKind.Symbol, sign, start), sign.Length);
        }

        throw Unknown(text, start, c);
    }

    private static (FormulaToken Token, int Length) Quoted(string text, int start)
    {
        int end = text.IndexOf('`', start + 1);
        if (end < 0)
        {
            throw new FormulaException(
                text, start, "A backtick (`) that is never closed was found", "A quoted name ends with a second backtick: `my column`.");
        }

        return end == start + 1
            ? throw new FormulaException(
                text, start, "An empty name was found", "Between two backticks stands the name of a column: `my column`.")
            : (new(TokenKind.Name, text[(start + 1)..end], start, IsQuoted: true), end + 1 - start);
    }

    private static (FormulaToken Token, int Length) Number(string text, int start)
    {
        int end = AfterDigits(text, start);
        if (end < text.Length && text[end] == '.')
        {
            end = AfterDigits(text, end + 1);
        }

        if (end < text.Length && text[end] is 'e' or 'E')
        {
            int digits = end + 1 < text.Length && text[end + 1] is '+' or '-' ? end + 2 : end + 1;
            int afterExponent = AfterDigits(text, digits);
            end = afterExponent > digits ? afterExponent : end;
        }

        FormulaToken token = new(TokenKind.Number, text[start..end], start);
        return double.IsFinite(token.Value)
            ? (token, end - start)
            : throw new FormulaException(text, start, $"The number {token.Text} was found", "A number must be smaller than 1.8e308.");
    }

    private static int AfterDigits(string text, int position)
    {
        while (position < text.Length && char.IsAsciiDigit(text[position]))
        {
            position++;
        }

        return position;
    }

    private static (FormulaToken Token, int Length) Name(string text, int start)
    {
        int end = start;
        while (end < text.Length && DeparsedText.IsNamePart(text[end]))
        {
            end++;
        }

        string name = text[start..end];
        if (string.Equals(name, ".", StringComparison.Ordinal))
        {
            throw new FormulaException(text, start, "'.' (all other columns) was found", "It is not available: name each column.");
        }

        return DeparsedText.IsReserved(name)
            ? throw new FormulaException(
                text, start, $"'{name}' was found", $"This word has a meaning of its own; if a column is called so, write `{name}`.")
            : (new(TokenKind.Name, name, start), end - start);
    }

    private static FormulaException Unknown(string text, int start, char c)
    {
        int closing = c == '%' ? text.IndexOf('%', start + 1) : -1;
        if (closing > 0)
        {
            return new(
                text,
                start,
                $"'{text[start..(closing + 1)]}' was found",
                "It is not available: write nested effects with ':', such as a + a:b.");
        }

        string shown = char.IsSurrogatePair(text, start) ? text.Substring(start, 2) : text.Substring(start, 1);
        return c == '_'
            ? new(
                text,
                start,
                "A name that begins with '_' was found",
                "A name begins with a letter; put other names between backticks: `_x`.")
            : new(text, start, char.IsControl(c) ? "A control character was found" : $"'{shown}' was found", Accepted);
    }
}
