using System.Globalization;
using System.Text;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Reports.Words;

/// <summary>Counts and numbers as a person reads them.</summary>
internal static class Wording
{
    private const int LeastExponent = -6; // below it a fixed notation is mostly zeros
    private const int MostExponent = 9;
    private const int LineLength = 120;
    private const string NoBreakPercent = "\u00A0%";

    /// <summary>As lme4 writes it.</summary>
    public static string NameOf(Criterion criterion) => criterion == Criterion.Reml ? "REML" : "ML";

    /// <summary><c>1 row</c>, <c>2 rows</c>.</summary>
    public static string Count(int number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {unit}{(number == 1 ? "" : "s")}");

    /// <summary><c>a</c>, <c>a or b</c>, <c>a, b or c</c>.</summary>
    public static string List(IReadOnlyList<string> words, string conjunction) =>
        words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} {conjunction} {words[^1]}";

    /// <summary>A text in lines of a terminal's width, broken at blanks.</summary>
    /// <param name="text">In one line.</param>
    /// <param name="indent">Blanks before all lines but the first.</param>
    public static string Wrapped(string text, int indent)
    {
        string[] words = text.Replace(" %", NoBreakPercent, StringComparison.Ordinal).Split(' '); // blanks at the beginning are empty words
        StringBuilder wrapped = new(words[0]);
        int length = words[0].Length;
        foreach (string word in words.Skip(1))
        {
            bool breaks = length > indent && length + 1 + word.Length > LineLength;
            wrapped.Append(breaks ? "\n" : " ").Append(' ', breaks ? indent : 0).Append(word);
            length = (breaks ? indent : length + 1) + word.Length;
        }

        return wrapped.Replace(NoBreakPercent, " %").ToString();
    }

    /// <summary>A number down to the digit at which its uncertainty has a count of significant digits.</summary>
    /// <param name="value">The number.</param>
    /// <param name="uncertainty">Standard error; the number itself asks for its own significant digits.</param>
    /// <param name="digits">Significant digits of the uncertainty.</param>
    public static string Rounded(double value, double uncertainty, int digits)
    {
        if (value == 0 && uncertainty == 0)
        {
            return "0";
        }

        string text = Digits(value, uncertainty, digits);
        return text.StartsWith('-') && text.AsSpan(1).IndexOfAnyExcept("0.") < 0 ? text[1..] : text;
    }

    /// <summary><c>12,000 replicates</c>.</summary>
    public static string LongCount(long number, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{number:N0} {unit}{(number == 1 ? "" : "s")}");

    /// <summary><c>12,000 replicates</c>, or <c>1,000 to 20,000 replicates</c>.</summary>
    public static string Replicates(Study study) => study.Precision is { } precision
        ? string.Create(CultureInfo.InvariantCulture, $"{precision.Min:N0} to {LongCount(precision.Max, "replicate")}")
        : LongCount(study.Replicates, "replicate");

    private static string Digits(double value, double uncertainty, int digits)
    {
        int exponent = Exponent(uncertainty == 0 ? value : uncertainty);
        int largest = Math.Max(exponent, value == 0 ? exponent : Exponent(value));
        return largest is < LeastExponent or > MostExponent
            ? value.ToString($"0.{new string('0', Math.Max(1, largest - exponent + digits - 1))}e+00", CultureInfo.InvariantCulture)
            : value.ToString($"F{Math.Max(0, digits - 1 - exponent)}", CultureInfo.InvariantCulture);
    }

    private static int Exponent(double value) => (int)Math.Floor(Math.Log10(Math.Abs(value)));
}
