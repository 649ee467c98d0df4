using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>Draws from the null distribution of a likelihood ratio, several side by side. Their numbers do not depend on how many.</summary>
/// <typeparam name="T">One draw per lane.</typeparam>
internal sealed class NullDraws<T>
    where T : unmanaged, ILane<T>
{
    private const int DrawnWithoutEigenvalue = 0xFFFFFF; // entity of W

    private readonly RandomNumberStream<T> _random = new(0);
    private readonly LaneBuffer<T> _words;
    private readonly LaneBuffer<T> _squares;

    /// <param name="eigenvalues">Most eigenvalues.</param>
    public NullDraws(int eigenvalues)
    {
        _words = new(Math.Max(2, (eigenvalues + 1) / 2));
        _squares = new(eigenvalues + 1);
    }

    /// <summary>Draws whose ratio reaches an observed one.</summary>
    /// <param name="distribution">The design.</param>
    /// <param name="observed">Above 0.</param>
    /// <param name="draws">How many are made.</param>
    /// <param name="key">Of the random numbers.</param>
    public int Reached(LikelihoodRatioNull distribution, double observed, int draws, ulong key)
    {
        _random.SetKey(key);
        return Reached(distribution, distribution.Bounds(observed), 0, draws);
    }

    /// <summary>
    /// Whether the share of draws that reach an observed ratio is at most α: the p-value (1 + reached)/(1 + draws). Where it is far from α, not all are made.
    /// </summary>
    /// <param name="distribution">The design.</param>
    /// <param name="observed">Above 0.</param>
    /// <param name="draws">Most draws.</param>
    /// <param name="alpha">The level.</param>
    /// <param name="key">Of the random numbers.</param>
    public double PValue(LikelihoodRatioNull distribution, double observed, int draws, double alpha, ulong key)
    {
        const int block = 1000;    // a multiple of all lane widths
        const double errors = 5;   // a share so many standard errors from α is far
        _random.SetKey(key);
        ReadOnlySpan<double> bounds = distribution.Bounds(observed);
        int made = 0;
        int reached = 0;
        while (made < draws)
        {
            int next = Math.Min(draws, made + block);
            reached += Reached(distribution, bounds, made, next);
            made = next;
            if (Math.Abs(reached - (alpha * made)) > errors * Math.Sqrt(alpha * (1 - alpha) * made))
            {
                break;
            }
        }

        return (1.0 + reached) / (1 + made);
    }

    private int Reached(LikelihoodRatioNull distribution, ReadOnlySpan<double> bounds, int from, int to)
    {
        int rank = distribution.Rank;
        Span<T> words = _words.Span;
        Span<T> squares = _squares.Span;
        int reached = 0;
        for (int first = from; first < to; first += T.Width)
        {
            _random.MoveTo(first);
            _random.FirstWords(words[..((rank + 1) / 2)], RandomDomain.NullDistribution, 0);
            T total = T.Create(0);
            for (int s = 0; s < rank; s += 2)
            {
                BoxMuller.Transform(words[s / 2], out T even, out T odd);
                squares[s] = even * even;
                squares[s + 1] = odd * odd;
                total += squares[s];
                total += s + 1 < rank ? squares[s + 1] : T.Create(0);
            }

            T rest = T.Create(2) * GammaSampler.Draw(
                _random, RandomDomain.NullDistribution, DrawnWithoutEigenvalue, T.Create(distribution.RestDf / 2), words);
            T open = Open(distribution, squares[..rank], total + rest, rest, bounds);
            for (int lane = 0; lane < Math.Min(T.Width, to - first); lane++)
            {
                reached += BitConverter.DoubleToUInt64Bits(open[lane]) == 0 ? 1 : 0;
            }
        }

        return reached;
    }

    // Mask of the draws that do not reach the bounds.
    private static T Open(LikelihoodRatioNull distribution, ReadOnlySpan<T> squares, T total, T rest, ReadOnlySpan<double> bounds)
    {
        T open = T.FromBits(ulong.MaxValue);
        for (int g = 0; g < bounds.Length && T.Any(open); g++)
        {
            ReadOnlySpan<double> shrinkage = distribution.Shrinkage(g);
            T left = rest - (total * T.Create(bounds[g]));
            for (int s = 0; s < shrinkage.Length; s++)
            {
                left = T.Fma(T.Create(shrinkage[s]), squares[s], left);
            }

            open = T.And(open, T.LessThan(T.Create(0), left));
        }

        return open;
    }
}
