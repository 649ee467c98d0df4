using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>Fits linear mixed models with one grouping factor or two nested ones, and ordinary least squares, to a data set.</summary>
public static class LinearMixedModel
{
    // lme4's default, in τ/σ.
    private const double SingularBelow = 1e-4;
    private const double UpperTail = 0.025; // of the 95 % intervals

    /// <summary>Fits a model to the rows that are complete in the columns of the formula.</summary>
    /// <remarks>
    /// Bates, Mächler, Bolker &amp; Walker (2015), J. Stat. Softw. 67(1), for the model; Kuznetsova, Brockhoff &amp; Christensen (2017),
    /// J. Stat. Softw. 82(13), for Satterthwaite's degrees of freedom; Kenward &amp; Roger (1997), Biometrics 53, for theirs. Without random term the residual
    /// variance is R/(N − p) for REML and R/N for ML, and the degrees of freedom are N − p.
    /// </remarks>
    /// <param name="data">The data; columns that the formula does not name are not read.</param>
    /// <param name="formula">The model. Its random terms have one grouping factor, or two of which one is nested in the other.</param>
    /// <param name="criterion">What is minimised.</param>
    /// <param name="degreesOfFreedom">Reference distribution of the tests and intervals.</param>
    /// <param name="extras">What is given beside the estimates; <see langword="null"/> for nothing.</param>
    /// <exception cref="FormulaException">The formula does not suit the data, or has a random part that is not available.</exception>
    /// <exception cref="ModelException">The data are too few, a value is not finite, or Kenward–Roger is asked for with ML.</exception>
    public static LinearMixedModelFit Fit(
        DataTable data, Formula formula, Criterion criterion, DegreesOfFreedomMethod degreesOfFreedom, FitExtras? extras = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(formula);
        if (degreesOfFreedom == DegreesOfFreedomMethod.KenwardRoger && criterion == Criterion.Ml)
        {
            throw new ModelException("the degrees of freedom of Kenward and Roger are those of a REML fit; fit by REML, or take Satterthwaite's.");
        }

        formula.CheckColumns([.. data.Columns.Select(column => column.Name)]);
        FittedModel fitted = FittedModel.Of(ModelData.Of(data, formula), criterion);
        ModelData model = fitted.Data;
        extras ??= new FitExtras();
        RandomEffects? random = fitted.RandomEffects(extras.ConditionalModes);
        int parameters = fitted.FixedEffects.Length + 1 + fitted.Variances;
        return new LinearMixedModelFit
        {
            Formula = formula.ToString(),
            Method = criterion,
            Observations = model.Rows,
            IncompleteRows = model.IncompleteRows,
            Groups = model.Random is null ? [] : [.. model.Random.Factors.Select(factor => new GroupCount(factor.Name, factor.Count))],
            FixedEffects = [.. fitted.Effects(degreesOfFreedom).Select(effect => Tested(model.Names[effect.Column], effect))],
            RandomEffects = fitted.RandomVariances(),
            Correlations = random?.Correlations() ?? [],
            ConditionalModes = extras.ConditionalModes && random is not null ? random.Modes() : [],
            VarianceTests = extras.VarianceTests ? Inference.VarianceTests.Of(fitted, extras) : [],
            ProfileIntervals = extras.ProfileIntervals ? Inference.ProfileIntervals.Of(fitted) : [],
            ResidualSd = Math.Sqrt(fitted.ResidualVariance),
            LogLikelihood = -0.5 * fitted.Criterion,
            CriterionValue = fitted.Criterion,
            Aic = fitted.Criterion + (2 * parameters),
            Bic = fitted.Criterion + (parameters * Elementary.Log(model.Rows)),
            HasConverged = fitted.HasConverged,
            IsSingular = fitted.SmallestDiagonal < SingularBelow,
            DroppedTerms = [.. fitted.DroppedColumns.Select(column => model.Names[column])],
        };
    }

    /// <summary>The likelihood-ratio test of a model against one that is part of it, on the rows that are complete in the columns of both.</summary>
    /// <remarks>
    /// By maximum likelihood, unless both have the same fixed effects and <paramref name="criterion"/> is REML. With <paramref name="bootstraps"/> also by parametric bootstrap.
    /// </remarks>
    /// <param name="data">The data.</param>
    /// <param name="full">The larger model.</param>
    /// <param name="reduced">The smaller model.</param>
    /// <param name="criterion">What is minimised where both have the same fixed effects.</param>
    /// <param name="bootstraps">Data sets drawn from the smaller model, 0 for none.</param>
    /// <param name="seed">Key of their random numbers.</param>
    /// <exception cref="FormulaException">A formula does not suit the data.</exception>
    /// <exception cref="ModelException">The smaller model is no part of the larger one, or a model cannot be fitted.</exception>
    public static ModelComparison Compare(
        DataTable data, Formula full, Formula reduced, Criterion criterion, int bootstraps = 0, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(full);
        ArgumentNullException.ThrowIfNull(reduced);
        ArgumentOutOfRangeException.ThrowIfNegative(bootstraps);
        string[] known = [.. data.Columns.Select(column => column.Name)];
        full.CheckColumns(known);
        reduced.CheckColumns(known);
        DataTable complete = data.CompleteIn(full.ColumnNames.Concat(reduced.ColumnNames).Distinct(StringComparer.Ordinal)).Table;
        return NestedModels.Compare(complete, full, reduced, criterion, bootstraps, seed);
    }

    private static FixedEffect Tested(string term, FixedEffectEstimate effect)
    {
        double degreesOfFreedom = effect.DegreesOfFreedom;
        double statistic = effect.Estimate / effect.StandardError;
        double halfWidth = StudentT.UpperQuantile(UpperTail, degreesOfFreedom) * effect.StandardError;
        return new FixedEffect(
            term,
            effect.Estimate,
            effect.StandardError,
            Known(degreesOfFreedom),
            statistic,
            Known(StudentT.TwoSided(statistic, degreesOfFreedom)),
            Known(effect.Estimate - halfWidth),
            Known(effect.Estimate + halfWidth));
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;
}
