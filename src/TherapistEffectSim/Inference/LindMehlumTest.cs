using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>The test of an inverted U by the slopes of a parabola at both ends of the observed range.</summary>
/// <remarks>
/// Lind &amp; Mehlum (2010), Oxford Bulletin of Economics and Statistics 72(1), after Sasabuchi (1980): y = controls + β₁x + β₂x²; one-sided t of
/// β₁ + 2β₂x at the lowest and at the highest x. The larger p-value counts, which is that of the smaller t. Opposite signs put the vertex
/// inside the range; otherwise that p-value is at least ½. Weighted least squares with HC3 variances.
/// </remarks>
internal sealed class LindMehlumTest : ICurveTest
{
    private readonly WeightedLeastSquares<Lane1> _parabola;
    private readonly Lane1[] _contrast;
    private readonly int _linear;

    /// <param name="therapists">Most therapists.</param>
    /// <param name="controls">Columns beside x and x², the intercept among them.</param>
    public LindMehlumTest(int therapists, int controls)
    {
        _linear = controls;
        _parabola = new(therapists, controls + 2);
        _contrast = new Lane1[controls + 2];
    }

    /// <inheritdoc/>
    public CurveTestResult Of(TherapistCurve data)
    {
        data.CopyTo(_parabola);
        Span<Lane1> linear = _parabola.Column(_linear);
        Span<Lane1> square = _parabola.Column(_linear + 1);
        for (int row = 0; row < data.Count; row++)
        {
            linear[row] = Lane1.Create(data.X[row]);
            square[row] = linear[row] * linear[row];
        }

        _parabola.Fit(data.Count);
        if (!Lane1.Any(_parabola.HasRobustVariance) || !Lane1.Any(_parabola.Kept[_linear]) || !Lane1.Any(_parabola.Kept[_linear + 1]))
        {
            return CurveTestResult.NotEstimable;
        }

        return CurveTestResult.Of(SlopeRatio(data.X[0]), SlopeRatio(data.X[data.Count - 1]), _parabola.ResidualDf[0]);
    }

    private double SlopeRatio(double x)
    {
        _contrast[_linear] = Lane1.Create(1);
        _contrast[_linear + 1] = Lane1.Create(2 * x);
        double slope = _parabola.Beta[_linear][0] + (2 * x * _parabola.Beta[_linear + 1][0]);
        return slope / Math.Sqrt(_parabola.RobustVariance(_contrast)[0]);
    }
}
