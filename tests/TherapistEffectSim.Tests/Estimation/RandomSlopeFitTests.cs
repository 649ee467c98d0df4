using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Estimation;

public sealed class RandomSlopeFitTests
{
    [Theory]
    [InlineData(50, 20, 0.3, false, false)]
    [InlineData(50, 20, 0.3, false, true)]
    [InlineData(12, 6, 0.0, true, false)]
    [InlineData(12, 6, 0.0, true, true)]
    [InlineData(8, 30, 0.05, true, true)]
    [InlineData(30, 4, 1.5, true, true)]
    public void Fit_OfGeneratedTrials_IsTheFitOfTheGeneralEstimator(int therapists, int caseload, double slopeSd, bool unequal, bool reml)
    {
        const int batches = 8;
        SlopeStatistics<Lane8> data = new(therapists, 5);
        RandomSlopeFit<Lane8> fit = new(therapists, 5, reml);
        for (int batch = 0; batch < batches; batch++)
        {
            NestedModel[] models = [.. Enumerable.Range(0, 8).Select(lane => SlopeTrials.Of(therapists, caseload, slopeSd, unequal, reml, (100 * batch) + lane))];
            for (int lane = 0; lane < 8; lane++)
            {
                data.SetLane(lane, models[lane].Criterion.Data);
            }

            fit.Fit(data);

            for (int lane = 0; lane < 8; lane++)
            {
                models[lane].Minimise();
                double expected = models[lane].CriterionValue - (reml ? models[lane].Criterion.LogDeterminantShift : 0);
                Assert.True(BitConverter.DoubleToUInt64Bits(fit.Converged[lane]) != 0);
                Assert.Equal(expected, fit.Criterion[lane], 1e-7);
                Assert.Equal(models[lane].ResidualVariance, fit.Variance[lane], 1e-5);
                double[] beta = models[lane].Criterion.Coefficients();
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
        SlopeStatistics<Lane8> wide = new(therapists, 5);
        SlopeStatistics<Lane1> narrow = new(therapists, 5);
        RandomSlopeFit<Lane8> eight = new(therapists, 5, reml: true);
        RandomSlopeFit<Lane1> one = new(therapists, 5, reml: true);
        NestedModel[] models = [.. Enumerable.Range(0, 8).Select(lane => SlopeTrials.Of(therapists, 6, 0.4, unequal: true, reml: true, lane))];
        for (int lane = 0; lane < 8; lane++)
        {
            wide.SetLane(lane, models[lane].Criterion.Data);
        }

        eight.Fit(wide);

        for (int lane = 0; lane < 8; lane++)
        {
            narrow.SetLane(0, models[lane].Criterion.Data);
            one.Fit(narrow);
            Assert.Equal(BitConverter.DoubleToInt64Bits(one.Criterion[0]), BitConverter.DoubleToInt64Bits(eight.Criterion[lane]));
            Assert.Equal(BitConverter.DoubleToInt64Bits(one.Theta.L3[0]), BitConverter.DoubleToInt64Bits(eight.Theta.L3[lane]));
            Assert.Equal(BitConverter.DoubleToInt64Bits(one.VarianceOf(1)[0]), BitConverter.DoubleToInt64Bits(eight.VarianceOf(1)[lane]));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        eight.Fit(wide);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void VarianceOf_ACoefficient_IsThatOfTheGeneralEstimator()
    {
        NestedModel model = SlopeTrials.Of(20, 8, 0.4, unequal: true, reml: true, 3);
        SlopeStatistics<Lane1> data = new(20, 5);
        data.SetLane(0, model.Criterion.Data);
        RandomSlopeFit<Lane1> fit = new(20, 5, reml: true);
        fit.Fit(data);
        model.Minimise();

        // In the orthogonal columns of the model: c̃ = S⁻ᵀe_k.
        for (int k = 0; k < 4; k++)
        {
            double[] contrast = new double[4];
            contrast[k] = 1;
            for (int i = 0; i < 4; i++)
            {
                for (int c = 0; c < i; c++)
                {
                    contrast[i] -= model.Criterion.FixedFactor[c, i] * contrast[c];
                }

                contrast[i] /= model.Criterion.FixedFactor[i, i];
            }

            double expected = model.ResidualVariance * contrast.Sum(v => v * v);
            Assert.Equal(expected, fit.VarianceOf(k)[0], 1e-6 * expected);
        }
    }
}
