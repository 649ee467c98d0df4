using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Uniform numbers of 32 bits: two to a word.</summary>
internal static class Uniform
{
    /// <summary>(n + ½)/2³² of the 32 bits n that stand at the shift, in (0, 1).</summary>
    /// <param name="word">64 random bits.</param>
    /// <param name="shift">0 or 32.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Of<T>(T word, int shift)
        where T : unmanaged, ILane<T> =>
        T.Fma(T.ConvertUnsigned(T.And(T.ShiftRight(word, shift), T.FromBits(uint.MaxValue))), T.Create(1 / 4294967296.0), T.Create(0.5 / 4294967296.0));
}
