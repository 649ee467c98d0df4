using System.Collections.Immutable;

namespace TherapistEffectSim.Inference;

/// <summary>Gauss–Legendre quadrature on [−1, 1]: ∫ f = Σ w_i f(x_i), exact for polynomials of degree up to 2n − 1.</summary>
internal sealed class GaussLegendre
{
    private GaussLegendre(ImmutableArray<double> nodes, ImmutableArray<double> weights) => (Nodes, Weights) = (nodes, weights);

    /// <summary>Ascending.</summary>
    public ImmutableArray<double> Nodes { get; }

    /// <summary>Positive; they add up to 2.</summary>
    public ImmutableArray<double> Weights { get; }

    /// <summary>The rule with n points, n ≤ 200.</summary>
    /// <remarks>Roots of the Legendre polynomial by bisection between those of the degree before; weights 2/((1 − x²)P′ₙ(x)²).</remarks>
    public static GaussLegendre WithPoints(int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(n, 200);
        double[] roots = [0];
        for (int degree = 2; degree <= n; degree++)
        {
            double[] next = new double[degree];
            for (int i = 0; i < degree; i++)
            {
                next[i] = Root(degree, i == 0 ? -1 : roots[i - 1], i == degree - 1 ? 1 : roots[i]);
            }

            roots = next;
        }

        return new([.. roots], [.. roots.Select(x => Weight(n, x))]);
    }

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

            (low, high) = Evaluate(degree, middle).Value > 0 == isPositiveAtLow ? (middle, high) : (low, middle);
        }
    }

    private static double Weight(int n, double x)
    {
        (double value, double before) = Evaluate(n, x);
        double derivative = n * (before - (x * value)) / (1 - (x * x));
        return 2 / ((1 - (x * x)) * derivative * derivative);
    }

    // P_n(x) and P_{n−1}(x), by (k + 1) P_{k+1} = (2k + 1) x P_k − k P_{k−1}.
    private static (double Value, double Before) Evaluate(int n, double x)
    {
        double before = 0;
        double value = 1;
        for (int k = 0; k < n; k++)
        {
            (before, value) = (value, ((((2 * k) + 1) * x * value) - (k * before)) / (k + 1));
        }

        return (value, before);
    }
}
