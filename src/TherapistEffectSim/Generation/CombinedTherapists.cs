using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Draws therapists together with the mean of their patients' residuals, one replicate per lane.</summary>
/// <remarks>
/// <para>
/// With U = τ·u and the mean residual m·ρ, ρ = σ/√n, u and m standard normal and independent, U + m·ρ = s·v with s² = τ² + ρ² and v standard normal:
/// where nothing reads U by itself, one number does for two. With z standard normal and independent of v, u = (τ·v + ρ·z)/s and m = (ρ·v − τ·z)/s,
/// a rotation, give the two back.
/// </para>
/// <para>For therapists whose scores are independent standard normal numbers, and patients of whom nobody is lost.</para>
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class CombinedTherapists<T>
    where T : unmanaged, ILane<T>
{
    private const int Chunk = 64; // therapists whose words are drawn at a time; even

    private readonly World _world;
    private readonly RandomNumberStream<T> _random;
    private readonly double _residualSd;
    private readonly LaneBuffer<T> _words = new(Chunk);
    private readonly LaneBuffer<T> _sds;     // [therapist] s
    private readonly LaneBuffer<T> _offsets; // [therapist] of the outcome: arm and site
    private bool _hasSds;
    private bool _hasOffsets;

    /// <param name="world">The world.</param>
    /// <param name="random">Its numbers.</param>
    /// <param name="residualSd">σ: SD of what belongs to the outcome of a patient alone; outcome units, above 0.</param>
    public CombinedTherapists(World world, RandomNumberStream<T> random, double residualSd)
    {
        _world = world;
        _random = random;
        _residualSd = residualSd;
        _sds = new(world.Layout.Therapists);
        _offsets = new(world.Layout.Therapists);
    }

    /// <summary>Draws the therapists of the replicates at which the random numbers stand. In the batch, the expected outcome of a therapist's patients is that given the mean of their residuals, and U is left out.</summary>
    /// <param name="siteEffects">[site]</param>
    /// <param name="batch">Holds the caseloads.</param>
    public void Draw(ReadOnlySpan<T> siteEffects, TrialBatch<T> batch)
    {
        if (!_hasSds)
        {
            PrepareSds(batch.Caseload.Span);
        }

        if (!_hasOffsets)
        {
            PrepareOffsets(siteEffects);
        }

        int therapists = _sds.Length;
        bool isPolynomial = _world.Components.Between.Segments.IsEmpty;
        for (int first = 0; first < therapists; first += Chunk)
        {
            int count = Math.Min(Chunk, therapists - first);
            Span<T> words = _words.Span[..((count + 1) & ~1)];
            _random.Patients(words, RandomDomain.CombinedTherapist, 0, first);
            if (isPolynomial)
            {
                OnPolynomial(words[..count], first, batch);
            }
            else
            {
                OnSegments(words[..count], first, batch);
            }
        }
    }

    /// <summary>The same numbers of one therapist, with effect and mean residual apart.</summary>
    /// <param name="therapist">From 0.</param>
    /// <param name="caseload">Its patients.</param>
    /// <param name="score">A*.</param>
    /// <param name="outcomeScore">u: U in SDs.</param>
    /// <param name="meanScore">m: mean residual in SDs of such means.</param>
    public void Separate(int therapist, T caseload, out T score, out T outcomeScore, out T meanScore)
    {
        Span<T> words = _words.Span[..2];
        _random.Patients(words, RandomDomain.CombinedTherapist, 0, therapist & ~1);
        BoxMuller.Transform(words[therapist & 1], out score, out T both);
        _random.Entity(words, RandomDomain.SeparatedEffect, therapist);
        BoxMuller.Transform(words[0], out T other, out _);
        T effectSd = T.Create(_world.Components.OutcomeTherapistSd);
        T meanSd = T.Create(_residualSd) / T.Sqrt(caseload);
        T sd = Sd(caseload);
        outcomeScore = T.Fma(effectSd, both, meanSd * other) / sd;
        meanScore = ((meanSd * both) - (effectSd * other)) / sd;
    }

    private T Sd(T caseload)
    {
        double effectSd = _world.Components.OutcomeTherapistSd;
        return T.Sqrt(T.Create(effectSd * effectSd) + (T.Create(_residualSd * _residualSd) / caseload));
    }

    private void PrepareSds(ReadOnlySpan<T> caseload)
    {
        Span<T> sds = _sds.Span;
        for (int j = 0; j < sds.Length; j++)
        {
            sds[j] = Sd(caseload[j]);
        }

        _hasSds = _world.Caseloads.IsGiven;
    }

    private void PrepareOffsets(ReadOnlySpan<T> siteEffects)
    {
        Span<T> offsets = _offsets.Span;
        ImmutableArray<int> arm = _world.Layout.Arm;
        ImmutableArray<int> site = _world.Layout.Site;
        for (int j = 0; j < offsets.Length; j++)
        {
            offsets[j] = T.Create(arm[j] == 1 ? _world.Components.ArmEffect : 0) + siteEffects[site[j]];
        }

        _hasOffsets = _world.Components.SiteSd == 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OnPolynomial(ReadOnlySpan<T> words, int first, TrialBatch<T> batch)
    {
        ResponseCurve between = _world.Components.Between;
        T allianceSd = T.Create(_world.Components.AllianceBetweenSd);
        T square = T.Create(between.Square);
        T linear = T.Create(between.Linear);
        Span<T> scores = batch.TherapistScore.Span.Slice(first, words.Length);
        Span<T> alliance = batch.AllianceBase.Span.Slice(first, words.Length);
        Span<T> outcome = batch.OutcomeBase.Span.Slice(first, words.Length);
        ReadOnlySpan<T> sds = _sds.Span.Slice(first, words.Length);
        ReadOnlySpan<T> offsets = _offsets.Span.Slice(first, words.Length);
        for (int i = 0; i < words.Length; i++)
        {
            BoxMuller.Transform(words[i], out T score, out T both);
            scores[i] = score;
            alliance[i] = allianceSd * score;
            outcome[i] = T.Fma(T.Fma(square, score, linear), score, T.Fma(sds[i], both, offsets[i] - square));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OnSegments(ReadOnlySpan<T> words, int first, TrialBatch<T> batch)
    {
        for (int i = 0; i < words.Length; i++)
        {
            int j = first + i;
            BoxMuller.Transform(words[i], out T score, out T both);
            batch.TherapistScore.Span[j] = score;
            batch.AllianceBase.Span[j] = T.Create(_world.Components.AllianceBetweenSd) * score;
            batch.OutcomeBase.Span[j] = LaneCurve.At(_world.Components.Between, score, T.Fma(_sds.Span[j], both, _offsets.Span[j]));
        }
    }
}
