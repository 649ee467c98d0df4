namespace TherapistEffectSim.Estimation;

/// <summary>Variances of random effects with asymptotic standard errors from the observed information.</summary>
/// <remarks>
/// Searle, Casella &amp; McCulloch (1992), Variance Components, section 6.3. The estimate of a variance is far from normal near 0 and with few groups, so that
/// a Wald test of it is a poor test: with J equal groups its z cannot exceed √((J − 1)/2).
/// </remarks>
internal sealed class VarianceErrors
{
    private readonly NestedModel _model;
    private readonly double[] _inverse; // of the information in ψ and log σ: covariances of the estimates are twice it
    private readonly double[] _psi;

    /// <param name="model">Standing at its minimum.</param>
    public VarianceErrors(NestedModel model)
    {
        _model = model;
        int count = model.Theta.Length;
        int order = count + 1;
        double variance = model.ResidualVariance;
        double[] hessian = new double[order * order];
        for (int k = 0; k < count; k++)
        {
            hessian[(k * order) + count] = hessian[(count * order) + k] = -2 * model.Derivatives.Residual(k) / variance;
            for (int l = 0; l < count; l++)
            {
                hessian[(k * order) + l] = model.Derivatives.Determinant(k, l) + (model.Derivatives.Residual(k, l) / variance);
            }
        }

        hessian[^1] = 4 * model.Criterion.Divisor;
        _inverse = ScaledSymmetricInverse.Of(hessian, order);
        _psi = new double[count];
        model.Criterion.Data.Layout.Covariances(model.Theta, _psi);
    }

    /// <summary>The variance of a random effect.</summary>
    /// <param name="term">Its term.</param>
    /// <param name="column">Its column in the term.</param>
    /// <param name="standardError">NaN where the information does not give one.</param>
    public double Variance(NestedTerm term, int column, out double standardError)
    {
        double[] row = term.Basis.Contrast(column);
        int count = _psi.Length;
        double[] gradient = new double[count + 1];
        double variance = 0;
        for (int k = 0; k < count; k++)
        {
            CovarianceElement element = _model.Criterion.Data.Layout.Elements[k];
            int a = element.Row - term.First;
            int b = element.Column - term.First;
            if (element.Level == term.Level && b >= 0 && a < term.Columns)
            {
                gradient[k] = _model.ResidualVariance * row[a] * row[b] * (a == b ? 1 : 2);
                variance += gradient[k] * _psi[k];
            }
        }

        gradient[count] = 2 * variance;
        double spread = 0;
        for (int i = 0; i <= count; i++)
        {
            for (int j = 0; j <= count; j++)
            {
                spread += 2 * gradient[i] * gradient[j] * _inverse[(i * (count + 1)) + j];
            }
        }

        standardError = spread > 0 ? Math.Sqrt(spread) : double.NaN;
        return variance;
    }
}
