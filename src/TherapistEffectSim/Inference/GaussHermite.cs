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
    /// <remarks>The nodes are the roots of the n-th Hermite polynomial, with a_k = 0 and b_k = √k; all lie inside ±2√n.</remarks>
    public static GaussHermite WithPoints(int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(n, 100);
        OrthonormalPolynomials hermite = new(new double[n], [.. Enumerable.Range(0, n + 1).Select(k => Math.Sqrt(k))]);
        (ImmutableArray<double> nodes, ImmutableArray<double> weights) =
            hermite.GaussRule(degree => (-2 * Math.Sqrt(degree), 2 * Math.Sqrt(degree)));
        return new(nodes, weights);
    }
}
