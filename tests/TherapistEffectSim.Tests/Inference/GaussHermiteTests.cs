using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Tests.Inference;

public sealed class GaussHermiteTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(33)]
    public void WithPoints_Monomials_AreExactToDegree2nMinus1(int n)
    {
        GaussHermite rule = GaussHermite.WithPoints(n);

        double moment = 1; // E Z^d = (d − 1)!! for even d
        for (int degree = 0; degree <= (2 * n) - 1; degree++)
        {
            double sum = 0;
            double size = 0;
            for (int i = 0; i < n; i++)
            {
                double term = rule.Weights[i];
                for (int k = 0; k < degree; k++)
                {
                    term *= rule.Nodes[i];
                }

                sum += term;
                size += Math.Abs(term);
            }

            moment *= degree > 0 && degree % 2 == 0 ? degree - 1 : 1;
            Assert.True(Math.Abs(sum - (degree % 2 == 0 ? moment : 0)) <= 1e-12 * Math.Max(size, 1), $"degree {degree}: {sum:R}");
        }
    }

    // Abramowitz & Stegun, table 25.10 (weight exp(−x²)): x = 2.350604973674492, w = 0.00453000990551 for n = 6.
    [Fact]
    public void WithPoints_Six_AgreesWithAbramowitzAndStegun()
    {
        GaussHermite rule = GaussHermite.WithPoints(6);

        Assert.Equal(2.350604973674492, rule.Nodes[5] / Math.Sqrt(2), 1e-13);
        Assert.Equal(0.4530009905509e-2, rule.Weights[5] * Math.Sqrt(Math.PI), 1e-14);
    }

    [Fact]
    public void WithPoints_Hundred_IsAscendingPositiveAndHasUnitVariance()
    {
        GaussHermite rule = GaussHermite.WithPoints(100);

        Assert.Equal(rule.Nodes.Order(), rule.Nodes);
        Assert.All(rule.Weights, w => Assert.True(w > 0));
        Assert.Equal(1, rule.Weights.Sum(), 1e-13);
        Assert.Equal(1, rule.Nodes.Zip(rule.Weights, (x, w) => w * x * x).Sum(), 1e-12);
    }
}
