using System.Globalization;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>The questionnaire on whose scale the alliance is recorded: cut off at both ends, and in steps.</summary>
public sealed record Instrument
{
    /// <summary>Number of items whose mean is the score.</summary>
    [Description("Items whose mean is the score.")]
    [Interval(1, 1000)]
    public int Items { get; init => field = Require.Declared<Instrument>(value); } = 1;

    /// <summary>Lowest score.</summary>
    [Description("Lowest score: what lies below is recorded as this (floor).")]
    [Interval(-1e6, 1e6)]
    public required double Min { get; init => field = Require.Declared<Instrument>(value); }

    /// <summary>Highest score.</summary>
    [Description("Highest score: what lies above is recorded as this (ceiling).")]
    [Interval(-1e6, 1e6)]
    public required double Max { get; init => field = Require.Declared<Instrument>(value); }

    /// <summary>Mean of the score before it is cut off, for a therapist with score 0.</summary>
    [Description("Mean of the scores before they are cut off at the ends, over unselected therapists.")]
    [Interval(-1e6, 1e6)]
    public required double Mean { get; init => field = Require.Declared<Instrument>(value); }

    /// <summary>SD of the measured score before it is cut off.</summary>
    [Description("SD of the measured scores before they are cut off at the ends, over unselected therapists.")]
    [Interval(0.001, 1e6)]
    public required double Sd { get; init => field = Require.Declared<Instrument>(value); }

    /// <summary>Whether scores come in the steps that the items allow.</summary>
    [Description("items: scores come in steps of 1/items, as means of items in whole numbers do; none: any score between the ends.")]
    public Rounding Rounding { get; init; } = Rounding.None;

    internal IEnumerable<Problem> Problems()
    {
        if (!(Min < Max))
        {
            yield return new("max", string.Create(CultureInfo.InvariantCulture, $"max must be above min ({Min}), but was {Max}."));
        }
        else if (Mean < Min || Mean > Max)
        {
            yield return new("mean", string.Create(CultureInfo.InvariantCulture, $"mean must be between min and max ({Min} to {Max}), but was {Mean}."));
        }
    }
}

/// <summary>Steps in which a questionnaire's scores come.</summary>
public enum Rounding
{
    /// <summary>None.</summary>
    None,

    /// <summary>1/items.</summary>
    Items,
}
