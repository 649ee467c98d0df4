using System.Globalization;

namespace TherapistEffectSim.Formulas;

internal enum TokenKind
{
    Name,
    Number,
    Symbol,
    End,
}

/// <summary>A name, number or sign of a formula.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The name without backticks, the number as written, or the sign; empty at the end.</param>
/// <param name="Position">Index of its first character in the formula.</param>
/// <param name="IsQuoted">Whether a name was written between backticks.</param>
internal readonly record struct FormulaToken(TokenKind Kind, string Text, int Position, bool IsQuoted = false)
{
    /// <summary>The value of a number.</summary>
    public double Value => double.Parse(Text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>How a message names it, at the start of a sentence.</summary>
    public string Found => Kind == TokenKind.End ? "The formula ends" : $"'{Text}' was found";

    public bool Is(string symbol) => Kind == TokenKind.Symbol && string.Equals(Text, symbol, StringComparison.Ordinal);
}
