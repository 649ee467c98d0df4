using System.Runtime.Intrinsics;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>The distribution of the likelihood ratio of one variance component when it is 0: exact for normal data of any size and design.</summary>
/// <remarks>
/// <para>
/// Crainiceanu &amp; Ruppert (2004), J. R. Stat. Soc. B 66, section 2, theorem 1: with μ_s the eigenvalues of ZᵀPZ, P the projection off the fixed effects, and
/// independent w_s² ~ χ²(1), W ~ χ²(N − p − K), the restricted ratio is sup_λ (N − p) log(T/D_λ) − Σ log(1 + λμ_s), T = Σw_s² + W,
/// D_λ = Σ w_s²/(1 + λμ_s) + W; the ratio by maximum likelihood has N for N − p and the eigenvalues of ZᵀZ in the sum of logarithms.
/// </para>
/// <para>
/// A draw reaches an observed ratio r if D_λ ≤ T exp(−(r + Σ log(1 + λμ_s))/(N − p)) for a λ of a grid whose points lie at most 0.03 in log(1 + λμ̄) apart where estimates
/// usually are, so that no draw needs a logarithm. With equal eigenvalues the restricted ratio is a function of the F statistic and nothing is drawn.
/// </para>
/// </remarks>
internal sealed class LikelihoodRatioNull
{
    /// <summary>Most draws for a replicate of a study: α(1 + draws) is a whole number at the usual levels, and the test by draws is then exact too.</summary>
    public const int DrawsPerReplicate = 9_999;

    private const double SmallestEigenvalue = 1e-9; // of the largest
    private const double EqualWithin = 1e-10;
    private const double FirstSpacing = 0.03;
    private const double Growth = 1.02;
    private const double LastPoint = 14;
    private static readonly double[] s_points = [.. Points()];

    private readonly double[] _eigenvalues;
    private readonly double[] _lambda = new double[s_points.Length];
    private readonly double[] _logDeterminants = new double[s_points.Length];
    private readonly double[] _bounds = new double[s_points.Length];
    private readonly double[] _shrinkage; // [point × eigenvalue] 1/(1 + λμ)
    private double _divisor;

    /// <param name="groups">Most eigenvalues.</param>
    public LikelihoodRatioNull(int groups)
    {
        MostEigenvalues = groups;
        _eigenvalues = new double[groups];
        _shrinkage = new double[s_points.Length * groups];
    }

    /// <summary>Most eigenvalues that can be loaded.</summary>
    public int MostEigenvalues { get; }

    /// <summary>Eigenvalues above 0: rank [X Z] − rank X.</summary>
    public int Rank { get; private set; }

    /// <summary>N − p − rank: degrees of freedom of W.</summary>
    public double RestDf { get; private set; }

    /// <summary>Whether the restricted ratio is a function of the F statistic of the groups after the fixed effects.</summary>
    public bool IsOfF => Rank > 0 && _eigenvalues[Rank - 1] - _eigenvalues[0] <= EqualWithin * _eigenvalues[Rank - 1];

    /// <summary>Takes over a design.</summary>
    /// <param name="eigenvalues">Of ZᵀPZ; those that are 0 to rounding are left out.</param>
    /// <param name="ofDeterminant">Eigenvalues in the sum of logarithms: the same for REML, those of ZᵀZ for ML.</param>
    /// <param name="residualDf">N − p.</param>
    /// <param name="divisor">N − p for REML, N for ML.</param>
    public void Load(ReadOnlySpan<double> eigenvalues, ReadOnlySpan<double> ofDeterminant, double residualDf, double divisor)
    {
        double largest = 0;
        foreach (double value in eigenvalues)
        {
            largest = Math.Max(largest, value);
        }

        Rank = 0;
        double mean = 0;
        foreach (double value in eigenvalues)
        {
            if (value > SmallestEigenvalue * largest)
            {
                _eigenvalues[Rank++] = value;
                mean += value;
            }
        }

        _eigenvalues.AsSpan(0, Rank).Sort();
        mean /= Math.Max(1, Rank);
        RestDf = residualDf - Rank;
        _divisor = divisor;
        for (int g = 0; g < s_points.Length; g++)
        {
            _lambda[g] = s_points[g] / mean;
            _logDeterminants[g] = LogDeterminant(ofDeterminant, _lambda[g]);
            for (int s = 0; s < Rank; s++)
            {
                _shrinkage[(g * Rank) + s] = 1 / (1 + (_lambda[g] * _eigenvalues[s]));
            }
        }
    }

    /// <summary>Draws whose ratio reaches an observed one, with the lanes of this machine.</summary>
    /// <param name="observed">Above 0.</param>
    /// <param name="draws">How many are made.</param>
    /// <param name="key">Of the random numbers.</param>
    public int Reached(double observed, int draws, ulong key) =>
        Vector512.IsHardwareAccelerated ? new NullDraws<Lane8>(MostEigenvalues).Reached(this, observed, draws, key)
        : Vector256.IsHardwareAccelerated ? new NullDraws<Lane4>(MostEigenvalues).Reached(this, observed, draws, key)
        : new NullDraws<Lane2>(MostEigenvalues).Reached(this, observed, draws, key);

    /// <summary>The p-value of a replicate of a study, see <see cref="NullDraws{T}.PValue"/>, with the lanes of this machine.</summary>
    /// <param name="observed">Above 0.</param>
    /// <param name="alpha">The level.</param>
    /// <param name="key">Of the random numbers.</param>
    public double PValue(double observed, double alpha, ulong key) =>
        Vector512.IsHardwareAccelerated ? new NullDraws<Lane8>(MostEigenvalues).PValue(this, observed, DrawsPerReplicate, alpha, key)
        : Vector256.IsHardwareAccelerated ? new NullDraws<Lane4>(MostEigenvalues).PValue(this, observed, DrawsPerReplicate, alpha, key)
        : new NullDraws<Lane2>(MostEigenvalues).PValue(this, observed, DrawsPerReplicate, alpha, key);

    /// <summary>For each point of λ, the share of T below which D_λ means that a draw reaches the observed ratio.</summary>
    public ReadOnlySpan<double> Bounds(double observed)
    {
        for (int g = 0; g < _bounds.Length; g++)
        {
            _bounds[g] = Elementary.Exp(-(observed + _logDeterminants[g]) / _divisor);
        }

        return _bounds;
    }

    /// <summary>1/(1 + λμ) of all eigenvalues at one point of λ.</summary>
    public ReadOnlySpan<double> Shrinkage(int point) => _shrinkage.AsSpan(point * Rank, Rank);

    // Σ log(1 + λμ), by products.
    private static double LogDeterminant(ReadOnlySpan<double> eigenvalues, double lambda)
    {
        const double large = 1e200;
        double sum = 0;
        double product = 1;
        foreach (double value in eigenvalues)
        {
            product *= 1 + (lambda * Math.Max(0, value));
            if (product > large)
            {
                sum += Elementary.Log(product);
                product = 1;
            }
        }

        return sum + Elementary.Log(product);
    }

    // λμ̄
    private static IEnumerable<double> Points()
    {
        foreach (double point in new[] { 0.001, 0.003, 0.007, 0.015 })
        {
            yield return Elementary.Expm1(point);
        }

        double spacing = FirstSpacing;
        for (double point = FirstSpacing; point < LastPoint; point += spacing)
        {
            yield return Elementary.Expm1(point);
            spacing *= point > 1 ? Growth : 1;
        }
    }
}
