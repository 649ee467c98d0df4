using System.Collections.Immutable;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>One fixed effect of a fit to data.</summary>
/// <param name="Column">Index of its column.</param>
/// <param name="Estimate">Estimate.</param>
/// <param name="StandardError">Model-based standard error.</param>
/// <param name="DegreesOfFreedom">Satterthwaite's; residual for least squares.</param>
internal readonly record struct FixedEffectEstimate(int Column, double Estimate, double StandardError, double DegreesOfFreedom);

/// <summary>A random-intercept model, or ordinary least squares, fitted to data held in memory.</summary>
/// <remarks>
/// The columns are replaced by an orthogonal basis and the outcome by its residual from them, so that nothing is lost to scale or
/// collinearity; then the same code fits as in the studies, with one lane.
/// </remarks>
internal sealed class DataFit
{
    private readonly OrthogonalColumns _basis;
    private readonly LdlFactor<Lane1> _factor; // of QᵀH⁻¹Q

    private DataFit(OrthogonalColumns basis, LdlFactor<Lane1> factor, ImmutableArray<FixedEffectEstimate> fixedEffects, in LinearModelFit<Lane1> fit)
    {
        _basis = basis;
        _factor = factor;
        FixedEffects = fixedEffects;
        DroppedColumns = basis.Dropped;
        Theta = fit.Theta[0];
        ResidualVariance = fit.Variance[0];
        Criterion = fit.Criterion[0];
        CriterionWithoutRandomTerm = fit.CriterionAtZero[0];
        BetweenDegreesOfFreedom = fit.Within.BetweenDf[0];
        WithinDegreesOfFreedom = fit.Within.WithinDf[0];
        FRatio = fit.Within.Between[0] * fit.Within.WithinDf[0] / (fit.Within.Within[0] * fit.Within.BetweenDf[0]);
        IsEstimable = BitConverter.DoubleToUInt64Bits(fit.Estimable[0]) != 0;
        HasConverged = BitConverter.DoubleToUInt64Bits(fit.Converged[0]) != 0;
    }

    /// <summary>Estimates of the columns that take part, in order.</summary>
    public ImmutableArray<FixedEffectEstimate> FixedEffects { get; }

    /// <summary>Columns that depend linearly on those before them.</summary>
    public ImmutableArray<int> DroppedColumns { get; }

    /// <summary>τ²/σ².</summary>
    public double Theta { get; }

    /// <summary>σ².</summary>
    public double ResidualVariance { get; }

    /// <summary>Deviance or REML criterion.</summary>
    public double Criterion { get; }

    /// <summary>The same for ordinary least squares.</summary>
    public double CriterionWithoutRandomTerm { get; }

    /// <summary>rank [X Z] − rank X: what the fixed effects leave between groups.</summary>
    public double BetweenDegreesOfFreedom { get; }

    /// <summary>N − rank [X Z]: what groups and fixed effects leave within groups.</summary>
    public double WithinDegreesOfFreedom { get; }

    /// <summary>F statistic of the groups after the fixed effects.</summary>
    public double FRatio { get; }

    /// <summary>Whether residual and group degrees of freedom are left.</summary>
    public bool IsEstimable { get; }

    /// <summary>Whether the minimum was found.</summary>
    public bool HasConverged { get; }

    /// <summary>Fits.</summary>
    /// <param name="columns">Fixed-effects columns of length N.</param>
    /// <param name="outcome">Length N.</param>
    /// <param name="group">Group of each row, from 0; one group of all rows without a random term.</param>
    /// <param name="randomColumn">Column of the random term for each group; empty for ordinary least squares.</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    public static DataFit Of(
        IReadOnlyList<double[]> columns, double[] outcome, ReadOnlySpan<int> group, ReadOnlySpan<double> randomColumn, bool reml)
    {
        OrthogonalColumns basis = OrthogonalColumns.Of(columns);
        double[] y = [.. outcome];
        double[] leastSquares = basis.TakeOut(y);
        bool hasRandomTerm = randomColumn.Length > 0;
        TherapistStatistics<Lane1> data = DataStatistics.Of([.. basis.Columns, y], group, hasRandomTerm ? randomColumn : [0.0]);
        LinearModel model = new([.. Enumerable.Range(0, basis.Kept.Length + 1)], hasRandomTerm, reml)
        {
            LogDeterminantShift = basis.LogDeterminantShift,
        };
        RandomInterceptFit<Lane1> fitter = new(model, data.Therapists, data.HasBetween, data.HasWithin);
        LinearModelFit<Lane1> fit = fitter.Fit(data);
        Satterthwaite<Lane1> satterthwaite = new(model, fitter.Criterion, fit);
        ImmutableArray<FixedEffectEstimate>.Builder effects = ImmutableArray.CreateBuilder<FixedEffectEstimate>();
        for (int k = 0; k < basis.Kept.Length; k++)
        {
            double[] contrast = basis.Contrast(k);
            double estimate = 0;
            for (int c = 0; c < contrast.Length; c++)
            {
                estimate += contrast[c] * (leastSquares[c] + fitter.Criterion.Beta[c][0]);
            }

            satterthwaite.Of(contrast, out Lane1 variance, out Lane1 df);
            effects.Add(new(basis.Kept[k], estimate, Math.Sqrt(variance[0]), df[0]));
        }

        return new(basis, fitter.Criterion.Factor, effects.ToImmutable(), fit);
    }

    /// <summary>A vector for each fixed effect; the covariance of two is the product of their vectors, times σ².</summary>
    /// <param name="k">Place among <see cref="FixedEffects"/>.</param>
    public double[] Contrast(int k)
    {
        Lane1[] solution = [.. _basis.Contrast(k).Select(Lane1.Create)];
        _factor.SolveLower(solution);
        return [.. solution.Select((s, i) => s[0] * Math.Sqrt(_factor.InversePivots[i][0]))];
    }
}
