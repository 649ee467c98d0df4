using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Standard errors and degrees of freedom of Kenward &amp; Roger for a random-intercept model fitted by REML, one data set per lane.</summary>
/// <remarks>
/// <para>
/// Kenward &amp; Roger (1997), Biometrics 53, 983–997, sections 2 and 3, written out for the variances φ = (τ², σ²), of which V is a linear function. With θ = τ²/σ²,
/// A = XᵀV⁻¹Xσ², T₂ and T₃ as in <see cref="ProfiledCriterion{T}"/>, m and −k the first and second derivative in θ of all log-determinants, and d = N − p, the
/// expected information on (τ², σ²) has determinant kd − m² but for a factor, whatever θ. For a combination c with u = A⁻¹c, f = uᵀAu, g = uᵀT₂u and
/// e = uᵀ(T₃ − T₂A⁻¹T₂)u the adjusted variance is σ²(f + 4ed/(kd − m²)) and the degrees of freedom are (kd − m²)f²/(dg² − 2mgf + kf²).
/// </para>
/// <para><see cref="KenwardRoger"/> is the same for any nested model. Owns its scratch memory: one per thread. Allocates in the constructor only.</para>
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal sealed class RandomInterceptKenwardRoger<T>
    where T : unmanaged, ILane<T>
{
    private readonly LaneBuffer<T> _solution; // u
    private readonly LaneBuffer<T> _product;  // T₂u
    private ProfiledCriterion<T> _criterion = null!;
    private T _variance;
    private T _residualDf; // d
    private T _slope;      // m
    private T _curvature;  // k

    /// <param name="fixedEffects">p.</param>
    public RandomInterceptKenwardRoger(int fixedEffects)
    {
        _solution = new(fixedEffects);
        _product = new(fixedEffects);
    }

    /// <summary>Takes over a fit by REML.</summary>
    /// <param name="criterion">Standing at the fitted θ.</param>
    /// <param name="fit">The fit.</param>
    public void Load(ProfiledCriterion<T> criterion, in LinearModelFit<T> fit)
    {
        _criterion = criterion;
        CriterionDerivatives<T> parts = criterion.Parts(reml: true);
        _variance = fit.Variance;
        _residualDf = fit.Observations - fit.Rank;
        _slope = parts.DeterminantFirst;
        _curvature = T.Create(0) - parts.DeterminantSecond;
    }

    /// <summary>Adjusted variance of cᵀβ and its degrees of freedom.</summary>
    /// <param name="contrast">c: one number per fixed effect; more are not read.</param>
    /// <param name="degreesOfFreedom">The degrees of freedom.</param>
    /// <returns>The variance.</returns>
    public T Of(ReadOnlySpan<double> contrast, out T degreesOfFreedom)
    {
        T form = Solve(contrast);
        T g = Product(_criterion.T2);
        LdlFactor<T> ldl = _criterion.Factor;
        Span<T> product = _product.Span;
        ldl.SolveLower(product);
        T square = T.Create(0);
        for (int k = 0; k < product.Length; k++)
        {
            square = T.Fma(product[k] * product[k], ldl.InversePivots[k], square);
        }

        T excess = Product(_criterion.T3) - square;
        T determinant = (_curvature * _residualDf) - (_slope * _slope);
        T spread = T.Fma(_residualDf * g, g, form * T.Fma(_curvature, form, T.Create(-2) * _slope * g));
        degreesOfFreedom = determinant * form * form / spread;
        return _variance * T.Fma(T.Create(4) * excess, _residualDf / determinant, form);
    }

    // u; returns cᵀu.
    private T Solve(ReadOnlySpan<double> contrast)
    {
        LdlFactor<T> ldl = _criterion.Factor;
        Span<T> u = _solution.Span;
        for (int k = 0; k < u.Length; k++)
        {
            u[k] = T.Create(contrast[k]);
        }

        ldl.SolveLower(u);
        T form = T.Create(0);
        for (int k = 0; k < u.Length; k++)
        {
            T scaled = u[k] * ldl.InversePivots[k];
            form = T.Fma(u[k], scaled, form);
            u[k] = scaled;
        }

        ldl.SolveUpper(u);
        return form;
    }

    // Mu; returns uᵀMu.
    private T Product(ReadOnlySpan<T> packed)
    {
        ReadOnlySpan<T> u = _solution.Span;
        Span<T> product = _product.Span;
        T form = T.Create(0);
        for (int i = 0; i < product.Length; i++)
        {
            T sum = T.Create(0);
            for (int j = 0; j < u.Length; j++)
            {
                sum = T.Fma(packed[Packed.Index(Math.Max(i, j), Math.Min(i, j))], u[j], sum);
            }

            product[i] = sum;
            form = T.Fma(sum, u[i], form);
        }

        return form;
    }
}
