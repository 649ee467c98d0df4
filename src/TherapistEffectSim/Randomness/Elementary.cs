using System.Runtime.CompilerServices;

namespace TherapistEffectSim.Randomness;

/// <summary>Logarithm and exponential from IEEE 754 operations only, so that they give the same bits on every machine and in every lane width.</summary>
/// <remarks>
/// Range reduction and the odd series of the inverse hyperbolic tangent as in Tang (1990), ACM Trans. Math. Softw. 16(4), and
/// Muller (2016), Elementary Functions, chapter 11; the coefficients are minimax fits of this project (50-digit Remez iteration).
/// Largest error seen against 45 digits on 60,000 points each: <see cref="Log(double)"/> 0.8, <see cref="Exp(double)"/> 1.1,
/// <see cref="Log1p"/> 1.5, <see cref="Expm1"/> 1.6 units in the last place.
/// </remarks>
internal static class Elementary
{
    private const double Ln2 = 0.6931471805599453;
    private const double Ln2Tail = 2.3190468138462996e-17;   // ln 2 − Ln2
    private const double Log2E = 1.4426950408889634;
    private const double TwoTo54 = 18014398509481984.0;
    private const double SmallestNormal = 2.2250738585072014e-308;
    private const double OverflowFrom = 709.7827128933841;   // the next double after ln(2¹⁰²⁴)
    private const double UnderflowBelow = -708.396418532264; // ln(2⁻¹⁰²²)
    private const double RoundingShift = 6755399441055744.0; // 1.5 · 2⁵²: adding it leaves the nearest integer in the low bits
    private const double TwoTo52PlusBias = 4503599627370496.0 + 1023.0;
    private const ulong MantissaBits = 0x000FFFFFFFFFFFFF;
    private const ulong BitsOfTwoTo52 = 0x4330000000000000;
    private const ulong BitsOfSqrtHalf = 0x3FE6A09E667F3BCD;
    private const ulong BitsOfOne = 0x3FF0000000000000;

    /// <summary>
    /// Natural logarithm. −∞ at 0, NaN below 0 and for NaN, +∞ at +∞; subnormal numbers are taken exactly.
    /// </summary>
    public static T Log<T>(T x)
        where T : unmanaged, ILane<T> => LogInline(x);

    /// <summary>Natural logarithms of all numbers, in place: the steps of independent ones overlap.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Log<T>(Span<T> numbers)
        where T : unmanaged, ILane<T>
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = LogInline(numbers[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T LogInline<T>(T x)
        where T : unmanaged, ILane<T>
    {
        T subnormal = T.LessThan(x, T.Create(SmallestNormal));
        T bits = T.Select(subnormal, x * T.Create(TwoTo54), x);

        // x = 2^k · m with m in [√½, √2): counted from √½, the exponent field steps where m does.
        T shifted = T.AddBits(bits, T.FromBits(BitsOfOne - BitsOfSqrtHalf));
        T exponent = T.Or(T.ShiftRight(shifted, 52), T.FromBits(BitsOfTwoTo52));
        T k = exponent - T.Select(subnormal, T.Create(TwoTo52PlusBias + 54), T.Create(TwoTo52PlusBias));
        T f = T.AddBits(T.And(shifted, T.FromBits(MantissaBits)), T.FromBits(BitsOfSqrtHalf)) - T.Create(1);

        // log(1+f) = 2 artanh(s) = f − (f²/2 − s (f²/2 + R(s²))), s = f / (2+f)
        T s = f / (f + T.Create(2));
        T halfSquare = T.Create(0.5) * f * f;
        T correction = T.Fma(s, halfSquare + ArtanhSeries(s * s), k * T.Create(Ln2Tail));
        T result = T.Fma(k, T.Create(Ln2), f - (halfSquare - correction));

        T nonPositive = T.Select(T.LessThan(x, T.Create(0)), T.Create(double.NaN), T.Create(double.NegativeInfinity));
        result = T.Select(T.LessThan(x, T.Create(double.Epsilon)), nonPositive, result);
        return T.Select(T.LessThan(x, T.Create(double.PositiveInfinity)), result, x);
    }

    /// <summary>
    /// e to the x. +∞ from 709.7827128933841 up, 0 below −708.396418532264 (results that would be subnormal are 0); NaN stays.
    /// </summary>
    public static T Exp<T>(T x)
        where T : unmanaged, ILane<T> => ExpInline(x);

    /// <inheritdoc cref="Exp{T}(T)"/>
    /// <remarks>For loops over independent numbers, whose steps then overlap.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T ExpInline<T>(T x)
        where T : unmanaged, ILane<T>
    {
        T shifted = T.Fma(x, T.Create(Log2E), T.Create(RoundingShift));
        T n = shifted - T.Create(RoundingShift);
        T reduced = T.Fma(n, T.Create(-Ln2Tail), T.Fma(n, T.Create(-Ln2), x));
        T power = T.Create(1) + ExpMinusOne(reduced);

        T scaled = T.AddBits(power, T.ShiftLeft(shifted, 52));
        T result = T.Select(T.LessThan(x, T.Create(OverflowFrom)), scaled, x + T.Create(double.PositiveInfinity));
        return T.Select(T.LessThan(x, T.Create(UnderflowBelow)), T.Create(0), result);
    }

    /// <inheritdoc cref="Log{T}(T)"/>
    public static double Log(double x) => Log(Lane1.Create(x))[0];

    /// <inheritdoc cref="Exp{T}(T)"/>
    public static double Exp(double x) => Exp(Lane1.Create(x))[0];

    /// <summary>log(1 + x) without loss for small x. −∞ at −1, NaN below −1 and for NaN, +∞ at +∞.</summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        if (!(u > 0) || double.IsPositiveInfinity(u))
        {
            return Log(u);
        }

        if (x == 0)
        {
            return x;
        }

        // The rounding error c of u = 1 + x is exact: log(u + c) = log u + c/u.
        double c = x < 1 ? x - (u - 1) : 1 - (u - x);
        return Log(u) + (c / u);
    }

    /// <summary>e to the x, minus 1, without loss for small x. −1 at −∞, +∞ from 709.7827128933841 up; NaN stays.</summary>
    public static double Expm1(double x)
    {
        const double oneIsLost = 40;
        if (!(Math.Abs(x) < oneIsLost))
        {
            return Exp(x) - 1;
        }

        double n = Math.FusedMultiplyAdd(x, Log2E, RoundingShift) - RoundingShift;
        double reduced = Math.FusedMultiplyAdd(n, -Ln2Tail, Math.FusedMultiplyAdd(n, -Ln2, x));
        double power = ExpMinusOne(Lane1.Create(reduced))[0];
        double scale = BitConverter.Int64BitsToDouble((long)(n + 1023) << 52);
        return Math.FusedMultiplyAdd(scale, power, scale - 1);
    }

    // R(z), z = s²: 2 artanh(s) = 2s + s R(s²), 0 ≤ z ≤ 0.0295; error below 2⁻⁶¹.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ArtanhSeries<T>(T z)
        where T : unmanaged, ILane<T>
    {
        T sum = T.Create(0.14867997471656444);
        sum = T.Fma(sum, z, T.Create(0.15306339666440275));
        sum = T.Fma(sum, z, T.Create(0.18183890880216952));
        sum = T.Fma(sum, z, T.Create(0.22222191654100137));
        sum = T.Fma(sum, z, T.Create(0.28571428818405936));
        sum = T.Fma(sum, z, T.Create(0.399999999990147));
        sum = T.Fma(sum, z, T.Create(0.666666666666681));
        return sum * z;
    }

    // eʳ − 1 = r + r² Q(r), |r| ≤ ½ ln 2; error below 2⁻⁵⁸.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T ExpMinusOne<T>(T r)
        where T : unmanaged, ILane<T>
    {
        T sum = T.Create(2.5117839345088266e-08);
        sum = T.Fma(sum, r, T.Create(2.763126705660599e-07));
        sum = T.Fma(sum, r, T.Create(2.755721636656869e-06));
        sum = T.Fma(sum, r, T.Create(2.4801489977037878e-05));
        sum = T.Fma(sum, r, T.Create(0.000198412699173138));
        sum = T.Fma(sum, r, T.Create(0.0013888888946984917));
        sum = T.Fma(sum, r, T.Create(0.008333333333307234));
        sum = T.Fma(sum, r, T.Create(0.04166666666651553));
        sum = T.Fma(sum, r, T.Create(0.166666666666667));
        sum = T.Fma(sum, r, T.Create(0.5000000000000012));
        return T.Fma(sum, r * r, r);
    }
}
