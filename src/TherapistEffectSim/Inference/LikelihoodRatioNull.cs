using System.Runtime.Intrinsics;
using TherapistEffectSim.Generation;
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
    private const double SmallestEigenvalue = 1e-9; // of the largest
    private const double EqualWithin = 1e-10;
    private const double FirstSpacing = 0.03;
    private const double Growth = 1.02;
    private const double LastPoint = 14;
    private const int DrawnWithoutEigenvalue = 0xFFFFFF; // entity of W

    private static readonly double[] s_smallPoints = [0.001, 0.003, 0.007, 0.015];

    private readonly double[] _eigenvalues;
    private readonly double[] _lambda;
    private readonly double[] _logDeterminants;
    private readonly double[] _shrinkage; // [point × eigenvalue] 1/(1 + λμ)
    private readonly double _divisor;
    private readonly double _restDf;

    /// <param name="eigenvalues">Of ZᵀPZ; those that are 0 to rounding are left out.</param>
    /// <param name="ofDeterminant">Eigenvalues in the sum of logarithms: the same for REML, those of ZᵀZ for ML.</param>
    /// <param name="residualDf">N − p.</param>
    /// <param name="divisor">N − p for REML, N for ML.</param>
    public LikelihoodRatioNull(ReadOnlySpan<double> eigenvalues, ReadOnlySpan<double> ofDeterminant, double residualDf, double divisor)
    {
        double largest = 0;
        foreach (double value in eigenvalues)
        {
            largest = Math.Max(largest, value);
        }

        _eigenvalues = [.. eigenvalues.ToArray().Where(value => value > SmallestEigenvalue * largest).Order()];
        _divisor = divisor;
        _restDf = residualDf - _eigenvalues.Length;
        double mean = _eigenvalues.Sum() / Math.Max(1, _eigenvalues.Length);
        _lambda = [.. Points().Select(point => Elementary.Expm1(point) / mean)];
        _logDeterminants = new double[_lambda.Length];
        _shrinkage = new double[_lambda.Length * _eigenvalues.Length];
        for (int g = 0; g < _lambda.Length; g++)
        {
            foreach (double value in ofDeterminant)
            {
                _logDeterminants[g] += Elementary.Log1p(_lambda[g] * Math.Max(0, value));
            }

            for (int s = 0; s < _eigenvalues.Length; s++)
            {
                _shrinkage[(g * _eigenvalues.Length) + s] = 1 / (1 + (_lambda[g] * _eigenvalues[s]));
            }
        }
    }

    /// <summary>Eigenvalues above 0: rank [X Z] − rank X.</summary>
    public int Rank => _eigenvalues.Length;

    /// <summary>Whether the ratio is a function of the F statistic of the groups after the fixed effects.</summary>
    public bool IsOfF => _eigenvalues.Length > 0 && _eigenvalues[^1] - _eigenvalues[0] <= EqualWithin * _eigenvalues[^1];

    /// <summary>Draws whose ratio reaches an observed one.</summary>
    /// <param name="observed">Above 0.</param>
    /// <param name="draws">How many are made, a multiple of 8.</param>
    /// <param name="key">Of the random numbers.</param>
    public int Reached(double observed, int draws, ulong key) =>
        Vector512.IsHardwareAccelerated ? Reached<Lane8>(observed, draws, key)
        : Vector256.IsHardwareAccelerated ? Reached<Lane4>(observed, draws, key)
        : Reached<Lane2>(observed, draws, key);

    /// <inheritdoc cref="Reached(double, int, ulong)"/>
    /// <typeparam name="T">Draws side by side; the result does not depend on their number.</typeparam>
    public int Reached<T>(double observed, int draws, ulong key)
        where T : unmanaged, ILane<T>
    {
        int rank = _eigenvalues.Length;
        double[] bounds = new double[_lambda.Length];
        for (int g = 0; g < bounds.Length; g++)
        {
            bounds[g] = Elementary.Exp(-(observed + _logDeterminants[g]) / _divisor);
        }

        RandomNumberStream<T> random = new(key);
        T[] words = new T[Math.Max(2, (rank + 1) / 2)];
        T[] squares = new T[rank + 1];
        int reached = 0;
        for (int first = 0; first < draws; first += T.Width)
        {
            random.MoveTo(first);
            random.FirstWords(words.AsSpan(0, (rank + 1) / 2), RandomDomain.NullDistribution, 0);
            T total = T.Create(0);
            for (int s = 0; s < rank; s += 2)
            {
                BoxMuller.Transform(words[s / 2], out T even, out T odd);
                squares[s] = even * even;
                squares[s + 1] = odd * odd;
                total += squares[s];
                total += s + 1 < rank ? squares[s + 1] : T.Create(0);
            }

            T rest = T.Create(2) * GammaSampler.Draw(random, RandomDomain.NullDistribution, DrawnWithoutEigenvalue, T.Create(_restDf / 2), words.AsSpan());
            T open = Open(squares, total + rest, rest, bounds);
            for (int lane = 0; lane < T.Width; lane++)
            {
                reached += BitConverter.DoubleToUInt64Bits(open[lane]) == 0 ? 1 : 0;
            }
        }

        return reached;
    }

    // Mask of the draws that do not reach the bounds.
    private T Open<T>(T[] squares, T total, T rest, double[] bounds)
        where T : unmanaged, ILane<T>
    {
        int rank = _eigenvalues.Length;
        T open = T.FromBits(ulong.MaxValue);
        for (int g = 0; g < bounds.Length && T.Any(open); g++)
        {
            ReadOnlySpan<double> shrinkage = _shrinkage.AsSpan(g * rank, rank);
            T left = rest - (total * T.Create(bounds[g]));
            for (int s = 0; s < shrinkage.Length; s++)
            {
                left = T.Fma(T.Create(shrinkage[s]), squares[s], left);
            }

            open = T.And(open, T.LessThan(T.Create(0), left));
        }

        return open;
    }

    private static IEnumerable<double> Points()
    {
        foreach (double point in s_smallPoints)
        {
            yield return point;
        }

        double spacing = FirstSpacing;
        for (double point = FirstSpacing; point < LastPoint; point += spacing)
        {
            yield return point;
            spacing *= point > 1 ? Growth : 1;
        }
    }
}
