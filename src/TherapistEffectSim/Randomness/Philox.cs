using System.Runtime.CompilerServices;

namespace TherapistEffectSim.Randomness;

/// <summary>Philox4x32-10: a block of 128 random bits as a function of a 128-bit counter and a 64-bit key.</summary>
/// <remarks>Salmon, Moraes, Dror &amp; Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC '11, section 4, and their known answers.</remarks>
/// <typeparam name="T">The lane; each lane has a counter of its own.</typeparam>
internal sealed class Philox<T>
    where T : unmanaged, ILane<T>
{
    private const uint Multiplier0 = 0xD2511F53;
    private const uint Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9;
    private const uint Weyl1 = 0xBB67AE85;
    private const int Rounds = 10;

    private readonly LaneBuffer<T> _roundKeys = new(2 * Rounds);

    /// <param name="key">The 64-bit key: low half first.</param>
    public Philox(ulong key) => SetKey(key);

    /// <summary>Changes the key.</summary>
    public void SetKey(ulong key)
    {
        uint key0 = (uint)key;
        uint key1 = (uint)(key >> 32);
        for (int round = 0; round < Rounds; round++)
        {
            _roundKeys.Span[2 * round] = T.FromBits(key0);
            _roundKeys.Span[(2 * round) + 1] = T.FromBits(key1);
            key0 += Weyl0;
            key1 += Weyl1;
        }
    }

    /// <summary>Fills two words per block for consecutive values of the first counter word.</summary>
    /// <param name="words">Two 64-bit words (four 32-bit outputs, low half first) per block; an even number of words.</param>
    /// <param name="counter0">First counter word of the first block; the next blocks count up.</param>
    /// <param name="counter1">Second counter word of all blocks.</param>
    /// <param name="counter2">Third counter word, one per lane.</param>
    /// <param name="counter3">Fourth counter word, one per lane.</param>
    // Compiled for itself, because within a caller its rounds exceed what the compiler inlines; lanes by reference, because by value they go through the stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Fill(Span<T> words, uint counter0, uint counter1, in T counter2, in T counter3)
    {
        ReadOnlySpan<T> keys = _roundKeys.Span;
        int block = 0;
        int blocks = words.Length / 2;
        for (; block + 1 < blocks && block + 3 != blocks; block += 2)
        {
            TwoBlocks(keys, T.FromBits(counter0 + (uint)block), T.FromBits(counter0 + (uint)block + 1), T.FromBits(counter1), counter2, counter3, words.Slice(2 * block, 4));
        }

        if (block + 3 == blocks)
        {
            ThreeBlocks(keys, counter0 + (uint)block, T.FromBits(counter1), counter2, counter3, words.Slice(2 * block, 6));
        }
        else if (block < blocks)
        {
            OneBlock(keys, T.FromBits(counter0 + (uint)block), T.FromBits(counter1), counter2, counter3, words.Slice(2 * block, 2));
        }
    }

    /// <summary>Fills the first word of the blocks of consecutive values of the second counter word.</summary>
    /// <param name="words">One 64-bit word per block.</param>
    /// <param name="counter0">First counter word of all blocks.</param>
    /// <param name="counter1">Second counter word of the first block; the next blocks count up.</param>
    /// <param name="counter2">Third counter word, one per lane.</param>
    /// <param name="counter3">Fourth counter word, one per lane.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void FillFirst(Span<T> words, uint counter0, uint counter1, in T counter2, in T counter3)
    {
        ReadOnlySpan<T> keys = _roundKeys.Span;
        for (int block = 0; block < words.Length; block += 2)
        {
            T a0 = T.FromBits(counter0);
            T a1 = T.FromBits(counter1 + (uint)block);
            T a2 = counter2;
            T a3 = counter3;
            T b0 = a0;
            T b1 = T.FromBits(counter1 + (uint)block + 1);
            T b2 = counter2;
            T b3 = counter3;
            for (int k = 0; k + 1 < keys.Length; k += 2)
            {
                Round(ref a0, ref a1, ref a2, ref a3, keys[k], keys[k + 1]);
                Round(ref b0, ref b1, ref b2, ref b3, keys[k], keys[k + 1]);
            }

            words[block] = T.Pack32(a0, a1);
            if (block + 1 < words.Length)
            {
                words[block + 1] = T.Pack32(b0, b1);
            }
        }
    }

    /// <summary>Fills both words of the blocks of consecutive values of the second counter word.</summary>
    /// <param name="first">The first 64-bit word of each block.</param>
    /// <param name="second">The second word of each block; as many.</param>
    /// <param name="counter0">First counter word of all blocks.</param>
    /// <param name="counter1">Second counter word of the first block; the next blocks count up.</param>
    /// <param name="counter2">Third counter word, one per lane.</param>
    /// <param name="counter3">Fourth counter word, one per lane.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void FillBoth(Span<T> first, Span<T> second, uint counter0, uint counter1, in T counter2, in T counter3)
    {
        ReadOnlySpan<T> keys = _roundKeys.Span;
        for (int block = 0; block < first.Length && block < second.Length; block += 2)
        {
            T a0 = T.FromBits(counter0);
            T a1 = T.FromBits(counter1 + (uint)block);
            T a2 = counter2;
            T a3 = counter3;
            T b0 = a0;
            T b1 = T.FromBits(counter1 + (uint)block + 1);
            T b2 = counter2;
            T b3 = counter3;
            for (int k = 0; k + 1 < keys.Length; k += 2)
            {
                Round(ref a0, ref a1, ref a2, ref a3, keys[k], keys[k + 1]);
                Round(ref b0, ref b1, ref b2, ref b3, keys[k], keys[k + 1]);
            }

            first[block] = T.Pack32(a0, a1);
            second[block] = T.Pack32(a2, a3);
            if (block + 1 < first.Length)
            {
                first[block + 1] = T.Pack32(b0, b1);
                second[block + 1] = T.Pack32(b2, b3);
            }
        }
    }

    // Two independent blocks side by side keep the multiplier busy.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TwoBlocks(ReadOnlySpan<T> keys, T a0, T b0, T counter1, T counter2, T counter3, Span<T> words)
    {
        T a1 = counter1;
        T a2 = counter2;
        T a3 = counter3;
        T b1 = counter1;
        T b2 = counter2;
        T b3 = counter3;
        for (int k = 0; k + 1 < keys.Length; k += 2)
        {
            Round(ref a0, ref a1, ref a2, ref a3, keys[k], keys[k + 1]);
            Round(ref b0, ref b1, ref b2, ref b3, keys[k], keys[k + 1]);
        }

        words[0] = T.Pack32(a0, a1);
        words[1] = T.Pack32(a2, a3);
        words[2] = T.Pack32(b0, b1);
        words[3] = T.Pack32(b2, b3);
    }

    // Of an odd number the last three: one alone would leave the multiplier idle.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThreeBlocks(ReadOnlySpan<T> keys, uint first, in T counter1, in T counter2, in T counter3, Span<T> words)
    {
        T a0 = T.FromBits(first);
        T b0 = T.FromBits(first + 1);
        T c0 = T.FromBits(first + 2);
        T a1 = counter1;
        T a2 = counter2;
        T a3 = counter3;
        T b1 = counter1;
        T b2 = counter2;
        T b3 = counter3;
        T c1 = counter1;
        T c2 = counter2;
        T c3 = counter3;
        for (int k = 0; k + 1 < keys.Length; k += 2)
        {
            T key0 = keys[k];
            T key1 = keys[k + 1];
            Round(ref a0, ref a1, ref a2, ref a3, key0, key1);
            Round(ref b0, ref b1, ref b2, ref b3, key0, key1);
            Round(ref c0, ref c1, ref c2, ref c3, key0, key1);
        }

        words[0] = T.Pack32(a0, a1);
        words[1] = T.Pack32(a2, a3);
        words[2] = T.Pack32(b0, b1);
        words[3] = T.Pack32(b2, b3);
        words[4] = T.Pack32(c0, c1);
        words[5] = T.Pack32(c2, c3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void OneBlock(ReadOnlySpan<T> keys, T a0, T a1, T a2, T a3, Span<T> words)
    {
        for (int k = 0; k + 1 < keys.Length; k += 2)
        {
            Round(ref a0, ref a1, ref a2, ref a3, keys[k], keys[k + 1]);
        }

        words[0] = T.Pack32(a0, a1);
        words[1] = T.Pack32(a2, a3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref T x0, ref T x1, ref T x2, ref T x3, T key0, T key1)
    {
        T product0 = T.MultiplyLow32(x0, T.FromBits(Multiplier0));
        T product1 = T.MultiplyLow32(x2, T.FromBits(Multiplier1));
        x0 = T.Xor(T.ShiftRight(product1, 32), x1, key0);
        x2 = T.Xor(T.ShiftRight(product0, 32), x3, key1);
        x1 = product1;
        x3 = product0;
    }
}
