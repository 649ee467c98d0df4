using System.Collections.Immutable;

namespace TherapistEffectSim.Inference;

/// <summary>The polynomials h_k with b_{k+1}·h_{k+1}(x) = (x − a_k)·h_k(x) − b_k·h_{k−1}(x), orthonormal under a weight of total mass 1.</summary>
/// <param name="centres">a_0, a_1, …</param>
/// <param name="scales">b_0 (not used), b_1, …; one more than the centres.</param>
internal sealed class OrthonormalPolynomials(double[] centres, double[] scales)
{
    /// <summary>The Gauss rule with as many points as there are centres, nodes ascending, weights adding up to 1.</summary>
    /// <remarks>
    /// The roots of successive degrees interlace, so each is bracketed by two roots of the degree before.
    /// Weights: 1/Σ_{k&lt;n} h_k(x_i)² (Gautschi 2004, Orthogonal Polynomials, section 1.4).
    /// </remarks>
    /// <param name="ends">By degree, bounds between which all roots lie.</param>
    public (ImmutableArray<double> Nodes, ImmutableArray<double> Weights) GaussRule(Func<int, (double Low, double High)> ends)
    {
        double[] roots = [centres[0]];
        for (int degree = 2; degree <= centres.Length; degree++)
        {
            (double low, double high) = ends(degree);
            double[] next = new double[degree];
            for (int i = 0; i < degree; i++)
            {
                next[i] = Root(degree, i == 0 ? low : roots[i - 1], i == degree - 1 ? high : roots[i]);
            }

            roots = next;
        }

        return ([.. roots], [.. roots.Select(x => 1 / Evaluate(centres.Length, x).SumOfSquares)]);
    }

    // Bisection to the last bit: the signs at the two ends differ.
    private double Root(int degree, double low, double high)
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

    // h_n(x) and Σ_{k<n} h_k(x)².
    private (double Value, double SumOfSquares) Evaluate(int n, double x)
    {
        double before = 0;
        double value = 1;
        double sum = 0;
        for (int k = 0; k < n; k++)
        {
            sum += value * value;
            (before, value) = (value, (((x - centres[k]) * value) - (scales[k] * before)) / scales[k + 1]);
        }

        return (value, sum);
    }
}
