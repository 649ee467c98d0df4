using System.Collections.Immutable;
using MathNet.Numerics.Distributions;
using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Tests.Design;

namespace TherapistEffectSim.Tests.Inference;

public sealed class PiecewiseNormalRuleTests
{
    private static readonly ResponseCurve s_curve = ResponseCurveTests.Points([(-1.5, -1), (0.25, 0.2), (0.3, 0.5), (2, -0.4)]).Curve;

    // Truncated moments by their recurrence: m_{d+2} = (d + 1)·m_d + u^{d+1}·φ(u) − v^{d+1}·φ(v).
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(10)]
    public void Of_MonomialsOnEachPiece_AreExactToDegree2nMinus1(int n)
    {
        ImmutableArray<(double Node, double Weight)> rule = PiecewiseNormalRule.Of(s_curve, n);
        double[] ends = [-20, -1.5, 0.25, 0.3, 2, 20];

        Assert.Equal(5 * n, rule.Length);
        Assert.Equal(rule.Select(p => p.Node).Order(), rule.Select(p => p.Node));
        for (int piece = 0; piece < 5; piece++)
        {
            (double from, double to) = (ends[piece], ends[piece + 1]);
            (double Node, double Weight)[] points = [.. rule.Skip(piece * n).Take(n)];
            Assert.All(points, p => Assert.True(p.Node > from && p.Node < to && p.Weight > 0));
            double[] moments = new double[2 * n];
            moments[0] = from > 0 ? Normal.CDF(0, 1, -from) - Normal.CDF(0, 1, -to) : Normal.CDF(0, 1, to) - Normal.CDF(0, 1, from);
            moments[1] = Normal.PDF(0, 1, from) - Normal.PDF(0, 1, to);
            for (int d = 0; d + 2 < moments.Length; d++)
            {
                moments[d + 2] = ((d + 1) * moments[d]) + (Math.Pow(from, d + 1) * Normal.PDF(0, 1, from)) - (Math.Pow(to, d + 1) * Normal.PDF(0, 1, to));
            }

            for (int d = 0; d < moments.Length; d++)
            {
                // The recurrence loses digits where its terms cancel: they are as large as the moment of the whole line.
                double size = Math.Max(1, Enumerable.Range(1, d).Where(k => k % 2 != d % 2).Aggregate(1.0, (product, k) => product * k));
                Assert.Equal(moments[d], points.Sum(p => p.Weight * Math.Pow(p.Node, d)), 1e-13 * size);
            }
        }
    }

    [Fact]
    public void PointsPerPiece_GrowsWithTheDegreeUntilThereWouldBeTooMany()
    {
        ResponseCurve many = ResponseCurveTests.Points([.. Enumerable.Range(-32, 64).Select(k => (0.1 * k, (double)(k * k)))]).Curve;

        Assert.Equal(10, PiecewiseNormalRule.PointsPerPiece(new PlateauShape { Slope = 1, Knee = 0 }.Curve, 2, 20));
        Assert.Equal(4, PiecewiseNormalRule.PointsPerPiece(s_curve, 2, 20));
        Assert.Equal(8, PiecewiseNormalRule.PointsPerPiece(s_curve, 7, 20));
        Assert.Null(PiecewiseNormalRule.PointsPerPiece(s_curve, 10, 20));
        Assert.Equal(3, PiecewiseNormalRule.PointsPerPiece(many, 2, 20));
        Assert.Null(PiecewiseNormalRule.PointsPerPiece(many, 3, 20));
    }
}
