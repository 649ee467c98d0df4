namespace TherapistEffectSim.Estimation;

/// <summary>The criterion profiled over β and σ as a function of θ, the elements of Λ.</summary>
internal sealed class ProfiledObjective : INestedObjective
{
    private const double ZeroBelow = 1e-4;
    private const double RiseOfRounding = 1e-12; // relative to the criterion

    private readonly NestedCriterion _criterion;
    private readonly CovarianceLayout _layout;
    private readonly double[] _ofPsi;
    private readonly double[] _jacobian;

    public ProfiledObjective(NestedCriterion criterion, NestedDerivatives derivatives)
    {
        _criterion = criterion;
        _layout = criterion.Data.Layout;
        Products = derivatives;
        _ofPsi = new double[Count];
        _jacobian = new double[Count * Count];
    }

    /// <summary>The derivatives in ψ.</summary>
    public NestedDerivatives Products { get; }

    public int Count => _layout.Count;

    public double Evaluate(double[] point) => _criterion.Evaluate(point);

    public void Derivatives(double[] point, double[] gradient, double[] hessian)
    {
        Products.Take();
        double divisor = _criterion.Divisor;
        double residual = _criterion.ResidualSumOfSquares;
        for (int k = 0; k < Count; k++)
        {
            _ofPsi[k] = (divisor * Products.Residual(k) / residual) + Products.Determinant(k);
        }

        _layout.Jacobian(point, _jacobian);
        for (int i = 0; i < Count; i++)
        {
            gradient[i] = 0;
            for (int k = 0; k < Count; k++)
            {
                gradient[i] += _ofPsi[k] * _jacobian[(k * Count) + i];
            }

            for (int j = 0; j < Count; j++)
            {
                hessian[(i * Count) + j] = _layout.SecondDerivatives(_ofPsi, i, j);
            }
        }

        for (int k = 0; k < Count; k++)
        {
            for (int l = 0; l < Count; l++)
            {
                double second = Products.Determinant(k, l)
                    + (divisor * ((Products.Residual(k, l) / residual) - (Products.Residual(k) / residual * (Products.Residual(l) / residual))));
                for (int i = 0; i < Count; i++)
                {
                    for (int j = 0; j < Count; j++)
                    {
                        hessian[(i * Count) + j] += second * _jacobian[(k * Count) + i] * _jacobian[(l * Count) + j];
                    }
                }
            }
        }
    }

    // Signs as they are reported, and exact zeros where the bound is as low.
    public double Settle(double[] point, double value)
    {
        for (int i = 0; i < Count; i++)
        {
            CovarianceElement element = _layout.Elements[i];
            if (element.Row != element.Column)
            {
                continue;
            }

            if (point[i] < 0)
            {
                for (int k = i; k < Count && _layout.Elements[k].Level == element.Level && _layout.Elements[k].Column == element.Column; k++)
                {
                    point[k] = -point[k];
                }
            }

            if (point[i] is > 0 and < ZeroBelow)
            {
                double kept = point[i];
                point[i] = 0;
                double there = _criterion.Evaluate(point);
                if (there <= value + (RiseOfRounding * Math.Abs(value)))
                {
                    value = there;
                }
                else
                {
                    point[i] = kept;
                }
            }
        }

        return value;
    }
}
