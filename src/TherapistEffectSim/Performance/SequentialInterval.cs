using System.Collections.Immutable;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Performance;

/// <summary>Intervals for the Monte Carlo error of a run that looks at its results several times and decides when to stop.</summary>
/// <remarks>
/// <para>
/// Repeated confidence intervals (Jennison &amp; Turnbull 1989, J. R. Stat. Soc. B 51, section 2): at look k the interval has the critical value c
/// instead of z = 1.96, with c such that the intervals of all looks hold the truth together with probability .95. Whatever rule decides at
/// which look to stop, the interval shown then holds it at least as often; that the rule looks at several rates, or at the variance that the
/// interval itself uses, does not matter. One c serves all looks (Pocock 1977, Biometrika 64).
/// </para>
/// <para>
/// c solves P(max |Z_k| ≤ c) = .95 for Z_k = S(n_k)/√n_k, a sum of n_k independent terms: Z_k given Z_(k−1) is normal with mean ρZ_(k−1) and
/// variance 1 − ρ², ρ = √(n_(k−1)/n_k). The probability is computed by recursive integration (Armitage, McPherson &amp; Rowe 1969, J. R. Stat. Soc. A 132).
/// It is exact for normal means and asymptotic for shares, of which at least a thousand replicates are looked at.
/// </para>
/// </remarks>
internal sealed class SequentialInterval
{
    private const int Nodes = 100; // error below 1e-8 where n grows by at least a tenth between looks
    private const double Coverage = 0.95;
    private const double InverseSqrtTwoPi = 0.3989422804014327;

    private static readonly ImmutableHashSet<string> s_shares =
    [
        MeasureName.RejectionRate, MeasureName.RejectionRateTrueSign, MeasureName.Coverage, MeasureName.BiasEliminatedCoverage, MeasureName.TypeS,
        MeasureName.SingularRate, MeasureName.FailureRate, MeasureName.NegativeRate, MeasureName.VertexInside, MeasureName.InvertedUShown,
    ];

    /// <param name="looks">Replicates at the looks, ascending; each at least a tenth more than the one before.</param>
    public SequentialInterval(IReadOnlyList<long> looks) => CriticalValue = Solve(looks);

    /// <summary>c, in standard errors; 1.96 for a single look.</summary>
    public double CriticalValue { get; }

    /// <summary>Standard error of the interval of Wilson, half its width over z; never 0.</summary>
    /// <param name="count">x, in [0, n].</param>
    /// <param name="total">n, at least 1.</param>
    public static double WilsonError(long count, long total)
    {
        const double z = MonteCarloEstimate.Z;
        double n = total;
        double p = count / n;
        return Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n))) / (1 + (z * z / n));
    }

    /// <summary>A row with its sequential interval: of shares that of Wilson with c for z, of other measures that of one look, widened about the value by c/z.</summary>
    public SummaryRow Of(SummaryRow row)
    {
        if (row.Value is not double value || row.ConfLow is null || row.ConfHigh is null)
        {
            return row;
        }

        if (s_shares.Contains(row.Measure))
        {
            MonteCarloEstimate share = MonteCarloEstimate.Proportion((long)Math.Round(value * row.Replicates), row.Replicates, CriticalValue);
            return row with { ConfLow = share.ConfLow, ConfHigh = share.ConfHigh };
        }

        return row with { ConfLow = Widened(value, row.ConfLow.Value), ConfHigh = Widened(value, row.ConfHigh.Value) };
    }

    /// <inheritdoc cref="Of(SummaryRow)"/>
    public JointRow Of(JointRow row)
    {
        MonteCarloEstimate share = MonteCarloEstimate.Proportion(row.Count, row.Replicates, CriticalValue);
        return row with { ConfLow = share.ConfLow, ConfHigh = share.ConfHigh };
    }

    /// <inheritdoc cref="Of(SummaryRow)"/>
    public JointPairRow Of(JointPairRow row) => row with
    {
        ConfLow = Math.Max(-1, Widened(row.Difference, row.ConfLow)),
        ConfHigh = Math.Min(1, Widened(row.Difference, row.ConfHigh)),
    };

    private double Widened(double value, double end) => value + (CriticalValue / MonteCarloEstimate.Z * (end - value));

    private static double Solve(IReadOnlyList<long> looks)
    {
        if (looks.Count == 1)
        {
            return MonteCarloEstimate.Z;
        }

        GaussLegendre rule = GaussLegendre.WithPoints(Nodes);
        double low = MonteCarloEstimate.Z;
        double high = NormalDistribution.UpperQuantile((1 - Coverage) / (2 * looks.Count)); // of Bonferroni
        const double precision = 1e-9;
        while (high - low > precision)
        {
            double middle = (low + high) / 2;
            (low, high) = ProbabilityInside(middle, looks, rule) < Coverage ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <summary>P(|Z_k| ≤ c at all looks).</summary>
    private static double ProbabilityInside(double c, IReadOnlyList<long> looks, GaussLegendre rule)
    {
        int nodes = rule.Nodes.Length;
        double[] density = [.. rule.Nodes.Select(x => InverseSqrtTwoPi * Elementary.Exp(-0.5 * c * x * c * x))]; // of Z_k and all looks before inside, at the nodes c·x
        double[] next = new double[nodes];
        for (int k = 1; k < looks.Count; k++)
        {
            double rho = Math.Sqrt((double)looks[k - 1] / looks[k]);
            double sd = Math.Sqrt(1 - (rho * rho));
            for (int i = 0; i < nodes; i++)
            {
                double sum = 0;
                for (int j = 0; j < nodes; j++)
                {
                    double standard = c * (rule.Nodes[i] - (rho * rule.Nodes[j])) / sd;
                    sum += rule.Weights[j] * density[j] * Elementary.Exp(-0.5 * standard * standard);
                }

                next[i] = c * InverseSqrtTwoPi / sd * sum;
            }

            (density, next) = (next, density);
        }

        double inside = 0;
        for (int i = 0; i < nodes; i++)
        {
            inside += c * rule.Weights[i] * density[i];
        }

        return inside;
    }
}
