namespace TherapistEffectSim.Randomness;

/// <summary>The random numbers of as many consecutive replicates as the lane is wide, addressed by what they are for.</summary>
/// <remarks>Keyed by study, replicate and entity, never by thread: any replicate can be made again alone.</remarks>
/// <typeparam name="T">The lane: one replicate each.</typeparam>
internal sealed class RandomNumberStream<T>
    where T : unmanaged, ILane<T>
{
    private const int OccasionShift = 17;
    private const int AttemptShift = 25;

    private readonly Philox<T> _philox;
    private T _replicateLow;
    private T _replicateHigh;

    /// <param name="key">From <see cref="StreamKey"/>.</param>
    public RandomNumberStream(ulong key) => _philox = new Philox<T>(key);

    /// <summary>Changes the key.</summary>
    public void SetKey(ulong key) => _philox.SetKey(key);

    /// <summary>Moves to the replicates first, first + 1, … (from 0), one per lane.</summary>
    public void MoveTo(long first)
    {
        T sequence = T.Sequence((ulong)first);
        _replicateLow = T.And(sequence, T.FromBits(uint.MaxValue));
        _replicateHigh = T.ShiftRight(sequence, 32);
    }

    /// <summary>Words of consecutive patients of one therapist, one word per patient.</summary>
    /// <param name="words">One per patient from <paramref name="firstPatient"/> on; an even number.</param>
    /// <param name="domain">What they are for.</param>
    /// <param name="therapist">From 0.</param>
    /// <param name="firstPatient">From 0, even.</param>
    public void Patients(Span<T> words, RandomDomain domain, int therapist, int firstPatient) =>
        _philox.Fill(words, (uint)firstPatient / 2, Entity(domain, therapist), _replicateLow, _replicateHigh);

    /// <summary>Words of consecutive patients of one therapist at one occasion.</summary>
    /// <param name="words">One per patient from <paramref name="firstPatient"/> on; an even number.</param>
    /// <param name="domain">What they are for.</param>
    /// <param name="therapist">From 0.</param>
    /// <param name="firstPatient">From 0, even.</param>
    /// <param name="occasion">From 0, below 256.</param>
    public void Patients(Span<T> words, RandomDomain domain, int therapist, int firstPatient, int occasion) =>
        _philox.Fill(words, ((uint)firstPatient / 2) | ((uint)occasion << OccasionShift), Entity(domain, therapist), _replicateLow, _replicateHigh);

    /// <summary>The two words of block 0 of an entity.</summary>
    public void Entity(Span<T> words, RandomDomain domain, int entity) =>
        _philox.Fill(words[..2], 0, Entity(domain, entity), _replicateLow, _replicateHigh);

    /// <summary>The first words of block 0 of consecutive entities.</summary>
    /// <param name="words">One per entity.</param>
    /// <param name="domain">What they are for.</param>
    /// <param name="first">The first entity.</param>
    public void FirstWords(Span<T> words, RandomDomain domain, int first) =>
        _philox.FillFirst(words, 0, Entity(domain, first), _replicateLow, _replicateHigh);

    /// <summary>Both words of block 0 of consecutive entities.</summary>
    /// <param name="first">The first words, one per entity.</param>
    /// <param name="second">The second words, as many.</param>
    /// <param name="domain">What they are for.</param>
    /// <param name="entity">The first entity.</param>
    public void BothWords(Span<T> first, Span<T> second, RandomDomain domain, int entity) =>
        _philox.FillBoth(first, second, 0, Entity(domain, entity), _replicateLow, _replicateHigh);

    /// <summary>The two words of any block of an entity.</summary>
    public void Block(Span<T> words, RandomDomain domain, int entity, uint index) =>
        _philox.Fill(words[..2], index, Entity(domain, entity), _replicateLow, _replicateHigh);

    /// <summary>The two words of one attempt of a rejection sampler.</summary>
    public void Attempt(Span<T> words, RandomDomain domain, int entity, int attempt) =>
        _philox.Fill(words[..2], (uint)attempt << AttemptShift, Entity(domain, entity), _replicateLow, _replicateHigh);

    /// <summary>The first attempts of consecutive entities, attempt 1 of each.</summary>
    /// <param name="first">The first words, one per entity.</param>
    /// <param name="second">The second words, as many.</param>
    /// <param name="domain">What they are for.</param>
    /// <param name="entity">The first entity.</param>
    public void FirstAttempts(Span<T> first, Span<T> second, RandomDomain domain, int entity) =>
        _philox.FillBoth(first, second, 1u << AttemptShift, Entity(domain, entity), _replicateLow, _replicateHigh);

    private static uint Entity(RandomDomain domain, int entity) => ((uint)domain << 24) | (uint)entity;
}
