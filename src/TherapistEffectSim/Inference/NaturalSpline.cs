namespace TherapistEffectSim.Inference;

/// <summary>A natural cubic spline with five knots: x and three columns that are linear beyond the outer knots.</summary>
/// <remarks>
/// Stone &amp; Koo (1985); in the form of Harrell, Regression Modeling Strategies (2nd ed.), section 2.4.5, with his quantiles for five knots:
/// with knots t₁ … t₅, column j is [(x − t_j)₊³ − (x − t₄)₊³(t₅ − t_j)/(t₅ − t₄) + (x − t₅)₊³(t₄ − t_j)/(t₅ − t₄)]/(t₅ − t₁)².
/// </remarks>
internal sealed class NaturalSpline
{
    /// <summary>Columns without the intercept.</summary>
    public const int Columns = 4;

    private readonly double[] _knots = new double[5];

    /// <summary>Puts the knots at quantiles of ascending values.</summary>
    /// <returns>Whether all knots differ.</returns>
    public bool SetKnots(ReadOnlySpan<double> ascending)
    {
        ReadOnlySpan<double> quantiles = [0.05, 0.275, 0.5, 0.725, 0.95];
        bool differ = true;
        for (int k = 0; k < _knots.Length; k++)
        {
            _knots[k] = TherapistCurve.Quantile(ascending, quantiles[k]);
            differ &= k == 0 || _knots[k] > _knots[k - 1];
        }

        return differ;
    }

    /// <summary>Value of a column, from 0, at x.</summary>
    public double Value(int column, double x)
    {
        if (column == 0)
        {
            return x;
        }

        double knot = _knots[column - 1];
        double fourth = _knots[3];
        double last = _knots[4];
        double range = last - _knots[0];
        double sum = CubeAbove(x - knot)
            - (CubeAbove(x - fourth) * (last - knot) / (last - fourth))
            + (CubeAbove(x - last) * (fourth - knot) / (last - fourth));
        return sum / (range * range);
    }

    private static double CubeAbove(double distance) => distance > 0 ? distance * distance * distance : 0;
}
