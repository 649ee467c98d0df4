using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace TherapistEffectSim.Randomness;

/// <summary>Two replicates side by side in a 128-bit register: NEON on Arm, SSE on x86.</summary>
/// <remarks>
/// On x86 without FMA instructions the multiply-add is that of the C library, one number at a time: rounded once too, so that the bits are
/// the same, but a replicate takes some five times as long.
/// </remarks>
internal readonly struct Lane2 : ILane<Lane2>
{
    private const double TwoTo84PlusTwoTo52 = 19342813118337666422669312.0;
    private const double TwoTo84PlusTwoTo63PlusTwoTo52 = 19342822341709703277445120.0;

    private readonly Vector128<double> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lane2(Vector128<double> value) => _value = value;

    public static int Width => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Create(double value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 FromBits(ulong bits) => new(Vector128.Create(bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Sequence(ulong start) => new((Vector128.Create(0UL, 1UL) + Vector128.Create(start)).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 operator +(Lane2 left, Lane2 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 operator -(Lane2 left, Lane2 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 operator *(Lane2 left, Lane2 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 operator /(Lane2 left, Lane2 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Fma(Lane2 a, Lane2 b, Lane2 c)
    {
        if (System.Runtime.Intrinsics.X86.Fma.IsSupported || AdvSimd.Arm64.IsSupported)
        {
            return new(Vector128.FusedMultiplyAdd(a._value, b._value, c._value));
        }

        return new(Vector128.Create(Math.FusedMultiplyAdd(a[0], b[0], c[0]), Math.FusedMultiplyAdd(a[1], b[1], c[1])));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Sqrt(Lane2 a) => new(Vector128.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Abs(Lane2 a) => new(Vector128.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Max(Lane2 a, Lane2 b) => Sse2.IsSupported ? new(Sse2.Max(b._value, a._value)) : Select(LessThan(a, b), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Min(Lane2 a, Lane2 b) => Sse2.IsSupported ? new(Sse2.Min(b._value, a._value)) : Select(LessThan(b, a), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 LessThan(Lane2 a, Lane2 b) => new(Vector128.LessThan(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Select(Lane2 mask, Lane2 a, Lane2 b) => new(Vector128.ConditionalSelect(mask._value, a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lane2 mask) => mask._value.AsUInt64().ExtractMostSignificantBits() != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Lane2 mask) => mask._value.AsUInt64().ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 And(Lane2 a, Lane2 b) => new(a._value & b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 AndNot(Lane2 a, Lane2 b) => new(Vector128.AndNot(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Or(Lane2 a, Lane2 b) => new(a._value | b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Xor(Lane2 a, Lane2 b) => new(a._value ^ b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Xor(Lane2 a, Lane2 b, Lane2 c) =>
        Avx512F.VL.IsSupported
            ? new(Avx512F.VL.TernaryLogic(a._value.AsUInt64(), b._value.AsUInt64(), c._value.AsUInt64(), 0x96).AsDouble())
            : new(a._value ^ b._value ^ c._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 AddBits(Lane2 a, Lane2 b) => new((a._value.AsUInt64() + b._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 SubtractBits(Lane2 a, Lane2 b) => new((a._value.AsUInt64() - b._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 ShiftLeft(Lane2 a, int count) => new((a._value.AsUInt64() << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 ShiftRight(Lane2 a, int count) => new((a._value.AsUInt64() >>> count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 MultiplyLow32(Lane2 a, Lane2 b)
    {
        if (Sse2.IsSupported)
        {
            return new(Sse2.Multiply(a._value.AsUInt32(), b._value.AsUInt32()).AsDouble());
        }

        if (AdvSimd.IsSupported)
        {
            return new(AdvSimd.MultiplyWideningLower(AdvSimd.ExtractNarrowingLower(a._value.AsUInt64()), AdvSimd.ExtractNarrowingLower(b._value.AsUInt64())).AsDouble());
        }

        Vector128<ulong> low = Vector128.Create(0xFFFFFFFFUL);
        return new(((a._value.AsUInt64() & low) * (b._value.AsUInt64() & low)).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Pack32(Lane2 low, Lane2 high) => new(Vector128.ConditionalSelect(Vector128.Create(0xFFFFFFFFUL), low._value.AsUInt64(), high._value.AsUInt64() << 32).AsDouble());

    // Without an instruction for it: the two halves are placed in the mantissas of 2^84 and 2^52 and added, which rounds once, as the instruction would.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 ConvertUnsigned(Lane2 bits)
    {
        Vector128<ulong> x = bits._value.AsUInt64();
        if (Avx512DQ.VL.IsSupported || AdvSimd.Arm64.IsSupported)
        {
            return new(Vector128.ConvertToDouble(x));
        }

        Vector128<ulong> high = (x >>> 32) | Vector128.Create(0x4530000000000000UL);
        Vector128<ulong> low = (x & Vector128.Create(0xFFFFFFFFUL)) | Vector128.Create(0x4330000000000000UL);
        return new((high.AsDouble() - Vector128.Create(TwoTo84PlusTwoTo52)) + low.AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 ConvertSigned(Lane2 bits)
    {
        if (Avx512DQ.VL.IsSupported || AdvSimd.Arm64.IsSupported)
        {
            return new(Vector128.ConvertToDouble(bits._value.AsInt64()));
        }

        Vector128<ulong> x = bits._value.AsUInt64();
        Vector128<ulong> high = (x >>> 32) ^ Vector128.Create(0x4530000080000000UL);
        Vector128<ulong> low = (x & Vector128.Create(0xFFFFFFFFUL)) | Vector128.Create(0x4330000000000000UL);
        return new((high.AsDouble() - Vector128.Create(TwoTo84PlusTwoTo63PlusTwoTo52)) + low.AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane2 Lookup(LaneTable table, Lane2 index)
    {
        Vector128<ulong> i = index._value.AsUInt64();
        return new(Vector128.Create(table[i[0]], table[i[1]]));
    }

    public double this[int lane] => _value.GetElement(lane);

    public Lane2 With(int lane, double value) => new(_value.WithElement(lane, value));
}
