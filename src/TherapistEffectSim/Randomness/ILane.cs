using System.Numerics;

namespace TherapistEffectSim.Randomness;

/// <summary>One double per replicate, several replicates side by side: the number type of the hot loop.</summary>
/// <remarks>
/// <para>
/// Kernels are written once, generic over the lane, and specialised by the compiler for 8 lanes (512 bits), 4 lanes (256 bits),
/// 2 lanes (128 bits) and 1 lane (a plain double). Every lane performs exactly the same sequence of IEEE 754 operations, so that a replicate gives
/// the same bits whatever the width, and <see cref="Lane1"/> is the readable reference.
/// </para>
/// <para>A mask is a lane whose bits are all one (true) or all zero (false), as the comparisons return it.</para>
/// </remarks>
/// <typeparam name="TSelf">The implementing type.</typeparam>
internal interface ILane<TSelf> :
    IAdditionOperators<TSelf, TSelf, TSelf>,
    ISubtractionOperators<TSelf, TSelf, TSelf>,
    IMultiplyOperators<TSelf, TSelf, TSelf>,
    IDivisionOperators<TSelf, TSelf, TSelf>
    where TSelf : unmanaged, ILane<TSelf>
{
    /// <summary>Replicates side by side: 8, 4, 2 or 1.</summary>
    static abstract int Width { get; }

    /// <summary>The same number in every lane.</summary>
    static abstract TSelf Create(double value);

    /// <summary>The same 64 bits in every lane.</summary>
    static abstract TSelf FromBits(ulong bits);

    /// <summary>The integers start, start + 1, … (as bits), one per lane.</summary>
    static abstract TSelf Sequence(ulong start);

    /// <summary>a·b + c, rounded once.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    static abstract TSelf Sqrt(TSelf a);

    static abstract TSelf Abs(TSelf a);

    /// <summary>b where a &lt; b, else a: a NaN in <paramref name="a"/> stays.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>b where b &lt; a, else a: a NaN in <paramref name="a"/> stays.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>Mask of a &lt; b; false where either is NaN.</summary>
    static abstract TSelf LessThan(TSelf a, TSelf b);

    /// <summary><paramref name="a"/> where the mask is true, else <paramref name="b"/>.</summary>
    static abstract TSelf Select(TSelf mask, TSelf a, TSelf b);

    /// <summary>Whether the mask is true in any lane.</summary>
    static abstract bool Any(TSelf mask);

    /// <summary>The mask as one bit per lane, the first lane the lowest.</summary>
    static abstract ulong Bits(TSelf mask);

    static abstract TSelf And(TSelf a, TSelf b);

    /// <summary>a and not b.</summary>
    static abstract TSelf AndNot(TSelf a, TSelf b);

    static abstract TSelf Or(TSelf a, TSelf b);

    static abstract TSelf Xor(TSelf a, TSelf b);

    static abstract TSelf Xor(TSelf a, TSelf b, TSelf c);

    /// <summary>Sum of the bits as 64-bit integers, modulo 2⁶⁴.</summary>
    static abstract TSelf AddBits(TSelf a, TSelf b);

    /// <summary>Difference of the bits as 64-bit integers, modulo 2⁶⁴.</summary>
    static abstract TSelf SubtractBits(TSelf a, TSelf b);

    static abstract TSelf ShiftLeft(TSelf a, int count);

    /// <summary>Logical shift: zeros come in from the left.</summary>
    static abstract TSelf ShiftRight(TSelf a, int count);

    /// <summary>64-bit product of the low 32 bits of both, unsigned.</summary>
    static abstract TSelf MultiplyLow32(TSelf a, TSelf b);

    /// <summary>The low 32 bits of <paramref name="low"/>, and above them the low 32 bits of <paramref name="high"/>.</summary>
    static abstract TSelf Pack32(TSelf low, TSelf high);

    /// <summary>The bits as an unsigned integer, converted to the nearest double.</summary>
    static abstract TSelf ConvertUnsigned(TSelf bits);

    /// <summary>The bits as a signed integer, converted to the nearest double.</summary>
    static abstract TSelf ConvertSigned(TSelf bits);

    /// <summary>Entry of the table at the low four bits of the index.</summary>
    static abstract TSelf Lookup(LaneTable table, TSelf index);

    /// <summary>The number in one lane, 0 ≤ <paramref name="lane"/> &lt; <see cref="Width"/>.</summary>
    double this[int lane] { get; }

    /// <summary>This, with one lane replaced.</summary>
    TSelf With(int lane, double value);
}
