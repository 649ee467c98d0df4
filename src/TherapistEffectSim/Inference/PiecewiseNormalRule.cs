using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Inference;

/// <summary>Quadrature over N(0, 1) for functions with kinks: on each piece between them the Gauss rule of the normal density there.</summary>
/// <remarks>
/// With n points a piece it is exact for piecewise polynomials of degree up to 2n − 1. The polynomials of a piece come from its density by the
/// discretised Stieltjes procedure (Gautschi 2004, Orthogonal Polynomials, section 2.2).
/// </remarks>
internal static class PiecewiseNormalRule
{
    private const int MostPointsPerPiece = 10; // what the panels of the discretised density resolve
    private const int FewestPointsPerPiece = 3;
    private const int MostPoints = 200;        // in all: patients' columns need its square
    private const double SmallestPiece = 1e-8; // closer kinks count as one: the product of their distance and the jump is lost

    /// <summary>Points on each piece; <see langword="null"/> if columns of the degree would need too many.</summary>
    /// <param name="curve">The curve, with kinks.</param>
    /// <param name="degree">Highest degree of a column in the score.</param>
    /// <param name="usual">Points in all unless more are needed.</param>
    public static int? PointsPerPiece(ResponseCurve curve, double degree, int usual) => PointsPerPiece(curve.Knots, degree, usual);

    /// <summary>Points on each piece between knots; <see langword="null"/> if columns of the degree would need too many.</summary>
    public static int? PointsPerPiece(IEnumerable<double> knots, double degree, int usual)
    {
        int pieces = NormalQuadrature.Ends(knots, SmallestPiece).Length - 1;
        double points = Math.Max(Math.Ceiling(degree) + 1, Math.Max(FewestPointsPerPiece, Math.Ceiling((double)usual / pieces)));
        return points <= MostPointsPerPiece && points * pieces <= MostPoints ? (int)points : null;
    }

    /// <summary>The points, ascending; their weights add up to 1.</summary>
    /// <param name="curve">The curve, with kinks.</param>
    /// <param name="pointsPerPiece">From <see cref="PointsPerPiece(ResponseCurve, double, int)"/>.</param>
    public static ImmutableArray<(double Node, double Weight)> Of(ResponseCurve curve, int pointsPerPiece) => Of(curve.Knots, pointsPerPiece);

    /// <summary>The points between knots, ascending; their weights add up to 1.</summary>
    public static ImmutableArray<(double Node, double Weight)> Of(IEnumerable<double> knots, int pointsPerPiece)
    {
        ImmutableArray<double> ends = NormalQuadrature.Ends(knots, SmallestPiece);
        return [.. Enumerable.Range(1, ends.Length - 1).SelectMany(k => OnPiece(ends[k - 1], ends[k], pointsPerPiece))];
    }

    private static IEnumerable<(double Node, double Weight)> OnPiece(double from, double to, int n)
    {
        ImmutableArray<(double Score, double Weight)> density = NormalQuadrature.Piece(from, to);
        double mass = density.Sum(p => p.Weight);
        double[] centres = new double[n];
        double[] scales = new double[n + 1];
        double[] before = new double[density.Length];
        double[] values = new double[density.Length]; // h_k at the points of the density
        Array.Fill(values, 1);
        for (int k = 0; k < n; k++)
        {
            centres[k] = Mean(i => density[i].Score * values[i] * values[i]);
            double[] next = [.. values.Select((value, i) => ((density[i].Score - centres[k]) * value) - (scales[k] * before[i]))];
            scales[k + 1] = Math.Sqrt(Mean(i => next[i] * next[i]));
            before = values;
            values = [.. next.Select(value => value / scales[k + 1])];
        }

        (ImmutableArray<double> nodes, ImmutableArray<double> weights) = new OrthonormalPolynomials(centres, scales).GaussRule(_ => (from, to));
        return nodes.Zip(weights, (node, weight) => (node, mass * weight));

        double Mean(Func<int, double> value)
        {
            double sum = 0;
            for (int i = 0; i < density.Length; i++)
            {
                sum += density[i].Weight * value(i);
            }

            return sum / mass;
        }
    }
}
