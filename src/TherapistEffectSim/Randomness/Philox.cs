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
    public void Fill(Span<T> words, uint counter0, uint counter1, in T counter2, in T counter3) =>
        Fill(words.Length / 2, new(words, words[1..], 2, counter0, 1, counter1, 0, counter2, counter3));

    /// <summary>Fills the first word of the blocks of consecutive values of the second counter word.</summary>
    /// <param name="words">One 64-bit word per block.</param>
    /// <param name="counter0">First counter word of all blocks.</param>
    /// <param name="counter1">Second counter word of the first block; the next blocks count up.</param>
    /// <param name="counter2">Third counter word, one per lane.</param>
    /// <param name="counter3">Fourth counter word, one per lane.</param>
    public void FillFirst(Span<T> words, uint counter0, uint counter1, in T counter2, in T counter3) =>
        Fill(words.Length, new(words, [], 1, counter0, 0, counter1, 1, counter2, counter3));

    /// <summary>Fills both words of the blocks of consecutive values of the second counter word.</summary>
    /// <param name="first">The first 64-bit word of each block.</param>
    /// <param name="second">The second word of each block; as many.</param>
    /// <param name="counter0">First counter word of all blocks.</param>
    /// <param name="counter1">Second counter word of the first block; the next blocks count up.</param>
    /// <param name="counter2">Third counter word, one per lane.</param>
    /// <param name="counter3">Fourth counter word, one per lane.</param>
    public void FillBoth(Span<T> first, Span<T> second, uint counter0, uint counter1, in T counter2, in T counter3) =>
        Fill(first.Length, new(first, second, 1, counter0, 0, counter1, 1, counter2, counter3));

    // A round waits for its multiplications: up to four independent blocks side by side, never one of several alone.
    private void Fill(int count, in Blocks blocks)
    {
        ReadOnlySpan<T> keys = _roundKeys.Span;
        for (int block = 0; block < count;)
        {
            switch (count - block)
            {
                case 1:
                    OneBlock(keys, in blocks, block);
                    block++;
                    break;
                case 2:
                    TwoBlocks(keys, in blocks, block);
                    block += 2;
                    break;
                case 3 or 5:
                    ThreeBlocks(keys, in blocks, block);
                    block += 3;
                    break;
                default:
                    FourBlocks(keys, in blocks, block);
                    block += 4;
                    break;
            }
        }
    }

    // These are compiled for themselves: within a caller their rounds exceed what the compiler inlines.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void OneBlock(ReadOnlySpan<T> keys, in Blocks blocks, int block)
    {
        blocks.Start(block, out T a0, out T a1, out T a2, out T a3);
        for (int k = 0; k + 1 < keys.Length; k += 2)
        {
            Round(ref a0, ref a1, ref a2, ref a3, keys[k], keys[k + 1]);
        }

        blocks.Store(block, a0, a1, a2, a3);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TwoBlocks(ReadOnlySpan<T> keys, in Blocks blocks, int block)
    {
        blocks.Start(block, out T a0, out T a1, out T a2, out T a3);
        blocks.Start(block + 1, out T b0, out T b1, out T b2, out T b3);
        for (int k = 0; k + 1 < keys.Length; k += 2)
        {
            T key0 = keys[k];
            T key1 = keys[k + 1];
            Round(ref a0, ref a1, ref a2, ref a3, key0, key1);
            Round(ref b0, ref b1, ref b2, ref b3, key0, key1);
        }

        blocks.Store(block, a0, a1, a2, a3);
        blocks.Store(block + 1, b0, b1, b2, b3);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ThreeBlocks(ReadOnlySpan<T> keys, in Blocks blocks, int block)
    {
        blocks.Start(block, out T a0, out T a1, out T a2, out T a3);
        blocks.Start(block + 1, out T b0, out T b1, out T b2, out T b3);
        blocks.Start(block + 2, out T c0, out T c1, out T c2, out T c3);
        for (int k = 0; k + 1 < keys.Length; k += 2)
        {
            T key0 = keys[k];
            T key1 = keys[k + 1];
            Round(ref a0, ref a1, ref a2, ref a3, key0, key1);
            Round(ref b0, ref b1, ref b2, ref b3, key0, key1);
            Round(ref c0, ref c1, ref c2, ref c3, key0, key1);
        }

        blocks.Store(block, a0, a1, a2, a3);
        blocks.Store(block + 1, b0, b1, b2, b3);
        blocks.Store(block + 2, c0, c1, c2, c3);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FourBlocks(ReadOnlySpan<T> keys, in Blocks blocks, int block)
    {
        blocks.Start(block, out T a0, out T a1, out T a2, out T a3);
        blocks.Start(block + 1, out T b0, out T b1, out T b2, out T b3);
        blocks.Start(block + 2, out T c0, out T c1, out T c2, out T c3);
        blocks.Start(block + 3, out T d0, out T d1, out T d2, out T d3);
        for (int k = 0; k + 1 < keys.Length; k += 2)
        {
            T key0 = keys[k];
            T key1 = keys[k + 1];
            Round(ref a0, ref a1, ref a2, ref a3, key0, key1);
            Round(ref b0, ref b1, ref b2, ref b3, key0, key1);
            Round(ref c0, ref c1, ref c2, ref c3, key0, key1);
            Round(ref d0, ref d1, ref d2, ref d3, key0, key1);
        }

        blocks.Store(block, a0, a1, a2, a3);
        blocks.Store(block + 1, b0, b1, b2, b3);
        blocks.Store(block + 2, c0, c1, c2, c3);
        blocks.Store(block + 3, d0, d1, d2, d3);
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

    /// <summary>Counters of consecutive blocks, and where their words go.</summary>
    private readonly ref struct Blocks
    {
        private readonly Span<T> _first;
        private readonly Span<T> _second; // empty: not wanted
        private readonly int _stride;     // between words of neighbouring blocks
        private readonly uint _counter0;
        private readonly uint _step0;     // from block to block
        private readonly uint _counter1;
        private readonly uint _step1;
        private readonly T _counter2;
        private readonly T _counter3;

        public Blocks(Span<T> first, Span<T> second, int stride, uint counter0, uint step0, uint counter1, uint step1, in T counter2, in T counter3)
        {
            _first = first;
            _second = second;
            _stride = stride;
            _counter0 = counter0;
            _step0 = step0;
            _counter1 = counter1;
            _step1 = step1;
            _counter2 = counter2;
            _counter3 = counter3;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Start(int block, out T x0, out T x1, out T x2, out T x3)
        {
            x0 = T.FromBits(_counter0 + (_step0 * (uint)block));
            x1 = T.FromBits(_counter1 + (_step1 * (uint)block));
            x2 = _counter2;
            x3 = _counter3;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(int block, T x0, T x1, T x2, T x3)
        {
            _first[block * _stride] = T.Pack32(x0, x1);
            if (!_second.IsEmpty)
            {
                _second[block * _stride] = T.Pack32(x2, x3);
            }
        }
    }
}
