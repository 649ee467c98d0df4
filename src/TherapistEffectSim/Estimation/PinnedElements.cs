namespace TherapistEffectSim.Estimation;

/// <summary>Which elements of the Λ of two effects are estimated, level by level: λ₁, λ₂, λ₃.</summary>
internal static class PinnedElements
{
    /// <summary>Checks them.</summary>
    /// <param name="free">Which elements are free; empty: all.</param>
    /// <param name="elements">Number of elements, three of each level.</param>
    /// <returns>The same; empty where all are free.</returns>
    /// <exception cref="ArgumentException">A covariance without both variances, or another number of elements.</exception>
    public static bool[] Of(ReadOnlySpan<bool> free, int elements)
    {
        if (!free.IsEmpty && free.Length != elements)
        {
            throw new ArgumentException($"free must be empty or have {elements} elements, but has {free.Length}.", nameof(free));
        }

        for (int at = 0; at < free.Length; at += 3)
        {
            if (free[at + 1] && !(free[at] && free[at + 2]))
            {
                throw new ArgumentException($"Element {at + 1} is a covariance: it is free only where elements {at} and {at + 2} are.", nameof(free));
            }
        }

        return free.Contains(false) ? free.ToArray() : [];
    }
}
