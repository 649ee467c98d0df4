using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Sums patients while they are drawn, one replicate per lane, where <see cref="TrialGenerator{T}.CanSumPatients"/>.</summary>
/// <remarks>Not safe to share between threads: it owns its scratch memory.</remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class PatientSummation<T>
    where T : unmanaged, ILane<T>
{
    private const int Capacity = 256; // patients whose words are drawn at a time: 16 KB for eight lanes; even

    private readonly World _world;
    private readonly RandomNumberStream<T> _random;
    private readonly LaneBuffer<T> _words = new(Capacity);
    private readonly int[] _counts = new int[Capacity / 2];

    /// <param name="world">The world.</param>
    /// <param name="random">The numbers of the generator that draws its therapists.</param>
    public PatientSummation(World world, RandomNumberStream<T> random) => (_world, _random) = (world, random);

    /// <summary>Draws the patients of therapists and sums them on the way, without keeping them: the sums of what <see cref="TrialGenerator{T}.Patients"/> draws, to the bit.</summary>
    /// <param name="therapist">The first, from 0.</param>
    /// <param name="batch">Its therapists must have been drawn.</param>
    /// <param name="sums">[therapist − first] The sums; how many there is room for.</param>
    /// <returns>Number of therapists summed: at least one.</returns>
    public int Sum(int therapist, TrialBatch<T> batch, Span<AllianceOutcomeSums<T>> sums)
    {
        ReadOnlySpan<T> caseload = batch.Caseload.Span;
        int patients = (int)caseload[therapist][0];
        if (patients > Capacity)
        {
            sums[0] = SumInChunks(therapist, patients);
            return 1;
        }

        Span<T> words = _words.Span;
        int done = 0;
        int used = 0;
        while (used + ((patients + 1) & ~1) <= words.Length)
        {
            int room = (patients + 1) & ~1;
            _random.Patients(words.Slice(used, room), RandomDomain.Patient, therapist + done, 0);
            _counts[done++] = patients;
            used += room;
            if (done == sums.Length || done == _counts.Length || therapist + done == caseload.Length)
            {
                break;
            }

            patients = (int)caseload[therapist + done][0];
        }

        SumEach(words, _counts.AsSpan(0, done), sums);
        return done;
    }

    private AllianceOutcomeSums<T> SumInChunks(int therapist, int patients)
    {
        AllianceOutcomeSums<T> sums = default;
        Span<T> words = _words.Span;
        for (int i = 0; i < patients; i += Capacity)
        {
            int count = Math.Min(Capacity, patients - i);
            _random.Patients(words[..((count + 1) & ~1)], RandomDomain.Patient, therapist, i);
            Add(words[..count], ref sums);
        }

        return sums;
    }

    // Words of each therapist begin at an even place.
    private void SumEach(ReadOnlySpan<T> words, ReadOnlySpan<int> counts, Span<AllianceOutcomeSums<T>> sums)
    {
        sums[..counts.Length].Clear();
        int used = 0;
        for (int t = 0; t < counts.Length; t++)
        {
            Add(words.Slice(used, counts[t]), ref sums[t]);
            used += (counts[t] + 1) & ~1;
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Add(ReadOnlySpan<T> words, ref AllianceOutcomeSums<T> sums)
    {
        T withinSd = T.Create(_world.Components.AllianceWithinSd);
        T residualSd = T.Create(_world.Components.ResidualSd);
        T slope = T.Create(_world.Components.Within.Linear);
        T sumX = sums.Alliance;
        T sumY = sums.Outcome;
        T xx = sums.AllianceSquare;
        T xy = sums.Product;
        T yy = sums.OutcomeSquare;
        for (int i = 0; i < words.Length; i++)
        {
            BoxMuller.Transform(words[i], out T deviation, out T residual);
            T x = withinSd * deviation;
            T y = T.Fma(slope, deviation, residualSd * residual);
            sumX += x;
            sumY += y;
            xx = T.Fma(x, x, xx);
            xy = T.Fma(x, y, xy);
            yy = T.Fma(y, y, yy);
        }

        sums.Alliance = sumX;
        sums.Outcome = sumY;
        sums.AllianceSquare = xx;
        sums.Product = xy;
        sums.OutcomeSquare = yy;
    }
}
