using System.Collections.Immutable;

namespace TherapistEffectSim.Inference;

/// <summary>Gauss–Hermite quadrature: E f(Z) = Σ w_i f(x_i) for Z ~ N(0, 1), exact for polynomials of degree up to 2n − 1.</summary>
internal sealed class GaussHermite
{
    private GaussHermite(ImmutableArray<double> nodes, ImmutableArray<double> weights) => (Nodes, Weights) = (nodes, weights);

    /// <summary>Ascending.</summary>
    public ImmutableArray<double> Nodes { get; }

    /// <summary>Positive; they add up to 1.</summary>
    public ImmutableArray<double> Weights { get; }

    /// <summary>The rule with n points, n ≤ 100.</summary>
    /// <remarks>
    /// The nodes are the roots of the n-th Hermite polynomial. Those of successive degrees interlace, so each is bracketed by two roots
    /// of the degree before; all lie inside ±2√n. Weights: 1/Σ_{k&lt;n} h_k(x_i)² with the orthonormal polynomials h_k
    /// (Gautschi 2004, Orthogonal Polynomials, section 1.4).
    /// </remarks>
    public static GaussHermite WithPoints(int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(n, 100);
        double[] roots = [0];
        for (int degree = 2; degree <= n; degree++)
        {
            double bound = 2 * Math.Sqrt(degree);
            double[] next = new double[degree];
            for (int i = 0; i < degree; i++)
            {
                next[i] = Root(degree, i == 0 ? -bound : roots[i - 1], i == degree - 1 ? bound : roots[i]);
            }

            roots = next;
        }

        return new([.. roots], [.. roots.Select(x => 1 / Evaluate(n, x).SumOfSquares)]);
    }

    // Bisection to the last bit: the signs at the two ends differ.
    private static double Root(int degree, double low, double high)
    {
        bool isPositiveAtLow = Evaluate(degree, low).Value > 0;
        while (true)
        {
            double middle = low + ((high - low) / 2);
            if (middle <= low || middle >= high)
            {
                return middle;
            }

            double value = Evaluate(degree, middle).Value;
            if (value == 0)
            {
                return middle;
            }

            (low, high) = value > 0 == isPositiveAtLow ? (middle, high) : (low, middle);
        }
    }

    // h_n(x) and Σ_{k<n} h_k(x)², by √(k+1)·h_{k+1} = x·h_k − √k·h_{k−1}.
    private static (double Value, double SumOfSquares) Evaluate(int n, double x)
    {
        double before = 0;
        double value = 1;
        double sum = 0;
        for (int k = 0; k < n; k++)
        {
            sum += value * value;
            (before, value) = (value, ((x * value) - (Math.Sqrt(k) * before)) / Math.Sqrt(k + 1));
        }

        return (value, sum);
    }
}
