using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Finds the minimum of a mixed model's criterion over θ, the elements of Λ, by Newton's method with exact derivatives.</summary>
/// <remarks>
/// <para>
/// The criterion is the same for θ and for θ with the signs of a column of Λ turned, so that the bound 0 of a diagonal element is a point where
/// the slope is 0, and a minimum there is found as any other: the search has no constraints, and an estimate on the bound is exactly 0 at the end.
/// </para>
/// <para>
/// It stops on the Newton decrement gᵀ|H|⁻¹g, the fall of the criterion that is still to come: a number without unit, so that the scales of columns and
/// parameters play no part. Two more steps then take the error down to rounding. Nocedal &amp; Wright (2006), Numerical Optimization, section 3.4,
/// Newton's method with Hessian modification, by the absolute values of the eigenvalues.
/// </para>
/// </remarks>
internal sealed class NestedSearch
{
    private const int MostSteps = 200;
    private const int MostHalvings = 40;
    private const int LastSteps = 2;
    private const double DecrementAtTheEnd = 1e-9;
    private const double LeastShareOfFall = 1e-3; // Armijo's rule: without it the search could jump between θ and −θ
    private const double SmallestEigenvalueRatio = 1e-13;
    private const double SaddleRatio = -1e-7;
    private const double ZeroBelow = 1e-4;
    private const double RiseOfRounding = 1e-12; // relative to the criterion

    private readonly NestedCriterion _criterion;
    private readonly NestedDerivatives _derivatives;
    private readonly CovarianceLayout _layout;
    private readonly int _count;
    private readonly double[] _gradient;
    private readonly double[] _hessian;
    private readonly double[] _ofPsi;
    private readonly double[] _jacobian;

    public NestedSearch(NestedCriterion criterion)
    {
        _criterion = criterion;
        _derivatives = new NestedDerivatives(criterion);
        _layout = criterion.Data.Layout;
        _count = _layout.Count;
        _gradient = new double[_count];
        _hessian = new double[_count * _count];
        _ofPsi = new double[_count];
        _jacobian = new double[_count * _count];
    }

    /// <summary>The derivatives in ψ, at the point last evaluated with them.</summary>
    public NestedDerivatives Derivatives => _derivatives;

    /// <summary>Slope of the criterion in θ there.</summary>
    public ReadOnlySpan<double> Gradient => _gradient;

    /// <summary>Second derivatives of the criterion in θ there.</summary>
    public ReadOnlySpan<double> Hessian => _hessian;

    /// <summary>gᵀ|H|⁻¹g there.</summary>
    public double Decrement { get; private set; }

    /// <summary>Searches from several starts and moves the criterion to the lowest minimum.</summary>
    /// <param name="starts">Values of θ.</param>
    /// <param name="theta">θ at the minimum.</param>
    /// <returns>Whether the minimum was found.</returns>
    public bool Minimise(IEnumerable<double[]> starts, out double[] theta)
    {
        double lowest = double.PositiveInfinity;
        bool found = false;
        theta = new double[_count];
        foreach (double[] start in starts)
        {
            double[] candidate = [.. start];
            bool converged = Minimise(candidate, out double value);
            if (value < lowest)
            {
                (lowest, found, theta) = (value, converged, candidate);
            }
        }

        _criterion.Evaluate(theta);
        TakeDerivatives(theta);
        TakeStep(new double[_count]);
        return found;
    }

    /// <summary>The derivatives in θ where the criterion stands.</summary>
    public void TakeDerivatives(ReadOnlySpan<double> theta)
    {
        _derivatives.Take();
        double divisor = _criterion.Divisor;
        double residual = _criterion.ResidualSumOfSquares;
        for (int k = 0; k < _count; k++)
        {
            _ofPsi[k] = (divisor * _derivatives.Residual(k) / residual) + _derivatives.Determinant(k);
        }

        _layout.Jacobian(theta, _jacobian);
        for (int i = 0; i < _count; i++)
        {
            _gradient[i] = 0;
            for (int k = 0; k < _count; k++)
            {
                _gradient[i] += _ofPsi[k] * _jacobian[(k * _count) + i];
            }

            for (int j = 0; j < _count; j++)
            {
                _hessian[(i * _count) + j] = _layout.SecondDerivatives(_ofPsi, i, j);
            }
        }

        for (int k = 0; k < _count; k++)
        {
            for (int l = 0; l < _count; l++)
            {
                double second = _derivatives.Determinant(k, l)
                    + (divisor * ((_derivatives.Residual(k, l) / residual)
                        - (_derivatives.Residual(k) / residual * (_derivatives.Residual(l) / residual))));
                for (int i = 0; i < _count; i++)
                {
                    for (int j = 0; j < _count; j++)
                    {
                        _hessian[(i * _count) + j] += second * _jacobian[(k * _count) + i] * _jacobian[(l * _count) + j];
                    }
                }
            }
        }
    }

    private bool Minimise(double[] theta, out double value)
    {
        double[] step = new double[_count];
        double[] next = new double[_count];
        value = _criterion.Evaluate(theta);
        int left = LastSteps;
        for (int iteration = 0; iteration < MostSteps && double.IsFinite(value); iteration++)
        {
            TakeDerivatives(theta);
            bool isSaddle = !TakeStep(step);
            if (Decrement < DecrementAtTheEnd && isSaddle)
            {
                value = LeaveSaddle(theta, step, value, out bool fell);
                if (fell)
                {
                    continue;
                }
            }

            if (Decrement < DecrementAtTheEnd && left-- == 0)
            {
                value = Settle(theta, value);
                return true;
            }

            bool isLast = Decrement < DecrementAtTheEnd;
            double length = isLast ? 1 : Math.Min(1, (1 + Largest(theta)) / Largest(step));
            double there = Move(theta, step, length, next);
            for (int h = 0; h < MostHalvings && !isLast && !(there <= value - (LeastShareOfFall * length * Decrement) + (RiseOfRounding * Math.Abs(value))); h++)
            {
                length /= 2;
                there = Move(theta, step, length, next);
            }

            if (!double.IsFinite(there))
            {
                break;
            }

            next.CopyTo(theta.AsSpan());
            value = there;
        }

        return false;
    }

    private double Move(double[] theta, double[] step, double length, double[] next)
    {
        for (int i = 0; i < _count; i++)
        {
            next[i] = theta[i] + (length * step[i]);
        }

        return _criterion.Evaluate(next);
    }

    // −|H|⁻¹g; false where the criterion curves downwards in some direction, and then step is that direction if the slope is 0.
    private bool TakeStep(double[] step)
    {
        double scale = 0;
        foreach (double element in _hessian)
        {
            scale = Math.Max(scale, Math.Abs(element));
        }

        scale = scale > 0 ? scale : 1;
        Lane1[] a = new Lane1[_count * _count];
        Lane1[] vectors = new Lane1[_count * _count];
        for (int i = 0; i < a.Length; i++)
        {
            a[i] = Lane1.Create(_hessian[i] / scale);
        }

        JacobiEigen.Of<Lane1>(a, vectors, _count);
        Array.Clear(step);
        Decrement = 0;
        double lowest = double.PositiveInfinity;
        int downwards = 0;
        for (int e = 0; e < _count; e++)
        {
            double eigenvalue = a[(e * _count) + e][0];
            if (eigenvalue < lowest)
            {
                (lowest, downwards) = (eigenvalue, e);
            }

            double slope = 0;
            for (int i = 0; i < _count; i++)
            {
                slope += vectors[(e * _count) + i][0] * _gradient[i];
            }

            double along = slope / (scale * Math.Max(Math.Abs(eigenvalue), SmallestEigenvalueRatio));
            Decrement += slope * along;
            for (int i = 0; i < _count; i++)
            {
                step[i] -= along * vectors[(e * _count) + i][0];
            }
        }

        if (lowest >= SaddleRatio)
        {
            return true;
        }

        if (Decrement < DecrementAtTheEnd)
        {
            for (int i = 0; i < _count; i++)
            {
                step[i] = vectors[(downwards * _count) + i][0];
            }
        }

        return false;
    }

    private double LeaveSaddle(double[] theta, double[] direction, double value, out bool fell)
    {
        double[] next = new double[_count];
        for (double length = 0.5; length > ZeroBelow; length /= 2)
        {
            double there = Move(theta, direction, length, next);
            if (there < value - (RiseOfRounding * Math.Abs(value)))
            {
                next.CopyTo(theta.AsSpan());
                fell = true;
                return there;
            }
        }

        fell = false;
        return value;
    }

    // Signs as they are reported, and exact zeros where the bound is as low.
    private double Settle(double[] theta, double value)
    {
        for (int i = 0; i < _count; i++)
        {
            CovarianceElement element = _layout.Elements[i];
            if (element.Row != element.Column)
            {
                continue;
            }

            if (theta[i] < 0)
            {
                for (int k = i; k < _count && _layout.Elements[k].Level == element.Level && _layout.Elements[k].Column == element.Column; k++)
                {
                    theta[k] = -theta[k];
                }
            }

            if (theta[i] < ZeroBelow && theta[i] > 0)
            {
                double kept = theta[i];
                theta[i] = 0;
                double there = _criterion.Evaluate(theta);
                if (there <= value + (RiseOfRounding * Math.Abs(value)))
                {
                    value = there;
                }
                else
                {
                    theta[i] = kept;
                }
            }
        }

        return value;
    }

    private static double Largest(double[] values)
    {
        double largest = 0;
        foreach (double value in values)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }

        return largest;
    }
}
