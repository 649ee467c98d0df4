using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Randomness;

public sealed class ElementaryTests
{
    // The platform's function is itself off by up to 1 unit in the last place, ours by up to 1 (logarithm, exponential) or 2.
    private const double LargestUlpOfKernels = 2;
    private const double LargestUlpOfShiftedForms = 3;

    private static readonly double[] s_extremes =
    [
        0, -0.0, 1, -1, double.Epsilon, 1e-310, 2.2250738585072014e-308, 2.225073858507201e-308, double.MaxValue, double.MinValue,
        double.PositiveInfinity, double.NegativeInfinity, double.NaN, 709.782712893384, 709.7827128933841, 710, 1e300, -708.396418532264,
        -708.3964185322641, -745, -746, 0.7071067811865475, 0.7071067811865476, 1.414213562373095, 1.4142135623730951, 1e-20, -1e-20,
        0.9999999999999999, 1.0000000000000002, -0.9999999999999999, 0.34657359027997264, -0.34657359027997264, 5e-17, -5e-17,
    ];

    [Fact]
    public void Log_OverAllExponents_AgreesWithThePlatformTo2Ulp() =>
        AssertUlp(LargestUlpOfKernels, PositiveNumbers(100_000), Elementary.Log, Math.Log);

    [Fact]
    public void Log_NearOne_AgreesWithThePlatformTo2Ulp() =>
        AssertUlp(LargestUlpOfKernels, Grid(0.5, 2, 100_000), Elementary.Log, Math.Log);

    [Fact]
    public void Exp_OverItsRange_AgreesWithThePlatformTo2Ulp() =>
        AssertUlp(LargestUlpOfKernels, [.. Grid(-708, 709.7, 100_000), .. Grid(-1, 1, 20_000)], Elementary.Exp, Math.Exp);

    [Fact]
    public void Log1p_AgreesWithTheSeriesTo3Ulp() =>
        AssertUlp(LargestUlpOfShiftedForms, [.. PositiveNumbers(20_000), .. Grid(-0.999, 1, 20_000)], Elementary.Log1p, Log1pBySeries);

    [Fact]
    public void Expm1_AgreesWithTheSeriesTo3Ulp() =>
        AssertUlp(LargestUlpOfShiftedForms, Grid(-0.5, 0.5, 20_000), Elementary.Expm1, Expm1BySeries);

    [Fact]
    public void Expm1_AwayFromZero_IsExpLessOne() =>
        AssertUlp(LargestUlpOfShiftedForms, [.. Grid(-60, -0.7, 50_000), .. Grid(1, 709, 50_000)], Elementary.Expm1, x => Math.Exp(x) - 1);

    [Theory]
    [InlineData(0, double.NegativeInfinity)]
    [InlineData(-0.0, double.NegativeInfinity)]
    [InlineData(1, 0)]
    [InlineData(-1, double.NaN)]
    [InlineData(-1e-320, double.NaN)]
    [InlineData(double.NegativeInfinity, double.NaN)]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(double.Epsilon, -744.4400719213812)]
    [InlineData(1e-310, -713.8013788281542)]
    [InlineData(double.MaxValue, 709.782712893384)]
    public void Log_AtTheEdges_IsTheLimit(double x, double expected) => Assert.Equal(expected, Elementary.Log(x));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-0.0, 1)]
    [InlineData(710, double.PositiveInfinity)]
    [InlineData(1e300, double.PositiveInfinity)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(-709, 0)]
    [InlineData(-1e300, 0)]
    [InlineData(double.NegativeInfinity, 0)]
    [InlineData(double.NaN, double.NaN)]
    public void Exp_AtTheEdges_IsTheLimit(double x, double expected) => Assert.Equal(expected, Elementary.Exp(x));

    [Theory]
    [InlineData(-1, double.NegativeInfinity)]
    [InlineData(-2, double.NaN)]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(0, 0)]
    [InlineData(1e-300, 1e-300)]
    public void Log1p_AtTheEdges_IsTheLimit(double x, double expected) => Assert.Equal(expected, Elementary.Log1p(x));

    [Theory]
    [InlineData(double.NegativeInfinity, -1)]
    [InlineData(double.PositiveInfinity, double.PositiveInfinity)]
    [InlineData(double.NaN, double.NaN)]
    [InlineData(0, 0)]
    [InlineData(1e-300, 1e-300)]
    public void Expm1_AtTheEdges_IsTheLimit(double x, double expected) => Assert.Equal(expected, Elementary.Expm1(x));

    [Fact]
    public void EveryLaneWidth_GivesTheBitsOfOneLane()
    {
        AssertSameBits<Lane2>();
        AssertSameBits<Lane4>();
        AssertSameBits<Lane8>();
    }

    private static void AssertSameBits<T>()
        where T : unmanaged, ILane<T>
    {
        double[] points = [.. s_extremes, .. PositiveNumbers(20_000), .. Grid(-750, 750, 20_000), .. Grid(0.5, 2, 20_000)];
        for (int start = 0; start + T.Width <= points.Length; start += T.Width)
        {
            T x = T.Create(0);
            for (int lane = 0; lane < T.Width; lane++)
            {
                x = x.With(lane, points[start + lane]);
            }

            T log = Elementary.Log(x);
            T exp = Elementary.Exp(x);
            for (int lane = 0; lane < T.Width; lane++)
            {
                Assert.Equal(BitConverter.DoubleToInt64Bits(Elementary.Log(points[start + lane])), BitConverter.DoubleToInt64Bits(log[lane]));
                Assert.Equal(BitConverter.DoubleToInt64Bits(Elementary.Exp(points[start + lane])), BitConverter.DoubleToInt64Bits(exp[lane]));
            }
        }
    }

    private static void AssertUlp(double largest, double[] points, Func<double, double> actual, Func<double, double> expected)
    {
        double worst = 0;
        double at = double.NaN;
        foreach (double x in points)
        {
            double reference = expected(x);
            double ulp = Math.BitIncrement(Math.Abs(reference)) - Math.Abs(reference);
            double error = Math.Abs(actual(x) - reference) / ulp;
            if (!(error <= worst))
            {
                (worst, at) = (error, x);
            }
        }

        Assert.True(worst <= largest, $"{worst} ulp at {at:R}");
    }

    // Every exponent and a mantissa that no low-order pattern fits: steps of the golden ratio in the bits.
    private static double[] PositiveNumbers(int count)
    {
        ulong range = BitConverter.DoubleToUInt64Bits(double.MaxValue);
        return [.. Enumerable.Range(1, count).Select(i => BitConverter.UInt64BitsToDouble(((ulong)i * 0x9E3779B97F4A7C15) % range))];
    }

    private static double[] Grid(double from, double to, int count) =>
        [.. Enumerable.Range(0, count).Select(i => from + ((to - from) * (i + 0.381966) / count))];

    // log(1+x) = 2 artanh(x / (2+x)) in 28 decimal digits, where the platform's form would cancel.
    private static double Log1pBySeries(double x)
    {
        if (Math.Abs(x) < 1e-6)
        {
            return x - (x * x * (0.5 - (x / 3)));
        }

        if (x is < -0.5 or > 1)
        {
            return Math.Log(1 + x);
        }

        decimal d = ToDecimal(x);
        decimal s = d / (2 + d);
        decimal power = s;
        decimal sum = 0;
        for (int k = 1; k < 70; k += 2)
        {
            sum += power / k;
            power *= s * s;
        }

        return (double)(2 * sum);
    }

    private static double Expm1BySeries(double x)
    {
        decimal d = ToDecimal(x);
        decimal term = d;
        decimal sum = term;
        for (int k = 2; k < 25; k++)
        {
            term *= d / k;
            sum += term;
        }

        return (double)sum;
    }

    // The cast would round to 15 digits. For 1e-6 < |x| < 2: x = (high + low) 2⁻³⁰ with both parts exact.
    private static decimal ToDecimal(double x)
    {
        const double shift = 1L << 30;
        double high = Math.Floor(x * shift);
        double low = ((x * shift) - high) * shift;
        double lowest = (low - Math.Floor(low)) * shift;
        return ((((decimal)(long)lowest / (1L << 30)) + (long)Math.Floor(low)) / (1L << 30) + (long)high) / (1L << 30);
    }
}
