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
    /// <param name="conditionalModes">Whether the random effects of each group are predicted.</param>
    /// <exception cref="FormulaException">The formula does not suit the data, or has a random part that is not available.</exception>
    /// <exception cref="ModelException">The data are too few, a value is not finite, or Kenward–Roger is asked for with ML.</exception>
    public static LinearMixedModelFit Fit(
        DataTable data, Formula formula, Criterion criterion, DegreesOfFreedomMethod degreesOfFreedom, bool conditionalModes = false)
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
        RandomEffects? random = fitted.RandomEffects(conditionalModes || degreesOfFreedom == DegreesOfFreedomMethod.KenwardRoger);
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
            ConditionalModes = conditionalModes && random is not null ? random.Modes() : [],
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
