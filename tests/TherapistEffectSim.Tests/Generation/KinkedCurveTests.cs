using TherapistEffectSim.Design;
using TherapistEffectSim.Tests.Design;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Generated outcomes under curves with kinks. 300 trials: a mean square of a curve within therapists off by 2 % would be seen.</summary>
public sealed class KinkedCurveTests
{
    private const int Replicates = 300;
    private static readonly Lazy<List<GeneratedTrial>> s_plain = new(() => GeneratedTrial.Many(Worlds.Plain, Replicates));

    public static TheoryData<ResponseShape> Shapes =>
    [
        new PlateauShape { Slope = 0.4, Knee = 0.5 },
        new PlateauShape { Slope = -0.3, Knee = -0.7 },
        ResponseCurveTests.Points([(-1.5, -1), (0, 0.2), (0.25, 0.5), (2, -0.4)]),
    ];

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Outcomes_FollowTheCurveAtBothLevels(ResponseShape shape)
    {
        List<GeneratedTrial> trials = GeneratedTrial.Many(Worlds.Plain.WithOutcome(o => o with { Between = shape, Within = shape }), Replicates);
        ResponseCurve curve = shape.Curve;
        List<double> between = [];
        List<double> within = [];
        foreach ((GeneratedTrial trial, GeneratedTrial plain) in trials.Zip(s_plain.Value))
        {
            for (int j = 0; j < trial.TherapistScore.Count; j++)
            {
                double f = trial.OutcomeBase[j] - trial.TherapistEffect[j];
                Assert.Equal(curve.At(trial.TherapistScore[j]), f, 1e-12);
                between.Add(f);
            }

            for (int i = 0; i < trial.Patients; i++)
            {
                int j = trial.Therapist[i];
                double f = trial.Outcome[i] - trial.OutcomeBase[j] - (plain.Outcome[i] - plain.OutcomeBase[j]);
                Assert.Equal(curve.At(trial.PatientScore[i]), f, 1e-12);
                within.Add(f);
            }
        }

        MonteCarlo.AssertMean(0, between);
        MonteCarlo.AssertMean(0, within);
        MonteCarlo.AssertMean(curve.Variance, [.. between.Select(f => f * f)]);
        MonteCarlo.AssertMean(curve.Variance, [.. within.Select(f => f * f)]);
    }

    [Theory]
    [InlineData("points")]
    [InlineData("many points")]
    [InlineData("plateau")]
    public void Outcomes_UnderAStraightLineWithKinks_AreThoseOfTheLinearShape(string name)
    {
        ResponseShape line = new LinearShape { Slope = 0.3 };
        ResponseShape kinked = ResponseCurveTests.Straight(name);
        List<GeneratedTrial> expected = GeneratedTrial.Many(Worlds.Full.WithOutcome(o => o with { Between = line, Within = line }), 40);
        List<GeneratedTrial> found = GeneratedTrial.Many(Worlds.Full.WithOutcome(o => o with { Between = kinked, Within = kinked }), 40);

        foreach ((GeneratedTrial e, GeneratedTrial f) in expected.Zip(found))
        {
            Assert.Equal(e.Alliance, f.Alliance);
            Assert.Equal(e.Analysed, f.Analysed);
            Assert.All(e.Outcome.Zip(f.Outcome), pair => Assert.Equal(pair.First, pair.Second, 1e-12));
        }
    }

    // About 27,000 patients: a rate off by 0.02 would be seen.
    [Fact]
    public void Attrition_OnAnOutcomeUnderCurvesWithKinks_HasTheRateAskedFor()
    {
        const double rate = 0.3;
        List<GeneratedTrial> trials = GeneratedTrial.Many(
            Worlds.Plain.WithOutcome(o => o with { Between = new PlateauShape { Slope = 3, Knee = 0 }, Within = new PlateauShape { Slope = 2, Knee = -0.5 } }) with
            {
                Attrition = new() { Outcome = new() { Rate = rate, DependsOn = new() { Outcome = -1 } } },
            },
            Replicates);

        MonteCarlo.AssertMean(rate, [.. trials.Select(t => t.Analysed.Average(kept => kept ? 0.0 : 1.0))]);
    }
}
