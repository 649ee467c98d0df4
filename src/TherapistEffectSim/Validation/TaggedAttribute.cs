namespace TherapistEffectSim.Validation;

/// <summary>Marks a record with variants: the key whose value names the variant, and the variants.</summary>
/// <param name="tag">The key, such as <c>shape</c>.</param>
/// <param name="variants">The sealed records that may stand there.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class TaggedAttribute(string tag, params Type[] variants) : Attribute
{
    /// <summary>The key whose value names the variant.</summary>
    public string Tag { get; } = tag;

    /// <summary>The sealed records that may stand there.</summary>
    public IReadOnlyList<Type> Variants { get; } = variants;

    /// <summary>Whether the first variant is meant where the key is left out.</summary>
    public bool FirstIsDefault { get; init; }
}
