namespace TherapistEffectSim.Estimation;

/// <summary>Satterthwaite degrees of freedom of linear combinations of the fixed effects of a mixed model, as lmerTest defines them.</summary>
/// <remarks>
/// df = 2V²/(gᵀAg), V the variance of the combination, g its gradient in the parameters and A twice the inverse Hessian of the criterion that is
/// not profiled over σ (observed information); Kuznetsova, Brockhoff &amp; Christensen (2017), J. Stat. Softw. 82(13), section 2. Parameters are the
/// elements of Λ and log σ; at a minimum the value does not depend on how they are written. An element on the bound 0 has gradient 0.
/// </remarks>
internal sealed class NestedSatterthwaite
{
    private readonly NestedModel _model;
    private readonly UnprofiledDerivatives _derivatives;
    private readonly double[] _inverse;
    private readonly int _count;

    /// <param name="model">Standing at its minimum.</param>
    public NestedSatterthwaite(NestedModel model)
    {
        _model = model;
        _count = model.Theta.Length;
        _derivatives = new UnprofiledDerivatives(model.Criterion, model.Derivatives);
        _derivatives.Take(model.Theta, model.ResidualVariance);
        _inverse = ScaledSymmetricInverse.Of(_derivatives.Hessian, _count + 1);
    }

    /// <summary>Degrees of freedom.</summary>
    /// <param name="contrast">c̃ of <see cref="NestedModel.Estimate"/>.</param>
    public double Of(ReadOnlySpan<double> contrast)
    {
        int p = contrast.Length;
        double form = 0; // V/σ²
        foreach (double c in contrast)
        {
            form += c * c;
        }

        double[] gradient = new double[_count + 1]; // of log V
        gradient[_count] = 2;
        for (int k = 0; k < _count; k++)
        {
            ReadOnlySpan<double> product = _model.Derivatives.Product(k);
            double slope = 0;
            for (int i = 0; i < p; i++)
            {
                for (int j = 0; j < p; j++)
                {
                    slope += contrast[i] * contrast[j] * product[(i * (p + 1)) + j];
                }
            }

            for (int i = 0; i < _count; i++)
            {
                gradient[i] += slope / form * _derivatives.Jacobian[(k * _count) + i];
            }
        }

        double spread = 0;
        for (int i = 0; i <= _count; i++)
        {
            for (int j = 0; j <= _count; j++)
            {
                spread += gradient[i] * gradient[j] * _inverse[(i * (_count + 1)) + j];
            }
        }

        return 1 / spread; // A is twice the inverse
    }
}
