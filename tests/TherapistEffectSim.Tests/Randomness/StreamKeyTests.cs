using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Randomness;

public sealed class StreamKeyTests
{
    // The first output of SplitMix64 with this seed, as its authors' program prints it; 20260101 by an independent calculation.
    [Theory]
    [InlineData(0UL, 0xE220A8397B1DCDAFUL)]
    [InlineData(1UL, 0x910A2DEC89025CC1UL)]
    [InlineData(20260101UL, 0xF2ACD20EC0FAD03AUL)]
    [InlineData(ulong.MaxValue, 0xE4D971771B652C20UL)]
    public void ForStudy_IsPinned(ulong seed, ulong key) => Assert.Equal(key, StreamKey.ForStudy(seed));

    [Theory]
    [InlineData(0UL, 0UL, 0xA706DD2F4D197E6FUL)]
    [InlineData(20260101UL, 0x0123456789ABCDEFUL, 0x8B4131628126C7AFUL)]
    public void ForScenario_IsPinned(ulong seed, ulong contentHash, ulong key) => Assert.Equal(key, StreamKey.ForScenario(seed, contentHash));

    [Fact]
    public void Keys_OfNeighbouringSeedsAndHashes_Differ()
    {
        IEnumerable<ulong> seeds = Enumerable.Range(0, 1000).Select(i => (ulong)i);
        ulong[] keys =
        [
            .. seeds.Select(StreamKey.ForStudy),
            .. seeds.Select(hash => StreamKey.ForScenario(7, hash)),
            .. seeds.Where(seed => seed != 7).Select(seed => StreamKey.ForScenario(seed, 7)),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
    }
}
