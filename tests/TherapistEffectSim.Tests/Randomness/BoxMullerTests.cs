using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Randomness;

public sealed class BoxMullerTests
{
    private const double LargestError = 1;      // in units of its bound
    private const double ErrorPerRadius = 8e-13;
    private const double ErrorAtCentre = 1e-12;

    public static TheoryData<ulong> EdgeWords
    {
        get
        {
            TheoryData<ulong> words = [1, 2, 3, ulong.MaxValue, ulong.MaxValue - 1, ulong.MaxValue << 11, 0x00000000FFFFFFFF, 0x7FFFFFFF80000000];
            for (int bit = 2; bit < 64; bit++)
            {
                words.Add(1UL << bit);
                words.Add((1UL << bit) - 1);
                words.Add((1UL << bit) + 1);
            }

            return words;
        }
    }

    [Fact]
    public void Transform_OfManyWords_AgreesWithThePlatformsFunctions()
    {
        Random random = new(20260101);
        double largest = 0;
        for (int i = 0; i < 300_000; i++)
        {
            // Every third word is shifted to the right, into the tail beyond what unshifted words reach.
            ulong word = AnyWord(random);
            word = i % 3 == 0 ? word >> (i % 50) : word;
            largest = Math.Max(largest, Error(word));
        }

        Assert.InRange(largest, 0, LargestError);
    }

    [Theory]
    [MemberData(nameof(EdgeWords))]
    public void Transform_AtTheEdges_AgreesWithThePlatformsFunctions(ulong word) => Assert.InRange(Error(word), 0, LargestError);

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(ulong.MaxValue - 511)]
    [InlineData(ulong.MaxValue - 512)]
    [InlineData(ulong.MaxValue - 1024)]
    public void Transform_OfTheExtremeWords_IsFinite(ulong word)
    {
        BoxMuller.Transform(Lane1.FromBits(word), out Lane1 first, out Lane1 second);

        Assert.True(double.IsFinite(first[0]) && double.IsFinite(second[0]), $"{first[0]}, {second[0]}");
        Assert.InRange(Math.Sqrt((first[0] * first[0]) + (second[0] * second[0])), 0, 40);
    }

    [Fact]
    public void Transform_InWideLanes_GivesTheBitsOfOneLane()
    {
        AssertBitsOfOneLane<Lane2>();
        AssertBitsOfOneLane<Lane4>();
        AssertBitsOfOneLane<Lane8>();
    }

    private static void AssertBitsOfOneLane<T>()
        where T : unmanaged, ILane<T>
    {
        Random random = new(7);
        List<ulong> words = [0, 1, ulong.MaxValue, 0x8000000000000000, 0xFFFFFFFF00000000];
        while (words.Count < 40_000)
        {
            ulong word = AnyWord(random);
            words.Add(words.Count % 4 == 0 ? word >> (words.Count % 60) : word);
        }

        for (int i = 0; i + T.Width <= words.Count; i += T.Width)
        {
            T wide = T.Create(0);
            for (int lane = 0; lane < T.Width; lane++)
            {
                wide = wide.With(lane, BitConverter.UInt64BitsToDouble(words[i + lane]));
            }

            BoxMuller.Transform(wide, out T first, out T second);
            for (int lane = 0; lane < T.Width; lane++)
            {
                BoxMuller.Transform(Lane1.FromBits(words[i + lane]), out Lane1 expectedFirst, out Lane1 expectedSecond);
                Assert.Equal(expectedFirst.Bits(0), first.Bits(lane));
                Assert.Equal(expectedSecond.Bits(0), second.Bits(lane));
            }
        }
    }

    private static double Radius(ulong word) => Math.Sqrt(-2 * Math.Log(Math.ScaleB((double)word, -64)));

    private static ulong AnyWord(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);

    // Largest error over its bound. Radius from u = word·2⁻⁶⁴,
    // angle π·t with t from the low 32 bits as a signed number, sign of the cosine from the lowest bit.
    private static double Error(ulong word)
    {
        BoxMuller.Transform(Lane1.FromBits(word), out Lane1 first, out Lane1 second);
        double radius = Radius(word);
        double angle = Math.PI * Math.ScaleB((int)(uint)word, -32);
        double sign = (word & 1) == 0 ? 1 : -1;
        double error = Math.Max(Math.Abs(first[0] - (sign * radius * Math.Cos(angle))), Math.Abs(second[0] - (radius * Math.Sin(angle))));
        return error / (ErrorAtCentre + (ErrorPerRadius * radius));
    }
}
