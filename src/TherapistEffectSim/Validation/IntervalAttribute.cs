using System.Globalization;

namespace TherapistEffectSim.Validation;

/// <summary>The numbers that a property accepts: the one place from which the check, the error message and the JSON Schema are made.</summary>
/// <remarks>Bounds belong to the interval unless marked open. NaN and infinite values are never accepted.</remarks>
/// <param name="low">Lower bound; negative infinity for none.</param>
/// <param name="high">Upper bound; positive infinity for none.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class IntervalAttribute(double low = double.NegativeInfinity, double high = double.PositiveInfinity) : Attribute
{
    /// <summary>Lower bound; negative infinity for none.</summary>
    public double Low { get; } = low;

    /// <summary>Upper bound; positive infinity for none.</summary>
    public double High { get; } = high;

    /// <summary>Whether the lower bound itself is refused.</summary>
    public bool LowOpen { get; init; }

    /// <summary>Whether the upper bound itself is refused.</summary>
    public bool HighOpen { get; init; }

    /// <summary>Whether the number is accepted.</summary>
    public bool Contains(double value) =>
        double.IsFinite(value)
        && (LowOpen ? value > Low : value >= Low)
        && (HighOpen ? value < High : value <= High);

    /// <summary>The accepted numbers in words, such as "a finite number >= 0".</summary>
    public string Describe(bool integer)
    {
        string noun = integer ? "a whole number" : "a number";
        string from = Low.ToString("R", CultureInfo.InvariantCulture);
        string to = High.ToString("R", CultureInfo.InvariantCulture);
        return (double.IsInfinity(Low), double.IsInfinity(High)) switch
        {
            (true, true) => integer ? noun : "a finite number",
            (false, true) => $"{noun} {(LowOpen ? ">" : ">=")} {from}",
            (true, false) => $"{noun} {(HighOpen ? "<" : "<=")} {to}",
            _ => $"{noun} in {(LowOpen ? '(' : '[')}{from}, {to}{(HighOpen ? ')' : ']')}",
        };
    }
}
