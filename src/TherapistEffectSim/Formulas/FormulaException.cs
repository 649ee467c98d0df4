using System.Globalization;

namespace TherapistEffectSim.Formulas;

/// <summary>A model formula that cannot be used.</summary>
/// <remarks>The message says what was found, at which column of the text (from 1), and what is accepted.</remarks>
public sealed class FormulaException : Exception
{
    internal FormulaException(string formula, int position, string found, string accepted)
        : base(string.Create(CultureInfo.InvariantCulture, $"{found} at column {position + 1}. {accepted}"))
    {
        Formula = formula;
        Position = position;
    }

    /// <summary>The formula as it was given.</summary>
    public string Formula { get; }

    /// <summary>Index of the offending character, from 0; the length of the formula when something is missing at its end.</summary>
    public int Position { get; }

    /// <summary>Two lines: the formula, and a caret under <see cref="Position"/>. Tabs and line breaks are shown as blanks.</summary>
    public string Illustration
    {
        get
        {
            string line = string.Create(
                Formula.Length,
                Formula,
                static (shown, text) =>
                {
                    for (int i = 0; i < shown.Length; i++)
                    {
                        shown[i] = char.IsControl(text[i]) || char.IsWhiteSpace(text[i]) ? ' ' : text[i];
                    }
                });
            return $"{line}\n{new string(' ', Position)}^";
        }
    }
}
