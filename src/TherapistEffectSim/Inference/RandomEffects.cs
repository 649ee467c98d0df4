using System.Collections.Immutable;
using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Inference;

/// <summary>Variances, correlations and conditional modes of a fit in the columns of its formula.</summary>
internal sealed class RandomEffects
{
    private readonly RandomPart _part;
    private readonly NestedModel _model;
    private readonly double _residualSd;
    private readonly ImmutableArray<TermCovariance> _terms;

    /// <param name="part">The random part of the model.</param>
    /// <param name="model">Standing at its minimum.</param>
    public RandomEffects(RandomPart part, NestedModel model)
    {
        _part = part;
        _model = model;
        _residualSd = Math.Sqrt(model.ResidualVariance);
        _terms = [.. model.Terms.Select(term => new TermCovariance(part.Factors[term.Level], term, model.RelativeFactor(term)))];
    }

    /// <summary>The smallest diagonal element of the triangular factors Λ, relative to σ: lme4's measure of a singular fit.</summary>
    public double SmallestDiagonal => _terms.Min(term => term.SmallestDiagonal());

    /// <summary>The variances, in the order of lme4.</summary>
    public ImmutableArray<RandomEffect> Variances() =>
        [.. _terms.SelectMany(term => term.Names.Select((name, i) =>
        {
            double sd = _residualSd * term.RelativeSd(i);
            return new RandomEffect(term.Group, name, sd * sd, sd);
        }))];

    /// <summary>The correlations within terms.</summary>
    public ImmutableArray<RandomCorrelation> Correlations() =>
        [.. _terms.SelectMany(term => Enumerable.Range(0, term.Names.Length).SelectMany(i => Enumerable.Range(i + 1, term.Names.Length - i - 1).Select(j =>
            new RandomCorrelation(term.Group, term.Names[i], term.Names[j], term.Correlation(i, j)))))];

    /// <summary>Conditional modes of all groups, and how far they tell groups apart.</summary>
    public ImmutableArray<ConditionalModes> Modes() => [.. _terms.SelectMany(Modes)];

    private IEnumerable<ConditionalModes> Modes(TermCovariance term)
    {
        NestedConditionalModes modes = NestedConditionalModes.Of(_model, term.Term);
        for (int i = 0; i < term.Names.Length; i++)
        {
            int effect = i;
            double variance = _model.ResidualVariance * term.RelativeSd(i) * term.RelativeSd(i);
            ImmutableArray<ConditionalMode> groups = [.. Enumerable.Range(0, _part.Factors[term.Term.Level].Count).Select(group => new ConditionalMode(
                _part.Factors[term.Term.Level].LevelName(group),
                modes.Mode(group, effect),
                modes.Sd(group, effect)))];
            yield return new ConditionalModes(term.Group, term.Names[i], Ranked(groups), Reliability(groups, variance));
        }
    }

    // Share of the variance that the modes keep: 1 − mean conditional variance / variance.
    private static double? Reliability(ImmutableArray<ConditionalMode> groups, double variance) =>
        variance > 0 ? Math.Max(0, 1 - (groups.Average(group => group.Sd * group.Sd) / variance)) : null;

    private static ImmutableArray<ConditionalMode> Ranked(ImmutableArray<ConditionalMode> groups)
    {
        ConditionalMode[] ranked = [.. groups];
        int[] order = [.. Enumerable.Range(0, ranked.Length).OrderByDescending(g => ranked[g].Mode)];
        for (int place = 0; place < order.Length; place++)
        {
            // Equal modes share the better rank.
            bool isEqual = place > 0 && ranked[order[place]].Mode == ranked[order[place - 1]].Mode;
            ranked[order[place]] = ranked[order[place]] with { Rank = isEqual ? ranked[order[place - 1]].Rank : place + 1 };
        }

        return [.. ranked];
    }

    // A, AAᵀ = Ψ in the columns of the formula.
    private sealed record TermCovariance(RandomFactor Factor, NestedTerm Term, double[] A)
    {
        public string Group => Factor.Name;

        public ImmutableArray<string> Names => Factor.Names[Term.Index];

        private int Columns => Term.Columns;

        public double RelativeSd(int i) => Math.Sqrt(Product(i, i));

        // Null beside an SD of 0.
        public double? Correlation(int i, int j)
        {
            double scale = RelativeSd(i) * RelativeSd(j);
            return scale > 0 ? Math.Clamp(Product(i, j) / scale, -1, 1) : null;
        }

        public double SmallestDiagonal()
        {
            TriangularRows factor = new(Columns, Columns);
            double[] row = new double[Columns];
            for (int j = 0; j < Columns; j++)
            {
                for (int i = 0; i < Columns; i++)
                {
                    row[i] = A[(i * Columns) + j];
                }

                factor.Add(row);
            }

            return Enumerable.Range(0, Columns).Min(i => Math.Abs(factor[i, i]));
        }

        private double Product(int i, int j)
        {
            double sum = 0;
            for (int k = 0; k < Columns; k++)
            {
                sum += A[(i * Columns) + k] * A[(j * Columns) + k];
            }

            return sum;
        }
    }
}
