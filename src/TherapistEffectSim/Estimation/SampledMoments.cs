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
    private readonly LaneBuffer<T> _product; // [source × rank + number] F B
    private readonly int _alliance;          // places among the sources, where these two hang on two numbers; else −1
    private readonly int _outcome;

    /// <param name="world">The world; see <see cref="StatisticsSampling"/> for those that can be sampled so.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="random">The numbers of the generator that draws the therapists.</param>
    /// <param name="batch">Holds the therapists.</param>
    /// <param name="moments">To be filled.</param>
    public SampledMoments(World world, AnalysisColumns columns, RandomNumberStream<T> random, TrialBatch<T> batch, PatientMoments<T> moments)
    {
        _factor = SourceFactor.Of(world.Components, StatisticsSampling.SourcesOf(columns));
        _numbers = new(world, random, _factor.Rank);
        _batch = batch;
        _moments = moments;
        _product = new(_factor.Sources.Length * _factor.Rank);
        _alliance = Array.IndexOf(_factor.Sources, PatientSource.Alliance);
        _outcome = Array.IndexOf(_factor.Sources, PatientSource.Outcome);
        if (_factor.Sources.Length != 2 || _factor.Rank != 2 || _outcome < 0)
        {
            _alliance = -1;
        }
    }

    /// <summary>Draws the moments for therapists who are in the batch.</summary>
    /// <param name="meanWords">[therapist] words of the first two numbers' means.</param>
    public void Draw(ReadOnlySpan<T> meanWords)
    {
        ReadOnlySpan<T> caseload = _batch.Caseload.Span;
        if (_alliance >= 0)
        {
            AllianceAndOutcome(meanWords, _numbers.InverseRoots(caseload));
            _numbers.Wishart(caseload);
        }
        else
        {
            _numbers.Draw(caseload, meanWords);
            for (int s = 0; s < _factor.Sources.Length; s++)
            {
                MeansOf(s, _factor.Sources[s], _moments.SampledMeans(_factor.Sources[s]));
            }
        }

        CrossProducts();
    }

    // Means of both in one pass: what is expected of the therapist's patients, plus F n/√n_j.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AllianceAndOutcome(ReadOnlySpan<T> words, ReadOnlySpan<T> roots)
    {
        T allianceFirst = T.Create(_factor.Factor[_alliance, 0]);
        T allianceSecond = T.Create(_factor.Factor[_alliance, 1]);
        T outcomeFirst = T.Create(_factor.Factor[_outcome, 0]);
        T outcomeSecond = T.Create(_factor.Factor[_outcome, 1]);
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

        for (int k = 0; k < _factor.Rank; k++)
        {
            if (_factor.Factor[s, k] == 0)
            {
                continue;
            }

            AddScaled(_factor.Factor[s, k], _numbers.Means(k), means);
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
    private void CrossProducts()
    {
        int rank = _factor.Rank;
        Span<T> product = _product.Span;
        ReadOnlySpan<T> triangle = _numbers.Triangle;
        for (int s = 0; s < _factor.Sources.Length; s++)
        {
            for (int k = 0; k < rank; k++)
            {
                T sum = T.Create(0);
                for (int i = k; i < rank; i++)
                {
                    sum = T.Fma(T.Create(_factor.Factor[s, i]), triangle[(i * rank) + k], sum);
                }

                product[(s * rank) + k] = sum;
            }

            for (int other = 0; other <= s; other++)
            {
                T sum = T.Create(0);
                for (int k = 0; k < rank; k++)
                {
                    sum = T.Fma(product[(s * rank) + k], product[(other * rank) + k], sum);
                }

                _moments.TakeCrossProduct(_factor.Sources[s], _factor.Sources[other], sum);
            }
        }
    }
}
