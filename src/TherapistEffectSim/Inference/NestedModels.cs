using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;

namespace TherapistEffectSim.Inference;

/// <summary>The likelihood-ratio test of a model against one that is part of it.</summary>
internal sealed class NestedModels
{
    private const double SameSpan = 1e-6;

    private readonly FittedModel _full;
    private readonly FittedModel _reduced;

    private NestedModels(FittedModel full, FittedModel reduced)
    {
        _full = full;
        _reduced = reduced;
    }

    /// <summary>Compares.</summary>
    /// <param name="data">Rows that are complete in the columns of both formulas.</param>
    /// <param name="full">The larger model.</param>
    /// <param name="reduced">The smaller model.</param>
    /// <param name="method">Used where both have the same fixed effects; otherwise maximum likelihood.</param>
    /// <param name="bootstraps">Data sets of the parametric bootstrap; 0 for none.</param>
    /// <param name="seed">Key of their random numbers.</param>
    /// <exception cref="ModelException">The smaller model is no part of the larger one.</exception>
    public static ModelComparison Compare(DataTable data, Formula full, Formula reduced, Criterion method, int bootstraps, ulong seed)
    {
        ModelData larger = ModelData.Of(data, full);
        ModelData smaller = ModelData.Of(data, reduced);
        Check(larger, smaller, full, reduced);
        bool sameFixed = Rank(larger.Columns) == Rank(smaller.Columns);
        Criterion used = sameFixed ? method : Criterion.Ml;
        return new NestedModels(FittedModel.Of(larger, used), FittedModel.Of(smaller, used)).Compare(reduced.ToString(), bootstraps, seed);
    }

    private ModelComparison Compare(string reduced, int bootstraps, ulong seed)
    {
        int fixedDf = _full.FixedEffects.Length - _reduced.FixedEffects.Length;
        int df = fixedDf + _full.Variances - _reduced.Variances;
        int variances = Effects(_full.Data) - Effects(_reduced.Data);
        double statistic = Math.Max(0, _reduced.Criterion - _full.Criterion);
        bool isMixture = variances == 1;
        ParametricBootstrap? bootstrap = bootstraps > 0 ? new ParametricBootstrap(_full, _reduced, seed) : null;
        int reached = bootstrap?.Reached(statistic, bootstraps) ?? 0;
        return new ModelComparison
        {
            Reduced = reduced,
            Method = _full.Method,
            Statistic = statistic,
            DegreesOfFreedom = df,
            HasVariance = variances > 0,
            PValue = isMixture ? ChiSquaredMixture.Survival(statistic, df) : ChiSquared.Survival(statistic, df),
            Reference = isMixture ? ChiSquaredMixture.Name(df)
                : string.Create(CultureInfo.InvariantCulture, $"chi2({df}){(variances > 1 ? ", conservative with several variances" : "")}"),
            Bootstraps = bootstraps,
            BootstrapFailures = bootstrap?.Failures ?? 0,
            BootstrapPValue = bootstraps > 0 ? (1.0 + reached) / (1 + bootstraps) : null,
        };
    }

    private static int Effects(ModelData data) => data.Random?.Factors.Sum(factor => factor.Columns.Sum(term => term.Length)) ?? 0;

    private static int Rank(double[][] columns) => OrthogonalColumns.Of(columns).Kept.Length;

    private static void Check(ModelData larger, ModelData smaller, Formula full, Formula reduced)
    {
        if (larger.OutcomeName != smaller.OutcomeName)
        {
            throw new ModelException($"models that are compared must have the same outcome, but have {larger.OutcomeName} and {smaller.OutcomeName}.");
        }

        OrthogonalColumns basis = OrthogonalColumns.Of(larger.Columns);
        for (int c = 0; c < smaller.Columns.Length; c++)
        {
            double[] left = [.. smaller.Columns[c]];
            double before = left.Sum(x => x * x);
            basis.TakeOut(left);
            if (left.Sum(x => x * x) > SameSpan * SameSpan * before)
            {
                throw new ModelException($"the model that is compared must be part of the fitted one, but {smaller.Names[c]} of {reduced} is not in {full}.");
            }
        }

        ImmutableArray<(string Group, string Term)> own = Named(larger);
        foreach ((string group, string term) in Named(smaller))
        {
            if (!own.Contains((group, term)))
            {
                throw new ModelException(
                    $"the model that is compared must be part of the fitted one, but the random effect {term} by {group} of {reduced} is not in {full}.");
            }
        }

        int parameters = Rank(larger.Columns) + Covariances(larger);
        if (Rank(smaller.Columns) + Covariances(smaller) >= parameters)
        {
            throw new ModelException($"the model that is compared must have fewer parameters than the fitted one, but {reduced} has not.");
        }
    }

    private static int Covariances(ModelData data) =>
        data.Random?.Factors.Sum(factor => factor.Columns.Sum(term => term.Length * (term.Length + 1) / 2)) ?? 0;

    private static ImmutableArray<(string Group, string Term)> Named(ModelData data) =>
        data.Random is null ? [] : [.. data.Random.Factors.SelectMany(factor => factor.Names.SelectMany(term => term.Select(name => (factor.Name, name))))];
}
