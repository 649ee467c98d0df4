namespace TherapistEffectSim.Inference;

/// <summary>A model that cannot be fitted to the data at hand. The message says what was found and what is needed.</summary>
public sealed class ModelException : Exception
{
    internal ModelException(string message)
        : base(message)
    {
    }
}
