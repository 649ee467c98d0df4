using System.Runtime.CompilerServices;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Fills the moments of a replicate's patients from their exact distribution, without patients, one replicate per lane.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class SampledMoments<T>
    where T : unmanaged, ILane<T>
{
    private readonly SourceFactor _factor;
    private readonly SampledNumbers<T> _numbers;
    private readonly TrialBatch<T> _batch;
    private readonly PatientMoments<T> _moments;
    private readonly bool _isCombined; // the outcomes' own number is in what the batch expects of them
    private readonly bool _isAllianceAndOutcome; // which hang on two numbers
    private readonly LaneBuffer<T> _elements; // [source × rank + number] F
    private readonly LaneBuffer<T> _product;  // the same of F B
    private readonly int[] _places;           // [source × sources + source] of the moments' cross-products; −1 where nobody reads them

    /// <param name="world">The world; see <see cref="StatisticsSampling"/> for those that can be sampled so.</param>
    /// <param name="factor">Its sources that are needed.</param>
    /// <param name="drawing">Another than <see cref="Drawing.Patients"/>.</param>
    /// <param name="random">The numbers of the generator that draws the therapists.</param>
    /// <param name="batch">Holds the therapists.</param>
    /// <param name="moments">To be filled.</param>
    public SampledMoments(World world, SourceFactor factor, Drawing drawing, RandomNumberStream<T> random, TrialBatch<T> batch, PatientMoments<T> moments)
    {
        _factor = factor;
        _isCombined = drawing == Drawing.CombinedMeans;
        _numbers = new(world, random, factor.Rank);
        _batch = batch;
        _moments = moments;
        _isAllianceAndOutcome = factor.Rank == 2 && factor.Sources is [PatientSource.Alliance, PatientSource.Outcome];
        _elements = new(factor.Sources.Length * factor.Rank);
        for (int k = 0; k < _elements.Length; k++)
        {
            _elements.Span[k] = T.Create(factor.Factor[k / factor.Rank, k % factor.Rank]);
        }

        _product = new(_elements.Length);
        _places = [.. factor.Sources.SelectMany(s => factor.Sources.Select(other => moments.PlaceOf(s, other)))];
    }

    /// <summary>Draws the moments for therapists who are in the batch.</summary>
    /// <param name="meanWords">[therapist] words of the first two numbers' means; with <see cref="Drawing.CombinedMeans"/> not read.</param>
    public void Draw(ReadOnlySpan<T> meanWords)
    {
        ReadOnlySpan<T> caseload = _batch.Caseload.Span;
        if (!_isAllianceAndOutcome)
        {
            AllSources(caseload, meanWords);
        }
        else if (_isCombined)
        {
            const int chunk = 128; // therapists
            ReadOnlySpan<T> roots = _numbers.InverseRoots(caseload);
            for (int first = 0; first < caseload.Length; first += chunk)
            {
                int count = Math.Min(chunk, caseload.Length - first);
                AddAllianceToOutcome(_numbers.CombinedWords(0, first, count), roots.Slice(first, count), first);
            }
        }
        else
        {
            AllianceAndOutcome(meanWords, _numbers.InverseRoots(caseload));
        }

        _numbers.DrawTriangle(caseload);
        CrossProducts();
    }

    // Means of both in one pass: what is expected of the therapist's patients, plus F n/√n_j.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AllianceAndOutcome(ReadOnlySpan<T> words, ReadOnlySpan<T> roots)
    {
        T allianceFirst = _elements.Span[0];
        T allianceSecond = _elements.Span[1];
        T outcomeFirst = _elements.Span[2];
        T outcomeSecond = _elements.Span[3];
        roots = roots[..words.Length];
        Span<T> alliance = _moments.SampledMeans(PatientSource.Alliance)[..words.Length];
        Span<T> outcome = _moments.SampledMeans(PatientSource.Outcome)[..words.Length];
        ReadOnlySpan<T> allianceBase = _batch.ObservedBase.Span[..words.Length];
        ReadOnlySpan<T> outcomeBase = _batch.OutcomeBase.Span[..words.Length];
        for (int j = 0; j < words.Length; j++)
        {
            BoxMuller.Transform(words[j], out T first, out T second);
            first *= roots[j];
            second *= roots[j];
            alliance[j] = T.Fma(allianceSecond, second, T.Fma(allianceFirst, first, allianceBase[j]));
            outcome[j] = T.Fma(outcomeSecond, second, T.Fma(outcomeFirst, first, outcomeBase[j]));
        }
    }

    // The same where the second number is in the base of the outcome: a word for two therapists, and where their number is odd, the last alone.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddAllianceToOutcome(ReadOnlySpan<T> words, ReadOnlySpan<T> roots, int start)
    {
        T allianceFirst = _elements.Span[0];
        T outcomeFirst = _elements.Span[2];
        int therapists = roots.Length;
        Span<T> alliance = _moments.SampledMeans(PatientSource.Alliance).Slice(start, therapists);
        Span<T> outcome = _moments.SampledMeans(PatientSource.Outcome).Slice(start, therapists);
        ReadOnlySpan<T> allianceBase = _batch.ObservedBase.Span.Slice(start, therapists);
        ReadOnlySpan<T> outcomeBase = _batch.OutcomeBase.Span.Slice(start, therapists);
        for (int j = 0; j < therapists; j += 2)
        {
            BoxMuller.Transform(words[j / 2], out T even, out T odd);
            even *= roots[j];
            alliance[j] = T.Fma(allianceFirst, even, allianceBase[j]);
            outcome[j] = T.Fma(outcomeFirst, even, outcomeBase[j]);
            if (j + 1 < therapists)
            {
                odd *= roots[j + 1];
                alliance[j + 1] = T.Fma(allianceFirst, odd, allianceBase[j + 1]);
                outcome[j + 1] = T.Fma(outcomeFirst, odd, outcomeBase[j + 1]);
            }
        }
    }

    private void AllSources(ReadOnlySpan<T> caseload, ReadOnlySpan<T> meanWords)
    {
        if (_isCombined)
        {
            _numbers.DrawOtherMeans(caseload);
        }
        else
        {
            _numbers.DrawMeans(caseload, meanWords);
        }

        for (int s = 0; s < _factor.Sources.Length; s++)
        {
            MeansOf(s, _factor.Sources[s], _moments.SampledMeans(_factor.Sources[s]));
        }
    }

    private void MeansOf(int s, PatientSource source, Span<T> means)
    {
        switch (source)
        {
            case PatientSource.Alliance:
                _batch.ObservedBase.Span.CopyTo(means);
                break;
            case PatientSource.Outcome:
                _batch.OutcomeBase.Span.CopyTo(means);
                break;
            default:
                means.Fill(T.Create(0));
                break;
        }

        int numbers = _factor.Rank - (_isCombined ? 1 : 0);
        for (int k = 0; k < numbers; k++)
        {
            if (_factor.Factor[s, k] != 0)
            {
                AddScaled(_factor.Factor[s, k], _numbers.Means(k), means);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void AddScaled(double coefficient, ReadOnlySpan<T> numbers, Span<T> means)
    {
        T scale = T.Create(coefficient);
        for (int j = 0; j < means.Length && j < numbers.Length; j++)
        {
            means[j] = T.Fma(scale, numbers[j], means[j]);
        }
    }

    // F B Bᵀ Fᵀ
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CrossProducts()
    {
        int rank = _factor.Rank;
        int sources = _factor.Sources.Length;
        ReadOnlySpan<T> elements = _elements.Span;
        Span<T> product = _product.Span;
        ReadOnlySpan<T> triangle = _numbers.Triangle;
        for (int s = 0; s < sources; s++)
        {
            for (int k = 0; k < rank; k++)
            {
                T sum = T.Create(0);
                for (int i = k; i < rank; i++)
                {
                    sum = T.Fma(elements[(s * rank) + i], triangle[(i * rank) + k], sum);
                }

                product[(s * rank) + k] = sum;
            }

            for (int other = 0; other <= s; other++)
            {
                if (_places[(s * sources) + other] is >= 0 and int place)
                {
                    _moments.TakeCrossProduct(place, MeanProducts<T>.Product(product.Slice(s * rank, rank), product.Slice(other * rank, rank)));
                }
            }
        }
    }
}
