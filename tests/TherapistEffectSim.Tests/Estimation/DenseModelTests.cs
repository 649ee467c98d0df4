using MathNet.Numerics.LinearAlgebra;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>Fits against a second implementation with dense matrices and numerical derivatives.</summary>
public sealed class DenseModelTests
{
    private const int Trials = 60;

    public static TheoryData<bool> Criteria() => [true, false];

    [Theory]
    [MemberData(nameof(Criteria))]
    public void Of_RandomTrials_AgreesWithTheDenseModel(bool reml)
    {
        int onBound = 0;
        for (int number = 0; number < Trials; number++)
        {
            RandomTrial trial = new(number);
            DenseModel dense = new(trial.KeptColumns, trial.Outcome, trial.Group, trial.RandomColumn, reml);

            DataFit fit = DataFit.Of(trial.Columns, trial.Outcome, trial.Group, trial.RandomColumn, reml);

            string what = $"trial {number}";
            Assert.True(fit.HasConverged && fit.IsEstimable, what);
            Assert.Equal(trial.Dropped, fit.DroppedColumns);
            Near(dense.Profiled(fit.Theta), fit.Criterion, 1e-9 * Math.Abs(fit.Criterion), what);
            Near(dense.Profiled(0), fit.CriterionWithoutRandomTerm, 1e-9 * Math.Abs(fit.Criterion), what);
            Near(dense.Profiled(dense.Minimise()), fit.Criterion, 1e-8, what);
            Near(dense.Variance(fit.Theta), fit.ResidualVariance, 1e-9 * fit.ResidualVariance, what);
            Vector<double> beta = dense.Coefficients(fit.Theta);
            Matrix<double> covariance = dense.Covariance(fit.Theta, fit.ResidualVariance);
            for (int k = 0; k < beta.Count; k++)
            {
                double se = Math.Sqrt(covariance[k, k]);
                Near(beta[k], fit.FixedEffects[k].Estimate, 1e-8 * se, $"{what} estimate {k}");
                Near(se, fit.FixedEffects[k].StandardError, 1e-8 * se, $"{what} standard error {k}");
                double df = dense.Satterthwaite(k, fit.Theta, fit.ResidualVariance);
                Near(df, fit.FixedEffects[k].DegreesOfFreedom, 1e-4 * df, $"{what} degrees of freedom {k}");
            }

            onBound += fit.Theta == 0 ? 1 : 0;
        }

        Assert.InRange(onBound, 5, Trials / 2);
    }

    /// <summary>The path of the studies: the columns as they are, without an orthogonal basis.</summary>
    [Theory]
    [MemberData(nameof(Criteria))]
    public void Fit_OfTheColumnsAsTheyAre_AgreesWithTheDenseModel(bool reml)
    {
        for (int number = 0; number < Trials; number++)
        {
            RandomTrial trial = new(number);
            DenseModel dense = new(trial.KeptColumns, trial.Outcome, trial.Group, trial.RandomColumn, reml);
            TherapistStatistics<Lane1> data = DataStatistics.Of([.. trial.Columns, trial.Outcome], trial.Group, trial.RandomColumn);
            LinearModel model = new([.. Enumerable.Range(0, trial.Columns.Count + 1)], HasRandomIntercept: true, reml);
            RandomInterceptFit<Lane1> fitter = new(model, data.Therapists, data.HasBetween, data.HasWithin);

            LinearModelFit<Lane1> fit = fitter.Fit(data);

            string what = $"trial {number}";
            double theta = fit.Theta[0];
            Near(dense.Profiled(theta), fit.Criterion[0], 1e-9 * Math.Abs(fit.Criterion[0]), what);
            Near(dense.Profiled(dense.Minimise()), fit.Criterion[0], 1e-8, what);
            Near(dense.Variance(theta), fit.Variance[0], 1e-9 * fit.Variance[0], what);
            Satterthwaite<Lane1> satterthwaite = new(model, fitter.Criterion, fit);
            Vector<double> beta = dense.Coefficients(theta);
            int k = 0;
            for (int c = 0; c < trial.Columns.Count; c++)
            {
                bool kept = BitConverter.DoubleToUInt64Bits(fitter.Criterion.Factor.Kept[c][0]) != 0;
                Assert.Equal(!trial.Dropped.Contains(c), kept);
                if (!kept)
                {
                    continue;
                }

                double[] contrast = new double[trial.Columns.Count];
                contrast[c] = 1;
                satterthwaite.Of(contrast, out Lane1 variance, out Lane1 df);
                double se = Math.Sqrt(dense.Covariance(theta, fit.Variance[0])[k, k]);
                Near(beta[k], fitter.Criterion.Beta[c][0], 1e-8 * se, $"{what} estimate {c}");
                Near(se, Math.Sqrt(variance[0]), 1e-8 * se, $"{what} standard error {c}");
                double expectedDf = dense.Satterthwaite(k, theta, fit.Variance[0]);
                Near(expectedDf, df[0], 1e-4 * expectedDf, $"{what} degrees of freedom {c}");
                k++;
            }
        }
    }

    private static void Near(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{what}: {actual:R}, expected {expected:R}, difference {actual - expected:E2}");
}
