using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Slope and approximate Hessian of the criterion of a three-level model in the elements of both Λ, one data set per lane.</summary>
/// <remarks>
/// The sums of <see cref="NestedDerivatives"/> for one pair of columns on both levels, where B_u = P_u, gathered by pattern of visits: a patient's C_u = A r_u − P v_j, v_j = K q_j.
/// The slope is exact. Of the Hessian, what fixed effects take off the forms is there for the therapists' elements only.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed partial class ThreeLevelDerivatives<T>
    where T : unmanaged, ILane<T>
{
    private const int Elements = 6;
    private const double Tiny = 1e-280;
    private const double ShareOfInformation = 1e-4;
    private const double ShareAtZero = 1e-5;

    private readonly int _p;
    private readonly bool _reml;
    private bool _forScoring;
    private readonly PatternSums<T>[] _patterns;
    private readonly LaneBuffer<T> _coefficients; // −β, then 1
    private readonly LaneBuffer<T> _inverse;      // packed (XᵀH⁻¹X)⁻¹, not scaled by σ²
    private readonly LaneBuffer<T> _pivots;       // 1/d_i
    private readonly LaneBuffer<T> _column;
    private readonly LaneBuffer<T> _weighted;     // two rows: Ω times K q
    private readonly LaneBuffer<T> _mixed;        // [column × 3] Σ s_iᵀE_kt of therapists
    private Level _inner;
    private Level _outer;
    private Cross _cross;

    /// <param name="patterns">Patterns of visits.</param>
    /// <param name="columns">Columns of [X y].</param>
    /// <param name="reml">REML instead of maximum likelihood.</param>
    /// <param name="free">Which elements of Λ are estimated; empty: all.</param>
    public ThreeLevelDerivatives(int patterns, int columns, bool reml, bool[] free)
    {
        _p = columns - 1;
        _reml = reml;
        _patterns = new PatternSums<T>[patterns];
        _coefficients = new(columns);
        _inverse = new(Packed.Length(_p));
        _pivots = new(_p);
        _column = new(_p);
        _weighted = new(2 * columns);
        _mixed = new(_p * 3);
        Step = new(Elements, free);
    }

    /// <summary>The step made of them.</summary>
    public ModifiedNewtonStep<T> Step { get; }

    /// <summary>[pattern] Sums over its patients.</summary>
    public ReadOnlySpan<PatternSums<T>> Patterns => _patterns;

    /// <summary>Takes the sums where the criterion stands.</summary>
    /// <param name="data">The data.</param>
    /// <param name="criterion">The criterion.</param>
    /// <param name="forScoring">For <see cref="Moments"/>, which needs no sums of the fixed effects.</param>
    public void Take(ThreeLevelStatistics<T> data, ThreeLevelCriterion<T> criterion, bool forScoring = false)
    {
        _forScoring = forScoring;
        _inner = default;
        _outer = default;
        _cross = default;
        Array.Clear(_patterns);
        _mixed.Span.Clear();
        criterion.Factor.Coefficients(_column.Span);
        for (int i = 0; i < _p; i++)
        {
            _coefficients.Span[i] = T.Create(0) - _column.Span[i];
        }

        _coefficients.Span[_p] = T.Create(1);
        criterion.Factor.InversePivots[.._p].CopyTo(_pivots.Span);
        Invert(criterion.Factor);
        for (int j = 0; j < data.Therapists; j++)
        {
            TakeTherapist(data, criterion, j);
        }

        for (int k = 0; k < data.Patterns; k++)
        {
            TakePattern(data, criterion, k);
        }
    }

    /// <summary>Makes slope, Hessian and least pivots in Λ.</summary>
    /// <param name="theta">λ₁, λ₂, λ₃ of patients, then of therapists.</param>
    /// <param name="ratio">N*/R.</param>
    /// <param name="divisor">N*.</param>
    public void Finish(ReadOnlySpan<T> theta, T ratio, T divisor)
    {
        Span<T> slopes = Step.Gradient.Span;
        T share = ratio / divisor;
        T curvature = ratio + ratio;
        Symmetric2<T> squares2 = Doubled(_inner.Squares);
        Symmetric2<T> squares1 = Doubled(_outer.Squares);
        Symmetric2<T> slope2 = Doubled(_inner.Traces).Plus(T.Create(0) - ratio, squares2);
        Symmetric2<T> slope1 = Doubled(_outer.Traces).Plus(T.Create(0) - ratio, squares1);
        if (_reml)
        {
            slope2 = slope2.Minus(Doubled(_inner.OfColumns));
            slope1 = slope1.Minus(Doubled(_outer.OfColumns));
        }

        ElementPairs<T> fixedPart = Fixed();
        Span<T> hessian = Step.Hessian.Span;
        Block(hessian, 0, theta[..3], Second(_inner, default, squares2, ratio, share, curvature), slope2, slopes);
        Block(hessian, 3, theta[3..], Second(_outer, fixedPart, squares1, ratio, share, curvature), slope1, slopes);
        MixedBlock(hessian, theta, squares2, squares1, ratio, share, curvature);
    }

    /// <summary>[element of Ψ] rᵀH⁻¹H_kH⁻¹r, where the sums were taken.</summary>
    public void Squares(Span<T> squares)
    {
        (squares[0], squares[1], squares[2]) = (_inner.Squares.A11, _inner.Squares.A12 + _inner.Squares.A12, _inner.Squares.A22);
        (squares[3], squares[4], squares[5]) = (_outer.Squares.A11, _outer.Squares.A12 + _outer.Squares.A12, _outer.Squares.A22);
    }

    /// <summary>A step of scoring from θ = 0, where the sums were taken: ψ in the place of the step.</summary>
    /// <param name="precision">1/σ².</param>
    public void Moments(T precision)
    {
        T tiny = T.Create(Tiny);
        Symmetric2<T> slope2 = Doubled(_inner.Traces.Plus(T.Create(0) - precision, _inner.Squares));
        Symmetric2<T> slope1 = Doubled(_outer.Traces.Plus(T.Create(0) - precision, _outer.Squares));
        Span<T> slopes = Step.Gradient.Span;
        (slopes[0], slopes[1], slopes[2]) = (slope2.A11, slope2.A12, slope2.A22);
        (slopes[3], slopes[4], slopes[5]) = (slope1.A11, slope1.A12, slope1.A22);
        Span<T> hessian = Step.Hessian.Span;
        Put(hessian, 0, _inner.Pairs);
        Put(hessian, 3, _outer.Pairs);
        for (int f = 0; f < 3; f++)
        {
            for (int e = 0; e < 3; e++)
            {
                hessian[Packed.Index(3 + f, e)] = _cross.Trace(f, e);
            }
        }

        Step.Floors.Span.Fill(tiny);
        Step.Take(T.Create(double.MaxValue));
    }

    /// <summary>Asymptotic standard error at 0 of a variance, by its place among the six elements.</summary>
    public T ErrorAtZero(int element)
    {
        ref ElementPairs<T> pairs = ref element < 3 ? ref _inner.Pairs : ref _outer.Pairs;
        T information = element % 3 == 0 ? pairs.A1111 : pairs.A2222;
        return T.Sqrt(T.Create(2) / T.Max(information, T.Create(Tiny)));
    }
}
