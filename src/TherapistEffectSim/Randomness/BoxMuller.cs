using System.Runtime.CompilerServices;

namespace TherapistEffectSim.Randomness;

/// <summary>Two standard normal numbers from one 64-bit word.</summary>
/// <remarks>
/// <para>
/// Box &amp; Muller (1958): radius √(−2 log u) from all 64 bits, u = word·2⁻⁶⁴, so that the tails reach 9.4 SDs; angle π·t with t in
/// [−½, ½) from the low 32 bits, and the sign of the cosine from the lowest bit. The logarithm takes one of 16 tabulated
/// reciprocals and a polynomial of degree 4, sine and cosine polynomials of degree 6 in t²: error below
/// 10⁻¹² + 8·10⁻¹³ times the radius.
/// </para>
/// <para>A word of 0, one in 2⁶⁴, gives finite numbers, never an infinity; the largest words give 0, never a NaN.</para>
/// </remarks>
internal static class BoxMuller
{
    // Bits of 0.6875, the lower end of the mantissa's range, and the same times 2⁶⁴: the word is converted without dividing.
    private const ulong RangeBits = 0x3fe6000000000000UL;
    private const ulong ScaleBits = 64UL << 52;
    private const ulong ExponentMask = 0xFFF0000000000000UL;
    private const double MinusTwoLog2PerExponentBit = -2 * 0.69314718055994531 / 4503599627370496.0;

    // −2/c for the 16 sixteenths of an octave from 0.6875, c near the middle of each (1 where the piece ends at 1).
    private static readonly LaneTable s_minusTwoReciprocals = new(
    [
        -2.84423828125, -2.7236328125, -2.6123046875, -2.509765625,
        -2.4150390625, -2.3271484375, -2.24560546875, -2.16943359375,
        -2.09814453125, -2.0, -1.939453125, -1.82861328125,
        -1.7294921875, -1.64111328125, -1.56103515625, -1.48828125,
    ]);

    // 2 log(1/c) for the same c. That of the piece from 1 is larger by 9·10⁻¹⁴, so that the logarithm of 1 is 0 and not below:
    // words from 2⁶⁴ − 2¹⁰ are converted to 2⁶⁴.
    private static readonly LaneTable s_twoLogs = new(
    [
        0.7042962234291152, 0.6176388029361811, 0.534171346341417, 0.4540843834597342,
        0.3771365627240356, 0.30299298187868745, 0.2316560016411602, 0.16263787243312952,
        0.09581243411130279, 0.0, -0.061482283108472244, -0.17917854153604773,
        -0.29063869675312975, -0.3955446779884761, -0.49559603531900454, -0.5910504998256136,
    ]);

    /// <summary>Radius times cosine and radius times sine.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform<T>(T word, out T first, out T second)
        where T : unmanaged, ILane<T>
    {
        T radius = T.Sqrt(MinusTwoLog(T.ConvertUnsigned(word)));
        T angle = T.ConvertSigned(T.ShiftLeft(word, 32));
        CosineAndSine(angle, out T cosine, out T sine);
        first = radius * T.Xor(cosine, T.ShiftLeft(word, 63));
        second = radius * sine;
    }

    /// <summary>−2 log(x·2⁻⁶⁴) for x in (0, 2⁶⁴], at least 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T MinusTwoLog<T>(T x)
        where T : unmanaged, ILane<T>
    {
        T shifted = T.SubtractBits(x, T.FromBits(RangeBits + ScaleBits));
        T exponent = T.And(shifted, T.FromBits(ExponentMask));
        T piece = T.ShiftRight(shifted, 48);
        T mantissa = T.SubtractBits(x, T.AddBits(exponent, T.FromBits(ScaleBits)));
        T r = T.Fma(mantissa, T.Lookup(s_minusTwoReciprocals, piece), T.Create(2));
        T sum = T.Fma(T.ConvertSigned(exponent), T.Create(MinusTwoLog2PerExponentBit), T.Lookup(s_twoLogs, piece));
        T p = T.Fma(T.Create(0.0052131821501898616), r, T.Create(0.012511082771476605));
        p = T.Fma(p, r, T.Create(0.031249995187811359));
        p = T.Fma(p, r, T.Create(0.083333322334331716));
        p = T.Fma(p, r, T.Create(0.25));
        return sum + T.Fma(r * r, p, r);
    }

    /// <summary>cos and sin of π·t/2⁶⁴ for t in [−2⁶³, 2⁶³); the powers of 2⁶⁴ are in the coefficients.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void CosineAndSine<T>(T t, out T cosine, out T sine)
        where T : unmanaged, ILane<T>
    {
        T square = t * t;
        T s = T.Fma(T.Create(1.5625372618212923e-254), square, T.Create(-8.7497818092666205e-215));
        T c = T.Fma(T.Create(1.1851645478394319e-234), square, T.Create(-5.6496771305648886e-195));
        s = T.Fma(s, square, T.Create(3.3212574972721779e-175));
        c = T.Fma(c, square, T.Create(1.7551372888020142e-155));
        s = T.Fma(s, square, T.Create(-8.2448060890826981e-136));
        c = T.Fma(c, square, T.Create(-3.3888180936954012e-116));
        s = T.Fma(s, square, T.Create(1.1939042667506398e-96));
        c = T.Fma(c, square, T.Create(3.5051721877296648e-77));
        s = T.Fma(s, square, T.Create(-8.2326414288547449e-58));
        c = T.Fma(c, square, T.Create(-1.4502080272047739e-38));
        s = T.Fma(s, square, T.Create(1.7030607900431915e-19));
        cosine = T.Fma(c, square, T.Create(0.99999999999924793));
        sine = s * t;
    }
}
