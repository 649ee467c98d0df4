using System.Globalization;

namespace TherapistEffectSim.Data;

/// <summary>Numbers as text that reads back to the same double, the same on every machine and in every culture.</summary>
public static class NumberText
{
    private const double LargestPlainInteger = 1L << 53; // above it not every integer is a double

    /// <summary>The shortest text that reads back to <paramref name="value"/>: <c>0.1</c>, <c>1E-05</c>; integers up to 2⁵³ without exponent.</summary>
    /// <remarks>Negative zero is <c>-0</c>; infinities are <c>Inf</c> and <c>-Inf</c>, not a number is <c>NaN</c>, as R writes and reads them.</remarks>
    public static string Shortest(double value)
    {
        if (double.IsInfinity(value))
        {
            return value > 0 ? "Inf" : "-Inf";
        }

        bool isPlainInteger = value != 0 && Math.Abs(value) <= LargestPlainInteger && value == Math.Truncate(value);
        return isPlainInteger
            ? ((long)value).ToString(CultureInfo.InvariantCulture)
            : value.ToString("R", CultureInfo.InvariantCulture);
    }
}
