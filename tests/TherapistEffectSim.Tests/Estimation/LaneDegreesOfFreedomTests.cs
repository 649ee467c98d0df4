using System.Collections.Immutable;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Estimation;

/// <summary>Standard errors and Satterthwaite degrees of freedom of the fits in lanes, and models with pinned elements, against the general estimator.</summary>
public sealed class LaneDegreesOfFreedomTests
{
    // On a bound the search ends at some 1e-6 instead of 0, which counts by its square.
    private const double Tolerance = 1e-6;

    [Theory]
    [InlineData(20, 8, 0.4, false, true, "ttt")]
    [InlineData(20, 8, 0.4, true, false, "ttt")]
    [InlineData(8, 6, 0.0, true, true, "ttt")]
    [InlineData(12, 6, 0.3, true, true, "tft")]
    [InlineData(12, 6, 0.3, true, false, "tff")]
    [InlineData(12, 6, 0.3, true, true, "tff")]
    [InlineData(12, 6, 0.3, true, true, "fft")]
    [InlineData(8, 4, 0.0, true, false, "tft")]
    public void RandomSlopes_HaveTheErrorsAndDegreesOfFreedomOfTheGeneralEstimator(
        int therapists, int caseload, double slopeSd, bool unequal, bool reml, string free)
    {
        SlopeStatistics<Lane8> data = new(therapists, 5);
        RandomSlopeFit<Lane8> fit = new(therapists, 5, reml, Free(free));
        for (int batch = 0; batch < 6; batch++)
        {
            RawTrial[] trials = [.. Enumerable.Range(0, 8).Select(lane => SlopeTrials.Raw(therapists, caseload, slopeSd, unequal, (100 * batch) + lane))];
            for (int lane = 0; lane < 8; lane++)
            {
                data.SetLane(lane, trials[lane].Statistics());
            }

            fit.Fit(data);
            fit.TakeDegreesOfFreedom();

            Assert.Equal(0xFFu, Lane8.Bits(fit.WellConditioned));
            for (int lane = 0; lane < 8; lane++)
            {
                Compare(
                    trials[lane].Model(Terms(trials[lane], free), null, reml),
                    (fit.Converged[lane], fit.Criterion[lane]),
                    column => (fit.Beta[column][lane], fit.VarianceOf(column)[lane], fit.DegreesOfFreedomOf(column)[lane]));
            }
        }
    }

    [Theory]
    [InlineData(20, 6, 8, 1, 1.0, true, "tttttt")]
    [InlineData(20, 6, 8, 1, 1.0, false, "tttttt")]
    [InlineData(20, 6, 8, 4, 1.0, true, "tttttt")]
    [InlineData(20, 6, 8, 4, 1.0, false, "tttttt")]
    [InlineData(8, 5, 5, 1, 0.3, true, "tttttt")]
    [InlineData(8, 5, 5, 2, 0.3, false, "tttttt")]
    [InlineData(8, 5, 8, 4, 0.3, true, "tttttt")]
    [InlineData(12, 5, 8, 4, 1.0, true, "ttttff")]
    [InlineData(12, 5, 8, 4, 1.0, false, "tttfft")]
    [InlineData(12, 5, 8, 4, 1.0, true, "tttfff")]
    [InlineData(12, 5, 8, 4, 1.0, true, "tfttft")]
    [InlineData(12, 5, 8, 4, 1.0, true, "tffttt")]
    [InlineData(12, 5, 8, 1, 1.0, false, "tfftff")]
    public void ThreeLevels_HaveTheErrorsAndDegreesOfFreedomOfTheGeneralEstimator(
        int therapists, int caseload, int weeks, int patterns, double scale, bool reml, string free)
    {
        ThreeLevelStatistics<Lane8> data = new(therapists, patterns, 5);
        ThreeLevelFit<Lane8> fit = new(therapists, patterns, 5, reml, Free(free));
        for (int batch = 0; batch < 3; batch++)
        {
            RawTrial[] trials = [.. Enumerable.Range(0, 8)
                .Select(lane => SlopeTrials.RawThreeLevels(therapists, caseload, weeks, patterns, scale, (100 * batch) + lane))];
            for (int lane = 0; lane < 8; lane++)
            {
                data.SetLane(lane, trials[lane].Statistics(), trials[lane].PatternOf);
            }

            fit.Fit(data);
            fit.TakeDegreesOfFreedom();

            Assert.Equal(0xFFu, Lane8.Bits(fit.WellConditioned));
            for (int lane = 0; lane < 8; lane++)
            {
                ImmutableArray<double[][]> outer = Terms(trials[lane], free[3..]);
                Compare(
                    trials[lane].Model(Terms(trials[lane], free[..3]), outer.IsEmpty ? null : outer, reml),
                    (fit.Converged[lane], fit.Criterion[lane]),
                    column => (fit.Beta[column][lane], fit.VarianceOf(column)[lane], fit.DegreesOfFreedomOf(column)[lane]));
            }
        }
    }

    internal static bool[] Free(string letters) => [.. letters.Select(letter => letter == 't')];

    // One level of a model: (1 + x | g), (1 + x || g), (1 | g) or (0 + x | g).
    internal static ImmutableArray<double[][]> Terms(RawTrial trial, string free) => free switch
    {
        "ttt" => [[trial.X[0], trial.X[1]]],
        "tft" => [[trial.X[0]], [trial.X[1]]],
        "tff" => [[trial.X[0]]],
        "fft" => [[trial.X[1]]],
        _ => [],
    };

    internal static void Compare(
        NestedModel model, (double Converged, double Criterion) fit, Func<int, (double Beta, double Variance, double Df)> columns)
    {
        model.Minimise();
        NestedSatterthwaite satterthwaite = new(model);
        Assert.NotEqual(0ul, BitConverter.DoubleToUInt64Bits(fit.Converged));
        Assert.Equal(model.CriterionValue, fit.Criterion, 1e-7);
        for (int column = 0; column < 4; column++)
        {
            double estimate = model.Estimate(column, out double[] contrast);
            double variance = model.ResidualVariance * contrast.Sum(c => c * c);
            double df = satterthwaite.Of(contrast);
            (double Beta, double Variance, double Df) found = columns(column);
            Assert.Equal(estimate, found.Beta, 1e-5);
            Assert.Equal(variance, found.Variance, Tolerance * variance);
            Assert.Equal(df, found.Df, Tolerance * df);
        }
    }
}
