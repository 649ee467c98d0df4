using System.Collections.Immutable;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Planning;

/// <summary>The value of the first dimension that just reaches the target, as a smooth function of the others, from settings that were solved.</summary>
/// <remarks>
/// Local regression (Cleveland &amp; Devlin 1988, J. Am. Stat. Assoc. 83): at each point the logarithm of the value is a quadratic in the other dimensions, in logarithms too where they
/// are above 0, fitted by least squares with weights 1/(0.05 + d²)² that fall with the distance d, in units of the spacing of the first settings.
/// </remarks>
/// <param name="spacing">Distance of the first settings in each other dimension.</param>
internal sealed class CostSurface(ImmutableArray<double> spacing)
{
    private readonly List<(double[] At, double Log)> _points = [];

    /// <summary>Whether there are enough points for a quadratic.</summary>
    public bool IsKnown => _points.Count >= Coefficients;

    private int Coefficients => 1 + spacing.Length + (spacing.Length * (spacing.Length + 1) / 2);

    /// <summary>Where a value of a dimension lies on the scale of the surface.</summary>
    public static double Scaled(double value, bool isPositive) => isPositive ? Elementary.Log(value) : value;

    /// <summary>Adds a setting.</summary>
    /// <param name="at">The other dimensions, scaled.</param>
    /// <param name="value">The value that reaches the target there; above 0.</param>
    public void Add(double[] at, double value) => _points.Add((at, Elementary.Log(value)));

    /// <summary>The value that reaches the target.</summary>
    public double At(double[] at)
    {
        int p = Coefficients;
        double[] gram = new double[p * p]; // row-major
        double[] right = new double[p];
        foreach ((double[] point, double log) in _points)
        {
            double nearness = 0.05 + SquaredDistance(at, point);
            double weight = 1 / (nearness * nearness);
            double[] terms = Terms(at, point);
            for (int i = 0; i < p; i++)
            {
                right[i] += weight * terms[i] * log;
                for (int k = 0; k < p; k++)
                {
                    gram[(i * p) + k] += weight * terms[i] * terms[k];
                }
            }
        }

        return Elementary.Exp(SolveFirst(gram, right, p));
    }

    /// <summary>Distance of the nearest point, in units of the spacing.</summary>
    public double Distance(double[] at) => Math.Sqrt(_points.Min(p => SquaredDistance(at, p.At)));

    private double SquaredDistance(double[] a, double[] b)
    {
        double sum = 0;
        for (int d = 0; d < a.Length; d++)
        {
            double distance = (a[d] - b[d]) / spacing[d];
            sum += distance * distance;
        }

        return sum;
    }

    // Relative to the point asked for, so that the constant is the answer.
    private double[] Terms(double[] at, double[] point)
    {
        double[] x = [.. point.Select((v, d) => (v - at[d]) / spacing[d])];
        List<double> terms = [1, .. x];
        for (int i = 0; i < x.Length; i++)
        {
            for (int k = i; k < x.Length; k++)
            {
                terms.Add(x[i] * x[k]);
            }
        }

        return [.. terms];
    }

    // Elimination from the last unknown to the first; an unknown that the points cannot tell is 0.
    private static double SolveFirst(double[] a, double[] b, int p)
    {
        const double negligible = 1e-9;
        double[] own = [.. Enumerable.Range(0, p).Select(i => a[(i * p) + i])];
        for (int c = p - 1; c > 0; c--)
        {
            double pivot = a[(c * p) + c];
            if (!(pivot > negligible * own[c]))
            {
                continue;
            }

            for (int i = 0; i < c; i++)
            {
                double factor = a[(i * p) + c] / pivot;
                for (int k = 0; k <= c; k++)
                {
                    a[(i * p) + k] -= factor * a[(c * p) + k];
                }

                b[i] -= factor * b[c];
            }
        }

        return b[0] / a[0];
    }
}
