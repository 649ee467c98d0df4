using System.Runtime.CompilerServices;
using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Curves from standard scores to the outcome, one replicate per lane.</summary>
internal static class LaneCurve
{
    /// <summary>b·s + c·(s² − 1) + rest, and the straight pieces if there are any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T At<T>(ResponseCurve curve, T s, T rest)
        where T : unmanaged, ILane<T>
    {
        T square = T.Create(curve.Square);
        T more = curve.Segments.IsEmpty ? rest : AlongSegments(curve, s, rest);
        return T.Fma(T.Fma(square, s, T.Create(curve.Linear)), s, more - square);
    }

    // Σ slope·(min(max(s, from), to) − from) − offset + rest.
    private static T AlongSegments<T>(ResponseCurve curve, T s, T rest)
        where T : unmanaged, ILane<T>
    {
        T sum = rest - T.Create(curve.Offset);
        foreach (CurveSegment segment in curve.Segments)
        {
            T from = T.Create(segment.From);
            sum = T.Fma(T.Create(segment.Slope), T.Min(T.Max(s, from), T.Create(segment.To)) - from, sum);
        }

        return sum;
    }
}
