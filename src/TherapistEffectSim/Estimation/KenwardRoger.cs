namespace TherapistEffectSim.Estimation;

/// <summary>Standard errors and degrees of freedom of Kenward &amp; Roger for linear combinations of the fixed effects of a REML fit.</summary>
/// <remarks>
/// Kenward &amp; Roger (1997), Biometrics 53, 983–997, sections 2 and 3: V is linear in the variances and covariances φ = (σ²ψ, σ²), the information on them is the
/// expected one, and there is no term of second derivatives; so too R's pbkrtest. For one combination the degrees of freedom are 2/A and the F statistic is
/// not scaled. Everything is written for X̃ with X̃ᵀH⁻¹X̃ = I, and with I = H − Σψ_kH_k for the derivative by σ².
/// </remarks>
internal sealed class KenwardRoger
{
    private readonly int _p;
    private readonly int _order;
    private readonly double[][] _first;      // [k] X̃ᵀH⁻¹H_kH⁻¹X̃; last: by σ²
    private readonly double[] _covariances;  // W: of the estimates of φ
    private readonly double[] _adjustment;   // Σ W_kl (Q_kl − P_kP_l)
    private readonly double _variance;

    /// <param name="model">Standing at the minimum of its REML criterion.</param>
    public KenwardRoger(NestedModel model)
    {
        CovarianceLayout layout = model.Criterion.Data.Layout;
        _p = model.Criterion.FixedEffects;
        _order = layout.Count + 1;
        _variance = model.ResidualVariance;
        double[] psi = new double[layout.Count];
        layout.Covariances(model.Theta, psi);
        _first = First(model.Derivatives, psi);
        double[][] second = Second(model.Derivatives, psi);
        double[] traces = Traces(model, psi);
        double[] information = new double[_order * _order];
        for (int k = 0; k < _order; k++)
        {
            for (int l = 0; l < _order; l++)
            {
                information[(k * _order) + l] = (traces[(k * _order) + l]
                    - (2 * Trace(second[(k * _order) + l])) + Trace(_first[k], _first[l])) / (2 * _variance * _variance);
            }
        }

        _covariances = ScaledSymmetricInverse.Of(information, _order);
        _adjustment = new double[_p * _p];
        double[] product = new double[_p * _p];
        for (int k = 0; k < _order; k++)
        {
            for (int l = 0; l < _order; l++)
            {
                SmallMatrix.Multiply(_first[k], _first[l], product, _p, _p, _p);
                for (int i = 0; i < product.Length; i++)
                {
                    _adjustment[i] += _covariances[(k * _order) + l] * (second[(k * _order) + l][i] - product[i]);
                }
            }
        }
    }

    /// <summary>Variance and degrees of freedom of a combination.</summary>
    /// <param name="contrast">c̃ of <see cref="NestedModel.Estimate"/>.</param>
    /// <param name="degreesOfFreedom">2/A.</param>
    /// <returns>The adjusted variance.</returns>
    public double Of(ReadOnlySpan<double> contrast, out double degreesOfFreedom)
    {
        double form = 0;
        foreach (double c in contrast)
        {
            form += c * c;
        }

        // With Φ = σ²I and V_k in units of H: Φ P_k Φ = −P_k, Φ (ΣW(Q − PΦP)) Φ = Σ W(Q − PP)/σ².
        double a = 0;
        for (int k = 0; k < _order; k++)
        {
            for (int l = 0; l < _order; l++)
            {
                a += _covariances[(k * _order) + l] * Quadratic(_first[k], contrast) * Quadratic(_first[l], contrast);
            }
        }

        a /= form * form * _variance * _variance;
        degreesOfFreedom = 2 / a;
        return (_variance * form) + (2 * Quadratic(_adjustment, contrast) / _variance);
    }

    private double[][] First(NestedDerivatives derivatives, double[] psi)
    {
        double[][] first = new double[_order][];
        double[] last = new double[_p * _p];
        for (int i = 0; i < _p; i++)
        {
            last[(i * _p) + i] = 1;
        }

        for (int k = 0; k < _order - 1; k++)
        {
            first[k] = FixedPart(derivatives.Product(k));
            AddTo(last, first[k], -psi[k]);
        }

        first[^1] = last;
        return first;
    }

    private double[][] Second(NestedDerivatives derivatives, double[] psi)
    {
        derivatives.TakeProducts();
        int count = _order - 1;
        double[][] second = new double[_order * _order][];
        double[] both = [.. _first[count]];
        for (int k = 0; k < count; k++)
        {
            // X̃ᵀH⁻¹ I H⁻¹ H_k H⁻¹X̃ = P_k − Σ_l ψ_l Q_lk
            double[] mixed = [.. _first[k]];
            for (int l = 0; l < count; l++)
            {
                second[(k * _order) + l] = FixedPart(derivatives.Product(l, k));
                AddTo(mixed, FixedPart(derivatives.Product(k, l)), -psi[l]);
            }

            second[(count * _order) + k] = mixed;
            second[(k * _order) + count] = Transposed(mixed);
            AddTo(both, mixed, -psi[k]);
        }

        second[^1] = both;
        return second;
    }

    private double[] Traces(NestedModel model, double[] psi)
    {
        int count = _order - 1;
        double[] traces = new double[_order * _order];
        double both = model.Criterion.Data.Observations;
        for (int k = 0; k < count; k++)
        {
            double mixed = model.Derivatives.Trace(k);
            both -= psi[k] * mixed;
            for (int l = 0; l < count; l++)
            {
                traces[(k * _order) + l] = model.Derivatives.Trace(k, l);
                mixed -= psi[l] * model.Derivatives.Trace(k, l);
            }

            traces[(k * _order) + count] = traces[(count * _order) + k] = mixed;
            both -= psi[k] * mixed;
        }

        traces[^1] = both;
        return traces;
    }

    private double[] FixedPart(ReadOnlySpan<double> product)
    {
        double[] part = new double[_p * _p];
        for (int i = 0; i < _p; i++)
        {
            product.Slice(i * (_p + 1), _p).CopyTo(part.AsSpan(i * _p));
        }

        return part;
    }

    private double[] Transposed(double[] matrix)
    {
        double[] transposed = new double[_p * _p];
        for (int i = 0; i < _p; i++)
        {
            for (int j = 0; j < _p; j++)
            {
                transposed[(j * _p) + i] = matrix[(i * _p) + j];
            }
        }

        return transposed;
    }

    private double Trace(double[] a)
    {
        double sum = 0;
        for (int i = 0; i < _p; i++)
        {
            sum += a[(i * _p) + i];
        }

        return sum;
    }

    private double Trace(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < _p; i++)
        {
            for (int j = 0; j < _p; j++)
            {
                sum += a[(i * _p) + j] * b[(j * _p) + i];
            }
        }

        return sum;
    }

    private static double Quadratic(double[] matrix, ReadOnlySpan<double> vector)
    {
        double sum = 0;
        for (int i = 0; i < vector.Length; i++)
        {
            for (int j = 0; j < vector.Length; j++)
            {
                sum += vector[i] * matrix[(i * vector.Length) + j] * vector[j];
            }
        }

        return sum;
    }

    private static void AddTo(double[] sum, double[] matrix, double factor)
    {
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += factor * matrix[i];
        }
    }
}
