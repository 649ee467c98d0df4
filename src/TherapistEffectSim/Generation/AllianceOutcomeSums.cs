using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Sums over the patients of one therapist: alliance x and outcome y as deviations from what is expected of the therapist.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal struct AllianceOutcomeSums<T>
    where T : unmanaged, ILane<T>
{
    /// <summary>Σx.</summary>
    public T Alliance;

    /// <summary>Σy.</summary>
    public T Outcome;

    /// <summary>Σx².</summary>
    public T AllianceSquare;

    /// <summary>Σxy.</summary>
    public T Product;

    /// <summary>Σy².</summary>
    public T OutcomeSquare;
}
