using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Estimation;

public sealed class ThreeLevelFitTests
{
    [Theory]
    [InlineData(20, 6, 1, false)]
    [InlineData(20, 6, 1, true)]
    [InlineData(20, 6, 4, false)]
    [InlineData(20, 6, 4, true)]
    public void Fit_OfGeneratedTrials_IsTheFitOfTheGeneralEstimator(int therapists, int caseload, int patterns, bool reml)
    {
        const int batches = 3;
        ThreeLevelStatistics<Lane8> data = new(therapists, patterns, 5);
        ThreeLevelFit<Lane8> fit = new(therapists, patterns, 5, reml);
        for (int batch = 0; batch < batches; batch++)
        {
            NestedModel[] models = new NestedModel[8];
            for (int lane = 0; lane < 8; lane++)
            {
                models[lane] = SlopeTrials.ThreeLevels(therapists, caseload, patterns, reml, (100 * batch) + lane, out int[] patternOf);
                data.SetLane(lane, models[lane].Criterion.Data, patternOf);
            }

            fit.Fit(data);

            for (int lane = 0; lane < 8; lane++)
            {
                models[lane].Minimise();
                double expected = models[lane].CriterionValue - (reml ? models[lane].Criterion.LogDeterminantShift : 0);
                double[] beta = models[lane].Criterion.Coefficients();
                Assert.True(BitConverter.DoubleToUInt64Bits(fit.Converged[lane]) != 0);
                Assert.Equal(expected, fit.Criterion[lane], 1e-7);
                Assert.Equal(models[lane].ResidualVariance, fit.Variance[lane], 1e-5);
                for (int k = 0; k < 4; k++)
                {
                    Assert.Equal(beta[k], fit.Beta[k][lane], 1e-5);
                }
            }
        }
    }

    [Fact]
    public void Fit_WithOneLaneAndWithEight_GivesTheSameBitsAndAllocatesNothing()
    {
        const int therapists = 12;
        const int patterns = 3;
        ThreeLevelStatistics<Lane8> wide = new(therapists, patterns, 5);
        ThreeLevelStatistics<Lane1> narrow = new(therapists, patterns, 5);
        for (int lane = 0; lane < 8; lane++)
        {
            NestedModel model = SlopeTrials.ThreeLevels(therapists, 5, patterns, reml: true, lane, out int[] patternOf);
            wide.SetLane(lane, model.Criterion.Data, patternOf);
        }

        ThreeLevelFit<Lane8> eight = new(therapists, patterns, 5, reml: true);
        ThreeLevelFit<Lane1> one = new(therapists, patterns, 5, reml: true);
        eight.Fit(wide);
        for (int lane = 0; lane < 8; lane++)
        {
            NestedModel model = SlopeTrials.ThreeLevels(therapists, 5, patterns, reml: true, lane, out int[] patternOf);
            narrow.SetLane(0, model.Criterion.Data, patternOf);
            one.Fit(narrow);
            Assert.Equal(BitConverter.DoubleToInt64Bits(one.Criterion[0]), BitConverter.DoubleToInt64Bits(eight.Criterion[lane]));
            Assert.Equal(BitConverter.DoubleToInt64Bits(one.Theta[5][0]), BitConverter.DoubleToInt64Bits(eight.Theta[5][lane]));
            Assert.Equal(BitConverter.DoubleToInt64Bits(one.Beta[3][0]), BitConverter.DoubleToInt64Bits(eight.Beta[3][lane]));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        eight.Fit(wide);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
