using System.Collections.Immutable;

namespace TherapistEffectSim.Estimation;

/// <summary>A linear mixed model with one grouping factor or two nested ones on data held in memory, and where its criterion stands.</summary>
/// <remarks>
/// Fixed-effects columns, and the columns of each random term, are replaced by orthogonal ones of length √N: a term's covariance matrix turns with its
/// columns, so that models with raw scores and their squares are fitted as well as centred ones. Results are turned back.
/// </remarks>
internal sealed class NestedModel
{
    private readonly OrthogonalColumns _basis;
    private readonly double[] _leastSquares;

    private NestedModel(
        OrthogonalColumns basis, double[] leastSquares, ImmutableArray<NestedTerm> terms, NestedCriterion criterion)
    {
        _basis = basis;
        _leastSquares = leastSquares;
        Terms = terms;
        Criterion = criterion;
        Derivatives = new NestedDerivatives(criterion);
        Search = new NestedSearch(new ProfiledObjective(criterion, Derivatives));
        Theta = new double[criterion.Data.Layout.Count];
    }

    /// <summary>The random terms, those of the inner factor first.</summary>
    public ImmutableArray<NestedTerm> Terms { get; }

    /// <summary>The criterion, standing at <see cref="Theta"/>.</summary>
    public NestedCriterion Criterion { get; }

    /// <summary>The derivatives there.</summary>
    public NestedDerivatives Derivatives { get; }

    /// <summary>The search that found it, with slope and second derivatives there.</summary>
    public NestedSearch Search { get; }

    /// <summary>Elements of Λ for the orthogonal columns.</summary>
    public double[] Theta { get; private set; }

    /// <summary>Deviance or REML criterion there.</summary>
    public double CriterionValue { get; private set; }

    /// <summary>Whether the minimum was found.</summary>
    public bool HasConverged { get; private set; }

    /// <summary>Indices of the columns that take part.</summary>
    public ImmutableArray<int> KeptColumns => _basis.Kept;

    /// <summary>Indices of the columns that depend on those before them.</summary>
    public ImmutableArray<int> DroppedColumns => _basis.Dropped;

    /// <summary>σ².</summary>
    public double ResidualVariance => Criterion.Variance;

    /// <summary>Prepares a model.</summary>
    /// <param name="columns">Fixed-effects columns of length N.</param>
    /// <param name="outcome">Length N.</param>
    /// <param name="inner">The factor with the smaller groups. No column of a term depends on the others of the term.</param>
    /// <param name="outer">The factor in whose groups they lie; null for one factor.</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    public static NestedModel Of(IReadOnlyList<double[]> columns, double[] outcome, GroupingLevel inner, GroupingLevel? outer, bool reml) =>
        Of(columns, outcome, inner, outer, reml, term => term.Basis.Columns);

    /// <summary>Prepares a model for profiles of one random effect: its SD is σ times <paramref name="scale"/> times one diagonal element of Λ.</summary>
    /// <param name="model">What is fitted, with the effect last in its term.</param>
    /// <param name="level">0 for the inner factor, 1 for the outer.</param>
    /// <param name="index">Place of the term among those of the level.</param>
    /// <param name="element">The element of Λ.</param>
    /// <param name="scale">SD of the effect per SD of the orthogonal column.</param>
    public static NestedModel OfEffect(
        (IReadOnlyList<double[]> Columns, double[] Outcome, GroupingLevel Inner, GroupingLevel? Outer, bool Reml) model,
        int level,
        int index,
        out int element,
        out double scale)
    {
        // The orthogonal column of the last effect belongs to it alone; it goes to the front of the term.
        NestedModel prepared = Of(
            model.Columns,
            model.Outcome,
            model.Inner,
            model.Outer,
            model.Reml,
            term => term.Level == level && term.Index == index ? [term.Basis.Columns[^1], .. term.Basis.Columns[..^1]] : term.Basis.Columns);
        NestedTerm effect = prepared.Terms.First(term => term.Level == level && term.Index == index);
        element = prepared.Criterion.Data.Layout.Elements.IndexOf(new CovarianceElement(level, effect.First, effect.First));
        scale = effect.Basis.Contrast(effect.Columns - 1)[^1];
        return prepared;
    }

    private static NestedModel Of(
        IReadOnlyList<double[]> columns, double[] outcome, GroupingLevel inner, GroupingLevel? outer, bool reml, Func<NestedTerm, double[][]> columnsOf)
    {
        OrthogonalColumns basis = OrthogonalColumns.Of(columns);
        double[] y = [.. outcome];
        double[] leastSquares = basis.TakeOut(y);
        ImmutableArray<NestedTerm> terms = [.. Turned(0, inner), .. outer is null ? [] : Turned(1, outer)];
        GroupingLevel turnedInner = inner with { Terms = [.. terms.Where(t => t.Level == 0).Select(columnsOf)] };
        GroupingLevel? turnedOuter = outer is null ? null : outer with { Terms = [.. terms.Where(t => t.Level == 1).Select(columnsOf)] };
        NestedStatistics statistics = NestedStatistics.Of(turnedInner, turnedOuter, [.. basis.Columns, y]);
        return new NestedModel(basis, leastSquares, terms, new NestedCriterion(statistics, reml, basis.LogDeterminantShift));
    }

    /// <summary>Fits: moves to the lowest minimum found from a start by moments and from equal variances.</summary>
    public void Minimise()
    {
        double[] unit = new double[Theta.Length];
        for (int i = 0; i < unit.Length; i++)
        {
            CovarianceElement element = Criterion.Data.Layout.Elements[i];
            unit[i] = element.Row == element.Column ? 1 : 0;
        }

        double[]? moments = NestedStart.Of(Criterion);
        HasConverged = Search.Minimise(moments is null ? [unit] : [moments, unit], out double[] theta, out double lowest);
        Theta = theta;
        CriterionValue = lowest;
    }

    /// <summary>Moves to one random column's relative SD, for models that have no other.</summary>
    /// <param name="relativeSd">τ/σ, per unit of the column.</param>
    public void MoveTo(double relativeSd)
    {
        HasConverged = true;
        Theta = [relativeSd / Terms[0].Basis.Contrast(0)[0]];
        CriterionValue = Criterion.Evaluate(Theta);
        Search.MoveTo(Theta);
    }

    /// <summary>Estimate of a fixed effect that takes part.</summary>
    /// <param name="kept">Its place among <see cref="KeptColumns"/>.</param>
    /// <param name="contrast">c̃ with estimate = c̃ᵀβ̃ for X̃, X̃ᵀH⁻¹X̃ = I: its variance is σ²c̃ᵀc̃.</param>
    public double Estimate(int kept, out double[] contrast)
    {
        double[] row = _basis.Contrast(kept);
        double[] beta = Criterion.Coefficients();
        double estimate = 0;
        for (int c = 0; c < row.Length; c++)
        {
            estimate += row[c] * (_leastSquares[c] + beta[c]);
        }

        // c̃ = S⁻ᵀc, S the triangular factor of XᵀH⁻¹X.
        contrast = row;
        for (int i = 0; i < row.Length; i++)
        {
            for (int k = 0; k < i; k++)
            {
                contrast[i] -= Criterion.FixedFactor[k, i] * contrast[k];
            }

            contrast[i] /= Criterion.FixedFactor[i, i];
        }

        return estimate;
    }

    /// <summary>The term's Λ in its own columns, relative to σ: a matrix A with AAᵀ their relative covariance, not triangular.</summary>
    public double[] RelativeFactor(NestedTerm term)
    {
        int q = term.Columns;
        int level = Criterion.Data.Layout.Columns[term.Level];
        double[] factor = term.Level == 0 ? Criterion.InnerFactor : Criterion.OuterFactor;
        double[] turned = new double[q * q];
        for (int i = 0; i < q; i++)
        {
            double[] row = term.Basis.Contrast(i);
            for (int j = 0; j < q; j++)
            {
                for (int k = 0; k < q; k++)
                {
                    turned[(i * q) + j] += row[k] * factor[((term.First + k) * level) + term.First + j];
                }
            }
        }

        return turned;
    }

    private static IEnumerable<NestedTerm> Turned(int level, GroupingLevel grouping)
    {
        int first = 0;
        for (int t = 0; t < grouping.Terms.Length; t++)
        {
            yield return new NestedTerm(level, t, first, OrthogonalColumns.Of(grouping.Terms[t]));
            first += grouping.Terms[t].Length;
        }
    }
}

/// <summary>A random term of a model.</summary>
/// <param name="Level">0 for the inner factor, 1 for the outer.</param>
/// <param name="Index">Place among the terms of the level.</param>
/// <param name="First">Its first column among those of the level.</param>
/// <param name="Basis">Orthogonal columns instead of its own.</param>
internal sealed record NestedTerm(int Level, int Index, int First, OrthogonalColumns Basis)
{
    /// <summary>Number of columns.</summary>
    public int Columns => Basis.Kept.Length;
}
