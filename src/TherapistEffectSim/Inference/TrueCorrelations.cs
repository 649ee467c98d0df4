using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;

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
/// What means over few patients, and the loss of patients, make of these is bias. There is none where a variable does not vary, or where
/// <see cref="TrialPopulation.Of"/> has no population, and where arms are crossed with therapists or have none.
/// </para>
/// </remarks>
internal static class TrueCorrelations
{
    private const double ZeroTolerance = 1e-12;

    /// <summary>The correlation at a level; <see langword="null"/> if it has no value.</summary>
    public static double? Of(World world, CorrelationLevel level) =>
        !NestingTrueValues.AreOf(world) && TrialPopulation.Of(world, degree: 1) is { } population
            ? level switch
            {
                CorrelationLevel.Between => Between(world, population).Correlation,
                CorrelationLevel.Within => Within(world, population).Correlation,
                _ => (Between(world, population) + Within(world, population)).Correlation,
            }
            : null;

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
            population.Patients.Sum(p => p.Weight * Square(population.Deviation(p))) + Square(components.ResidualSd));
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
