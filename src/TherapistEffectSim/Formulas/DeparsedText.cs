using System.Collections.Frozen;
using System.Globalization;

namespace TherapistEffectSim.Formulas;

/// <summary>Names and numbers as R writes them when it turns an expression into text.</summary>
internal static class DeparsedText
{
    private static readonly FrozenSet<string> s_reserved = FrozenSet.Create(
        StringComparer.Ordinal,
        "if", "else", "repeat", "while", "function", "for", "next", "break", "in", "TRUE", "FALSE", "NULL", "Inf", "NaN",
        "NA", "NA_integer_", "NA_real_", "NA_character_", "NA_complex_");

    public static bool IsReserved(string name) => s_reserved.Contains(name);

    public static bool IsNameStart(char c) => char.IsLetter(c) || c == '.';

    public static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '.' or '_';

    /// <summary>The name, between backticks unless R reads it as a name without them.</summary>
    public static string Name(string name) => IsSyntactic(name) ? name : $"`{name}`";

    /// <summary>
    /// A number with up to 15 significant digits, in fixed notation unless the scientific one is shorter: 1000, 1e+05, 0.001, 1e-04.
    /// </summary>
    public static string Number(double value)
    {
        const int MostDigits = 15;

        // d.ddddddddddddddE+xxx
        string scientific = value.ToString($"E{MostDigits - 1}", CultureInfo.InvariantCulture);
        int mark = scientific.IndexOf('E', StringComparison.Ordinal);
        string digits = scientific[..mark].Replace(".", "", StringComparison.Ordinal).TrimEnd('0');
        digits = digits.Length == 0 ? "0" : digits;
        int exponent = int.Parse(scientific.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

        int decimals = Math.Max(0, digits.Length - 1 - exponent);
        int fixedWidth = Math.Max(exponent, 0) + 1 + (decimals > 0 ? decimals + 1 : 0);
        string mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
        string power = string.Create(CultureInfo.InvariantCulture, $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        return fixedWidth <= mantissa.Length + power.Length ? Fixed(digits, exponent) : mantissa + power;
    }

    private static string Fixed(string digits, int exponent) =>
        exponent < 0 ? $"0.{new string('0', -exponent - 1)}{digits}"
        : exponent >= digits.Length - 1 ? digits.PadRight(exponent + 1, '0')
        : $"{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";

    private static bool IsSyntactic(string name) =>
        IsNameStart(name[0])
        && !(name[0] == '.' && name.Length > 1 && char.IsDigit(name[1]))
        && name is not "."
        && name.All(IsNamePart)
        && !IsReserved(name);
}
