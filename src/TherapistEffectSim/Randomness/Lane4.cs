using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TherapistEffectSim.Randomness;

/// <summary>Four replicates side by side in a 256-bit register.</summary>
internal readonly struct Lane4 : ILane<Lane4>
{
    private const double TwoTo84PlusTwoTo52 = 19342813118337666422669312.0;
    private const double TwoTo84PlusTwoTo63PlusTwoTo52 = 19342822341709703277445120.0;

    private readonly Vector256<double> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lane4(Vector256<double> value) => _value = value;

    public static int Width => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Create(double value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 FromBits(ulong bits) => new(Vector256.Create(bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Sequence(ulong start) => new((Vector256.Create(0UL, 1UL, 2UL, 3UL) + Vector256.Create(start)).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator +(Lane4 left, Lane4 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator -(Lane4 left, Lane4 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator *(Lane4 left, Lane4 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 operator /(Lane4 left, Lane4 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Fma(Lane4 a, Lane4 b, Lane4 c) => new(Vector256.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Sqrt(Lane4 a) => new(Vector256.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Abs(Lane4 a) => new(Vector256.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Max(Lane4 a, Lane4 b) => Avx.IsSupported ? new(Avx.Max(b._value, a._value)) : Select(LessThan(a, b), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Min(Lane4 a, Lane4 b) => Avx.IsSupported ? new(Avx.Min(b._value, a._value)) : Select(LessThan(b, a), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 LessThan(Lane4 a, Lane4 b) => new(Vector256.LessThan(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Select(Lane4 mask, Lane4 a, Lane4 b) => new(Vector256.ConditionalSelect(mask._value, a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lane4 mask) => mask._value.AsUInt64().ExtractMostSignificantBits() != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Lane4 mask) => mask._value.AsUInt64().ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 And(Lane4 a, Lane4 b) => new(a._value & b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 AndNot(Lane4 a, Lane4 b) => new(Vector256.AndNot(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Or(Lane4 a, Lane4 b) => new(a._value | b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Xor(Lane4 a, Lane4 b) => new(a._value ^ b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Xor(Lane4 a, Lane4 b, Lane4 c) =>
        Avx512F.VL.IsSupported
            ? new(Avx512F.VL.TernaryLogic(a._value.AsUInt64(), b._value.AsUInt64(), c._value.AsUInt64(), 0x96).AsDouble())
            : new(a._value ^ b._value ^ c._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 AddBits(Lane4 a, Lane4 b) => new((a._value.AsUInt64() + b._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 SubtractBits(Lane4 a, Lane4 b) => new((a._value.AsUInt64() - b._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 ShiftLeft(Lane4 a, int count) => new((a._value.AsUInt64() << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 ShiftRight(Lane4 a, int count) => new((a._value.AsUInt64() >>> count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 MultiplyLow32(Lane4 a, Lane4 b)
    {
        if (Avx2.IsSupported)
        {
            return new(Avx2.Multiply(a._value.AsUInt32(), b._value.AsUInt32()).AsDouble());
        }

        Vector256<ulong> low = Vector256.Create(0xFFFFFFFFUL);
        return new(((a._value.AsUInt64() & low) * (b._value.AsUInt64() & low)).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Pack32(Lane4 low, Lane4 high) => new(Vector256.ConditionalSelect(Vector256.Create(0xFFFFFFFFUL), low._value.AsUInt64(), high._value.AsUInt64() << 32).AsDouble());

    // Without AVX-512: the two halves are placed in the mantissas of 2^84 and 2^52 and added, which rounds once, as the instruction does.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 ConvertUnsigned(Lane4 bits)
    {
        Vector256<ulong> x = bits._value.AsUInt64();
        if (Avx512DQ.VL.IsSupported)
        {
            return new(Vector256.ConvertToDouble(x));
        }

        Vector256<ulong> high = (x >>> 32) | Vector256.Create(0x4530000000000000UL);
        Vector256<ulong> low = (x & Vector256.Create(0xFFFFFFFFUL)) | Vector256.Create(0x4330000000000000UL);
        return new((high.AsDouble() - Vector256.Create(TwoTo84PlusTwoTo52)) + low.AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 ConvertSigned(Lane4 bits)
    {
        if (Avx512DQ.VL.IsSupported)
        {
            return new(Vector256.ConvertToDouble(bits._value.AsInt64()));
        }

        Vector256<ulong> x = bits._value.AsUInt64();
        Vector256<ulong> high = (x >>> 32) ^ Vector256.Create(0x4530000080000000UL);
        Vector256<ulong> low = (x & Vector256.Create(0xFFFFFFFFUL)) | Vector256.Create(0x4330000000000000UL);
        return new((high.AsDouble() - Vector256.Create(TwoTo84PlusTwoTo63PlusTwoTo52)) + low.AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane4 Lookup(LaneTable table, Lane4 index)
    {
        Vector256<ulong> i = index._value.AsUInt64();
        return new(Vector256.Create(table[i[0]], table[i[1]], table[i[2]], table[i[3]]));
    }

    public double this[int lane] => _value.GetElement(lane);

    public Lane4 With(int lane, double value) => new(_value.WithElement(lane, value));
}
