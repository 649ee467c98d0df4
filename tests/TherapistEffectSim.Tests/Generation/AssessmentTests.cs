using MathNet.Numerics.Distributions;
using TherapistEffectSim.Design;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Reliability of the mean of several assessments, some of them missing.</summary>
/// <remarks>False-alarm rate 1e-6 a check.</remarks>
public sealed class AssessmentTests
{
    // Spearman and Brown's formula, published for .77. It holds for the reliability within therapists, which the scenario states, and for the
    // total one, 1/(1 + σ_W²(1 − R)/R) of one assessment.
    [Theory]
    [InlineData(1, 0.770)]
    [InlineData(2, 0.870)]
    [InlineData(3, 0.909)]
    [InlineData(4, 0.930)]
    [InlineData(6, 0.953)]
    [InlineData(8, 0.964)]
    public void Mean_OfSeveralAssessments_HasThePublishedReliability(int assessments, double reliability)
    {
        VarianceComponents within = Components(0.77);
        Assert.Equal(reliability, Share(within.AllianceWithinSd * within.AllianceWithinSd, within.AllianceErrorSd), 0.0006);

        VarianceComponents total = Components(0.8 / (0.8 + ((1 - 0.77) / 0.77)));
        Assert.Equal(reliability, Share(1, total.AllianceErrorSd), 0.0006);

        VarianceComponents Components(double reliability) =>
            VarianceComponents.Of(Worlds.Plain.WithAlliance(a => a with { Reliability = reliability, Assessments = assessments }));

        static double Share(double variance, double errorSd) => variance / (variance + (errorSd * errorSd));
    }

    // k from the ratio of the errors to those of the world without missing assessments, √(K/k) to the digit.
    [Theory]
    [InlineData(4, 0.4)]
    [InlineData(7, 0.1)]
    [InlineData(2, 0.9)]
    [InlineData(3, 1)]
    public void NumberOfAssessments_IsOneAndABinomialNumber(int assessments, double missing)
    {
        WorldSample complete = Sample(assessments, 0);
        WorldSample sample = Sample(assessments, missing);
        int[] counts = new int[assessments + 1];
        for (int i = 0; i < sample.Patients; i++)
        {
            double ratio = Error(complete, i) / Error(sample, i);
            double k = assessments * ratio * ratio;
            Assert.Equal(Math.Round(k), k, 1e-4);
            counts[(int)Math.Round(k)]++;
        }

        Assert.Equal(0, counts[0]);
        for (int k = 1; k <= assessments; k++)
        {
            double expected = sample.Patients * Binomial.PMF(1 - missing, assessments - 1, k - 1);
            MonteCarlo.AssertZ(counts[k], expected, Math.Sqrt(expected * (1 - (expected / sample.Patients))) + 1e-9, $"{k} assessments");
        }
    }

    [Fact]
    public void ErrorVariance_IsThatOfOneAssessmentOverTheMeanOfItsNumber()
    {
        WorldSample sample = Sample(5, 0.35);
        double inverse = Enumerable.Range(0, 5).Sum(b => Binomial.PMF(0.65, 4, b) / (b + 1));

        Assert.Equal(0.8 * 0.3 / 0.7 * inverse, sample.World.Components.AllianceErrorSd * sample.World.Components.AllianceErrorSd, 1e-12);
        sample.AssertPatientMean(0.8 * 0.3 / 0.7 * inverse, i => Error(sample, i) * Error(sample, i));
        sample.AssertPatientMean(0, i => Error(sample, i) * sample.Score[i]);
        sample.AssertPatientMean(0, i => Error(sample, i) * sample.Severity[i]);
    }

    [Fact]
    public void ManyAssessments_HaveTheNumbersTheyShould()
    {
        WorldSample complete = Sample(1000, 0);
        WorldSample sample = Sample(1000, 0.5);

        // 1 + binomial(999, .5): mean 500.5, SD 15.8.
        sample.AssertPatientMean(500.5, i => 1000 * Error(complete, i) * Error(complete, i) / (Error(sample, i) * Error(sample, i)));
    }

    private static WorldSample Sample(int assessments, double missing) => WorldSample.Of(
        Worlds.Plain.WithAlliance(a => a with { Reliability = 0.7, Assessments = assessments, MissingAssessments = missing }), 200);

    private static double Error(WorldSample sample, int patient) => sample.Recorded[patient] - sample.TrueAlliance[patient];
}
