using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Rounding to whole numbers.</summary>
internal static class WholeNumber
{
    private const double Shift = 6755399441055744; // 1.5·2⁵²: adding it leaves no digits after the point

    /// <summary>The nearest whole number, of two the even one; for numbers below 2⁵¹.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Nearest<T>(T x)
        where T : unmanaged, ILane<T> => (x + T.Create(Shift)) - T.Create(Shift);
}
