using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Randomness;

public sealed class RandomNumberStreamTests
{
    private const ulong Key = 0x910A2DEC89025CC1UL;
    private const int MostPatients = 100_000;
    private const int MostAttempts = 128;

    [Fact]
    public void Domains_HaveTheirPinnedNumbersAndNoTwoTheSame()
    {
        Dictionary<RandomDomain, int> pinned = new()
        {
            [RandomDomain.Patient] = 1,
            [RandomDomain.Measurement] = 2,
            [RandomDomain.Attrition] = 3,
            [RandomDomain.ResidualForm] = 4,
            [RandomDomain.Trait] = 5,
            [RandomDomain.Rater] = 6,
            [RandomDomain.Course] = 7,
            [RandomDomain.GrowthPatient] = 8,
            [RandomDomain.GrowthResidual] = 9,
            [RandomDomain.GrowthLoss] = 10,
            [RandomDomain.Therapist] = 16,
            [RandomDomain.Caseload] = 17,
            [RandomDomain.CaseloadWeight] = 18,
            [RandomDomain.TherapistContext] = 19,
            [RandomDomain.TherapistMean] = 20,
            [RandomDomain.TherapistAdherence] = 21,
            [RandomDomain.CombinedTherapist] = 22,
            [RandomDomain.CombinedMean] = 23,
            [RandomDomain.SeparatedEffect] = 24,
            [RandomDomain.GrowthTherapist] = 25,
            [RandomDomain.Site] = 32,
            [RandomDomain.Study] = 48,
            [RandomDomain.Statistics] = 49,
            [RandomDomain.NullDistribution] = 50,
            [RandomDomain.Bootstrap] = 51,
            [RandomDomain.BootstrapStatistics] = 52,
        };

        Assert.Equal(Enum.GetNames<RandomDomain>().Length, pinned.Count);
        Assert.All(pinned, domain => Assert.Equal(domain.Value, (int)domain.Key));
        Assert.Equal(pinned.Count, pinned.Values.Distinct().Count());
    }

    // Counter = (index, domain « 24 | entity, replicate low, replicate high): the pair of patients in bits 0 to 16, the attempt in 25 to 31.
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 29, 17)]
    [InlineData(99_998, 999_999, 4_294_967_293)]
    [InlineData(64, 0xABCDE, 123_456_789_012)]
    public void Patients_AreTheBlockOfTheirPairInTheDocumentedLayout(int patient, int therapist, long replicate)
    {
        foreach (RandomDomain domain in Enum.GetValues<RandomDomain>())
        {
            RandomNumberStream<Lane8> stream = new(Key);
            stream.MoveTo(replicate);
            Lane8[] words = new Lane8[4];
            stream.Patients(words, domain, therapist, patient);
            for (int lane = 0; lane < 8; lane++)
            {
                ulong number = (ulong)replicate + (ulong)lane;
                for (int block = 0; block < 2; block++)
                {
                    (ulong first, ulong second) = ScalarPhilox.Words(
                        (uint)((patient / 2) + block), ((uint)domain << 24) | (uint)therapist, (uint)number, (uint)(number >> 32), Key);
                    Assert.Equal(first, words[2 * block].Bits(lane));
                    Assert.Equal(second, words[(2 * block) + 1].Bits(lane));
                }
            }
        }
    }

    [Fact]
    public void Entity_IsBlockZeroAndAttemptStandsAboveAllPatientsAndOccasions()
    {
        RandomNumberStream<Lane1> stream = new(Key);
        stream.MoveTo(5);
        Lane1[] words = new Lane1[2];
        stream.Entity(words, RandomDomain.Site, 3);
        Assert.Equal(ScalarPhilox.Words(0, (32u << 24) | 3, 5, 0, Key), (words[0].Bits(0), words[1].Bits(0)));
        for (int attempt = 0; attempt < MostAttempts; attempt++)
        {
            stream.Attempt(words, RandomDomain.CaseloadWeight, 3, attempt);
            Assert.Equal(ScalarPhilox.Words((uint)attempt << 25, (18u << 24) | 3, 5, 0, Key), (words[0].Bits(0), words[1].Bits(0)));
        }

        const int pairBits = 17;
        const int occasionBits = 8;
        Assert.True(MostPatients / 2 <= 1 << pairBits, "the pairs of the largest caseload fit below the occasions");
        Assert.Equal(25, pairBits + occasionBits);
        Assert.Equal(1L << 32, (long)MostAttempts << (pairBits + occasionBits));
        Assert.Equal(MostPatients, TherapistEffectSim.Design.Caseload.Largest);
    }

    [Fact]
    public void Patients_OfOneReplicateAlone_AreThoseOfTheBatch()
    {
        RandomNumberStream<Lane8> batch = new(Key);
        batch.MoveTo(996);
        Lane8[] many = new Lane8[64];
        batch.Patients(many, RandomDomain.Patient, 5, 0);

        RandomNumberStream<Lane1> alone = new(Key);
        alone.MoveTo(1000);
        Lane1[] pair = new Lane1[2];
        alone.Patients(pair, RandomDomain.Patient, 5, 2);

        Assert.Equal(many[3].Bits(4), pair[1].Bits(0));
    }

    [Fact]
    public void Addresses_OfAllDomainsTherapistsPatientsAndReplicates_GiveDifferentWords()
    {
        HashSet<ulong> seen = [];
        int drawn = 0;
        RandomNumberStream<Lane8> stream = new(Key);
        Lane8[] words = new Lane8[20];
        for (int block = 0; block < 4; block++)
        {
            stream.MoveTo(8 * block);
            foreach (RandomDomain domain in Enum.GetValues<RandomDomain>())
            {
                for (int therapist = 0; therapist < 20; therapist++)
                {
                    stream.Patients(words, domain, therapist, 0);
                    for (int lane = 0; lane < 8; lane++)
                    {
                        drawn += words.Length;
                        seen.UnionWith(words.Select(word => word.Bits(lane)));
                    }
                }
            }
        }

        // 102,400 words of 64 bits: two are the same by chance with probability 3e-10.
        Assert.Equal(drawn, seen.Count);
    }

    [Fact]
    public void Words_OfDifferentKeys_Differ()
    {
        static ulong FirstWord(ulong seed)
        {
            RandomNumberStream<Lane1> stream = new(StreamKey.ForStudy(seed));
            stream.MoveTo(0);
            Lane1[] words = new Lane1[2];
            stream.Entity(words, RandomDomain.Therapist, 0);
            return words[0].Bits(0);
        }

        Assert.Equal(1000, Enumerable.Range(0, 1000).Select(seed => FirstWord((ulong)seed)).Distinct().Count());
    }
}
