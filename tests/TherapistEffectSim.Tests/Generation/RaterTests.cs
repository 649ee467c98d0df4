using TherapistEffectSim.Design;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>The therapist as the rater of the alliance: an ICC of the ratings and a validity at both levels.</summary>
/// <remarks>500 replicates of 20 therapists with 10 patients; false-alarm rate 1e-6 a check. A correlation off by .05 between or .015 within would be seen.</remarks>
public sealed class RaterTests
{
    private const int Replicates = 500;

    [Theory]
    [InlineData(0.4, 0.6)]
    [InlineData(null, 0.6)]
    [InlineData(0.4, 0.0)]
    [InlineData(0.05, 1.0)]
    public void Ratings_HaveTheirIccAndTheirCorrelationWithTheTruthAtBothLevels(double? icc, double validity)
    {
        Scenario scenario = Worlds.Plain.WithAlliance(a => a with { Rater = Rater.Therapist, RaterIcc = icc, Validity = validity, Reliability = 0.75 });
        WorldSample sample = WorldSample.Of(scenario, Replicates);
        double share = icc ?? 0.2;
        double errorVariance = (1 - share) / 3;

        sample.AssertTherapistMean(share, j => sample.ObservedBase[j] * sample.ObservedBase[j]);
        sample.AssertTherapistMean(validity * Math.Sqrt(share), j => sample.ObservedBase[j] * sample.AllianceSkill[j]);
        sample.AssertPatientMean(1 - share + errorVariance, i => sample.RecordedDeviation[i] * sample.RecordedDeviation[i]);
        sample.AssertPatientMean(validity * Math.Sqrt(1 - share), i => sample.RecordedDeviation[i] * sample.Score[i]);
        sample.AssertVarianceComponents(share, 1 - share + errorVariance, sample.Recorded);

        // The truth is what it is for a patient as the rater; the view of the rater has nothing to do with the outcome.
        Assert.Equal(WorldSample.Of(Worlds.Plain, 8).TrueAlliance, sample.TrueAlliance.Take(8 * 200));
        if (validity < 1)
        {
            sample.AssertTherapistMean(0, j => (sample.ObservedBase[j] - (validity * Math.Sqrt(share) * sample.AllianceSkill[j])) * sample.Effect[j]);
        }
    }

    [Fact]
    public void RaterIcc_BesideTheObservedIcc_IsRefused()
    {
        Scenario scenario = Worlds.Plain.WithAlliance(a => a with { TherapistIcc = null, ObservedTherapistIcc = 0.2, Rater = Rater.Therapist, RaterIcc = 0.4 });

        Assert.Equal(["alliance.rater-icc"], scenario.Problems().Select(p => p.Path));
        Assert.Empty(scenario.WithAlliance(a => a with { RaterIcc = null }).Problems());
    }

    [Fact]
    public void Instrument_HasTheScaleOfTheRatings()
    {
        Scenario scenario = Worlds.Plain.WithAlliance(a => a with
        {
            Rater = Rater.Therapist,
            RaterIcc = 0.4,
            Validity = 0.5,
            Reliability = 0.75,
            Instrument = new() { Min = -100, Max = 110, Mean = 5, Sd = 0.6 },
        });
        WorldSample sample = WorldSample.Of(scenario, Replicates);

        sample.AssertPatientMean(5, i => sample.Recorded[i]);
        sample.AssertPatientMean(0.36, i => (sample.Recorded[i] - 5) * (sample.Recorded[i] - 5));
        double scale = 0.6 / Math.Sqrt(1.2);
        sample.AssertVarianceComponents(0.4 * scale * scale, 0.8 * scale * scale, sample.Recorded);
    }
}
