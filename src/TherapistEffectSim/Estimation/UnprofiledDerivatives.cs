namespace TherapistEffectSim.Estimation;

/// <summary>Derivatives of the criterion that is not profiled over σ, d = N* log 2πσ² + R/σ² + log-determinants, in θ and log σ.</summary>
internal sealed class UnprofiledDerivatives
{
    private readonly NestedCriterion _criterion;
    private readonly NestedDerivatives _products;
    private readonly CovarianceLayout _layout;
    private readonly int _count;
    private readonly double[] _jacobian;
    private readonly double[] _first;

    public UnprofiledDerivatives(NestedCriterion criterion, NestedDerivatives products)
    {
        _criterion = criterion;
        _products = products;
        _layout = criterion.Data.Layout;
        _count = _layout.Count;
        _jacobian = new double[_count * _count];
        _first = new double[_count];
        Gradient = new double[_count + 1];
        Hessian = new double[(_count + 1) * (_count + 1)];
    }

    /// <summary>By θ, then by log σ.</summary>
    public double[] Gradient { get; }

    /// <summary>Row-major, in the same order.</summary>
    public double[] Hessian { get; }

    /// <summary>∂ψ/∂θ, row-major.</summary>
    public ReadOnlySpan<double> Jacobian => _jacobian;

    /// <summary>d where the criterion stands.</summary>
    /// <param name="profiled">The value of the profiled criterion.</param>
    /// <param name="variance">σ².</param>
    public double Value(double profiled, double variance)
    {
        double ratio = _criterion.Variance / variance;
        return profiled + (_criterion.Divisor * (ratio - 1 - Randomness.Elementary.Log(ratio)));
    }

    /// <summary>Takes them at θ and σ² where the derivatives in ψ were taken.</summary>
    public void Take(ReadOnlySpan<double> theta, double variance)
    {
        int order = _count + 1;
        for (int k = 0; k < _count; k++)
        {
            _first[k] = _products.Determinant(k) + (_products.Residual(k) / variance);
        }

        _layout.Jacobian(theta, _jacobian);
        for (int i = 0; i < _count; i++)
        {
            double slope = 0;
            double mixed = 0;
            for (int k = 0; k < _count; k++)
            {
                slope += _jacobian[(k * _count) + i] * _first[k];
                mixed -= 2 * _jacobian[(k * _count) + i] * _products.Residual(k) / variance;
            }

            Gradient[i] = slope;
            Hessian[(i * order) + _count] = Hessian[(_count * order) + i] = mixed;
            for (int j = 0; j < _count; j++)
            {
                double sum = _layout.SecondDerivatives(_first, i, j);
                for (int k = 0; k < _count; k++)
                {
                    for (int l = 0; l < _count; l++)
                    {
                        sum += _jacobian[(k * _count) + i] * _jacobian[(l * _count) + j]
                            * (_products.Determinant(k, l) + (_products.Residual(k, l) / variance));
                    }
                }

                Hessian[(i * order) + j] = sum;
            }
        }

        double ratio = _criterion.ResidualSumOfSquares / variance;
        Gradient[_count] = 2 * (_criterion.Divisor - ratio);
        Hessian[^1] = 4 * ratio;
    }
}
