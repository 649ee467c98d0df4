using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Finds the lowest of several local minima of the profiled criterion, for one data set.</summary>
/// <remarks>
/// The derivative is evaluated on a grid of n̄θ that is fine against its possible features (every term is a smooth step over about a
/// decade of θ); each change from falling to rising is bracketed and bisected, with Newton steps where they stay inside.
/// The bound θ = 0 competes with them.
/// </remarks>
internal sealed class GlobalSearch
{
    private const int PointsPerDecade = 8;
    private const int LowestDecade = -4;
    private const int HighestDecade = 9;
    private const double RelativePrecision = 1e-12;
    private const int MostBisections = 200;

    private readonly LinearModel _model;
    private readonly ProfiledCriterion<Lane1> _criterion;
    private readonly TherapistStatistics<Lane1> _data;
    private readonly double[] _grid;

    public GlobalSearch(LinearModel model, int therapists, bool[] hasBetween, bool[] hasWithin)
    {
        _model = model;
        _criterion = new(therapists, [.. model.Columns], hasBetween, hasWithin);
        _data = new(therapists, hasBetween, hasWithin);
        _grid = new double[((HighestDecade - LowestDecade) * PointsPerDecade) + 1];
        for (int i = 0; i < _grid.Length; i++)
        {
            _grid[i] = Elementary.Exp(Elementary.Log(10) * (LowestDecade + ((double)i / PointsPerDecade)));
        }
    }

    /// <summary>θ at the lowest minimum of one lane, or NaN if the criterion still falls at the largest θ of the grid.</summary>
    public double Minimise<T>(TherapistStatistics<T> data, int lane)
        where T : unmanaged, ILane<T>
    {
        data.CopyLane(lane, _data);
        _criterion.Load(_data);
        double perTherapist = _data.Observations[0] / _data.AnalysedTherapists[0];
        double best = double.PositiveInfinity;
        double theta = double.NaN;
        double before = 0;
        bool falls = Slope(0) < 0;
        if (!falls)
        {
            (best, theta) = (Value(0), 0);
        }

        foreach (double point in _grid)
        {
            double here = point / perTherapist;
            bool fallsHere = Slope(here) < 0;
            if (falls && !fallsHere)
            {
                double candidate = Bracketed(before, here);
                double value = Value(candidate);
                if (value < best)
                {
                    (best, theta) = (value, candidate);
                }
            }

            (before, falls) = (here, fallsHere);
        }

        return falls ? double.NaN : theta;
    }

    private double Divisor => _model.Reml ? _data.Observations[0] - _criterion.Rank[0] : _data.Observations[0];

    private double Slope(double theta)
    {
        _criterion.Evaluate(Lane1.Create(theta));
        return _criterion.Derivatives(_model.Reml, Lane1.Create(Divisor)).First[0];
    }

    /// <summary>The criterion without the constants that do not depend on θ.</summary>
    private double Value(double theta)
    {
        Lane1 at = Lane1.Create(theta);
        _criterion.Evaluate(at);
        double value = (Divisor * Elementary.Log(_criterion.ResidualSumOfSquares[0])) + _criterion.LogDeterminant(at)[0];
        return _model.Reml ? value + _criterion.LogDeterminantOfFixedEffects()[0] : value;
    }

    // The derivative is negative at low and not at high.
    private double Bracketed(double low, double high)
    {
        double theta = (low + high) / 2;
        for (int i = 0; i < MostBisections && high - low > RelativePrecision * high; i++)
        {
            _criterion.Evaluate(Lane1.Create(theta));
            (Lane1 first, Lane1 second) = _criterion.Derivatives(_model.Reml, Lane1.Create(Divisor));
            (low, high) = first[0] < 0 ? (theta, high) : (low, theta);
            double newton = theta - (first[0] / second[0]);
            bool inside = newton > low && newton < high;
            if (inside && Math.Abs(newton - theta) <= RelativePrecision * theta)
            {
                return newton;
            }

            theta = inside ? newton : (low + high) / 2;
        }

        return theta;
    }
}
