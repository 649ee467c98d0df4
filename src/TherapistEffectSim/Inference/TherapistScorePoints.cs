using System.Collections.Immutable;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>A therapist's scores at a point of the quadrature.</summary>
/// <param name="Alliance">A*.</param>
/// <param name="Outcome">U*, or its mean at this point.</param>
/// <param name="OutcomeVarianceLeft">Variance of U* around that mean.</param>
/// <param name="Share">Share of the trial's therapists.</param>
internal readonly record struct TherapistScorePoint(double Alliance, double Outcome, double OutcomeVarianceLeft, double Share)
{
    /// <summary>C*, or its mean at this point.</summary>
    public double Adherence { get; init; }
}

/// <summary>Quadrature over the scores of a trial's therapists after contamination, selection and training.</summary>
/// <remarks>
/// In each population of candidates the selecting score comes first, on its part above the threshold; the others given it are
/// normal.
/// </remarks>
internal static class TherapistScorePoints
{
    // The normal density beyond 9.5 SDs is below 10⁻²⁰.
    private const double Reach = 9.5;
    private const double InverseSqrtTwoPi = 0.3989422804014326779;
    private const int TruncatedPoints = 48;
    private const int NormalPoints = 20; // exact for a variance

    private static readonly Lazy<GaussLegendre> s_legendre = new(() => GaussLegendre.WithPoints(TruncatedPoints));

    /// <summary>Points and their shares of the trial's therapists; adherence is summed over unless it selects.</summary>
    /// <param name="model">The distribution.</param>
    /// <param name="normal">Points of the standard normal distribution, for scores that are not truncated.</param>
    /// <param name="withOutcome">Whether outcome skill has points of its own; else each point has its mean and what varies around it.</param>
    public static ImmutableArray<TherapistScorePoint> Of(TherapistScoreModel model, ImmutableArray<(double Node, double Weight)> normal, bool withOutcome)
    {
        int selecting = IsTruncated(model) ? model.Selecting : 0;
        int[] order = selecting == 2 ? [2, 0, 1] : [selecting, 1 - selecting];
        return Of(model, _ => normal, order, withOutcome ? order.Length : Array.IndexOf(order, 0) + 1);
    }

    /// <summary>Points and their shares of the trial's therapists.</summary>
    /// <param name="model">The distribution.</param>
    /// <param name="rule">Points of the standard normal distribution for each score; that of a score may have kinks if it comes first, or if all are independent.</param>
    /// <param name="first">The score that comes first unless one selects.</param>
    /// <param name="withOutcome">Whether outcome skill has points of its own; else each point has its mean and what varies around it.</param>
    /// <param name="withAdherence">Whether adherence has points of its own; else each point has its mean given those that have.</param>
    public static ImmutableArray<TherapistScorePoint> Of(
        TherapistScoreModel model, Func<int, ImmutableArray<(double Node, double Weight)>> rule, int first, bool withOutcome, bool withAdherence)
    {
        int[] order = (IsTruncated(model) ? model.Selecting : first) switch
        {
            2 => [2, 0, 1],
            1 => [1, 0, 2],
            _ => withAdherence ? [0, 2, 1] : [0, 1, 2],
        };
        int last = Math.Max(Array.IndexOf(order, 0), Math.Max(
            withOutcome ? Array.IndexOf(order, 1) : 0, withAdherence ? Array.IndexOf(order, 2) : 0));
        return Of(model, rule, order, last + 1);
    }

    private static bool IsTruncated(TherapistScoreModel model) => !double.IsNegativeInfinity(model.Threshold);

    // The first dimensions of the order have points; the scores after them are 0 in the factor, so at their mean given the others.
    private static ImmutableArray<TherapistScorePoint> Of(
        TherapistScoreModel model, Func<int, ImmutableArray<(double Node, double Weight)>> rule, int[] order, int dimensions)
    {
        double[] cholesky = Factor(model, order);
        ImmutableArray<(double Node, double Weight)> zero = [(0, 1)];
        ImmutableArray<TherapistScorePoint>.Builder points = ImmutableArray.CreateBuilder<TherapistScorePoint>();
        double total = 0;
        foreach (ScoreComponent component in model.Components)
        {
            double left = OutcomeVarianceLeft(model, component, order, dimensions, cholesky);
            foreach ((double first, double weight) in Truncated(model, component, order[0], rule(order[0])))
            {
                foreach ((double second, double secondWeight) in dimensions > 1 ? rule(order[1]) : zero)
                {
                    foreach ((double third, double thirdWeight) in dimensions > 2 ? rule(order[2]) : zero)
                    {
                        double[] z = [first, second, third];
                        double share = component.Share * weight * secondWeight * thirdWeight;
                        total += share;
                        points.Add(new(Score(0), Score(1), left, share) { Adherence = order.Length > 2 ? Score(2) : 0 });

                        double Score(int trait)
                        {
                            int row = Array.IndexOf(order, trait);
                            double standard = 0;
                            for (int k = 0; k <= row; k++)
                            {
                                standard += cholesky[(row * (row + 1) / 2) + k] * z[k];
                            }

                            return model.Train(trait, component.Mean[trait] + (component.Sd[trait] * standard));
                        }
                    }
                }
            }
        }

        return [.. points.Select(p => p with { Share = p.Share / total })];
    }

    /// <summary>Variance of A* among the trial's therapists.</summary>
    public static double AllianceVariance(TherapistScoreModel model)
    {
        if (model.IsPlain)
        {
            return 1;
        }

        GaussHermite rule = GaussHermite.WithPoints(NormalPoints);
        ImmutableArray<TherapistScorePoint> points = Of(model, [.. rule.Nodes.Zip(rule.Weights)], withOutcome: false);
        double mean = points.Sum(p => p.Share * p.Alliance);
        return points.Sum(p => p.Share * (p.Alliance - mean) * (p.Alliance - mean));
    }

    // Variance of outcome skill given the scores that have points.
    private static double OutcomeVarianceLeft(TherapistScoreModel model, in ScoreComponent component, int[] order, int dimensions, double[] cholesky)
    {
        int row = Array.IndexOf(order, 1);
        double variance = 0;
        for (int k = dimensions; k <= row; k++)
        {
            double element = cholesky[(row * (row + 1) / 2) + k];
            variance += element * element;
        }

        double scale = component.Sd[1] * (model.Trained == 1 ? model.Training : 1);
        return variance * scale * scale;
    }

    // Nodes of the standardised selecting score above the threshold; weights add up to the share above.
    private static IEnumerable<(double Node, double Weight)> Truncated(
        TherapistScoreModel model, ScoreComponent component, int selecting, ImmutableArray<(double Node, double Weight)> normal)
    {
        if (!IsTruncated(model))
        {
            return normal;
        }

        double difference = model.Threshold - component.Mean[selecting];
        double sd = component.Sd[selecting];
        if (sd == 0)
        {
            return difference < 0 ? normal : [];
        }

        double low = Math.Max(difference / sd, -Reach);
        double half = (Math.Max(Reach, low + Reach) - low) / 2;
        return s_legendre.Value.Nodes.Zip(s_legendre.Value.Weights, (x, w) =>
        {
            double z = low + (half * (1 + x));
            return (z, w * half * InverseSqrtTwoPi * Elementary.Exp(-0.5 * z * z));
        });
    }

    private static double[] Factor(TherapistScoreModel model, int[] order)
    {
        double r10 = model.Correlation(order[1], order[0]);
        double l11 = Math.Sqrt(1 - (r10 * r10));
        if (order.Length == 2)
        {
            return [1, r10, l11];
        }

        double r20 = model.Correlation(order[2], order[0]);
        double l21 = (model.Correlation(order[2], order[1]) - (r20 * r10)) / l11;
        return [1, r10, l11, r20, l21, Math.Sqrt(1 - (r20 * r20) - (l21 * l21))];
    }
}
