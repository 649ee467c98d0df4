using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Randomness;

/// <summary>Every operation of the wide lanes gives the bits of the plain double.</summary>
public sealed class LaneTests
{
    private const int Operands = 4_000;

    private static readonly LaneTable s_table = new([.. Enumerable.Range(0, 16).Select(i => (i + 1) / 3.0)]);

    public static TheoryData<string> Operations => [.. Named<Lane1>().Keys];

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_InWideLanes_GivesTheBitsOfOneLane(string operation)
    {
        AssertBitsOfOneLane<Lane2>(operation);
        AssertBitsOfOneLane<Lane4>(operation);
        AssertBitsOfOneLane<Lane8>(operation);
    }

    [Fact]
    public void Fma_InEveryLane_RoundsOnce()
    {
        AssertRoundsOnce<Lane1>();
        AssertRoundsOnce<Lane2>();
        AssertRoundsOnce<Lane4>();
        AssertRoundsOnce<Lane8>();
    }

    [Fact]
    public void Sequence_CountsTheLanes()
    {
        AssertSequence<Lane2>();
        AssertSequence<Lane4>();
        AssertSequence<Lane8>();
    }

    [Fact]
    public void Any_OfAMaskThatIsTrueInOneLane_IsTrue()
    {
        AssertAny<Lane1>();
        AssertAny<Lane2>();
        AssertAny<Lane4>();
        AssertAny<Lane8>();
    }

    private static Dictionary<string, Func<T, T, T, T>> Named<T>()
        where T : unmanaged, ILane<T> => new()
        {
            ["+"] = (a, b, _) => a + b,
            ["-"] = (a, b, _) => a - b,
            ["*"] = (a, b, _) => a * b,
            ["/"] = (a, b, _) => a / b,
            ["fma"] = T.Fma,
            ["sqrt"] = (a, _, _) => T.Sqrt(a),
            ["abs"] = (a, _, _) => T.Abs(a),
            ["max"] = (a, b, _) => T.Max(a, b),
            ["min"] = (a, b, _) => T.Min(a, b),
            ["less"] = (a, b, _) => T.LessThan(a, b),
            ["select"] = (a, b, c) => T.Select(T.LessThan(c, T.Create(0)), a, b),
            ["and"] = (a, b, _) => T.And(a, b),
            ["and not"] = (a, b, _) => T.AndNot(a, b),
            ["or"] = (a, b, _) => T.Or(a, b),
            ["xor"] = (a, b, _) => T.Xor(a, b),
            ["xor of three"] = T.Xor,
            ["add bits"] = (a, b, _) => T.AddBits(a, b),
            ["subtract bits"] = (a, b, _) => T.SubtractBits(a, b),
            ["shift left"] = (a, _, _) => T.ShiftLeft(a, 23),
            ["shift right"] = (a, _, _) => T.ShiftRight(a, 41),
            ["multiply"] = (a, b, _) => T.MultiplyLow32(a, b),
            ["pack"] = (a, b, _) => T.Pack32(a, b),
            ["unsigned"] = (a, _, _) => T.ConvertUnsigned(a),
            ["signed"] = (a, _, _) => T.ConvertSigned(a),
            ["lookup"] = (a, _, _) => T.Lookup(s_table, a),
        };

    private static void AssertBitsOfOneLane<T>(string operation)
        where T : unmanaged, ILane<T>
    {
        Func<Lane1, Lane1, Lane1, Lane1> one = Named<Lane1>()[operation];
        Func<T, T, T, T> wide = Named<T>()[operation];
        ulong[] words = [.. Words()];
        for (int start = 0; start + (3 * T.Width) <= words.Length; start += T.Width)
        {
            T found = wide(Load<T>(words, start), Load<T>(words, start + T.Width), Load<T>(words, start + (2 * T.Width)));
            for (int lane = 0; lane < T.Width; lane++)
            {
                int i = start + lane;
                Lane1 expected = one(Lane1.FromBits(words[i]), Lane1.FromBits(words[i + T.Width]), Lane1.FromBits(words[i + (2 * T.Width)]));
                Assert.Equal($"{i}: {expected.Bits(0):X16}", $"{i}: {found.Bits(lane):X16}");
            }
        }
    }

    // Bits that are no NaN: which of two NaNs an operation passes on is not the same on all processors.
    private static IEnumerable<ulong> Words()
    {
        Random random = new(20261122);
        ulong[] edges = [0, 1UL << 63, 1, 0x7FF0000000000000, 0xFFF0000000000000, 0x000FFFFFFFFFFFFF, 0x7FEFFFFFFFFFFFFF, 0x3FF0000000000000, 0xFFFFFFFF];
        for (int i = 0; i < Operands; i++)
        {
            double number = (random.NextDouble() - 0.5) * Math.Pow(2, random.Next(-60, 60));
            ulong bits = (ulong)random.NextInt64(long.MinValue, long.MaxValue);
            ulong word = random.Next(4) switch
            {
                0 => edges[random.Next(edges.Length)],
                1 => bits,
                _ => BitConverter.DoubleToUInt64Bits(number),
            };
            yield return double.IsNaN(BitConverter.UInt64BitsToDouble(word)) ? word >> 12 : word;
        }
    }

    private static T Load<T>(ulong[] words, int start)
        where T : unmanaged, ILane<T>
    {
        T loaded = T.Create(0);
        for (int lane = 0; lane < T.Width; lane++)
        {
            loaded = loaded.With(lane, BitConverter.UInt64BitsToDouble(words[start + lane]));
        }

        return loaded;
    }

    // (1 + 2⁻³⁰)(1 − 2⁻³⁰) − 1 = −2⁻⁶⁰, of which rounding the product first leaves 0.
    private static void AssertRoundsOnce<T>()
        where T : unmanaged, ILane<T>
    {
        double small = Math.ScaleB(1, -30);
        T found = T.Fma(T.Create(1 + small), T.Create(1 - small), T.Create(-1));
        for (int lane = 0; lane < T.Width; lane++)
        {
            Assert.Equal(-small * small, found[lane]);
        }
    }

    private static void AssertSequence<T>()
        where T : unmanaged, ILane<T>
    {
        T found = T.Sequence(4_294_967_295);
        for (int lane = 0; lane < T.Width; lane++)
        {
            Assert.Equal(4_294_967_295 + (ulong)lane, found.Bits(lane));
        }
    }

    private static void AssertAny<T>()
        where T : unmanaged, ILane<T>
    {
        Assert.False(T.Any(T.Create(0)));
        for (int lane = 0; lane < T.Width; lane++)
        {
            Assert.True(T.Any(T.Create(0).With(lane, BitConverter.UInt64BitsToDouble(ulong.MaxValue))));
        }
    }
}
