using TherapistEffectSim.Design;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Therapists who differ in the slope within: its SD, and its correlation with their outcome skill.</summary>
/// <remarks>
/// 400 replicates of 30 therapists with 12 patients, residual SD .001, so that least squares within a therapist finds the slope itself.
/// False-alarm rate 1e-6 a check; an SD off by 5 % or a correlation off by .06 would be seen.
/// </remarks>
public sealed class WithinSlopeTests
{
    private const double Slope = 0.3;
    private const double SlopeSd = 0.2;

    [Theory]
    [InlineData(0)]
    [InlineData(0.6)]
    [InlineData(-1)]
    public void Slopes_HaveTheirSdAndTheirCorrelationWithSkill(double correlation)
    {
        WorldSample sample = Sample(correlation, new() { OutcomeIcc = 0.3 });
        double[] slopes = Slopes(sample);
        double Deviation(int j) => (slopes[j] - Slope) / SlopeSd;
        double Skill(int j) => sample.Effect[j] / sample.World.Components.OutcomeTherapistSd;

        sample.AssertTherapistMean(0, Deviation);
        sample.AssertTherapistMean(1, j => Deviation(j) * Deviation(j));
        sample.AssertTherapistMean(correlation, j => Deviation(j) * Skill(j));
        sample.AssertTherapistMean(0, j => Deviation(j) * sample.AllianceSkill[j]);
        sample.AssertTherapistMean(0, j => Deviation(j) * sample.Adherence[j]);
        if (Math.Abs(correlation) == 1)
        {
            Assert.All(Enumerable.Range(0, slopes.Length), j => Assert.Equal(correlation * Skill(j), Deviation(j), 0.05));
        }
    }

    // Selected by outcome skill: the slopes go with what was selected, E B = r·E U*.
    [Fact]
    public void Slopes_OfSelectedTherapists_GoWithTheSelectedSkill()
    {
        WorldSample sample = Sample(0.6, new() { OutcomeIcc = 0.3, Selection = new() { By = TherapistTrait.Outcome, Keep = 0.5 } });
        double[] slopes = Slopes(sample);

        sample.AssertTherapistMean(Slope + (SlopeSd * 0.6 * Math.Sqrt(2 / Math.PI)), j => slopes[j]);
    }

    private static WorldSample Sample(double correlation, TherapistPopulation therapists) => WorldSample.Of(
        (Worlds.Plain with { Trial = new() { Therapists = 30, Caseload = new FixedCaseload { Patients = 12 } }, Therapists = therapists }).WithOutcome(o => o with
        {
            Within = new LinearShape { Slope = Slope, SlopeSd = SlopeSd, SlopeCorrelation = correlation },
            ResidualSd = 0.001,
        }),
        400);

    private static double[] Slopes(WorldSample sample)
    {
        double[] slopes = new double[sample.Effect.Count];
        for (int j = 0; j < slopes.Length; j++)
        {
            List<double> score = sample.Score[sample.PatientsOf(j)];
            List<double> outcome = sample.OutcomeDeviation[sample.PatientsOf(j)];
            double mean = score.Average();
            slopes[j] = score.Zip(outcome, (s, y) => (s - mean) * y).Sum() / score.Sum(s => (s - mean) * (s - mean));
        }

        return slopes;
    }
}
