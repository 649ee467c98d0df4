using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>The test of an inverted U by two lines that meet at a breakpoint chosen from the data.</summary>
/// <remarks>
/// <para>
/// Simonsohn (2018), Advances in Methods and Practices in Psychological Science 1(4). A smooth curve is fitted; around its highest point among
/// the middle 80 % of the therapists, the flat region is all therapists there whose fitted value is less than one standard error of the
/// highest below it. An interrupted regression at the median of the flat region gives t₁ and t₂ of the two slopes; the breakpoint moves to
/// the quantile |t₂|/(|t₁| + |t₂|) of the flat region (the "Robin Hood" rule, which gives therapists to the weaker side), and the
/// slopes there are tested. A therapist at the breakpoint belongs to the line that is tested. Standard errors are HC3.
/// </para>
/// <para>
/// Where the paper smooths by a generalised additive model, this uses a natural cubic spline with knots at the quantiles .05, .275, .5, .725
/// and .95 (<see cref="NaturalSpline"/>), whose standard errors are those of weighted least squares, other columns at their means.
/// </para>
/// </remarks>
internal sealed class TwoLinesTest : ICurveTest
{
    /// <summary>Fewest therapists on either side of a breakpoint.</summary>
    public const int FewestOnASide = 5;

    private const double TailShare = 0.1;

    private readonly WeightedLeastSquares<Lane1> _smooth;
    private readonly WeightedLeastSquares<Lane1> _lines;
    private readonly NaturalSpline _spline = new();
    private readonly Lane1[] _contrast;
    private readonly double[] _fitted;
    private readonly double[] _flat;
    private readonly int _first; // column of the variable, after the controls

    /// <param name="therapists">Most therapists.</param>
    /// <param name="controls">Columns beside the variable, the intercept among them.</param>
    public TwoLinesTest(int therapists, int controls)
    {
        _first = controls;
        _smooth = new(therapists, controls + NaturalSpline.Columns);
        _lines = new(therapists, controls + 3);
        _contrast = new Lane1[controls + Math.Max(NaturalSpline.Columns, 3)];
        _fitted = new double[therapists];
        _flat = new double[therapists];
    }

    /// <inheritdoc/>
    public CurveTestResult Of(TherapistCurve data)
    {
        int flat = FlatRegion(data);
        if (flat == 0)
        {
            return CurveTestResult.NotEstimable;
        }

        ReadOnlySpan<double> region = _flat.AsSpan(0, flat);
        (double left, double right) = Slopes(data, TherapistCurve.Quantile(region, 0.5));
        double share = Math.Abs(right) / (Math.Abs(left) + Math.Abs(right));
        if (!double.IsFinite(share))
        {
            return CurveTestResult.NotEstimable;
        }

        (left, right) = Slopes(data, TherapistCurve.Quantile(region, share));
        return CurveTestResult.Of(left, right, _lines.ResidualDf[0]);
    }

    /// <summary>Fills the flat region.</summary>
    /// <returns>Its therapists; 0 if no curve can be fitted.</returns>
    private int FlatRegion(TherapistCurve data)
    {
        if (data.Count < 2 * FewestOnASide || !_spline.SetKnots(data.X.AsSpan(0, data.Count)))
        {
            return 0;
        }

        data.CopyTo(_smooth);
        for (int row = 0; row < data.Count; row++)
        {
            for (int k = 0; k < NaturalSpline.Columns; k++)
            {
                _smooth.Column(_first + k)[row] = Lane1.Create(_spline.Value(k, data.X[row]));
            }
        }

        _smooth.Fit(data.Count);
        if (!(_smooth.ResidualDf[0] >= 1))
        {
            return 0;
        }

        double lowest = TherapistCurve.Quantile(data.X.AsSpan(0, data.Count), TailShare);
        double highest = TherapistCurve.Quantile(data.X.AsSpan(0, data.Count), 1 - TailShare);
        int peak = -1;
        for (int row = 0; row < data.Count; row++)
        {
            _fitted[row] = 0;
            for (int k = 0; k < NaturalSpline.Columns; k++)
            {
                _fitted[row] += _smooth.Beta[_first + k][0] * _smooth.Column(_first + k)[row][0];
            }

            if (data.X[row] > lowest && data.X[row] < highest && (peak < 0 || _fitted[row] > _fitted[peak]))
            {
                peak = row;
            }
        }

        if (peak < 0)
        {
            return 0;
        }

        int flat = 0;
        double bound = _fitted[peak] - StandardError(data, peak);
        for (int row = 0; row < data.Count; row++)
        {
            if (data.X[row] > lowest && data.X[row] < highest && (row == peak || _fitted[row] > bound))
            {
                _flat[flat] = data.X[row];
                flat++;
            }
        }

        return flat;
    }

    private double StandardError(TherapistCurve data, int row)
    {
        double total = 0;
        for (int r = 0; r < data.Count; r++)
        {
            total += data.Weights[r];
        }

        for (int c = 0; c < _first; c++)
        {
            double sum = 0;
            for (int r = 0; r < data.Count; r++)
            {
                sum += data.Weights[r] * data.Controls[c][r];
            }

            _contrast[c] = Lane1.Create(sum / total);
        }

        for (int k = 0; k < NaturalSpline.Columns; k++)
        {
            _contrast[_first + k] = _smooth.Column(_first + k)[row];
        }

        return Math.Sqrt(_smooth.ResidualSumOfSquares[0] / _smooth.ResidualDf[0] * _smooth.InverseForm(_contrast)[0]);
    }

    /// <summary>t of the slopes on both sides of a breakpoint; NaN where they cannot be estimated.</summary>
    private (double Left, double Right) Slopes(TherapistCurve data, double breakpoint)
    {
        int below = 0;
        int above = 0;
        for (int row = 0; row < data.Count; row++)
        {
            below += data.X[row] < breakpoint ? 1 : 0;
            above += data.X[row] > breakpoint ? 1 : 0;
        }

        if (below < FewestOnASide || above < FewestOnASide)
        {
            return (double.NaN, double.NaN);
        }

        double left = Slope(data, breakpoint, ofLeft: true);
        bool isBetween = below + above == data.Count;
        return (left, isBetween ? Ratio(_first + 1) : Slope(data, breakpoint, ofLeft: false));
    }

    private double Slope(TherapistCurve data, double breakpoint, bool ofLeft)
    {
        data.CopyTo(_lines);
        Span<Lane1> left = _lines.Column(_first);
        Span<Lane1> right = _lines.Column(_first + 1);
        Span<Lane1> jump = _lines.Column(_first + 2);
        for (int row = 0; row < data.Count; row++)
        {
            double distance = data.X[row] - breakpoint;
            bool isLeft = ofLeft ? distance <= 0 : distance < 0;
            left[row] = Lane1.Create(isLeft ? distance : 0);
            right[row] = Lane1.Create(isLeft ? 0 : distance);
            jump[row] = Lane1.Create(isLeft ? 0 : 1);
        }

        _lines.Fit(data.Count);
        return Ratio(ofLeft ? _first : _first + 1);
    }

    private double Ratio(int column)
    {
        if (!Lane1.Any(_lines.HasRobustVariance) || !Lane1.Any(_lines.Kept[column]))
        {
            return double.NaN;
        }

        Array.Clear(_contrast);
        _contrast[column] = Lane1.Create(1);
        return _lines.Beta[column][0] / Math.Sqrt(_lines.RobustVariance(_contrast)[0]);
    }
}
