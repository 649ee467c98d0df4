using MathNet.Numerics.Distributions;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Tests.Design;
using static TherapistEffectSim.Tests.Inference.TruthWorld;

namespace TherapistEffectSim.Tests.Inference;

/// <summary>True values under curves with kinks, in closed form.</summary>
public sealed class KinkedTrueValuesTests
{
    // Stein's lemma, once and twice: Cov(Z, f(Z)) = E f′ = slope·Φ(knee), Cov(Z² − 1, f(Z)) = E f″ = −slope·φ(knee).
    [Theory]
    [InlineData(0.4, 0.5)]
    [InlineData(0.4, -1.3)]
    [InlineData(-1, 0)]
    public void Of_APlateau_AreThoseOfSteinsLemma(double slope, double knee)
    {
        const double icc = 0.1;
        PlateauShape shape = new() { Slope = slope, Knee = knee };
        World world = Of(new EndpointOutcome { Between = shape, Within = shape }, allianceIcc: icc, outcomeIcc: 0);
        double line = slope * Normal.CDF(0, 1, knee);
        double square = -slope * Normal.PDF(0, 1, knee) / 2;

        Assert.Equal(line / Math.Sqrt(icc), Coefficient(world, "alliance_between", "alliance_between")!.Value, 1e-11);
        const string quadratic = "alliance_between + I(alliance_between^2) + alliance_within + I(alliance_within^2)";
        Assert.Equal(line / Math.Sqrt(icc), Coefficient(world, quadratic, "alliance_between")!.Value, 1e-11);
        Assert.Equal(square / icc, Coefficient(world, quadratic, "I(alliance_between^2)")!.Value, 1e-11);
        Assert.Equal(line / Math.Sqrt(1 - icc), Coefficient(world, quadratic, "alliance_within")!.Value, 1e-11);
        Assert.Equal(square / (1 - icc), Coefficient(world, quadratic, "I(alliance_within^2)")!.Value, 1e-11);

        ModelTruth truth = Truth(world, quadratic);
        double left = shape.Curve.Variance - (line * line) - (2 * square * square);
        Assert.Equal(left, truth.TherapistVariance!.Value, 1e-12);
        Assert.Equal(left + 1, truth.ResidualVariance!.Value, 1e-12);
    }

    [Theory]
    [InlineData("points")]
    [InlineData("many points")]
    [InlineData("plateau")]
    public void Of_AStraightLineWithKinks_AreThoseOfTheLinearShape(string name)
    {
        ResponseShape line = new LinearShape { Slope = 0.3 };
        ResponseShape kinked = ResponseCurveTests.Straight(name);
        World expected = Of(new EndpointOutcome { Between = line, Within = line, Severity = -0.3 });
        World found = Of(new EndpointOutcome { Between = kinked, Within = kinked, Severity = -0.3 });
        foreach (string terms in new[] { "arm*alliance_between + severity", "alliance_between + I(alliance_between^2) + alliance_within", "arm + alliance" })
        {
            (ModelTruth e, ModelTruth f) = (Truth(expected, terms), Truth(found, terms));

            Assert.All(e.Coefficients.Zip(f.Coefficients), pair => AssertClose(pair.First, pair.Second));
            AssertClose(e.TherapistVariance, f.TherapistVariance);
            AssertClose(e.ResidualVariance, f.ResidualVariance);
        }

        static void AssertClose(double? expected, double? found)
        {
            Assert.Equal(expected is null, found is null);
            Assert.Equal(expected ?? 0, found ?? 0, 1e-12);
        }
    }

    [Fact]
    public void Of_AColumnOfHighDegreeUnderManyKnots_HasNoTrueValues()
    {
        PointsShape many = ResponseCurveTests.Points([.. Enumerable.Range(-32, 64).Select(k => (0.1 * k, (double)(k * k)))]);
        World world = Of(new EndpointOutcome { Between = many });

        Assert.NotNull(Truth(world, "alliance_between + I(alliance_between^2)").TherapistVariance);
        Assert.All(Truth(world, "alliance_between + I(alliance_between^7)").Coefficients, b => Assert.Null(b));
    }
}
