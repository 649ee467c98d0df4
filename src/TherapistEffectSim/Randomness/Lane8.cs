using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TherapistEffectSim.Randomness;

/// <summary>Eight replicates side by side in a 512-bit register.</summary>
internal readonly struct Lane8 : ILane<Lane8>
{
    private readonly Vector512<double> _value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Lane8(Vector512<double> value) => _value = value;

    public static int Width => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Create(double value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 FromBits(ulong bits) => new(Vector512.Create(bits).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Sequence(ulong start) => new((Vector512.Create(0UL, 1UL, 2UL, 3UL, 4UL, 5UL, 6UL, 7UL) + Vector512.Create(start)).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator +(Lane8 left, Lane8 right) => new(left._value + right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator -(Lane8 left, Lane8 right) => new(left._value - right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator *(Lane8 left, Lane8 right) => new(left._value * right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 operator /(Lane8 left, Lane8 right) => new(left._value / right._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Fma(Lane8 a, Lane8 b, Lane8 c) => new(Vector512.FusedMultiplyAdd(a._value, b._value, c._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Sqrt(Lane8 a) => new(Vector512.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Abs(Lane8 a) => new(Vector512.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Max(Lane8 a, Lane8 b) => Avx512F.IsSupported ? new(Avx512F.Max(b._value, a._value)) : Select(LessThan(a, b), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Min(Lane8 a, Lane8 b) => Avx512F.IsSupported ? new(Avx512F.Min(b._value, a._value)) : Select(LessThan(b, a), b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 LessThan(Lane8 a, Lane8 b) => new(Vector512.LessThan(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Select(Lane8 mask, Lane8 a, Lane8 b) => new(Vector512.ConditionalSelect(mask._value, a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Lane8 mask) => mask._value.AsUInt64().ExtractMostSignificantBits() != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(Lane8 mask) => mask._value.AsUInt64().ExtractMostSignificantBits();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 And(Lane8 a, Lane8 b) => new(a._value & b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 AndNot(Lane8 a, Lane8 b) => new(Vector512.AndNot(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Or(Lane8 a, Lane8 b) => new(a._value | b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Xor(Lane8 a, Lane8 b) => new(a._value ^ b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Xor(Lane8 a, Lane8 b, Lane8 c) =>
        Avx512F.IsSupported
            ? new(Avx512F.TernaryLogic(a._value.AsUInt64(), b._value.AsUInt64(), c._value.AsUInt64(), 0x96).AsDouble())
            : new(a._value ^ b._value ^ c._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 AddBits(Lane8 a, Lane8 b) => new((a._value.AsUInt64() + b._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 SubtractBits(Lane8 a, Lane8 b) => new((a._value.AsUInt64() - b._value.AsUInt64()).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 ShiftLeft(Lane8 a, int count) => new((a._value.AsUInt64() << count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 ShiftRight(Lane8 a, int count) => new((a._value.AsUInt64() >>> count).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 MultiplyLow32(Lane8 a, Lane8 b)
    {
        if (Avx512F.IsSupported)
        {
            return new(Avx512F.Multiply(a._value.AsUInt32(), b._value.AsUInt32()).AsDouble());
        }

        Vector512<ulong> low = Vector512.Create(0xFFFFFFFFUL);
        return new(((a._value.AsUInt64() & low) * (b._value.AsUInt64() & low)).AsDouble());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Pack32(Lane8 low, Lane8 high) => new(Vector512.ConditionalSelect(Vector512.Create(0xFFFFFFFFUL), low._value.AsUInt64(), high._value.AsUInt64() << 32).AsDouble());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 ConvertUnsigned(Lane8 bits) =>
        new(Vector512.ConvertToDouble(bits._value.AsUInt64()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 ConvertSigned(Lane8 bits) =>
        new(Vector512.ConvertToDouble(bits._value.AsInt64()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lane8 Lookup(LaneTable table, Lane8 index)
    {
        if (Avx512F.IsSupported)
        {
            return new(Avx512F.PermuteVar8x64x2(table.Low, index._value.AsInt64(), table.High));
        }

        Vector512<ulong> i = index._value.AsUInt64();
        return new(Vector512.Create(table[i[0]], table[i[1]], table[i[2]], table[i[3]], table[i[4]], table[i[5]], table[i[6]], table[i[7]]));
    }

    public double this[int lane] => _value.GetElement(lane);

    public Lane8 With(int lane, double value) => new(_value.WithElement(lane, value));
}
