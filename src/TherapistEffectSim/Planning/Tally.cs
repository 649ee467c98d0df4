namespace TherapistEffectSim.Planning;

/// <summary>What was found in some replicates of one design.</summary>
/// <param name="Replicates">Replicates.</param>
/// <param name="Values">Those with a value; all of them where a value is whether tests reject.</param>
/// <param name="Sum">Sum of the values: of shares 0 or 1 each.</param>
/// <param name="SumOfSquares">Sum of their squares.</param>
internal readonly record struct Tally(long Replicates, long Values, double Sum, double SumOfSquares)
{
    /// <summary>Mean of the values; NaN if there are none.</summary>
    public double Mean => Sum / Values;

    public static Tally operator +(Tally a, Tally b) => new(a.Replicates + b.Replicates, a.Values + b.Values, a.Sum + b.Sum, a.SumOfSquares + b.SumOfSquares);

    /// <summary>With one more replicate; NaN for one without value.</summary>
    public Tally With(double value) => double.IsNaN(value)
        ? this with { Replicates = Replicates + 1 }
        : new(Replicates + 1, Values + 1, Sum + value, SumOfSquares + (value * value));
}
