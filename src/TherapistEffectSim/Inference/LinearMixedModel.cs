using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>Fits linear mixed models with one random intercept, and ordinary least squares, to a data set.</summary>
public static class LinearMixedModel
{
    // lme4's default, in τ/σ.
    private const double SingularBelow = 1e-4;
    private const double UpperTail = 0.025; // of the 95 % intervals

    /// <summary>Fits a model to the rows that are complete in the columns of the formula.</summary>
    /// <remarks>
    /// Bates, Mächler, Bolker &amp; Walker (2015), J. Stat. Softw. 67(1), for the model; Kuznetsova, Brockhoff &amp; Christensen (2017),
    /// J. Stat. Softw. 82(13), for Satterthwaite's degrees of freedom. Without random term the residual variance is R/(N − p) for REML
    /// and R/N for ML, and the degrees of freedom are N − p.
    /// </remarks>
    /// <param name="data">The data; columns that the formula does not name are not read.</param>
    /// <param name="formula">The model. Its random part is empty, <c>(1 | g)</c>, or <c>(0 + x | g)</c> with x constant within each level of g.</param>
    /// <param name="criterion">What is minimised.</param>
    /// <param name="degreesOfFreedom">Reference distribution of the tests and intervals.</param>
    /// <exception cref="FormulaException">The formula does not suit the data, or has a random part that is not available.</exception>
    /// <exception cref="ModelException">The data are too few, or a value is not finite.</exception>
    public static LinearMixedModelFit Fit(DataTable data, Formula formula, Criterion criterion, DegreesOfFreedomMethod degreesOfFreedom)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(formula);
        formula.CheckColumns([.. data.Columns.Select(column => column.Name)]);
        RandomTerm? term = RandomTermColumns.SingleTerm(formula);
        ModelData model = ModelData.Of(data, formula, term);

        DataFit fit = DataFit.Of(
            model.Columns, model.Outcome, model.Random?.Codes ?? new int[model.Rows], model.Random?.Multipliers ?? [], criterion == Criterion.Reml);
        model.CheckFit(fit);

        double residualSd = Math.Sqrt(fit.ResidualVariance);
        double variance = fit.Theta * fit.ResidualVariance;
        int rank = fit.FixedEffects.Length;
        int parameters = rank + 1 + (model.Random is null ? 0 : 1);
        return new LinearMixedModelFit
        {
            Formula = formula.ToString(),
            Method = criterion,
            Observations = model.Rows,
            IncompleteRows = model.IncompleteRows,
            Groups = model.Random is null ? [] : [new GroupCount(model.Random.Group, model.Random.Multipliers.Length)],
            FixedEffects = [.. fit.FixedEffects.Select(effect => Tested(
                model.Names[effect.Column],
                effect,
                degreesOfFreedom == DegreesOfFreedomMethod.None ? double.PositiveInfinity
                    : model.Random is null ? model.Rows - rank
                    : effect.DegreesOfFreedom))],
            RandomEffects = model.Random is null ? [] : [new RandomEffect(model.Random.Group, model.Random.Term, variance, Math.Sqrt(variance))],
            ResidualSd = residualSd,
            LogLikelihood = -0.5 * fit.Criterion,
            CriterionValue = fit.Criterion,
            Aic = fit.Criterion + (2 * parameters),
            Bic = fit.Criterion + (parameters * Elementary.Log(model.Rows)),
            HasConverged = fit.HasConverged,
            IsSingular = model.Random is not null && Math.Sqrt(fit.Theta) < SingularBelow,
            DroppedTerms = [.. fit.DroppedColumns.Select(column => model.Names[column])],
        };
    }

    private static FixedEffect Tested(string term, FixedEffectEstimate effect, double degreesOfFreedom)
    {
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
