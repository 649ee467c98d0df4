using TherapistEffectSim.Estimation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>Makes the fits of tables, by the estimators of single data sets, and stores what they found.</summary>
internal sealed class TableFitter
{
    /// <summary>Smallest diagonal element of Λ below which a fit is on the bound, as lme4's isSingular has it.</summary>
    public const double SingularBelow = 1e-4;

    private readonly ScenarioPlan _plan;
    private readonly RandomEffectName[][] _effects; // [method]

    public TableFitter(ScenarioPlan plan)
    {
        _plan = plan;
        _effects = [.. plan.Methods.Select((method, m) => method.IsOfTable ? [.. plan.Effects(m)] : (RandomEffectName[])[])];
    }

    /// <summary>Makes a fit and stores it.</summary>
    /// <param name="f">Index of the fit among those of tables.</param>
    /// <param name="data">The numbers of its method; <see langword="null"/> if the replicate has too few.</param>
    /// <param name="leaf">Where it goes.</param>
    /// <param name="replicate">Of the leaf.</param>
    /// <param name="number">Of the replicate in the scenario, from 0.</param>
    public void Fit(int f, ModelData? data, LeafValues leaf, int replicate, long number)
    {
        PlannedTableFit planned = _plan.TableFits[f];
        FitValues values = leaf.Fits[_plan.Fits.Length + f];
        ulong bit = 1UL << replicate;
        values.Estimable &= ~bit;
        values.Converged &= ~bit;
        values.FEstimable &= ~bit;
        foreach (CoefficientValues coefficient in values.Coefficients)
        {
            coefficient.Kept |= bit;
        }

        for (int w = 0; w < leaf.JointWalds.Length; w++)
        {
            leaf.JointWalds[w].Kept |= _plan.JointWalds[w].Fit == _plan.Fits.Length + f ? bit : 0;
        }

        if (data is null)
        {
            return;
        }

        ModelData own = data with { Columns = [.. planned.Columns.Select(p => data.Columns[p])] };
        try
        {
            double[]?[] contrasts; // [coefficient] null: dropped
            if (own.Random is null || (own.Random.Multipliers is not null && planned.Without is null))
            {
                contrasts = Simple(planned, own, values, replicate);
            }
            else
            {
                contrasts = General(planned, own, values, replicate);
            }

            Together(f, contrasts, leaf, replicate);
            if (planned.NeedsExactNull)
            {
                values.ExactPValue[replicate] = ExactPValue(own, values, replicate, number);
            }

            values.Estimable |= bit;
        }
        catch (ModelException)
        {
            // No degree of freedom, or no variation, is left for a variance: not estimable.
        }
    }

    private static double[]?[] Simple(PlannedTableFit planned, ModelData data, FitValues values, int replicate)
    {
        DataFit fit = DataFit.Of(data.Columns, data.Outcome, data.Random?.Inner.Codes ?? new int[data.Rows], data.Random?.Multipliers ?? [], planned.Reml);
        data.CheckFit(fit);
        values.Theta[replicate] = fit.Theta;
        values.Variance[replicate] = fit.ResidualVariance;
        values.Criterion[replicate] = fit.Criterion;
        values.CriterionAtZero[replicate] = fit.CriterionWithoutRandomTerm;
        values.Converged |= fit.HasConverged ? 1UL << replicate : 0;
        if (data.Random is not null)
        {
            values.Effects[0][replicate] = fit.Theta * fit.ResidualVariance;
            values.FRatio[replicate] = fit.FRatio;
            values.BetweenDf[replicate] = fit.BetweenDegreesOfFreedom;
            values.WithinDf[replicate] = fit.WithinDegreesOfFreedom;
            values.FEstimable |= fit is { BetweenDegreesOfFreedom: >= 1, WithinDegreesOfFreedom: >= 1 } && double.IsFinite(fit.FRatio) ? 1UL << replicate : 0;
        }

        double? residualDf = data.Random is null ? data.Rows - fit.FixedEffects.Length : null;
        NestedModel? general = planned.NeedsKenwardRoger && data.Random is not null ? General(planned, data, fit.Theta) : null;
        KenwardRoger? kenwardRoger = general is null ? null : new(general);
        double[]?[] contrasts = new double[]?[planned.Coefficients.Count];
        for (int k = 0; k < planned.Coefficients.Count; k++)
        {
            int column = planned.Coefficients[k];
            FixedEffectEstimate? found = null;
            for (int e = 0; e < fit.FixedEffects.Length; e++)
            {
                if (fit.FixedEffects[e].Column == column)
                {
                    found = fit.FixedEffects[e];
                    contrasts[k] = planned.NeedsJointWald ? fit.Contrast(e) : null;
                }
            }

            Store(values.Coefficients[k], found, residualDf, replicate);
            if (found is not { } kept || !planned.NeedsKenwardRoger)
            {
                continue;
            }

            if (kenwardRoger is null)
            {
                Store(values.Coefficients[k].KenwardRoger, kept.StandardError, residualDf!.Value, replicate);
                continue;
            }

            general!.Estimate(general.KeptColumns.IndexOf(column), out double[] contrast);
            double variance = kenwardRoger.Of(contrast, out double df);
            Store(values.Coefficients[k].KenwardRoger, Math.Sqrt(variance), df, replicate);
        }

        return contrasts;
    }

    // The general form of a model of one variance, where it was found.
    private static NestedModel General(PlannedTableFit planned, ModelData data, double theta)
    {
        NestedModel model = NestedModel.Of(data.Columns, data.Outcome, data.Random!.Inner.Level(), null, planned.Reml);
        model.MoveTo(Math.Sqrt(theta));
        return model;
    }

    private double[]?[] General(PlannedTableFit planned, ModelData data, FitValues values, int replicate)
    {
        RandomPart part = data.Random!;
        GroupingLevel? inner = Level(part.Inner, planned.Without);
        GroupingLevel? outer = part.Outer is null ? null : Level(part.Outer, planned.Without);
        (inner, outer) = inner is null ? (outer, null) : (inner, outer);
        if (inner is null)
        {
            DataFit plain = DataFit.Of(data.Columns, data.Outcome, new int[data.Rows], [], planned.Reml);
            values.Criterion[replicate] = plain.Criterion;
            values.Converged |= plain.HasConverged ? 1UL << replicate : 0;
            return [];
        }

        NestedModel model = NestedModel.Of(data.Columns, data.Outcome, inner, outer, planned.Reml);
        model.Minimise();
        data.CheckFit(model);
        values.Criterion[replicate] = model.CriterionValue;
        values.Converged |= model.HasConverged ? 1UL << replicate : 0;
        if (planned.Without is not null)
        {
            return []; // its criterion alone is compared
        }

        values.Variance[replicate] = model.ResidualVariance;
        Effects(planned, new RandomEffects(part, model), values, replicate);
        return Coefficients(planned, model, values, replicate);
    }

    private void Effects(PlannedTableFit planned, RandomEffects random, FitValues values, int replicate)
    {
        values.Theta[replicate] = random.SmallestDiagonal < SingularBelow ? 0 : 1;
        RandomEffectName[] names = _effects[planned.Method];
        foreach (RandomEffect effect in random.Variances())
        {
            values.Effects[Array.IndexOf(names, new(effect.Group, effect.Term))][replicate] = effect.Variance;
        }
    }

    private static double[]?[] Coefficients(PlannedTableFit planned, NestedModel model, FitValues values, int replicate)
    {
        NestedSatterthwaite? satterthwaite = planned.NeedsDegreesOfFreedom ? new(model) : null;
        KenwardRoger? kenwardRoger = planned.NeedsKenwardRoger ? new(model) : null;
        double[]?[] contrasts = new double[]?[planned.Coefficients.Count];
        for (int k = 0; k < planned.Coefficients.Count; k++)
        {
            int kept = model.KeptColumns.IndexOf(planned.Coefficients[k]);
            FixedEffectEstimate? found = null;
            if (kept >= 0)
            {
                double estimate = model.Estimate(kept, out double[] contrast);
                contrasts[k] = contrast;
                double form = 0;
                foreach (double c in contrast)
                {
                    form += c * c;
                }

                found = new(planned.Coefficients[k], estimate, Math.Sqrt(model.ResidualVariance * form), satterthwaite?.Of(contrast) ?? double.NaN);
                if (kenwardRoger is not null)
                {
                    double variance = kenwardRoger.Of(contrast, out double df);
                    Store(values.Coefficients[k].KenwardRoger, Math.Sqrt(variance), df, replicate);
                }
            }

            Store(values.Coefficients[k], found, null, replicate);
        }

        return contrasts;
    }

    private void Together(int f, double[]?[] contrasts, LeafValues leaf, int replicate)
    {
        PlannedTableFit planned = _plan.TableFits[f];
        FitValues values = leaf.Fits[_plan.Fits.Length + f];
        for (int w = 0; w < leaf.JointWalds.Length; w++)
        {
            if (_plan.JointWalds[w].Fit != _plan.Fits.Length + f)
            {
                continue;
            }

            int[] places = [.. _plan.JointWalds[w].Positions.Select(planned.Coefficients.IndexOf)];
            if (places.Any(place => contrasts[place] is null))
            {
                leaf.JointWalds[w].Kept &= ~(1UL << replicate);
                continue;
            }

            double[] estimates = [.. places.Select(place => values.Coefficients[place].Estimate[replicate])];
            leaf.JointWalds[w].Statistic[replicate] = WaldStatistic.Of(estimates, [.. places.Select(place => contrasts[place]!)], values.Variance[replicate]);
        }
    }

    // As ExactVarianceTest does: of a ratio of 0 it is 1, of equal eigenvalues that of F, else from draws.
    private double ExactPValue(ModelData data, FitValues values, int replicate, long number)
    {
        double ratio = values.Theta[replicate] > 0 ? values.CriterionAtZero[replicate] - values.Criterion[replicate] : 0;
        if (!(ratio > 0))
        {
            return 1;
        }

        LikelihoodRatioNull distribution = ExactNull.Of(data, data.Random!.Inner, reml: true);
        return distribution.IsOfF && LeafValues.Has(values.FEstimable, replicate)
            ? FDistribution.Survival(values.FRatio[replicate], values.BetweenDf[replicate], values.WithinDf[replicate])
            : distribution.PValue(ratio, _plan.Alpha, StreamKey.ForReplicate(_plan.Key, number));
    }

    private static void Store(CoefficientValues target, FixedEffectEstimate? found, double? degreesOfFreedom, int replicate)
    {
        if (found is not { } effect)
        {
            target.Kept &= ~(1UL << replicate);
            return;
        }

        target.Estimate[replicate] = effect.Estimate;
        target.StandardError[replicate] = effect.StandardError;
        target.DegreesOfFreedom[replicate] = degreesOfFreedom ?? effect.DegreesOfFreedom;
    }

    private static void Store(OwnErrorValues target, double standardError, double degreesOfFreedom, int replicate)
    {
        target.StandardError[replicate] = standardError;
        target.DegreesOfFreedom[replicate] = degreesOfFreedom;
    }

    private static GroupingLevel? Level(RandomFactor factor, RandomEffectName? without)
    {
        GroupingLevel level = factor.Level();
        if (without is not { } left || left.Group != factor.Name)
        {
            return level;
        }

        for (int term = 0; term < factor.Names.Length; term++)
        {
            int column = factor.Names[term].IndexOf(left.Term);
            if (column >= 0)
            {
                return VarianceTests.Without(level, term, column);
            }
        }

        return level;
    }
}
