using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using static TherapistEffectSim.Inference.LeastSquaresProjection;

namespace TherapistEffectSim.Inference;

/// <summary>Computes what a model's estimates aim at in a world.</summary>
/// <remarks>
/// The structural outcome (no attrition, infinite caseloads) is projected on the model's terms, with the observed alliance read as the
/// true one: <c>alliance_between</c> as A_j, <c>alliance_within</c> as W_ij. So attenuation, confounding and selection by attrition are
/// bias. Without a true value are: terms that vary at both levels under one coefficient (<c>alliance</c>), and all whose coefficient
/// changes with theirs; terms that the ones before them span (nothing is left of <c>alliance_between</c> where therapists do not
/// differ in alliance); where sites differ, terms whose coefficient is a realised site effect; and columns of so high a degree that the
/// quadrature would need too many points, the earlier the more knots a curve has.
/// </remarks>
internal static class TrueValues
{
    private const double ZeroTolerance = 1e-12; // of a contribution to the outcome, in outcome SDs
    private const double LinkTolerance = 1e-9;  // of a correlation that is taken for 0

    /// <summary>The true values of a model.</summary>
    /// <param name="world">The world.</param>
    /// <param name="columns">The columns of the fixed effects; the response is the outcome.</param>
    /// <param name="hasRandomIntercept">Whether therapists have a random intercept.</param>
    /// <param name="therapistMeans">Whether the rows are therapist means.</param>
    public static ModelTruth Of(World world, ImmutableArray<FixedColumn> columns, bool hasRandomIntercept, bool therapistMeans)
    {
        double degree = columns.Select(c => PopulationColumn.Degree(c.Expression)).DefaultIfEmpty().Max();
        bool isKnown = columns.SelectMany(c => c.Expression.Variables).All(v => v != GeneratedColumns.Outcome && !GeneratedColumns.IsFurther(world.Scenario, v));
        if (!isKnown || TrialPopulation.Of(world, degree) is not { } population)
        {
            return ModelTruth.Unknown(columns.Length);
        }

        LevelWeighting weighting = therapistMeans ? LevelWeighting.TherapistMeans
            : hasRandomIntercept ? LevelWeighting.EachLevel
            : LevelWeighting.Patients;
        return Of(world.Components, world.Layout.Sites, population, new PopulationModel(world, population, columns, weighting));
    }

    private static ModelTruth Of(VarianceComponents world, int sites, TrialPopulation population, PopulationModel model)
    {
        double[] between = model.OfTherapists(population.Outcome);
        double[] within = model.OfPatients(population.Deviation);
        Projected outcome = model.Project(between, within);
        double effectVariance = model.Variables.Effect ? 0 : population.EffectVarianceLeft;
        double siteVariance = world.SiteSd * world.SiteSd;
        double residualVariance = world.ResidualSd * world.ResidualSd;
        double outcomeVariance = Dot(between, between) + Dot(within, within) + effectVariance + siteVariance + residualVariance;

        int[] conflated = [.. Enumerable.Range(0, model.Levels.Length).Where(k => model.Levels[k] == TermLevel.Conflated)];
        bool[] hasNone = new bool[model.Levels.Length];
        foreach (int k in conflated)
        {
            MarkLinked(model, model.Project(model.Between[k], model.Within[k]), model.Size(k), hasNone);
        }

        double siteShareLeft = model.Variables.Site ? SitesLeft(model, sites, siteVariance > 0, hasNone) : 1;
        bool variancesKnown = conflated.Length == 0
            || (world.Between.IsZero && world.Within.IsZero && conflated.All(k => IsUnrelated(model, k, outcome, outcomeVariance)));
        return new()
        {
            Coefficients = [.. outcome.Coefficients.Select((b, k) => hasNone[k] ? null : Rounded(b, model.Size(k), outcomeVariance))],
            TherapistVariance = variancesKnown
                ? RoundedVariance(Dot(outcome.Between, outcome.Between) + effectVariance + (siteVariance * siteShareLeft), outcomeVariance)
                : null,
            ResidualVariance = variancesKnown ? Dot(outcome.Within, outcome.Within) + residualVariance : null,
            Represents = Represented(model, world),
        };
    }

    // Marks the columns whose coefficients change when something that is projected on them is added to the outcome.
    private static void MarkLinked(PopulationModel model, Projected added, double size, bool[] linked)
    {
        for (int k = 0; k < linked.Length; k++)
        {
            linked[k] |= added.Coefficients[k] is { } b && Math.Abs(b) * model.Size(k) > LinkTolerance * size;
        }
    }

    // Share of the variance of the sites' effects that the model's site columns leave: Σ E (indicator's residual)².
    private static double SitesLeft(PopulationModel model, int sites, bool sitesDiffer, bool[] hasNone)
    {
        double left = 0;
        double[] nothing = model.OfPatients(_ => 0);
        for (int site = 0; site < sites; site++)
        {
            double[] indicator = model.OfTherapists(t => t.Site == site ? 1 : 0);
            Projected projected = model.Project(indicator, nothing);
            left += Dot(projected.Between, projected.Between) + Dot(projected.Within, projected.Within);
            if (sitesDiffer)
            {
                MarkLinked(model, projected, PopulationModel.Length(indicator), hasNone);
            }
        }

        return left;
    }

    // Whether a conflated column would take nothing from what the others leave of the outcome, at either level.
    private static bool IsUnrelated(PopulationModel model, int k, Projected outcome, double outcomeVariance)
    {
        double tolerance = LinkTolerance * model.Size(k) * Math.Sqrt(outcomeVariance);
        return Math.Abs(Dot(model.Between[k], outcome.Between)) <= tolerance && Math.Abs(Dot(model.Within[k], outcome.Within)) <= tolerance;
    }

    private static AllianceShapes Represented(PopulationModel model, VarianceComponents world)
    {
        double[] noTherapists = model.OfTherapists(_ => 0);
        double[] noPatients = model.OfPatients(_ => 0);
        return new(
            Between(t => t.Score), Between(t => Bend(world.Between, t.Score)), Within(p => p.Score), Within(p => Bend(world.Within, p.Score)));

        bool Between(Func<TherapistPoint, double> shape) =>
            PopulationModel.Length(model.Project(model.OfTherapists(shape), noPatients).Between) <= LinkTolerance;

        bool Within(Func<PatientPoint, double> shape) =>
            PopulationModel.Length(model.Project(noTherapists, model.OfPatients(shape)).Within) <= LinkTolerance;
    }

    // What the least-squares line leaves of a curve with kinks, in SDs of the curve; the parabola s² − 1 if there are none.
    private static double Bend(ResponseCurve curve, double s) => curve.Segments.IsEmpty
        ? (s * s) - 1
        : (curve.At(s) - (curve.Slope * s)) / Math.Sqrt(curve.Variance);

    private static double? Rounded(double? coefficient, double size, double outcomeVariance) =>
        coefficient is { } b && Math.Abs(b) * size <= ZeroTolerance * Math.Sqrt(outcomeVariance) ? 0 : coefficient;

    private static double RoundedVariance(double variance, double outcomeVariance) =>
        variance <= ZeroTolerance * outcomeVariance ? 0 : variance;
}
