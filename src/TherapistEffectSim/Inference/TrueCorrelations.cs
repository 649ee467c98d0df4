using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using static TherapistEffectSim.Inference.LeastSquaresProjection;

namespace TherapistEffectSim.Inference;

/// <summary>Correlations of alliance and outcome in a trial's population.</summary>
/// <remarks>
/// <para>
/// The structural world, with no attrition and infinite caseloads. Between therapists: the true alliance A_j and the expected outcome of
/// the therapist's patients, f_B(A*_j) + U_j and the differences of arms and sites. Within therapists: the alliance as measured, W + error,
/// and all of the outcome that varies within, f_W(W) + severity + residual. Total: the sums of both levels' moments, so that the differences
/// of arms and sites belong to the outcome's variance there too.
/// </para>
/// <para>
/// What means over few patients, and the loss of patients, make of these is bias. There is none where a variable does not vary, where
/// therapists rate the alliance, where the effects of arms differ between sites, where arms are crossed with
/// therapists or have none, or where there is no population (<see cref="TrialPopulation.Of"/>, <see cref="MixedTrueValues"/>).
/// </para>
/// </remarks>
internal static class TrueCorrelations
{
    private const double ZeroTolerance = 1e-12;

    /// <summary>The correlation at a level; <see langword="null"/> if it has no value.</summary>
    public static double? Of(World world, CorrelationLevel level)
    {
        (Moments Between, Moments Within)? moments = world.Scenario.Alliance.Rater != Rater.Patient || NestingTrueValues.AreOf(world) ? null
            : MixedMechanisms.AreIn(world) ? Linked(world)
            : TrialPopulation.Of(world, degree: 1) is { } population ? (Between(world, population), Within(world, population))
            : null;
        return level switch
        {
            CorrelationLevel.Between => moments?.Between.Correlation,
            CorrelationLevel.Within => moments?.Within.Correlation,
            _ => moments is { } both ? (both.Between + both.Within).Correlation : null,
        };
    }

    // The outcome's variances are what a model of the mean alone leaves.
    private static (Moments Between, Moments Within)? Linked(World world)
    {
        ImmutableArray<FixedColumn> columns =
        [
            new(DesignColumns.Intercept, new ColumnExpression.Constant(1), DesignColumns.Intercept),
            .. new[] { GeneratedColumns.TrueAllianceBetween, GeneratedColumns.TrueAllianceWithin }
                .Select(name => new FixedColumn(name, new ColumnExpression.Variable(name), name)),
        ];
        ModelTruth? variances = MixedTrueValues.Of(world, columns[..1], LevelWeighting.EachLevel);
        if (variances is not { TherapistVariance: { } therapists, ResidualVariance: { } residual }
            || MixedModel.Of(world, world.Scenario.Allocation, columns) is not { } model)
        {
            return null;
        }

        double[] one = model.Between[0];
        double[] alliance = model.Between[1];
        double[] deviations = model.Within[2];
        double mean = Dot(one, alliance);
        return (
            new(Dot(alliance, alliance) - Square(mean), Dot(alliance, model.OutcomeBetween) - (mean * Dot(one, model.OutcomeBetween)), therapists),
            new(
                Dot(deviations, deviations) + Square(world.Components.AllianceErrorSd),
                Dot(deviations, model.OutcomeWithin),
                residual));
    }

    private static Moments Between(World world, TrialPopulation population)
    {
        VarianceComponents components = world.Components;
        TherapistPoint[] points = [.. population.Therapists(new(Arm: true, Site: false, Score: true, Effect: false))];
        double meanScore = points.Sum(t => t.Weight * t.Score);
        double meanOutcome = points.Sum(t => t.Weight * population.Outcome(t));
        double unseen = population.EffectVarianceLeft + (components.SiteSd * components.SiteSd);
        return new(
            components.AllianceBetweenSd * components.AllianceBetweenSd * points.Sum(t => t.Weight * Square(t.Score - meanScore)),
            components.AllianceBetweenSd * points.Sum(t => t.Weight * (t.Score - meanScore) * (population.Outcome(t) - meanOutcome)),
            points.Sum(t => t.Weight * Square(population.Outcome(t) - meanOutcome)) + unseen);
    }

    private static Moments Within(World world, TrialPopulation population)
    {
        VarianceComponents components = world.Components;
        return new(
            Square(components.AllianceWithinSd) + Square(components.AllianceErrorSd),
            components.AllianceWithinSd * population.Patients.Sum(p => p.Weight * p.Score * population.Deviation(p)),
            population.Patients.Sum(p => p.Weight * Square(population.Deviation(p))) + TrueValues.ResidualVariance(components, world.Layout));
    }

    private static double Square(double x) => x * x;

    /// <summary>Variances of alliance and outcome, and their covariance.</summary>
    private readonly record struct Moments(double Alliance, double Covariance, double Outcome)
    {
        /// <summary>The correlation; rounding is taken for 0.</summary>
        public double? Correlation
        {
            get
            {
                double r = Covariance / Math.Sqrt(Alliance * Outcome);
                return !double.IsFinite(r) ? null : Math.Abs(r) <= ZeroTolerance ? 0 : r;
            }
        }

        public static Moments operator +(Moments left, Moments right) =>
            new(left.Alliance + right.Alliance, left.Covariance + right.Covariance, left.Outcome + right.Outcome);
    }
}
