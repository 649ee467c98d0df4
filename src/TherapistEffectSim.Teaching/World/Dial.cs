using System.Globalization;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Teaching.World;

/// <summary>Something of a world that the page lets move.</summary>
/// <param name="Key">In links and requests.</param>
/// <param name="Group">What it belongs to.</param>
/// <param name="Label">Its name for a class.</param>
/// <param name="Unit">Behind the number.</param>
/// <param name="Help">What it means, in a sentence.</param>
/// <param name="Min">Smallest value.</param>
/// <param name="Max">Largest value that the slider reaches; a story may have more.</param>
/// <param name="Step">Of the slider; 1 for what is counted.</param>
/// <param name="Read">The value in a world.</param>
/// <param name="Write">The world with another value.</param>
internal sealed record Dial(
    string Key, string Group, string Label, string Unit, string Help, double Min, double Max, double Step, Func<Scenario, double> Read, Func<Scenario, double, Scenario> Write)
{
    /// <summary>Whether it is a share, shown in per cent.</summary>
    public bool IsShare { get; init; }

    /// <summary>Whether it is counted.</summary>
    public bool IsWhole => Step == 1;

    /// <summary>Whether it is only on or off.</summary>
    public bool IsSwitch => IsWhole && Min == 0 && Max == 1;

    /// <summary>Why a value is refused; <see langword="null"/> if it is accepted.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="own">Of the story.</param>
    /// <param name="value">The value.</param>
    public string? Refuse(string text, double own, out double value)
    {
        double max = Math.Max(Max, own);
        double min = Math.Min(Min, own);
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
        return isNumber && value >= min && value <= max && (!IsWhole || value == Math.Floor(value))
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{Key} must be {(IsWhole ? "a whole number" : "a number")} in [{min}, {max}], but was '{text}'.");
    }
}
