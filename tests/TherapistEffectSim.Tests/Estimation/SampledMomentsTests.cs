using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.Generation;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>Means that are drawn with therapists' effects in one are what the outcome equation makes of effects and mean residuals apart.</summary>
public sealed class SampledMomentsTests
{
    private const int Therapists = 131; // more than a chunk, and odd

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Draw_OfCombinedMeans_IsTheOutcomeEquation(bool withSegments)
    {
        World world = new(new()
        {
            Trial = new() { Arms = ["a", "b"], Therapists = Therapists, Caseload = new DrawnCaseload { Mean = 6, Cv = 0.5 } },
            Therapists = new() { OutcomeIcc = 0.2 },
            Alliance = new() { TherapistIcc = 0.3 },
            Outcome = new EndpointOutcome
            {
                Between = withSegments ? new PlateauShape { Slope = 0.4, Knee = 0.2 } : new QuadraticShape { Linear = 0.2, Curvature = 0.3 },
                Within = new LinearShape { Slope = 0.25 },
                ArmEffect = new() { D = 0.5 },
            },
        });
        AnalysisColumns columns = new(world);
        columns.AddVariable(GeneratedColumns.AllianceWithin);
        columns.AddVariable(GeneratedColumns.Alliance);
        columns.AddVariable(GeneratedColumns.Outcome);
        SourceFactor factor = SourceFactor.Of(world.Components, StatisticsSampling.SourcesOf(columns));
        Assert.Equal(world.Components.ResidualSd, factor.OwnSd, 1e-15);
        TrialReduction<Lane1> reduction = new(world, Worlds.Key, columns, Drawing.CombinedMeans);
        reduction.Run(6);

        RandomNumberStream<Lane1> random = new(Worlds.Key);
        random.MoveTo(6);
        CombinedTherapists<Lane1> combined = new(world, random, factor.OwnSd);
        SampledNumbers<Lane1> numbers = new(world, random, factor.Rank);
        ReadOnlySpan<Lane1> caseload = reduction.Statistics.Analysed.Span;
        numbers.DrawOtherMeans(caseload);
        for (int j = 0; j < Therapists; j++)
        {
            combined.Separate(j, caseload[j], out Lane1 score, out Lane1 outcomeScore, out Lane1 meanScore);
            double deviation = numbers.Means(0)[j][0];
            double alliance = (world.Components.AllianceBetweenSd * score[0]) + (world.Components.AllianceWithinSd * deviation);
            double outcome = world.Components.Between.At(score[0])
                + (world.Layout.Arm[j] == 1 ? world.Components.ArmEffect : 0)
                + (world.Components.OutcomeTherapistSd * outcomeScore[0])
                + (world.Components.Within.Linear * deviation)
                + (world.Components.ResidualSd * meanScore[0] / Math.Sqrt(caseload[j][0]));

            Assert.Equal(alliance, reduction.Statistics.MeansOf(1)[j][0], 1e-14);
            Assert.Equal(outcome, reduction.Statistics.MeansOf(2)[j][0], 1e-13);
        }
    }
}
