using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Randomness;

public sealed class PhiloxTests
{
    // kat_vectors of Random123 (Salmon et al. 2011), philox4x32 with 10 rounds: counter, key, output.
    public static TheoryData<uint[], uint[], uint[]> KnownAnswers => new()
    {
        { [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
        {
            [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff],
            [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
        },
        {
            [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0],
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void Fill_OfPublishedVectors_GivesTheKnownAnswersInEveryLane(uint[] counter, uint[] key, uint[] expected)
    {
        AssertKnownAnswer<Lane1>(counter, key, expected);
        AssertKnownAnswer<Lane2>(counter, key, expected);
        AssertKnownAnswer<Lane4>(counter, key, expected);
        AssertKnownAnswer<Lane8>(counter, key, expected);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(6)]
    [InlineData(64)]
    public void Fill_OfSeveralBlocks_IsTheScalarDefinitionInEveryLane(int words)
    {
        AssertScalarWords<Lane1>(words);
        AssertScalarWords<Lane2>(words);
        AssertScalarWords<Lane4>(words);
        AssertScalarWords<Lane8>(words);
    }

    private static void AssertKnownAnswer<T>(uint[] counter, uint[] key, uint[] expected)
        where T : unmanaged, ILane<T>
    {
        Philox<T> philox = new(key[0] | ((ulong)key[1] << 32));
        T[] words = new T[2];
        philox.Fill(words, counter[0], counter[1], T.FromBits(counter[2]), T.FromBits(counter[3]));
        for (int lane = 0; lane < T.Width; lane++)
        {
            Assert.Equal(expected[0] | ((ulong)expected[1] << 32), words[0].Bits(lane));
            Assert.Equal(expected[2] | ((ulong)expected[3] << 32), words[1].Bits(lane));
        }
    }

    private static void AssertScalarWords<T>(int count)
        where T : unmanaged, ILane<T>
    {
        Random random = new(20260101);
        for (int repetition = 0; repetition < 200; repetition++)
        {
            ulong key = (ulong)random.NextInt64();
            uint counter0 = (uint)random.NextInt64(uint.MaxValue - 64L);
            uint counter1 = (uint)random.NextInt64(1L << 32);
            uint counter2 = (uint)random.NextInt64((1L << 32) - 8);
            uint counter3 = (uint)random.NextInt64(1L << 32);
            Philox<T> philox = new(key);
            T[] words = new T[count];
            philox.Fill(words, counter0, counter1, T.Sequence(counter2), T.FromBits(counter3));
            for (int lane = 0; lane < T.Width; lane++)
            {
                for (int block = 0; block < count / 2; block++)
                {
                    (ulong first, ulong second) = ScalarPhilox.Words(counter0 + (uint)block, counter1, counter2 + (uint)lane, counter3, key);
                    Assert.Equal(first, words[2 * block].Bits(lane));
                    Assert.Equal(second, words[(2 * block) + 1].Bits(lane));
                }
            }
        }
    }
}
