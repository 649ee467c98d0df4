using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Randomness;

internal static class LaneBits
{
    /// <summary>The 64 bits of one lane.</summary>
    public static ulong Bits<T>(this T value, int lane)
        where T : unmanaged, ILane<T> => BitConverter.DoubleToUInt64Bits(value[lane]);
}
