using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Responses of a random-intercept model without fixed effects, drawn again and again for the columns of one data set: means and cross-products within therapists, a drawn data set per lane.</summary>
/// <remarks>
/// With σ = 1 and β = 0, of which likelihood ratios do not depend. A therapist's mean is N(0, zθ + 1/n); with W = LLᵀ the cross-products of the columns within therapists, those with the
/// response are L times normal numbers u, and its own sum of squares is uᵀu + χ²(N − J − rank W), all independent. Owns its scratch memory: one per thread. Allocates in the constructor only.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class DrawnResponses<T>
    where T : unmanaged, ILane<T>
{
    private const int SumOfSquares = 0xFFFFFF; // entity of the gamma number
    private const double RankTolerance = 1e-10;

    private readonly int[] _fixedEffects; // columns of the statistics
    private readonly int _response;
    private readonly int _therapists;
    private readonly RandomNumberStream<T> _random = new(0);
    private readonly LaneBuffer<T> _words;
    private readonly LaneBuffer<T> _normals;
    private readonly double[] _sd;     // [therapist]
    private readonly double[] _factor; // packed L
    private double _restDf;

    /// <param name="model">Whose columns are kept.</param>
    /// <param name="therapists">Therapists.</param>
    /// <param name="hasBetween">For each column of the statistics whether its therapist means can differ from 0.</param>
    /// <param name="hasWithin">For each column of the statistics whether it can vary within therapists.</param>
    /// <param name="isBalanced">Whether all therapists always have the same number of patients.</param>
    public DrawnResponses(LinearModel model, int therapists, bool[] hasBetween, bool[] hasWithin, bool isBalanced)
    {
        _fixedEffects = [.. model.Columns[..^1]];
        _response = model.Columns[^1];
        _therapists = therapists;
        Statistics = new(therapists, hasBetween, hasWithin) { IsBalanced = isBalanced };
        int words = (therapists + _fixedEffects.Length + 1) / 2;
        _words = new(Math.Max(2, words));
        _normals = new(2 * words);
        _sd = new double[therapists];
        _factor = new double[Packed.Length(_fixedEffects.Length)];
    }

    /// <summary>The columns of the data set, with the responses drawn last.</summary>
    public TherapistStatistics<T> Statistics { get; }

    /// <summary>Takes over one data set.</summary>
    /// <param name="data">Several data sets.</param>
    /// <param name="lane">Which one.</param>
    /// <param name="theta">θ from which is drawn.</param>
    /// <param name="key">Of the random numbers.</param>
    public void Load(TherapistStatistics<T> data, int lane, double theta, ulong key)
    {
        _random.SetKey(key);
        for (int j = 0; j < _therapists; j++)
        {
            double n = data.Analysed.Span[j][lane];
            double z = data.RandomFactor.Span[j][lane];
            Statistics.Analysed.Span[j] = T.Create(n);
            Statistics.RandomFactor.Span[j] = T.Create(z);
            _sd[j] = n > 0 ? Math.Sqrt((z * theta) + (1 / n)) : 0;
        }

        Statistics.Count();
        for (int i = 0; i < _fixedEffects.Length; i++)
        {
            ReadOnlySpan<T> from = data.MeansOf(_fixedEffects[i]);
            Span<T> to = Statistics.MeansOf(_fixedEffects[i]);
            for (int j = 0; j < to.Length; j++)
            {
                to[j] = T.Create(from[j][lane]);
            }

            for (int k = 0; k <= i; k++)
            {
                int at = At(_fixedEffects[i], _fixedEffects[k]);
                double product = data.Within.Span[at][lane];
                Statistics.Within.Span[at] = T.Create(product);
                _factor[Packed.Index(i, k)] = product;
            }
        }

        int rank = Factor();
        _restDf = data.Observations[lane] - data.AnalysedTherapists[lane] - rank;
    }

    /// <summary>Draws responses.</summary>
    /// <param name="first">Number of the first of them, from 0; one per lane.</param>
    public void Draw(long first)
    {
        _random.MoveTo(first);
        Span<T> words = _words.Span;
        Span<T> normals = _normals.Span;
        _random.FirstWords(words[..(normals.Length / 2)], RandomDomain.BootstrapStatistics, 0);
        for (int i = 0; i < normals.Length / 2; i++)
        {
            BoxMuller.Transform(words[i], out normals[2 * i], out normals[(2 * i) + 1]);
        }

        Span<T> means = Statistics.MeansOf(_response);
        for (int j = 0; j < means.Length; j++)
        {
            means[j] = T.Create(_sd[j]) * normals[j];
        }

        T square = T.Create(0);
        ReadOnlySpan<T> own = normals.Slice(_therapists, _fixedEffects.Length);
        for (int i = 0; i < own.Length; i++)
        {
            T product = T.Create(0);
            for (int k = 0; k <= i; k++)
            {
                product = T.Fma(T.Create(_factor[Packed.Index(i, k)]), own[k], product);
            }

            Statistics.Within.Span[At(_fixedEffects[i], _response)] = product;
            square = T.Fma(T.Create(_factor[Packed.Index(i, i)] > 0 ? 1 : 0) * own[i], own[i], square);
        }

        if (_restDf > 0)
        {
            square += T.Create(2) * GammaSampler.Draw(_random, RandomDomain.BootstrapStatistics, SumOfSquares, T.Create(_restDf / 2), words);
        }

        Statistics.Within.Span[At(_response, _response)] = square;
        Statistics.SumMeanProducts();
    }

    private static int At(int a, int b) => Packed.Index(Math.Max(a, b), Math.Min(a, b));

    // L in place; columns that depend on others within therapists, or do not vary there, have a diagonal of 0. Returns the rank.
    private int Factor()
    {
        int rank = 0;
        for (int i = 0; i < _fixedEffects.Length; i++)
        {
            double diagonal = _factor[Packed.Index(i, i)];
            double pivot = diagonal;
            for (int k = 0; k < i; k++)
            {
                double sum = _factor[Packed.Index(i, k)];
                for (int c = 0; c < k; c++)
                {
                    sum -= _factor[Packed.Index(i, c)] * _factor[Packed.Index(k, c)];
                }

                double root = _factor[Packed.Index(k, k)];
                double element = root > 0 ? sum / root : 0;
                _factor[Packed.Index(i, k)] = element;
                pivot -= element * element;
            }

            bool kept = pivot > RankTolerance * diagonal;
            rank += kept ? 1 : 0;
            _factor[Packed.Index(i, i)] = kept ? Math.Sqrt(pivot) : 0;
        }

        return rank;
    }
}
