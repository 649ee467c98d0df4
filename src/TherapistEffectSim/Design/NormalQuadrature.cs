using System.Collections.Immutable;

namespace TherapistEffectSim.Design;

/// <summary>Integrals over N(0, 1) of functions that are smooth between given breaks, by Gauss–Legendre quadrature on short panels.</summary>
/// <remarks>
/// Ten points a panel are exact to degree 19; with panels of at most one half the relative error for curves is near 1e-15. Only sums,
/// products and quotients are used, so that the bits are the same on every machine.
/// </remarks>
internal static class NormalQuadrature
{
    /// <summary>SDs beyond which nothing is counted: the density there is below 1e-87.</summary>
    public const double Reach = 20;

    private const double WidestPanel = 0.5;
    private const int FewestPanels = 8;
    private const double InverseSqrtTwoPi = 0.3989422804014327;
    private const double LargestTaylorArgument = 1;
    private const int TaylorDegree = 20;

    // Positive half of the ten points on (−1, 1): Abramowitz & Stegun, table 25.4.
    private static readonly ImmutableArray<(double Node, double Weight)> s_legendre =
    [
        (0.14887433898163122, 0.2955242247147529),
        (0.4333953941292472, 0.26926671930999635),
        (0.6794095682990244, 0.219086362515982),
        (0.8650633666889845, 0.14945134915058056),
        (0.9739065285171717, 0.06667134430868814),
    ];

    /// <summary>Ends of the pieces into which breaks cut the line, from −<see cref="Reach"/> to <see cref="Reach"/>, ascending.</summary>
    /// <param name="breaks">In any order.</param>
    /// <param name="smallestPiece">Breaks that are closer to the one before are left out; above 0.</param>
    public static ImmutableArray<double> Ends(IEnumerable<double> breaks, double smallestPiece)
    {
        ImmutableArray<double>.Builder ends = ImmutableArray.CreateBuilder<double>();
        ends.Add(-Reach);
        foreach (double at in breaks.Where(at => at < Reach - smallestPiece).Order())
        {
            if (at - ends[^1] >= smallestPiece)
            {
                ends.Add(at);
            }
        }

        ends.Add(Reach);
        return ends.ToImmutable();
    }

    /// <summary>Points of one piece with weights φ(s)·ds, ascending.</summary>
    public static ImmutableArray<(double Score, double Weight)> Piece(double from, double to)
    {
        int panels = Math.Max(FewestPanels, (int)Math.Ceiling((to - from) / WidestPanel));
        double half = (to - from) / (2 * panels);
        ImmutableArray<(double Score, double Weight)>.Builder points =
            ImmutableArray.CreateBuilder<(double Score, double Weight)>(2 * panels * s_legendre.Length);
        for (int panel = 0; panel < panels; panel++)
        {
            double middle = from + (((2 * panel) + 1) * half);
            for (int k = s_legendre.Length - 1; k >= 0; k--)
            {
                Add(middle - (half * s_legendre[k].Node), s_legendre[k].Weight);
            }

            foreach ((double node, double weight) in s_legendre)
            {
                Add(middle + (half * node), weight);
            }
        }

        return points.MoveToImmutable();

        void Add(double s, double weight) => points.Add((s, half * weight * Density(s)));
    }

    // φ(s) = (exp(−s²/2^(k+1)))^(2^k)/√(2π), the exponential from its Taylor series.
    private static double Density(double s)
    {
        double argument = 0.5 * s * s;
        int halvings = 0;
        while (argument > LargestTaylorArgument)
        {
            argument /= 2;
            halvings++;
        }

        double sum = 1;
        for (int k = TaylorDegree; k >= 1; k--)
        {
            sum = 1 + (argument / k * sum);
        }

        double power = 1 / sum;
        for (int k = 0; k < halvings; k++)
        {
            power *= power;
        }

        return InverseSqrtTwoPi * power;
    }
}
