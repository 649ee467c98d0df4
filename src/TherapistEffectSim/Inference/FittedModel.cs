using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Inference;

/// <summary>A model fitted to data by the estimator that its form asks for.</summary>
/// <remarks>
/// A random intercept, and a single term that is constant within groups, has one parameter, which is searched over its whole range; all other random
/// parts go to the general estimator.
/// </remarks>
internal sealed class FittedModel
{
    private NestedModel? _nested;

    private FittedModel(ModelData data, Criterion method, DataFit? simple, NestedModel? nested)
    {
        Data = data;
        Method = method;
        Simple = simple;
        _nested = nested;
        FixedEffects = simple?.FixedEffects ?? Satterthwaite(nested!);
    }

    /// <summary>The data.</summary>
    public ModelData Data { get; }

    /// <summary>What was minimised.</summary>
    public Criterion Method { get; }

    /// <summary>The fit of a single variance, or of least squares; null for all other models.</summary>
    public DataFit? Simple { get; }

    /// <summary>Estimates with model-based standard errors and, with random terms, Satterthwaite's degrees of freedom.</summary>
    public ImmutableArray<FixedEffectEstimate> FixedEffects { get; }

    /// <summary>σ².</summary>
    public double ResidualVariance => Simple?.ResidualVariance ?? _nested!.ResidualVariance;

    /// <summary>Deviance or REML criterion.</summary>
    public double Criterion => Simple?.Criterion ?? _nested!.CriterionValue;

    /// <summary>Whether the minimum was found.</summary>
    public bool HasConverged => Simple?.HasConverged ?? _nested!.HasConverged;

    /// <summary>Columns that depend linearly on those before them.</summary>
    public ImmutableArray<int> DroppedColumns => Simple?.DroppedColumns ?? _nested!.DroppedColumns;

    /// <summary>Variances and covariances of random effects.</summary>
    public int Variances => Data.Random is null ? 0 : Simple is not null ? 1 : _nested!.Theta.Length;

    /// <summary>The smallest diagonal element of Λ; infinite without random term.</summary>
    public double SmallestDiagonal =>
        Data.Random is null ? double.PositiveInfinity
        : Simple is not null ? Math.Sqrt(Simple.Theta)
        : RandomEffects(isNeeded: true)!.SmallestDiagonal;

    /// <summary>Fits.</summary>
    /// <exception cref="ModelException">No degree of freedom or no variation is left for a variance.</exception>
    public static FittedModel Of(ModelData data, Criterion method)
    {
        bool reml = method == Design.Criterion.Reml;
        if (data.Random is null || data.Random.Multipliers is not null)
        {
            DataFit simple = DataFit.Of(
                data.Columns, data.Outcome, data.Random?.Inner.Codes ?? new int[data.Rows], data.Random?.Multipliers ?? [], reml);
            data.CheckFit(simple);
            return new FittedModel(data, method, simple, null);
        }

        NestedModel nested = Prepared(data, reml);
        nested.Minimise();
        data.CheckFit(nested);
        return new FittedModel(data, method, null, nested);
    }

    /// <summary>Fixed effects with the degrees of freedom asked for: infinite for none.</summary>
    public IEnumerable<FixedEffectEstimate> Effects(DegreesOfFreedomMethod degreesOfFreedom)
    {
        if (degreesOfFreedom == DegreesOfFreedomMethod.KenwardRoger && Data.Random is not null)
        {
            return KenwardRoger(Nested());
        }

        return FixedEffects.Select(effect => effect with
        {
            DegreesOfFreedom = degreesOfFreedom == DegreesOfFreedomMethod.None ? double.PositiveInfinity
                : Data.Random is null ? Data.Rows - FixedEffects.Length
                : effect.DegreesOfFreedom,
        });
    }

    /// <summary>The variances of the random effects.</summary>
    public ImmutableArray<RandomEffect> RandomVariances()
    {
        if (Data.Random is null || Simple is null)
        {
            return RandomEffects(isNeeded: true)?.Variances() ?? [];
        }

        double variance = Simple.Theta * Simple.ResidualVariance;
        return [new RandomEffect(Data.Random.Inner.Name, Data.Random.Inner.Names[0][0], variance, Math.Sqrt(variance))];
    }

    /// <summary>Correlations and conditional modes; null without random term, and for a single variance where nobody needs them.</summary>
    public RandomEffects? RandomEffects(bool isNeeded) =>
        Data.Random is null || (Simple is not null && !isNeeded) ? null : new RandomEffects(Data.Random, Nested());

    /// <summary>The general form of the model, at its minimum. There must be a random term.</summary>
    public NestedModel Nested()
    {
        if (_nested is null)
        {
            _nested = Prepared(Data, Method == Design.Criterion.Reml);
            _nested.MoveTo(Math.Sqrt(Simple!.Theta));
        }

        return _nested;
    }

    private static NestedModel Prepared(ModelData data, bool reml) =>
        NestedModel.Of(data.Columns, data.Outcome, data.Random!.Inner.Level(), data.Random.Outer?.Level(), reml);

    private static ImmutableArray<FixedEffectEstimate> Satterthwaite(NestedModel model)
    {
        NestedSatterthwaite satterthwaite = new(model);
        return [.. Enumerable.Range(0, model.KeptColumns.Length).Select(k =>
        {
            double estimate = model.Estimate(k, out double[] contrast);
            double variance = model.ResidualVariance * contrast.Sum(c => c * c);
            return new FixedEffectEstimate(model.KeptColumns[k], estimate, Math.Sqrt(variance), satterthwaite.Of(contrast));
        })];
    }

    private static IEnumerable<FixedEffectEstimate> KenwardRoger(NestedModel model)
    {
        KenwardRoger kenwardRoger = new(model);
        for (int k = 0; k < model.KeptColumns.Length; k++)
        {
            double estimate = model.Estimate(k, out double[] contrast);
            double variance = kenwardRoger.Of(contrast, out double degreesOfFreedom);
            yield return new FixedEffectEstimate(model.KeptColumns[k], estimate, Math.Sqrt(variance), degreesOfFreedom);
        }
    }
}
