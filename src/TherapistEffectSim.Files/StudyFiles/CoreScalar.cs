using System.Globalization;
using System.Text.RegularExpressions;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>What an unquoted scalar is.</summary>
internal enum CoreType
{
    Text,
    Number,
    Boolean,
    Null,
}

/// <summary>Unquoted scalars by the core schema of YAML 1.2.2, section 10.3.2: <c>no</c>, <c>on</c> and <c>1:30</c> are text.</summary>
internal static partial class CoreScalar
{
    public static CoreType TypeOf(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => CoreType.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => CoreType.Boolean,
        _ => NumberPattern().IsMatch(text) ? CoreType.Number : CoreType.Text,
    };

    /// <summary>The number of a decimal scalar; NaN and infinities are not numbers here, nor are hexadecimal digits.</summary>
    public static bool TryNumber(ScalarNode scalar, out double number)
    {
        number = 0;
        return scalar.Type == CoreType.Number
            && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
            && double.IsFinite(number);
    }

    /// <summary>The shortest text that reads back to the same double; 0 for both zeros.</summary>
    public static string ToText(double number) => number == 0 ? "0" : number.ToString("R", CultureInfo.InvariantCulture);

    // Integers, octal, hexadecimal; floats; infinities and NaN.
    [GeneratedRegex(
        @"\A(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))\z",
        RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NumberPattern();
}
