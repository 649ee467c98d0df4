namespace TherapistEffectSim.Inference;

/// <summary>A confidence interval.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct ConfidenceInterval(double Low, double High)
{
    /// <summary>Whether a value lies in it, ends included.</summary>
    public bool Holds(double value) => value >= Low && value <= High;

    /// <summary>The interval of the value in another unit.</summary>
    /// <param name="factor">Positive.</param>
    internal ConfidenceInterval Times(double factor) => new(Low * factor, High * factor);
}
