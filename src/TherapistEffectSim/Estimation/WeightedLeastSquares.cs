using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Weighted least squares of a few rows with heteroscedasticity-consistent variances, one data set per lane.</summary>
/// <remarks>
/// HC3 of MacKinnon &amp; White (1985), J. Econometrics 29(3): with h_j = w_j x_jᵀ(XᵀWX)⁻¹x_j and e_j = y_j − x_jᵀβ, the variance of cᵀβ is
/// Σ_j (cᵀ(XᵀWX)⁻¹x_j)² (w_j e_j/(1 − h_j))². It does not exist where a row is fitted whatever its outcome (h_j = 1). Dependent columns are
/// dropped as in <see cref="ProfiledCriterion{T}"/>. Owns its scratch memory: one per thread. Allocates in the constructor only.
/// </remarks>
/// <typeparam name="T">The lane: one data set each.</typeparam>
internal sealed class WeightedLeastSquares<T>
    where T : unmanaged, ILane<T>
{
    // Smallest pivot relative to the column's diagonal that counts as information.
    private const double RankTolerance = 1e-10;

    // Smallest 1 − h_j at which a residual says something about its row.
    private const double SmallestFreedom = 1e-10;

    private readonly int _capacity;
    private readonly int _order;              // p + 1
    private readonly LaneBuffer<T> _values;   // [column × capacity + row], the outcome last
    private readonly LaneBuffer<T> _weights;
    private readonly LaneBuffer<T> _weighted; // [row] one column times the weights
    private readonly LaneBuffer<T> _scores;   // [row] w_j e_j/(1 − h_j)
    private readonly LaneBuffer<T> _a;
    private readonly LaneBuffer<T> _beta;
    private readonly LaneBuffer<T> _vector;
    private readonly LdlFactor<T> _ldl;
    private int _rows;

    /// <param name="capacity">Most rows.</param>
    /// <param name="fixedEffects">p: columns without the outcome.</param>
    public WeightedLeastSquares(int capacity, int fixedEffects)
    {
        _capacity = capacity;
        _order = fixedEffects + 1;
        _values = new(_order * capacity);
        _weights = new(capacity);
        _weighted = new(capacity);
        _scores = new(capacity);
        _a = new(Packed.Length(_order));
        _beta = new(fixedEffects);
        _vector = new(fixedEffects);
        _ldl = new(_order);
    }

    /// <summary>[row] Weights; 0 for rows that are absent from a lane.</summary>
    public Span<T> Weights => _weights.Span;

    /// <summary>[row] The outcome.</summary>
    public Span<T> Outcome => Column(_order - 1);

    /// <summary>Coefficients; 0 for dropped columns.</summary>
    public ReadOnlySpan<T> Beta => _beta.Span;

    /// <summary>Masks of the columns that take part.</summary>
    public ReadOnlySpan<T> Kept => _ldl.Kept;

    /// <summary>Rows with a weight less columns that take part.</summary>
    public T ResidualDf { get; private set; }

    /// <summary>Σ w_j e_j².</summary>
    public T ResidualSumOfSquares => _ldl.Pivots[_order - 1];

    /// <summary>Mask: residual degrees of freedom are left, and no row is fitted whatever its outcome.</summary>
    public T HasRobustVariance { get; private set; }

    /// <summary>[row] Values of a column.</summary>
    public Span<T> Column(int column) => _values.Span.Slice(column * _capacity, _capacity);

    /// <summary>Fits the first <paramref name="rows"/> rows.</summary>
    public void Fit(int rows)
    {
        _rows = rows;
        CrossProducts();
        _ldl.FactorWithRank(_a.Span, RankTolerance);
        _ldl.Coefficients(_beta.Span);
        T one = T.Create(1);
        T zero = T.Create(0);
        T df = zero;
        foreach (T weight in Weights[.._rows])
        {
            df += T.And(T.LessThan(zero, weight), one);
        }

        for (int k = 0; k < _order - 1; k++)
        {
            df -= T.And(_ldl.Kept[k], one);
        }

        ResidualDf = df;
        Scores();
    }

    /// <summary>HC3 variance of cᵀβ.</summary>
    public T RobustVariance(ReadOnlySpan<T> contrast)
    {
        Span<T> u = _vector.Span;
        contrast[..u.Length].CopyTo(u);
        _ldl.SolveLower(u);
        for (int k = 0; k < u.Length; k++)
        {
            u[k] *= _ldl.InversePivots[k];
        }

        _ldl.SolveUpper(u);
        Span<T> influence = _weighted.Span[.._rows];
        influence.Clear();
        for (int k = 0; k < u.Length; k++)
        {
            ReadOnlySpan<T> x = Column(k);
            for (int j = 0; j < influence.Length; j++)
            {
                influence[j] = T.Fma(u[k], x[j], influence[j]);
            }
        }

        ReadOnlySpan<T> scores = _scores.Span;
        T variance = T.Create(0);
        for (int j = 0; j < influence.Length; j++)
        {
            T part = influence[j] * scores[j];
            variance = T.Fma(part, part, variance);
        }

        return variance;
    }

    /// <summary>cᵀ(XᵀWX)⁻¹c.</summary>
    public T InverseForm(ReadOnlySpan<T> contrast)
    {
        Span<T> u = _vector.Span;
        contrast[..u.Length].CopyTo(u);
        return InverseFormInPlace(u);
    }

    private T InverseFormInPlace(Span<T> u)
    {
        _ldl.SolveLower(u);
        T form = T.Create(0);
        for (int k = 0; k < u.Length; k++)
        {
            form = T.Fma(u[k] * u[k], _ldl.InversePivots[k], form);
        }

        return form;
    }

    private void CrossProducts()
    {
        Span<T> a = _a.Span;
        Span<T> weighted = _weighted.Span[.._rows];
        ReadOnlySpan<T> w = Weights;
        for (int i = 0; i < _order; i++)
        {
            ReadOnlySpan<T> x = Column(i);
            for (int j = 0; j < weighted.Length; j++)
            {
                weighted[j] = w[j] * x[j];
            }

            for (int k = 0; k <= i; k++)
            {
                a[Packed.Index(i, k)] = MeanProducts<T>.Product(weighted, Column(k));
            }
        }
    }

    private void Scores()
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        T hasVariance = T.LessThan(T.Create(0.5), ResidualDf);
        Span<T> scores = _scores.Span[.._rows];
        ReadOnlySpan<T> w = Weights;
        Span<T> x = _vector.Span;
        for (int j = 0; j < scores.Length; j++)
        {
            T residual = Outcome[j];
            for (int k = 0; k < x.Length; k++)
            {
                x[k] = Column(k)[j];
                residual = T.Fma(zero - _beta.Span[k], x[k], residual);
            }

            T freedom = T.Fma(zero - w[j], InverseFormInPlace(x), one);
            hasVariance = T.And(hasVariance, T.LessThan(T.Create(SmallestFreedom), freedom));
            scores[j] = w[j] * residual / freedom;
        }

        HasRobustVariance = hasVariance;
    }
}
