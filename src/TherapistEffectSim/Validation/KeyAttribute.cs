namespace TherapistEffectSim.Validation;

/// <summary>The word of a study file for a type or an enumeration value, where it is not the name in kebab-case.</summary>
/// <param name="word">As written in the file.</param>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Class | AttributeTargets.Field)]
public sealed class KeyAttribute(string word) : Attribute
{
    /// <summary>As written in the file.</summary>
    public string Word { get; } = word;
}
