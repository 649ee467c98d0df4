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
    private const double ShortestMove = 1e-4;
    private const double RiseOfRounding = 1e-12; // relative to the criterion

    private readonly INestedObjective _objective;
    private readonly int _count;
    private readonly double[] _gradient;
    private readonly double[] _hessian;

    /// <param name="objective">What is minimised.</param>
    public NestedSearch(INestedObjective objective)
    {
        _objective = objective;
        _count = objective.Count;
        _gradient = new double[_count];
        _hessian = new double[_count * _count];
    }

    /// <summary>Slope at the point found.</summary>
    public ReadOnlySpan<double> Gradient => _gradient;

    /// <summary>Second derivatives there.</summary>
    public ReadOnlySpan<double> Hessian => _hessian;

    /// <summary>gᵀ|H|⁻¹g there.</summary>
    public double Decrement { get; private set; }

    /// <summary>Searches from several starts and moves the objective to the lowest minimum.</summary>
    /// <param name="starts">Where to start.</param>
    /// <param name="theta">The minimum.</param>
    /// <param name="lowest">The value there.</param>
    /// <returns>Whether the minimum was found.</returns>
    public bool Minimise(IEnumerable<double[]> starts, out double[] theta, out double lowest)
    {
        lowest = double.PositiveInfinity;
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

        MoveTo(theta);
        return found;
    }

    /// <summary>Moves the objective to a point, with its derivatives.</summary>
    public void MoveTo(double[] theta)
    {
        _objective.Evaluate(theta);
        _objective.Derivatives(theta, _gradient, _hessian);
        TakeStep(new double[_count]);
    }

    private bool Minimise(double[] theta, out double value)
    {
        double[] step = new double[_count];
        double[] next = new double[_count];
        value = _objective.Evaluate(theta);
        int left = LastSteps;
        for (int iteration = 0; iteration < MostSteps && double.IsFinite(value); iteration++)
        {
            _objective.Derivatives(theta, _gradient, _hessian);
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
                value = _objective.Settle(theta, value);
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

        return _objective.Evaluate(next);
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
        for (double length = 0.5; length > ShortestMove; length /= 2)
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
