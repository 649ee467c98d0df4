using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>
/// The profiled deviance (or REML criterion) of a random-intercept model as a function of θ = τ²/σ², and its derivatives.
/// </summary>
/// <remarks>
/// <para>
/// Bates, Mächler, Bolker &amp; Walker (2015), J. Stat. Softw. 67(1), section 3.4, profiled deviance and profiled REML criterion; their θ is the
/// square root of this one. With one intercept per therapist, A(θ) = [X y]ᵀV⁻¹[X y]σ² = W + Σ_j w_j m_j m_jᵀ with W the pooled
/// cross-products within therapists, m_j the therapist means and w_j = n_j/(1 + n_j z_j θ). The last pivot of A is the penalised
/// residual sum of squares R(θ). With r_j = ȳ_j − x̄_jᵀβ:
/// R′ = −Σ z w² r², R″ = 2Σ z² w³ r² − 2gᵀA_xx⁻¹g, g = Σ z w² r x̄; (log|A_xx|)′ = −tr A_xx⁻¹T₂,
/// (log|A_xx|)″ = 2 tr A_xx⁻¹T₃ − tr (A_xx⁻¹T₂)², T₂ = Σ z w² x̄x̄ᵀ, T₃ = Σ z² w³ x̄x̄ᵀ.
/// </para>
/// <para>Owns its scratch memory: one per thread. Allocates in the constructor only.</para>
/// </remarks>
/// <typeparam name="T">The lane: one data set each.</typeparam>
internal sealed partial class ProfiledCriterion<T>
    where T : unmanaged, ILane<T>
{
    private readonly int[] _columns;   // of the statistics: fixed effects, then the outcome
    private readonly MeanProducts<T> _means;
    private readonly int _order;       // p + 1
    private readonly LaneBuffer<T> _within;    // packed over _columns
    private readonly LaneBuffer<T> _between;   // packed over _columns: Σ m mᵀ in balanced designs, Σ n m mᵀ in others
    private readonly int[] _withinColumns;     // positions in _columns of those that can vary within therapists, the outcome last
    private readonly LaneBuffer<T> _reduced;   // packed over _withinColumns
    private readonly LdlFactor<T> _withinLdl;
    private readonly LaneBuffer<T> _a;
    private readonly LaneBuffer<T> _weights;   // w_j
    private readonly LaneBuffer<T> _powers;    // z_j w_j², then z_j² w_j³
    private readonly ResidualSums<T> _residuals;
    private readonly LaneBuffer<T> _beta;
    private readonly LaneBuffer<T> _vector;
    private readonly LaneBuffer<T> _t2;        // packed over the fixed effects
    private readonly LaneBuffer<T> _t3;
    private readonly LdlFactor<T> _ldl;
    private readonly DeterminantTraces<T> _traces;
    private TherapistStatistics<T> _data = null!;

    /// <param name="therapists">Therapists of the data.</param>
    /// <param name="columns">Columns of the statistics: fixed effects in order, then the outcome.</param>
    /// <param name="hasBetween">For each column of the statistics whether its therapist means can differ from 0.</param>
    /// <param name="hasWithin">For each column of the statistics whether it can vary within therapists.</param>
    public ProfiledCriterion(int therapists, ReadOnlySpan<int> columns, ReadOnlySpan<bool> hasBetween, ReadOnlySpan<bool> hasWithin)
    {
        _columns = columns.ToArray();
        _order = columns.Length;
        _means = new(therapists, _columns, hasBetween);
        _within = new(Packed.Length(_order));
        _between = new(Packed.Length(_order));
        _a = new(Packed.Length(_order));
        List<int> within = [];
        for (int k = 0; k < _order; k++)
        {
            if (k == _order - 1 || hasWithin[columns[k]])
            {
                within.Add(k);
            }
        }

        _withinColumns = [.. within];
        _reduced = new(Packed.Length(_withinColumns.Length));
        _withinLdl = new(_withinColumns.Length);
        _weights = new(therapists);
        _powers = new(therapists);
        _residuals = new(therapists);
        _beta = new(_order - 1);
        _vector = new(_order);
        _t2 = new(Packed.Length(_order - 1));
        _t3 = new(Packed.Length(_order - 1));
        _ldl = new(_order);
        _traces = new(_ldl);
    }

    /// <summary>p: fixed effects, dropped ones included.</summary>
    public int FixedEffects => _order - 1;

    /// <summary>β at the last θ evaluated; 0 for dropped columns.</summary>
    public ReadOnlySpan<T> Beta => _beta.Span;

    /// <summary>Factor of A at the last θ evaluated.</summary>
    public LdlFactor<T> Factor => _ldl;

    /// <summary>T₂ = Σ z w² x̄x̄ᵀ, packed over the fixed effects, after <see cref="WeightedCrossProducts"/> or <see cref="Parts"/> for REML.</summary>
    public ReadOnlySpan<T> T2 => _t2.Span;

    /// <summary>T₃ = Σ z² w³ x̄x̄ᵀ, likewise.</summary>
    public ReadOnlySpan<T> T3 => _t3.Span;

    /// <summary>R: penalised residual sum of squares at the last θ evaluated.</summary>
    public T ResidualSumOfSquares => _ldl.Pivots[_order - 1];

    /// <summary>Fixed effects that take part, decided by <see cref="Load"/>.</summary>
    public T Rank { get; private set; }

    /// <summary>R without the therapist means: residual sum of squares with therapists as fixed effects.</summary>
    public T WithinSumOfSquares { get; private set; }

    /// <summary>Fixed effects that can be estimated within therapists.</summary>
    public T WithinRank { get; private set; }

    /// <summary>Takes over the data and decides which columns carry information, at θ = 0.</summary>
    public void Load(TherapistStatistics<T> data)
    {
        _data = data;
        _means.Load(data);
        Gather(data.Within.Span, _within.Span);
        Gather(data.MeanProducts.Span, _between.Span);
        for (int i = 0; i < _withinColumns.Length; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                _reduced.Span[Packed.Index(i, j)] = _within.Span[Packed.Index(_withinColumns[i], _withinColumns[j])];
            }
        }

        _withinLdl.FactorWithRank(_reduced.Span, LdlFactor<T>.RankTolerance);
        WithinSumOfSquares = _withinLdl.Pivots[_withinColumns.Length - 1];
        WithinRank = CountKept(_withinLdl);
        AssembleAtZero();
        _ldl.FactorWithRank(_a.Span, LdlFactor<T>.RankTolerance);
        Rank = CountKept(_ldl);
        _ldl.Coefficients(_beta.Span);
    }

    private void Gather(ReadOnlySpan<T> all, Span<T> target)
    {
        for (int i = 0; i < _order; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                target[Packed.Index(i, j)] = all[Packed.Index(Math.Max(_columns[i], _columns[j]), Math.Min(_columns[i], _columns[j]))];
            }
        }
    }

    /// <summary>Evaluates A, its factor and β at θ.</summary>
    public void Evaluate(T theta)
    {
        Assemble(theta);
        _ldl.Factor(_a.Span);
        _ldl.Coefficients(_beta.Span);
    }

    /// <summary>Σ_j z_j log(1 + n_j θ).</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public T LogDeterminant(T theta)
    {
        ReadOnlySpan<T> n = _data.Analysed.Span;
        ReadOnlySpan<T> z = _data.RandomFactor.Span;
        T one = T.Create(1);
        T sum = T.Create(0);
        if (!T.Any(T.LessThan(sum, theta)))
        {
            return sum; // log 1
        }

        if (_data.IsBalanced)
        {
            return T.Create(_data.Therapists) * Elementary.Log(T.Fma(n[0], theta, one));
        }

        T product = one;
        for (int j = 0; j < n.Length; j++)
        {
            // Eight factors of at most 10²⁵ each stay below the largest double.
            product *= T.Fma(n[j] * z[j], theta, one);
            if ((j & 7) == 7)
            {
                sum += Elementary.Log(product);
                product = one;
            }
        }

        return sum + Elementary.Log(product);
    }

    /// <summary>log|A_xx| over the columns that take part.</summary>
    public T LogDeterminantOfFixedEffects()
    {
        T one = T.Create(1);
        T sum = T.Create(0);
        for (int k = 0; k < _order - 1; k++)
        {
            sum += Elementary.Log(T.Select(_ldl.Kept[k], _ldl.Pivots[k], one));
        }

        return sum;
    }

    /// <summary>First and second derivative of the profiled criterion in θ, at the last θ evaluated.</summary>
    /// <param name="reml">REML criterion instead of deviance.</param>
    /// <param name="divisor">What R is divided by: N, or N − p for REML.</param>
    public (T First, T Second) Derivatives(bool reml, T divisor)
    {
        CriterionDerivatives<T> parts = Parts(reml);
        T inverse = T.Create(1) / ResidualSumOfSquares;
        T ratio = parts.ResidualFirst * inverse;
        T first = T.Fma(divisor, ratio, parts.DeterminantFirst);
        T second = T.Fma(divisor, T.Fma(parts.ResidualSecond, inverse, T.Create(0) - (ratio * ratio)), parts.DeterminantSecond);
        return (first, second);
    }

    /// <summary>Derivatives in θ of R and of all log-determinants, at the last θ evaluated.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public CriterionDerivatives<T> Parts(bool reml)
    {
        ResidualDerivatives(out T sumW, out T sumWw, out T residualFirst, out T residualSecond);
        if (!reml)
        {
            return new(residualFirst, residualSecond, sumW, T.Create(0) - sumWw);
        }

        WeightedCrossProducts();
        _traces.Of(_t2.Span, _t3.Span, out T trace2, out T curvature);
        return new(residualFirst, residualSecond, sumW - trace2, curvature - sumWw);
    }

    /// <summary>T₂ and T₃ at the last θ evaluated.</summary>
    public void WeightedCrossProducts()
    {
        Span<T> powers = _powers.Span;
        ReadOnlySpan<T> w = _weights.Span;
        ReadOnlySpan<T> z = _data.RandomFactor.Span;
        for (int j = 0; j < w.Length; j++)
        {
            powers[j] = z[j] * w[j] * w[j];
        }

        _t2.Span.Fill(T.Create(0));
        _means.Add(powers, _t2.Span, fixedEffectsOnly: true);
        for (int j = 0; j < w.Length; j++)
        {
            powers[j] *= z[j] * w[j];
        }

        _t3.Span.Fill(T.Create(0));
        _means.Add(powers, _t3.Span, fixedEffectsOnly: true);
    }

    private static T CountKept(LdlFactor<T> factor)
    {
        T count = T.Create(0);
        for (int k = 0; k < factor.Order - 1; k++)
        {
            count += T.And(factor.Kept[k], T.Create(1));
        }

        return count;
    }

    private void Assemble(T theta)
    {
        if (_data.IsBalanced)
        {
            AssembleBalanced(theta);
            return;
        }

        Span<T> w = _weights.Span;
        ReadOnlySpan<T> n = _data.Analysed.Span;
        ReadOnlySpan<T> z = _data.RandomFactor.Span;
        T one = T.Create(1);
        for (int j = 0; j < w.Length; j++)
        {
            w[j] = n[j] / T.Fma(n[j] * z[j], theta, one);
        }

        _within.Span.CopyTo(_a.Span);
        _means.Add(w, _a.Span, fixedEffectsOnly: false);
    }

    // At θ = 0 the weights are the caseloads.
    private void AssembleAtZero()
    {
        if (_data.IsBalanced)
        {
            AssembleBalanced(T.Create(0));
            return;
        }

        _data.Analysed.Span.CopyTo(_weights.Span);
        Span<T> a = _a.Span;
        ReadOnlySpan<T> within = _within.Span[..a.Length];
        ReadOnlySpan<T> between = _between.Span[..a.Length];
        for (int k = 0; k < a.Length; k++)
        {
            a[k] = within[k] + between[k];
        }
    }

    // All weights are equal: A = W + w Σ m mᵀ.
    private void AssembleBalanced(T theta)
    {
        T n = _data.Analysed.Span[0];
        T w = n / T.Fma(n, theta, T.Create(1));
        _weights.Span.Fill(w);
        Span<T> a = _a.Span;
        ReadOnlySpan<T> within = _within.Span[..a.Length];
        ReadOnlySpan<T> between = _between.Span[..a.Length];
        for (int k = 0; k < a.Length; k++)
        {
            a[k] = T.Fma(w, between[k], within[k]);
        }
    }

    private void ResidualDerivatives(out T sumW, out T sumWw, out T residualFirst, out T residualSecond)
    {
        Span<T> g = _vector.Span[..(_order - 1)];
        g.Fill(T.Create(0));
        _residuals.Of(_means, _data, _weights.Span, _beta.Span, g);
        _ldl.SolveLower(g);
        T form = T.Create(0);
        for (int k = 0; k < g.Length; k++)
        {
            form = T.Fma(g[k] * g[k], _ldl.InversePivots[k], form);
        }

        sumW = _residuals.Weights;
        sumWw = _residuals.SquaredWeights;
        residualFirst = T.Create(0) - _residuals.Squares;
        residualSecond = T.Create(2) * (_residuals.Cubes - form);
    }
}

/// <summary>Derivatives in θ of the parts of the criterion.</summary>
/// <param name="ResidualFirst">R′.</param>
/// <param name="ResidualSecond">R″.</param>
/// <param name="DeterminantFirst">First derivative of Σ log(1 + nθ), with log|A_xx| for REML.</param>
/// <param name="DeterminantSecond">Its second derivative.</param>
/// <typeparam name="T">The lane.</typeparam>
internal readonly record struct CriterionDerivatives<T>(T ResidualFirst, T ResidualSecond, T DeterminantFirst, T DeterminantSecond)
    where T : unmanaged, ILane<T>;
