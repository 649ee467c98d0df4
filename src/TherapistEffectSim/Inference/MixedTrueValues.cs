using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using static TherapistEffectSim.Inference.LeastSquaresProjection;

namespace TherapistEffectSim.Inference;

/// <summary>True values where therapists and patients are linked, or a model tells the levels of the whole alliance apart.</summary>
/// <remarks>
/// <para>
/// With a random intercept the within level fixes the coefficients first, the between level what is left (<see cref="TwoLevelProjection"/>);
/// so <c>severity</c> under case-mix has its within-therapist slope, and beside <c>alliance_between</c> <c>alliance</c> has the within slope
/// and <c>alliance_between</c> the contextual effect.
/// </para>
/// <para>
/// Columns that read the whole alliance, and products of therapists' and patients' variables whose mean differs between therapists under
/// random allocation, are conflated: with finite caseloads their coefficient depends on the information of the two levels. They have
/// a true value where the within level alone and both levels at once give the same. The alliance alone, in a model that does not tell
/// its levels apart, has none.
/// </para>
/// <para>
/// Without true values are models that read <c>sessions</c>; kinks in the within curve where traits move the alliance, or where severity does
/// and is not allocated at random; kinks in the between curve of narrowed therapists; halves by a skill that is selected or
/// contaminated; log hazards of drop-out above 3 per SD; allocation by an outcome skill that is not normal, or halves by a skill that
/// training has made equal; grids that are too large.
/// </para>
/// </remarks>
internal static class MixedTrueValues
{
    private const double AgreementTolerance = 1e-9; // of a contribution to the outcome, in outcome SDs

    /// <summary>Whether the model has, beside the whole alliance, one of its parts or a product of the whole.</summary>
    public static bool TellsLevelsApart(ImmutableArray<FixedColumn> columns)
    {
        string[][] variables = [.. columns.Select(c => c.Expression.Variables.ToArray())];
        return variables.Any(v => v.Any(WorldVariables.IsWholeAlliance))
            && (variables.Any(v => v.Any(name => WorldVariables.IsBetweenAlliance(name) || WorldVariables.IsWithinAlliance(name)))
                || variables.Any(v => v.Any(WorldVariables.IsWholeAlliance) && !v.All(WorldVariables.IsWholeAlliance)));
    }

    /// <summary>The true values of a model; <see langword="null"/> if they cannot be computed exactly.</summary>
    /// <param name="world">The world.</param>
    /// <param name="columns">The columns of the fixed effects.</param>
    /// <param name="weighting">How the model weighs the levels.</param>
    public static ModelTruth? Of(World world, ImmutableArray<FixedColumn> columns, LevelWeighting weighting)
    {
        if (MixedModel.Of(world, world.Scenario.Allocation, columns) is not { } model)
        {
            return null;
        }

        VarianceComponents components = world.Components;
        EndpointOutcome outcome = (EndpointOutcome)world.Scenario.Outcome;
        double slopeVariance = outcome.Within.SlopeSd * outcome.Within.SlopeSd * (1 - (outcome.Within.SlopeCorrelation * outcome.Within.SlopeCorrelation));
        double effectVariance = model.EffectVarianceLeft + (slopeVariance * Square(model.Means((_, p) => p.Score)));
        double residualVariance = TrueValues.ResidualVariance(components, world.Layout)
            + model.WithinVarianceLeft() + (slopeVariance * Square(model.Deviations((_, p) => p.Score)));
        double siteVariance = components.SiteSd * components.SiteSd;
        double outcomeVariance = Square(model.OutcomeBetween) + Square(model.OutcomeWithin) + effectVariance + siteVariance + residualVariance;

        bool[] conflated = Conflated(world, columns, model);
        bool tellsApart = TellsLevelsApart(columns);
        MixedProjection all = new(model, weighting, conflated);
        bool[] agree = [.. Agreeing(all, model, outcomeVariance)];
        bool[] hasNone = [.. conflated.Select((is3, k) =>
            is3 && (weighting == LevelWeighting.TherapistMeans || !agree[k] || (model.Columns[k].IsWholeAllianceAlone && !tellsApart)))];
        bool[] withoutValue = [.. hasNone];
        MixedProjection rest = withoutValue.Contains(true) ? new(model, weighting, conflated, withoutValue) : all;
        Projected full = all.Project(model.OutcomeBetween, model.OutcomeWithin);
        Projected projected = rest.Project(model.OutcomeBetween, model.OutcomeWithin);
        for (int n = 0; n < hasNone.Length; n++)
        {
            if (withoutValue[n])
            {
                MarkLinked(model, rest.Project(model.Between[n], model.Within[n]), model.Size(n), hasNone, k => !conflated[k]);
            }
        }

        double siteShareLeft = model.Columns.Any(c => c.ReadsSite) ? SitesLeft(world, outcome.SiteByArmSd > 0, model, rest, hasNone) : 1;
        bool variancesKnown = Enumerable.Range(0, hasNone.Length)
            .All(k => !withoutValue[k] || (agree[k] && weighting != LevelWeighting.TherapistMeans));
        return new()
        {
            Coefficients =
            [
                .. hasNone.Select((none, k) => none ? null
                    : TrueValues.Rounded(conflated[k] ? full.Coefficients[k] : projected.Coefficients[k], model.DeterminingSize(k), outcomeVariance)),
            ],
            TherapistVariance = variancesKnown && outcome.SiteByArmSd == 0
                ? TrueValues.RoundedVariance(Square(full.Between) + effectVariance + (siteVariance * siteShareLeft), outcomeVariance)
                : null,
            ResidualVariance = variancesKnown ? Square(full.Within) + residualVariance : null,
            Represents = Represented(model, rest, components),
        };
    }

    private static double Square(double[] values) => Dot(values, values);

    // Whether a column's two levels can have different slopes for another reason than how patients are allocated.
    private static bool[] Conflated(World world, ImmutableArray<FixedColumn> columns, MixedModel model)
    {
        bool[] conflated = [.. model.Columns.Select(c => c.ReadsWholeAlliance)];
        int[] products = [.. Enumerable.Range(0, conflated.Length).Where(k => !conflated[k] && model.Columns[k].ReadsBothLevels)];
        if (products.Length > 0)
        {
            MixedModel? random = MixedMechanisms.IsRandom(world.Scenario.Allocation)
                ? model
                : MixedModel.Of(world, new RandomAllocation(), columns);
            foreach (int k in products)
            {
                conflated[k] = random?.HasBetween[k] ?? true;
            }
        }

        return conflated;
    }

    private static IEnumerable<bool> Agreeing(MixedProjection all, MixedModel model, double outcomeVariance)
    {
        Projected within = all.TwoLevels.WithinFirst(model.OutcomeBetween, model.OutcomeWithin);
        Projected both = all.TwoLevels.BothAtOnce(model.OutcomeBetween, model.OutcomeWithin);
        double tolerance = AgreementTolerance * Math.Sqrt(outcomeVariance);
        return within.Coefficients.Zip(both.Coefficients, (w, b) => (w, b)).Select((pair, k) =>
            pair is ({ } first, { } second) && Math.Abs(first - second) * model.Size(k) <= tolerance);
    }

    private static void MarkLinked(MixedModel model, Projected added, double size, bool[] linked, Func<int, bool> canBe)
    {
        for (int k = 0; k < linked.Length; k++)
        {
            linked[k] |= canBe(k) && added.Coefficients[k] is { } b && Math.Abs(b) * model.DeterminingSize(k) > TrueValues.LinkTolerance * size;
        }
    }

    // Share of the variance of the sites' effects that the model's site columns leave; coefficients that are realised effects of sites are marked.
    private static double SitesLeft(World world, bool armsDifferBySite, MixedModel model, MixedProjection rest, bool[] hasNone)
    {
        bool ofEachArm = model.Columns.Any(c => c.ReadsSite && c.ReadsArm);
        double[] nothing = model.NoPatients();
        double left = 0;
        for (int site = 0; site < world.Layout.Sites; site++)
        {
            double[] indicator = model.OfTherapists(t => t.Site == site ? 1 : 0);
            Projected projected = rest.Project(indicator, nothing);
            left += Square(projected.Between) + Square(projected.Within);
            if (world.Components.SiteSd > 0)
            {
                MarkLinked(model, projected, MixedModel.Length(indicator), hasNone, _ => true);
            }

            // Beside columns of sites alone, those of arms aim at the mean over sites.
            for (int arm = 1; armsDifferBySite && arm < world.Layout.Arms; arm++)
            {
                double[] cell = model.OfTherapists(t => t.Site == site && t.Arm == arm ? 1 : 0);
                MarkLinked(model, rest.Project(cell, nothing), MixedModel.Length(cell), hasNone,
                    k => ofEachArm || model.Columns[k].ReadsSite || !model.Columns[k].ReadsArm);
            }
        }

        return left;
    }

    private static AllianceShapes Represented(MixedModel model, MixedProjection projection, VarianceComponents world)
    {
        double[] noTherapists = model.OfTherapists(_ => 0);
        double[] noPatients = model.NoPatients();
        return new(
            Between(t => t.Score),
            Between(t => TrueValues.Bend(world.Between, t.Score)),
            Within(p => p.Score),
            Within(p => TrueValues.Bend(world.Within, p.Score)));

        bool Between(Func<MixedTherapist, double> shape) =>
            MixedModel.Length(projection.Project(model.OfTherapists(shape), noPatients).Between) <= TrueValues.LinkTolerance;

        bool Within(Func<MixedPatient, double> shape) =>
            MixedModel.Length(projection.Project(noTherapists, model.Deviations((_, p) => shape(p))).Within) <= TrueValues.LinkTolerance;
    }
}
