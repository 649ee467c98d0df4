using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>The tests of each random effect of a fit: the effect is taken out of its term, with its covariances, and all else stays.</summary>
internal sealed class VarianceTests
{
    private readonly FittedModel _fitted;
    private readonly FitExtras _extras;
    private readonly RandomPart _part;

    private VarianceTests(FittedModel fitted, FitExtras extras)
    {
        _fitted = fitted;
        _extras = extras;
        _part = fitted.Data.Random!;
    }

    private bool Reml => _fitted.Method == Criterion.Reml;

    /// <summary>All tests, effect by effect.</summary>
    public static ImmutableArray<VarianceTest> Of(FittedModel fitted, FitExtras extras) =>
        fitted.Data.Random is null ? [] : [.. new VarianceTests(fitted, extras).All()];

    private IEnumerable<VarianceTest> All()
    {
        VarianceErrors errors = new(_fitted.Nested());
        foreach (NestedTerm term in _fitted.Nested().Terms)
        {
            RandomFactor factor = _part.Factors[term.Level];
            for (int column = 0; column < term.Columns; column++)
            {
                string name = factor.Names[term.Index][column];
                double ratio = LikelihoodRatio(term.Level, term.Index, column);
                yield return new VarianceTest(
                    factor.Name,
                    name,
                    Reml ? "rlrt-mixture" : "lrt-mixture",
                    ratio,
                    ChiSquaredMixture.Name(term.Columns),
                    ChiSquaredMixture.Survival(ratio, term.Columns));
                if (_part.Outer is null && factor.Columns.Length == 1 && term.Columns == 1)
                {
                    yield return Exact(factor, name, ratio);
                    if (_fitted.Simple is { } simple)
                    {
                        yield return F(factor, name, simple);
                    }
                }

                double variance = errors.Variance(term, column, out double standardError);
                double? z = variance > 0 && double.IsFinite(standardError) ? variance / standardError : null;
                yield return new VarianceTest(
                    factor.Name, name, "wald-z", z, "normal", z is double known ? NormalDistribution.Survival(known) : null);
            }
        }
    }

    private double LikelihoodRatio(int level, int term, int column)
    {
        ModelData data = _fitted.Data;
        GroupingLevel? inner = level == 0 ? Without(_part.Inner.Level(), term, column) : _part.Inner.Level();
        GroupingLevel? outer = level == 1 ? Without(_part.Outer!.Level(), term, column) : _part.Outer?.Level();
        (inner, outer) = inner is null ? (outer, null) : (inner, outer);
        double reduced;
        if (inner is null)
        {
            reduced = DataFit.Of(data.Columns, data.Outcome, new int[data.Rows], [], Reml).Criterion;
        }
        else
        {
            NestedModel model = NestedModel.Of(data.Columns, data.Outcome, inner, outer, Reml);
            model.Minimise();
            reduced = model.CriterionValue;
        }

        double ratio = reduced - _fitted.Criterion;
        return ratio > RoundingOf(reduced) ? ratio : 0;
    }

    private VarianceTest Exact(RandomFactor factor, string name, double ratio)
    {
        string test = Reml ? "rlrt-exact" : "lrt-exact";
        LikelihoodRatioNull distribution = ExactNull.Of(_fitted.Data, factor, Reml);
        if (ratio == 0)
        {
            return new VarianceTest(factor.Name, name, test, 0, "exact", 1);
        }

        if (Reml && distribution.IsOfF && _fitted.Simple is { } simple)
        {
            double exact = FDistribution.Survival(simple.FRatio, simple.BetweenDegreesOfFreedom, simple.WithinDegreesOfFreedom);
            return new VarianceTest(factor.Name, name, test, ratio, "exact, a function of F", exact);
        }

        int reached = distribution.Reached(ratio, _extras.Draws, StreamKey.ForStudy(_extras.Seed));
        double p = (reached + 1.0) / (_extras.Draws + 1);
        return new VarianceTest(
            factor.Name, name, test, ratio, string.Create(CultureInfo.InvariantCulture, $"exact, {_extras.Draws:N0} draws"), p)
        {
            PValueMcse = Math.Sqrt(p * (1 - p) / _extras.Draws),
        };
    }

    private static VarianceTest F(RandomFactor factor, string name, DataFit fit)
    {
        double df1 = fit.BetweenDegreesOfFreedom;
        double df2 = fit.WithinDegreesOfFreedom;
        return new VarianceTest(
            factor.Name,
            name,
            "f-exact",
            fit.FRatio,
            string.Create(CultureInfo.InvariantCulture, $"F({df1}, {df2}), {factor.Name} as fixed effects"),
            FDistribution.Survival(fit.FRatio, df1, df2));
    }

    /// <summary>A grouping factor without one of its effects, and with it the covariances; <see langword="null"/> where nothing is left.</summary>
    public static GroupingLevel? Without(GroupingLevel level, int term, int column)
    {
        double[][] left = [.. level.Terms[term].Where((_, c) => c != column)];
        ImmutableArray<double[][]> terms = left.Length == 0 ? level.Terms.RemoveAt(term) : level.Terms.SetItem(term, left);
        return terms.IsEmpty ? null : level with { Terms = terms };
    }

    /// <summary>Differences of criteria below it are rounding.</summary>
    public static double RoundingOf(double criterion) => 1e-11 * (1 + Math.Abs(criterion));
}
