using System.Globalization;
using TherapistEffectSim.Data;

namespace TherapistEffectSim.Files.Tables;

/// <summary>How a number stands in a cell of a CSV file.</summary>
public static class NumberCell
{
    /// <summary>A missing value of a data set, as R writes and reads it.</summary>
    public const string NotAvailable = "NA";

    /// <summary>A number of a result file, in the shortest text that reads back to it; empty if there is none (null or NaN).</summary>
    public static string OfResult(double? value) =>
        value is double number && !double.IsNaN(number) ? NumberText.Shortest(number) : "";

    /// <summary>A number of a data set, in the shortest text that reads back to it; <c>NA</c> if it is missing.</summary>
    public static string OfData(double value, bool isMissing) => isMissing ? NotAvailable : NumberText.Shortest(value);

    /// <summary>
    /// A p-value to 12 significant digits; empty if there is none (null or NaN). Its last digits, alone among the results,
    /// may differ between machines.
    /// </summary>
    public static string OfProbability(double? value) =>
        value is double number && !double.IsNaN(number) ? number.ToString("G12", CultureInfo.InvariantCulture) : "";

    /// <summary>Reads a finite number with a decimal point, and with or without an exponent: <c>-0.5</c>, <c>1e5</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
