using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace TherapistEffectSim.Randomness;

/// <summary>Scratch memory for lanes, aligned to 64 bytes so that no load or store crosses a cache line.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class LaneBuffer<T>
    where T : unmanaged, ILane<T>
{
    private const int AlignmentInDoubles = 8;

    // What follows in memory, another thread's perhaps, must not stand in the cache lines that this buffer is written to.
    private const int DistanceInDoubles = 32;

    private readonly double[] _memory;
    private readonly int _start;

    /// <param name="length">Number of lanes values (not doubles) that the buffer holds.</param>
    public LaneBuffer(int length)
    {
        Length = length;
        _memory = GC.AllocateArray<double>((length * T.Width) + AlignmentInDoubles + DistanceInDoubles, pinned: true);
        long address = Marshal.UnsafeAddrOfPinnedArrayElement(_memory, 0);
        _start = (int)((AlignmentInDoubles - (address / sizeof(double) % AlignmentInDoubles)) % AlignmentInDoubles);
    }

    public int Length { get; }

    public Span<T> Span
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => MemoryMarshal.CreateSpan(
            ref Unsafe.As<double, T>(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_memory), _start)), Length);
    }
}
