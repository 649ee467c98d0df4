using TherapistEffectSim.Estimation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>Exact p-values of the restricted likelihood ratio of the therapist variance, replicate by replicate.</summary>
/// <remarks>
/// The null distribution depends on caseloads and columns, which each replicate has of its own: the eigenvalues of ZᵀPZ = diag(n_j) − ZᵀX(XᵀX)⁻¹XᵀZ. A ratio of 0 has p = 1; with equal eigenvalues p is that of
/// the F test; else draws are made, with numbers of the replicate's own. Allocates in the constructor only.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class ExactVarianceTest<T>
    where T : unmanaged, ILane<T>
{
    private const double RankTolerance = 1e-10;

    private readonly LinearModel _model;
    private readonly ulong _key;
    private readonly double _alpha;
    private readonly int _therapists;
    private readonly LikelihoodRatioNull _distribution;
    private readonly NullDraws<T> _draws;
    private readonly double[] _products; // XᵀX, then its Cholesky factor
    private readonly double[] _sums;     // [therapist × column] √z_j n_j x̄_j, then times the inverse factor
    private readonly double[] _matrix;
    private readonly double[] _eigenvalues;
    private readonly double[] _room;

    /// <param name="model">What is fitted, by REML.</param>
    /// <param name="therapists">Therapists of the data.</param>
    /// <param name="key">Of the scenario's random numbers.</param>
    /// <param name="alpha">Level of the test.</param>
    public ExactVarianceTest(LinearModel model, int therapists, ulong key, double alpha)
    {
        _model = model;
        _key = key;
        _alpha = alpha;
        _therapists = therapists;
        _distribution = new(therapists);
        _draws = new(therapists);
        _products = new double[model.FixedEffects * model.FixedEffects];
        _sums = new double[therapists * model.FixedEffects];
        _matrix = new double[therapists * therapists];
        _eigenvalues = new double[therapists];
        _room = new double[2 * therapists];
    }

    /// <summary>Fills the p-values of a batch.</summary>
    /// <param name="data">What was fitted.</param>
    /// <param name="fit">What was found.</param>
    /// <param name="first">The first replicate, from 0.</param>
    /// <param name="offset">Its place in the leaf.</param>
    public void Run(TherapistStatistics<T> data, FitValues fit, long first, int offset)
    {
        for (int lane = 0; lane < T.Width; lane++)
        {
            int at = offset + lane;
            double ratio = fit.Theta[at] > 0 ? fit.CriterionAtZero[at] - fit.Criterion[at] : 0;
            fit.ExactPValue[at] = ratio > 0 && LeafValues.Has(fit.Estimable, at) ? PValue(data, lane, ratio, fit, at, first + lane) : 1;
        }
    }

    private double PValue(TherapistStatistics<T> data, int lane, double ratio, FitValues fit, int at, long replicate)
    {
        int rank = Load(data, lane);
        double residualDf = data.Observations[lane] - rank;
        _distribution.Load(_eigenvalues, _eigenvalues, residualDf, residualDf);
        return _distribution.IsOfF && LeafValues.Has(fit.FEstimable, at)
            ? FDistribution.Survival(fit.FRatio[at], fit.BetweenDf[at], fit.WithinDf[at])
            : _draws.PValue(_distribution, ratio, LikelihoodRatioNull.DrawsPerReplicate, _alpha, StreamKey.ForReplicate(_key, replicate));
    }

    // The eigenvalues; returns rank X.
    private int Load(TherapistStatistics<T> data, int lane)
    {
        int p = _model.FixedEffects;
        for (int i = 0; i < p; i++)
        {
            ReadOnlySpan<T> means = data.MeansOf(_model.Columns[i]);
            for (int j = 0; j < _therapists; j++)
            {
                _sums[(j * p) + i] = Math.Sqrt(data.RandomFactor.Span[j][lane]) * data.Analysed.Span[j][lane] * means[j][lane];
            }

            for (int k = 0; k <= i; k++)
            {
                ReadOnlySpan<T> others = data.MeansOf(_model.Columns[k]);
                (int a, int b) = (Math.Max(_model.Columns[i], _model.Columns[k]), Math.Min(_model.Columns[i], _model.Columns[k]));
                double sum = data.Within.Span[Packed.Index(a, b)][lane];
                for (int j = 0; j < _therapists; j++)
                {
                    sum += data.Analysed.Span[j][lane] * means[j][lane] * others[j][lane];
                }

                _products[(i * p) + k] = sum;
            }
        }

        int rank = Orthogonalise(p);
        for (int j = 0; j < _therapists; j++)
        {
            for (int h = 0; h < _therapists; h++)
            {
                double sum = j == h ? data.RandomFactor.Span[j][lane] * data.Analysed.Span[j][lane] : 0;
                for (int i = 0; i < p; i++)
                {
                    sum -= _sums[(j * p) + i] * _sums[(h * p) + i];
                }

                _matrix[(j * _therapists) + h] = sum;
            }
        }

        SymmetricEigenvalues.Of(_matrix, _eigenvalues, _room);
        return rank;
    }

    // The rows of sums times L⁻ᵀ, XᵀX = LLᵀ; columns that depend on others become 0.
    private int Orthogonalise(int p)
    {
        int rank = 0;
        for (int i = 0; i < p; i++)
        {
            double diagonal = _products[(i * p) + i];
            double pivot = diagonal;
            for (int k = 0; k < i; k++)
            {
                double sum = _products[(i * p) + k];
                for (int c = 0; c < k; c++)
                {
                    sum -= _products[(i * p) + c] * _products[(k * p) + c];
                }

                double element = _products[(k * p) + k] > 0 ? sum / _products[(k * p) + k] : 0;
                _products[(i * p) + k] = element;
                pivot -= element * element;
            }

            bool kept = pivot > RankTolerance * diagonal;
            rank += kept ? 1 : 0;
            double root = kept ? Math.Sqrt(pivot) : 0;
            _products[(i * p) + i] = root;
            for (int j = 0; j < _therapists; j++)
            {
                double sum = _sums[(j * p) + i];
                for (int k = 0; k < i; k++)
                {
                    sum -= _products[(i * p) + k] * _sums[(j * p) + k];
                }

                _sums[(j * p) + i] = kept ? sum / root : 0;
            }
        }

        return rank;
    }
}
