using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Completes a replicate that was drawn without patients: gives it patients who have exactly the sampled statistics.</summary>
/// <remarks>
/// <para>
/// Patients are drawn as ever. Their standard normal numbers n behind the sources (see <see cref="SourceFactor"/>) are centred within
/// therapists, multiplied by B L⁻¹, with L Lᵀ their own pooled cross-product and B Bᵀ the sampled one, and moved to the sampled means. All
/// that is independent of n stays. Given the statistics, the directions of the centred numbers are uniform and independent of L: the
/// conditional distribution is exact. Where therapist effects were drawn with the means of the last number in one, <see cref="CombinedTherapists{T}"/> parts them.
/// </para>
/// <para>Where there are fewer degrees of freedom than numbers, only as many columns of L and B as there are degrees of freedom count.</para>
/// </remarks>
internal sealed class SampleCompletion
{
    private readonly World _world;
    private readonly SourceFactor _factor;
    private readonly Drawing _drawing;
    private readonly ulong _key;

    /// <param name="world">The world.</param>
    /// <param name="columns">The columns of the study.</param>
    /// <param name="drawing">What the study draws; not patients.</param>
    /// <param name="key">Key of the random numbers.</param>
    public SampleCompletion(World world, AnalysisColumns columns, Drawing drawing, ulong key)
    {
        _world = world;
        _drawing = drawing;
        _factor = SourceFactor.Of(world.Components, StatisticsSampling.SourcesOf(columns));
        _key = key;
    }

    /// <summary>SD of what belongs to the outcome of a patient alone; for <see cref="TrialGenerator{T}"/>.</summary>
    public double OwnSd => _factor.OwnSd;

    /// <summary>Moves the patients of a batch.</summary>
    /// <param name="batch">All therapists and patients of the replicate.</param>
    /// <param name="replicate">From 0.</param>
    public void Apply(TrialBatch<Lane1> batch, long replicate)
    {
        RandomNumberStream<Lane1> random = new(_key);
        random.MoveTo(replicate);
        SampledNumbers<Lane1> sampled = new(_world, random, _factor.Rank);
        DrawMeans(batch.Caseload.Span, random, sampled);
        sampled.DrawTriangle(batch.Caseload.Span);
        LaneBuffer<Lane1>[] all = [batch.Alliance, batch.Outcome, batch.Severity, batch.PatientScore];
        int therapists = _world.Layout.Therapists;
        double[][] numbers = [.. Enumerable.Range(0, batch.FirstPatient[^1] + batch.Patients[^1]).Select(p => Numbers(all, p))];
        double[][] means = [.. Enumerable.Range(0, therapists).Select(j => Mean(numbers, batch.FirstPatient[j], batch.Patients[j]))];
        double[,] map = Map(numbers, means, batch, sampled.Triangle);
        for (int j = 0; j < therapists; j++)
        {
            for (int p = batch.FirstPatient[j]; p < batch.FirstPatient[j] + batch.Patients[j]; p++)
            {
                for (int k = 0; k < _factor.Rank; k++)
                {
                    double moved = sampled.Means(k)[j][0];
                    for (int l = 0; l < _factor.Rank; l++)
                    {
                        moved += map[k, l] * (numbers[p][l] - means[j][l]);
                    }

                    double change = moved - numbers[p][k];
                    for (int s = 0; s < all.Length; s++)
                    {
                        all[s].Span[p] = Lane1.Create(all[s].Span[p][0] + (_factor.Change[s, k] * change));
                    }
                }
            }
        }
    }

    private void DrawMeans(ReadOnlySpan<Lane1> caseload, RandomNumberStream<Lane1> random, SampledNumbers<Lane1> sampled)
    {
        int therapists = _world.Layout.Therapists;
        if (_drawing == Drawing.Means)
        {
            LaneBuffer<Lane1> words = new(2 * therapists);
            Span<Lane1> meanWords = words.Span[therapists..];
            random.BothWords(words.Span[..therapists], meanWords, RandomDomain.Therapist, 0);
            sampled.DrawMeans(caseload, meanWords);
            return;
        }

        sampled.DrawOtherMeans(caseload);
        CombinedTherapists<Lane1> combined = new(_world, random, _factor.OwnSd);
        Span<Lane1> last = sampled.Means(_factor.Rank - 1);
        for (int j = 0; j < therapists; j++)
        {
            combined.Separate(j, caseload[j], out _, out _, out Lane1 meanScore);
            last[j] = sampled.InverseRoots(caseload)[j] * meanScore;
        }
    }

    // n = F⁺ s of one patient.
    private double[] Numbers(LaneBuffer<Lane1>[] all, int position)
    {
        double[] numbers = new double[_factor.Rank];
        for (int s = 0; s < _factor.Sources.Length; s++)
        {
            int place = _factor.Sources[s] switch
            {
                PatientSource.Alliance => 0,
                PatientSource.Outcome => 1,
                PatientSource.Severity => 2,
                _ => 3,
            };
            for (int k = 0; k < numbers.Length; k++)
            {
                numbers[k] += _factor.Back[k, s] * all[place].Span[position][0];
            }
        }

        return numbers;
    }

    private double[] Mean(double[][] numbers, int first, int count)
    {
        double[] mean = new double[_factor.Rank];
        for (int p = first; p < first + count; p++)
        {
            for (int k = 0; k < mean.Length; k++)
            {
                mean[k] += numbers[p][k] / count;
            }
        }

        return mean;
    }

    // B L⁻¹
    private double[,] Map(double[][] numbers, double[][] means, TrialBatch<Lane1> batch, ReadOnlySpan<Lane1> triangle)
    {
        int rank = _factor.Rank;
        double[,] lower = Cholesky(CrossProduct(numbers, means, batch), Math.Min(rank, numbers.Length - means.Length));
        double[,] map = new double[rank, rank];
        for (int row = 0; row < rank; row++)
        {
            for (int column = rank - 1; column >= 0; column--)
            {
                if (lower[column, column] == 0)
                {
                    continue;
                }

                double sum = triangle[(row * rank) + column][0];
                for (int k = column + 1; k < rank; k++)
                {
                    sum -= lower[k, k] == 0 ? 0 : map[row, k] * lower[k, column];
                }

                map[row, column] = sum / lower[column, column];
            }
        }

        return map;
    }

    private double[,] CrossProduct(double[][] numbers, double[][] means, TrialBatch<Lane1> batch)
    {
        double[,] cross = new double[_factor.Rank, _factor.Rank];
        for (int j = 0; j < means.Length; j++)
        {
            for (int p = batch.FirstPatient[j]; p < batch.FirstPatient[j] + batch.Patients[j]; p++)
            {
                for (int k = 0; k < _factor.Rank; k++)
                {
                    for (int l = 0; l <= k; l++)
                    {
                        cross[k, l] += (numbers[p][k] - means[j][k]) * (numbers[p][l] - means[j][l]);
                    }
                }
            }
        }

        return cross;
    }

    // The first columns of the lower triangle, as many as the matrix has rank.
    private static double[,] Cholesky(double[,] a, int rank)
    {
        int n = a.GetLength(0);
        double[,] l = new double[n, n];
        for (int j = 0; j < rank; j++)
        {
            for (int i = j; i < n; i++)
            {
                double sum = a[i, j];
                for (int k = 0; k < j; k++)
                {
                    sum -= l[i, k] * l[j, k];
                }

                l[i, j] = i == j ? Math.Sqrt(sum) : sum / l[j, j];
            }
        }

        return l;
    }
}
