using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using static TherapistEffectSim.Tests.Inference.TruthWorld;

namespace TherapistEffectSim.Tests.Inference;

public sealed class LinkedCorrelationsTests
{
    private const double Tolerance = 1e-11;

    [Fact]
    public void Of_ConfoundedWorld_HoldTheConfounding()
    {
        double sigma = Math.Sqrt(0.9);
        double effectVariance = 0.05 / 0.95;
        EndpointOutcome linear = new() { Between = new LinearShape { Slope = 0.3 }, Within = new LinearShape { Slope = -0.2 }, Severity = -0.4 };
        World world = With(Of(linear), s => s with { Alliance = s.Alliance with { Severity = -0.3 } });
        double errorVariance = world.Components.AllianceErrorSd * world.Components.AllianceErrorSd;
        double covariance = (-0.2 * sigma) + (-0.4 * -0.3);
        double outcomeVariance = 1 + 0.04 + 0.16 + (2 * -0.2 * -0.4 * -0.3 / sigma);

        Assert.Equal(covariance / Math.Sqrt((0.9 + errorVariance) * outcomeVariance), TrueCorrelations.Of(world, CorrelationLevel.Within)!.Value, Tolerance);
        Assert.Equal(0.3 / Math.Sqrt(0.09 + effectVariance), TrueCorrelations.Of(world, CorrelationLevel.Between)!.Value, Tolerance);
        Assert.Null(TrueCorrelations.Of(With(world, s => s with { Alliance = s.Alliance with { Rater = Rater.Therapist } }), CorrelationLevel.Total));
    }
}
