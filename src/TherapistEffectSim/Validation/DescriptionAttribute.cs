namespace TherapistEffectSim.Validation;

/// <summary>What a key of a study file means, with its unit: shown by the JSON Schema and in editors.</summary>
/// <param name="text">One or two sentences.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Field)]
public sealed class DescriptionAttribute(string text) : Attribute
{
    /// <summary>One or two sentences.</summary>
    public string Text { get; } = text;
}
