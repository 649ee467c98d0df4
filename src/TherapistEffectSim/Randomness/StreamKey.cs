namespace TherapistEffectSim.Randomness;

/// <summary>Keys of the random numbers of a study.</summary>
internal static class StreamKey
{
    /// <summary>Key that all scenarios of a study share: mix64(seed).</summary>
    public static ulong ForStudy(ulong seed) => Mix(seed);

    /// <summary>Key of one scenario that draws for itself: the study's key mixed with a hash of the scenario's content.</summary>
    public static ulong ForScenario(ulong seed, ulong contentHash) => Mix(Mix(seed) ^ contentHash);

    /// <summary>Key of draws that one replicate makes for itself, beside its data.</summary>
    /// <param name="key">Of the replicate's study or scenario.</param>
    /// <param name="replicate">From 0.</param>
    public static ulong ForReplicate(ulong key, long replicate) => Mix(key ^ Mix((ulong)replicate));

    // Finaliser of SplitMix64: Steele, Lea & Flood (2014), Fast splittable pseudorandom number generators, section 5; seed 0 is moved away from 0.
    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
