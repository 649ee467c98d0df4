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
/// bias. Effects that vary between studies are at their mean, reverse causation and errors of raters and questionnaires are bias too.
/// Where therapists and patients are linked, and for contextual models and products of the whole alliance, see
/// <see cref="MixedTrueValues"/>. Without a true value are: terms that vary at both levels under one coefficient (<c>alliance</c>), and all
/// whose coefficient changes with theirs; terms that the ones before them span (nothing is left of <c>alliance_between</c> where therapists do not
/// differ in alliance); where sites differ, terms whose coefficient is a realised site effect; and columns of so high a degree that the
/// quadrature would need too many points, the earlier the more knots a curve has. Where arms are crossed with therapists, or have none, see
/// <see cref="NestingTrueValues"/>.
/// </remarks>
internal static class TrueValues
{
    private const double ZeroTolerance = 1e-12; // of a contribution to the outcome, in outcome SDs
    internal const double LinkTolerance = 1e-9;  // of a correlation that is taken for 0

    /// <summary>The true values of a model.</summary>
    /// <param name="world">The world.</param>
    /// <param name="columns">The columns of the fixed effects; the response is the outcome.</param>
    /// <param name="hasRandomIntercept">Whether therapists have a random intercept.</param>
    /// <param name="therapistMeans">Whether the rows are therapist means.</param>
    public static ModelTruth Of(World world, ImmutableArray<FixedColumn> columns, bool hasRandomIntercept, bool therapistMeans)
    {
        if (NestingTrueValues.AreOf(world))
        {
            return NestingTrueValues.Of(world, columns, hasRandomIntercept, therapistMeans);
        }

        LevelWeighting weighting = therapistMeans ? LevelWeighting.TherapistMeans
            : hasRandomIntercept ? LevelWeighting.EachLevel
            : LevelWeighting.Patients;
        string[] variables = [.. columns.SelectMany(c => c.Expression.Variables)];
        bool skillMomentsUnknown = world.Scenario.Therapists.Distribution is not NormalForm
            && columns.Any(c => WorldVariables.Degree(c.Expression, GeneratedColumns.TrueTherapistEffect) > 1);
        if (variables.Contains(GeneratedColumns.Outcome) || skillMomentsUnknown)
        {
            return ModelTruth.Unknown(columns.Length);
        }

        if (MixedMechanisms.AreIn(world) || variables.Any(v => GeneratedColumns.IsFurther(world.Scenario, v)))
        {
            return MixedTrueValues.Of(world, columns, weighting) ?? ModelTruth.Unknown(columns.Length);
        }

        double degree = columns.Select(c => PopulationColumn.Degree(c.Expression)).DefaultIfEmpty().Max();
        ModelTruth truth = TrialPopulation.Of(world, degree) is { } population
            ? Of(world.Components, world.Layout, population, new PopulationModel(world, population, columns, weighting))
            : ModelTruth.Unknown(columns.Length);
        return MixedTrueValues.TellsLevelsApart(columns) && MixedTrueValues.Of(world, columns, weighting) is { } mixed
            ? Completed(truth, mixed)
            : truth;
    }

    /// <summary>σ_e²: mean residual variance of the trial's therapists.</summary>
    public static double ResidualVariance(VarianceComponents world, TherapistLayout layout)
    {
        if (world.ArmResidualSd.All(sd => sd.Equals(world.ArmResidualSd[0])))
        {
            return world.ResidualSd * world.ResidualSd;
        }

        double variance = 0;
        foreach (int arm in layout.Arm)
        {
            variance += world.ArmResidualSd[arm] * world.ArmResidualSd[arm] / layout.Therapists;
        }

        return variance;
    }

    // What the levels one by one do not tell, from both of them.
    private static ModelTruth Completed(ModelTruth truth, ModelTruth mixed) => new()
    {
        Coefficients = [.. truth.Coefficients.Zip(mixed.Coefficients, (own, other) => own ?? other)],
        TherapistVariance = truth.TherapistVariance ?? mixed.TherapistVariance,
        ResidualVariance = truth.ResidualVariance ?? mixed.ResidualVariance,
        Represents = mixed.Represents,
    };

    private static ModelTruth Of(VarianceComponents world, TherapistLayout layout, TrialPopulation population, PopulationModel model)
    {
        double[] between = model.OfTherapists(population.Outcome);
        double[] within = model.OfPatients(population.Deviation);
        Projected outcome = model.Project(between, within);
        double effectVariance = model.Variables.Effect ? 0 : population.EffectVarianceLeft;
        double siteVariance = world.SiteSd * world.SiteSd;
        double residualVariance = ResidualVariance(world, layout);
        double outcomeVariance = Dot(between, between) + Dot(within, within) + effectVariance + siteVariance + residualVariance;

        int[] conflated = [.. Enumerable.Range(0, model.Levels.Length).Where(k => model.Levels[k] == TermLevel.Conflated)];
        bool[] hasNone = new bool[model.Levels.Length];
        foreach (int k in conflated)
        {
            MarkLinked(model, model.Project(model.Between[k], model.Within[k]), model.Size(k), hasNone);
        }

        double siteShareLeft = model.Variables.Site ? SitesLeft(model, layout.Sites, siteVariance > 0, hasNone) : 1;
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
    internal static double Bend(ResponseCurve curve, double s) => curve.Segments.IsEmpty
        ? (s * s) - 1
        : (curve.At(s) - (curve.Slope * s)) / Math.Sqrt(curve.Variance);

    internal static double? Rounded(double? coefficient, double size, double outcomeVariance) =>
        coefficient is { } b && Math.Abs(b) * size <= ZeroTolerance * Math.Sqrt(outcomeVariance) ? 0 : coefficient;

    internal static double RoundedVariance(double variance, double outcomeVariance) =>
        variance <= ZeroTolerance * outcomeVariance ? 0 : variance;
}
