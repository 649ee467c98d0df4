using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>Printed Monte Carlo standard errors are those by which studies with other seeds differ.</summary>
public sealed class MonteCarloErrorTests
{
    [Theory]
    [InlineData(1000, 0.0151)]
    [InlineData(2000, 0.0107)]
    [InlineData(5000, 0.0067)]
    public void Proportion_OfSixtyFivePercent_HasThePublishedError(int replicates, double error) =>
        Assert.Equal(error, MonteCarloEstimate.Proportion(replicates * 65 / 100, replicates).Mcse, 0.5001e-4);

    // 250 studies of 500 replicates: the ratio of variances is χ²(249)/249, SD .09; its bounds are at four of them, so that an MCSE that is
    // wrong by a third is seen 9 times in 10.
    [Fact]
    public void Mcse_OfARateAndOfABias_IsTheSpreadBetweenSeeds()
    {
        const int studies = 250;
        const string slope = "therapist_score";
        Method method = StudyFixture.Own("means", $"outcome ~ {slope}") with { Rows = AnalysisRows.TherapistMeans };
        Scenario world = StudyFixture.ScoresWorld(20, 8, 0.03, 0.2, 0, 0);
        List<SummaryRow> rates = [];
        List<SummaryRow> biases = [];

        for (ulong seed = 1; seed <= studies; seed++)
        {
            CellResult cell = Assert.Single(StudyFixture.Run(StudyFixture.Study(500, seed, [method], world), threads: 1));
            rates.Add(cell.Measure("means", slope, "t-satterthwaite", "rejection_rate"));
            biases.Add(cell.Measure("means", slope, "", "bias"));
        }

        AssertSpread(rates);
        AssertSpread(biases);
        double power = ExactRates.SlopePower(20, 0.2, (0.03 / 0.97) + (1.0 / 8));
        MonteCarlo.AssertCount(power, (int)Math.Round(rates.Sum(r => r.Value!.Value) * 500), studies * 500, "power over all seeds");
    }

    private static void AssertSpread(List<SummaryRow> rows)
    {
        double mean = rows.Average(r => r.Value!.Value);
        double variance = rows.Sum(r => Math.Pow(r.Value!.Value - mean, 2)) / (rows.Count - 1);
        double printed = rows.Average(r => r.Mcse!.Value * r.Mcse!.Value);
        double bound = 4 * Math.Sqrt(2.0 / (rows.Count - 1));
        Assert.InRange(variance / printed, 1 - bound, 1 + bound);
    }
}
