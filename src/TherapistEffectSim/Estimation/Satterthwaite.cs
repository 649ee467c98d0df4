using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Satterthwaite degrees of freedom of linear combinations of the fixed effects, as lmerTest defines them.</summary>
/// <remarks>
/// df = 2V²/(gᵀAg), V the variance of the combination, g its gradient in the variance parameters and A twice the inverse Hessian of the
/// criterion that is not profiled over σ² (observed information); Kuznetsova, Brockhoff &amp; Christensen (2017), J. Stat. Softw. 82(13),
/// section 2. At the optimum the value does not depend on how the parameters are written: here they are σ² and θ. On the bound θ = 0 the
/// gradient in lme4's θ (the square root) vanishes and the df are N − p for REML, N for maximum likelihood.
/// </remarks>
/// <typeparam name="T">The lane.</typeparam>
internal readonly struct Satterthwaite<T>
    where T : unmanaged, ILane<T>
{
    private readonly ProfiledCriterion<T> _criterion;
    private readonly T _variance;
    private readonly T _divisor;
    private readonly T _onBound;
    private readonly T _hessianSs;
    private readonly T _hessianSt;
    private readonly T _hessianTt;

    /// <param name="model">What was fitted.</param>
    /// <param name="criterion">Standing at the fitted θ.</param>
    /// <param name="fit">The fit.</param>
    public Satterthwaite(LinearModel model, ProfiledCriterion<T> criterion, in LinearModelFit<T> fit)
    {
        T one = T.Create(1);
        _criterion = criterion;
        _variance = fit.Variance;
        _divisor = model.Reml ? fit.Observations - fit.Rank : fit.Observations;
        _onBound = T.FromBits(ulong.MaxValue);
        _hessianSs = _hessianSt = _hessianTt = one;
        if (!model.HasRandomIntercept)
        {
            return;
        }

        _onBound = T.AndNot(_onBound, T.LessThan(T.Create(0), fit.Theta));
        CriterionDerivatives<T> parts = criterion.Parts(model.Reml);
        if (!model.Reml)
        {
            criterion.WeightedCrossProducts();
        }

        T precision = one / fit.Variance;
        _hessianSs = _divisor * precision * precision;
        _hessianSt = T.Create(0) - (parts.ResidualFirst * precision * precision);
        _hessianTt = T.Fma(parts.ResidualSecond, precision, parts.DeterminantSecond);
    }

    /// <summary>Variance of cᵀβ and its degrees of freedom.</summary>
    /// <param name="contrast">c: one number per fixed effect.</param>
    /// <param name="variance">V.</param>
    /// <param name="degreesOfFreedom">df.</param>
    public void Of(ReadOnlySpan<double> contrast, out T variance, out T degreesOfFreedom)
    {
        _criterion.Quadratic(contrast, out T inverseForm, out T t2Form);
        variance = _variance * inverseForm;
        T gradientS = inverseForm;
        T gradientT = _variance * t2Form;
        T determinant = (_hessianSs * _hessianTt) - (_hessianSt * _hessianSt);
        T form = T.Fma(
            gradientS * gradientS,
            _hessianTt,
            T.Fma(gradientT * gradientT, _hessianSs, T.Create(-2) * gradientS * gradientT * _hessianSt));
        T interior = variance * variance * determinant / form;
        degreesOfFreedom = T.Select(_onBound, _divisor, interior);
    }
}
