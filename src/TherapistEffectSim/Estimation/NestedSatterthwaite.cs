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
    private readonly double[] _jacobian;
    private readonly double[] _inverse;
    private readonly int _count;

    /// <param name="model">Standing at its minimum.</param>
    public NestedSatterthwaite(NestedModel model)
    {
        _model = model;
        _count = model.Theta.Length;
        CovarianceLayout layout = model.Criterion.Data.Layout;
        _jacobian = new double[_count * _count];
        layout.Jacobian(model.Theta, _jacobian);
        _inverse = ScaledSymmetricInverse.Of(Hessian(layout), _count + 1);
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
                gradient[i] += slope / form * _jacobian[(k * _count) + i];
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

    private double[] Hessian(CovarianceLayout layout)
    {
        int order = _count + 1;
        double variance = _model.ResidualVariance;
        double[] hessian = new double[order * order];
        double[] first = new double[_count];
        for (int k = 0; k < _count; k++)
        {
            first[k] = _model.Derivatives.Determinant(k) + (_model.Derivatives.Residual(k) / variance);
        }

        for (int i = 0; i < _count; i++)
        {
            for (int j = 0; j < _count; j++)
            {
                double sum = layout.SecondDerivatives(first, i, j);
                for (int k = 0; k < _count; k++)
                {
                    for (int l = 0; l < _count; l++)
                    {
                        sum += _jacobian[(k * _count) + i] * _jacobian[(l * _count) + j]
                            * (_model.Derivatives.Determinant(k, l) + (_model.Derivatives.Residual(k, l) / variance));
                    }
                }

                hessian[(i * order) + j] = sum;
            }

            double mixed = 0;
            for (int k = 0; k < _count; k++)
            {
                mixed -= 2 * _jacobian[(k * _count) + i] * _model.Derivatives.Residual(k) / variance;
            }

            hessian[(i * order) + _count] = hessian[(_count * order) + i] = mixed;
        }

        hessian[^1] = 4 * _model.Criterion.Divisor;
        return hessian;
    }
}
