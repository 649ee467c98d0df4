using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Inference;

/// <summary>Profile-likelihood intervals of the SDs of a mixed model, and of the intraclass correlation of a random intercept.</summary>
/// <remarks>
/// The values at which the criterion, minimised over all other parameters, is at most the 95 % quantile of χ²(1) above its minimum; as lme4's profile, with the restricted
/// likelihood for a REML fit. Pawitan (2001), In All Likelihood, section 3.4.
/// </remarks>
internal sealed class ProfileIntervals
{
    private const double Tail = 0.05;
    private const double Precision = 1e-9; // relative, of an end
    private const double FirstStep = 0.2;
    private const double LargestStep = 3;
    private const int MostSteps = 60;
    private const double SmallestSd = 1e-3; // of σ, from where the search for an upper end starts if the estimate is 0

    private readonly FittedModel _fitted;
    private readonly NestedModel _model;
    private readonly double _bound;
    private readonly double _sigma;

    private ProfileIntervals(FittedModel fitted)
    {
        _fitted = fitted;
        _model = fitted.Nested();
        _sigma = Math.Sqrt(fitted.ResidualVariance);
        _bound = fitted.Criterion + ChiSquared.UpperQuantile(Tail, 1);
    }

    /// <summary>All intervals; none without random term.</summary>
    public static ImmutableArray<ProfileInterval> Of(FittedModel fitted) =>
        fitted.Data.Random is null ? [] : [.. new ProfileIntervals(fitted).All()];

    private IEnumerable<ProfileInterval> All()
    {
        RandomEffect[] effects = [.. new RandomEffects(_fitted.Data.Random!, _model).Variances()];
        int at = 0;
        foreach (NestedTerm term in _model.Terms)
        {
            for (int column = 0; column < term.Columns; column++)
            {
                RandomEffect effect = effects[at++];
                (double low, double? high) = OfEffect(term, column, effect.Sd);
                yield return new ProfileInterval("sd", effect.Group, effect.Term, effect.Sd, low, high);
                if (at == 1 && _fitted.Data.Random!.Multipliers is { } multipliers && Array.TrueForAll(multipliers, m => m == 1))
                {
                    (double lowRatio, double? highRatio) = OfRatio(effect.Sd / _sigma);
                    yield return new ProfileInterval(
                        "icc", effect.Group, effect.Term, Icc(effect.Sd / _sigma), Icc(lowRatio), highRatio is double r ? Icc(r) : null);
                }
            }
        }

        (double lowSigma, double? highSigma) = OfSigma();
        yield return new ProfileInterval("sd", "Residual", "", _sigma, lowSigma, highSigma);
    }

    private static double Icc(double ratio) => ratio * ratio / (1 + (ratio * ratio));

    private (double Low, double? High) OfEffect(NestedTerm term, int column, double estimate)
    {
        ModelData data = _fitted.Data;
        RandomPart part = data.Random!;
        GroupingLevel inner = part.Inner.Level();
        GroupingLevel? outer = part.Outer?.Level();
        (inner, outer) = term.Level == 0 ? (Last(inner, term.Index, column), outer) : (inner, Last(outer!, term.Index, column));
        NestedModel model = NestedModel.OfEffect(
            (data.Columns, data.Outcome, inner, outer, _fitted.Method == Criterion.Reml), term.Level, term.Index, out int element, out double scale);
        model.Minimise();
        FixedSdObjective objective = new(model.Criterion, element);
        NestedSearch search = new(objective);
        double[] point = [.. model.Theta];
        double sigma = Math.Sqrt(model.ResidualVariance);
        point[element] = Randomness.Elementary.Log(sigma);
        return Ends(estimate, SmallestSd * sigma, sd =>
        {
            objective.Sd = sd / scale;
            search.Minimise([point], out double[] found, out double value);
            point = found;
            return value;
        });
    }

    private (double Low, double? High) OfRatio(double estimate)
    {
        double scale = _model.Terms[0].Basis.Contrast(0)[0];
        return Ends(estimate, SmallestSd, ratio => _model.Criterion.Evaluate([ratio / scale]));
    }

    private (double Low, double? High) OfSigma()
    {
        FixedSigmaObjective objective = new(_model.Criterion);
        NestedSearch search = new(objective);
        double[] point = [.. _model.Theta];
        return Ends(_sigma, _sigma, value =>
        {
            objective.Sigma = value;
            search.Minimise([point], out double[] found, out double criterion);
            point = found;
            return criterion;
        });
    }

    private (double Low, double? High) Ends(double estimate, double least, Func<double, double> profile)
    {
        // From the estimate in growing steps of its logarithm until the bound is passed.
        double inside = Math.Max(estimate, least);
        double step = FirstStep;
        double outside = inside;
        bool passed = false;
        for (int i = 0; i < MostSteps && !passed; i++)
        {
            outside = inside * (1 + step);
            passed = profile(outside) > _bound;
            (inside, step) = passed ? (inside, step) : (outside, Math.Min(LargestStep, 1.5 * step));
        }

        double? high = passed ? Between(inside, outside, profile) : null;
        inside = estimate;
        step = FirstStep;
        passed = false;
        for (int i = 0; i < MostSteps && inside > least / 100 && !passed; i++)
        {
            outside = inside / (1 + step);
            passed = profile(outside) > _bound;
            (inside, step) = passed ? (inside, step) : (outside, Math.Min(LargestStep, 1.5 * step));
        }

        return (passed ? Between(inside, outside, profile) : 0, high);
    }

    // By regula falsi with halving of the end that stays (Illinois), in the distance from the bound.
    private double Between(double inside, double outside, Func<double, double> profile)
    {
        double below = profile(inside) - _bound;
        double above = profile(outside) - _bound;
        int side = 0;
        for (int i = 0; i < MostSteps && Math.Abs(outside - inside) > Precision * outside; i++)
        {
            double middle = ((inside * above) - (outside * below)) / (above - below);
            double value = profile(middle) - _bound;
            if (value > 0)
            {
                below = side > 0 ? below / 2 : below;
                (outside, above, side) = (middle, value, 1);
            }
            else
            {
                above = side < 0 ? above / 2 : above;
                (inside, below, side) = (middle, value, -1);
            }

            if (Math.Abs(value) < Precision)
            {
                return middle;
            }
        }

        return (inside + outside) / 2;
    }

    private static GroupingLevel Last(GroupingLevel level, int term, int column)
    {
        double[][] columns = level.Terms[term];
        return level with { Terms = level.Terms.SetItem(term, [.. columns.Where((_, c) => c != column), columns[column]]) };
    }
}
