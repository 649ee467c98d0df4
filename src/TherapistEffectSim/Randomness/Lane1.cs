using System.Runtime.CompilerServices;

namespace TherapistEffectSim.Randomness;

/// <summary>One replicate: a plain double. The reference for the wider lanes, bit for bit.</summary>
internal readonly struct Lane1 : ILane<Lane1>
{
    private readonly double _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lane1(double value) => _value = value;

    public static int Width => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Create(double value) => new(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 FromBits(ulong bits) => new(BitConverter.UInt64BitsToDouble(bits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Sequence(ulong start) => FromBits(start);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 operator +(Lane1 left, Lane1 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 operator -(Lane1 left, Lane1 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 operator *(Lane1 left, Lane1 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 operator /(Lane1 left, Lane1 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Fma(Lane1 a, Lane1 b, Lane1 c) => new(Math.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Sqrt(Lane1 a) => new(Math.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Abs(Lane1 a) => new(Math.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Max(Lane1 a, Lane1 b) => a._value < b._value ? b : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Min(Lane1 a, Lane1 b) => b._value < a._value ? b : a;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 LessThan(Lane1 a, Lane1 b) => FromBits(a._value < b._value ? ulong.MaxValue : 0);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Select(Lane1 mask, Lane1 a, Lane1 b) => FromBits((mask.AsBits & a.AsBits) | (~mask.AsBits & b.AsBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lane1 mask) => mask.AsBits >> 63 != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Lane1 mask) => mask.AsBits >> 63;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 And(Lane1 a, Lane1 b) => FromBits(a.AsBits & b.AsBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 AndNot(Lane1 a, Lane1 b) => FromBits(a.AsBits & ~b.AsBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Or(Lane1 a, Lane1 b) => FromBits(a.AsBits | b.AsBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Xor(Lane1 a, Lane1 b) => FromBits(a.AsBits ^ b.AsBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Xor(Lane1 a, Lane1 b, Lane1 c) => FromBits(a.AsBits ^ b.AsBits ^ c.AsBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 AddBits(Lane1 a, Lane1 b) => FromBits(a.AsBits + b.AsBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 SubtractBits(Lane1 a, Lane1 b) => FromBits(a.AsBits - b.AsBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 ShiftLeft(Lane1 a, int count) => FromBits(a.AsBits << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 ShiftRight(Lane1 a, int count) => FromBits(a.AsBits >> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 MultiplyLow32(Lane1 a, Lane1 b) => FromBits((ulong)(uint)a.AsBits * (uint)b.AsBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Pack32(Lane1 low, Lane1 high) => FromBits((uint)low.AsBits | (high.AsBits << 32));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 ConvertUnsigned(Lane1 bits) => new((double)bits.AsBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 ConvertSigned(Lane1 bits) => new((double)(long)bits.AsBits);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane1 Lookup(LaneTable table, Lane1 index) => new(table[index.AsBits]);

    public double this[int lane] => _value;

    public Lane1 With(int lane, double value) => new(value);

    private ulong AsBits
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => BitConverter.DoubleToUInt64Bits(_value);
    }
}
