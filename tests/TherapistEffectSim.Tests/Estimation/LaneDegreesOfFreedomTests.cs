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
    [InlineData(8, 6, 0.0, true, false, "ttt")]
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

    [Theory]
    [InlineData("ttt")]
    [InlineData("tff")]
    public void RandomSlopes_WithOneLaneAndWithEight_GiveTheSameBitsAndAllocateNothing(string free)
    {
        SlopeStatistics<Lane8> wide = new(8, 5);
        SlopeStatistics<Lane1> narrow = new(8, 5);
        RandomSlopeFit<Lane8> eight = new(8, 5, reml: false, Free(free));
        RandomSlopeFit<Lane1> one = new(8, 5, reml: false, Free(free));
        for (int lane = 0; lane < 8; lane++)
        {
            wide.SetLane(lane, SlopeTrials.Raw(8, 6, 0.2, unequal: true, lane).Statistics());
        }

        Assert.Equal(0, Allocated(All));
        for (int lane = 0; lane < 8; lane++)
        {
            narrow.SetLane(0, SlopeTrials.Raw(8, 6, 0.2, unequal: true, lane).Statistics());
            one.Fit(narrow);
            one.TakeDegreesOfFreedom();
            AssertSameBits(one.Criterion[0], eight.Criterion[lane]);
            AssertSameBits(one.VarianceOf(3)[0], eight.VarianceOf(3)[lane]);
            AssertSameBits(one.DegreesOfFreedomOf(3)[0], eight.DegreesOfFreedomOf(3)[lane]);
        }

        void All()
        {
            eight.Fit(wide);
            eight.TakeDegreesOfFreedom();
            eight.DegreesOfFreedomOf(3);
        }
    }

    [Theory]
    [InlineData("tttttt")]
    [InlineData("ttttff")]
    public void ThreeLevels_WithOneLaneAndWithEight_GiveTheSameBitsAndAllocateNothing(string free)
    {
        ThreeLevelStatistics<Lane8> wide = new(8, 2, 5);
        ThreeLevelStatistics<Lane1> narrow = new(8, 2, 5);
        ThreeLevelFit<Lane8> eight = new(8, 2, 5, reml: true, Free(free));
        ThreeLevelFit<Lane1> one = new(8, 2, 5, reml: true, Free(free));
        for (int lane = 0; lane < 8; lane++)
        {
            RawTrial trial = SlopeTrials.RawThreeLevels(8, 5, 6, 2, 0.3, lane);
            wide.SetLane(lane, trial.Statistics(), trial.PatternOf);
        }

        Assert.Equal(0, Allocated(All));
        for (int lane = 0; lane < 8; lane++)
        {
            RawTrial trial = SlopeTrials.RawThreeLevels(8, 5, 6, 2, 0.3, lane);
            narrow.SetLane(0, trial.Statistics(), trial.PatternOf);
            one.Fit(narrow);
            one.TakeDegreesOfFreedom();
            AssertSameBits(one.Criterion[0], eight.Criterion[lane]);
            AssertSameBits(one.VarianceOf(3)[0], eight.VarianceOf(3)[lane]);
            AssertSameBits(one.DegreesOfFreedomOf(3)[0], eight.DegreesOfFreedomOf(3)[lane]);
        }

        void All()
        {
            eight.Fit(wide);
            eight.TakeDegreesOfFreedom();
            eight.DegreesOfFreedomOf(3);
        }
    }

    // 80 small designs: with the approximate Hessian alone more than half of these fits do not converge.
    [Fact]
    public void ThreeLevels_OfSixTherapistsByReml_Converge()
    {
        ThreeLevelStatistics<Lane8> data = new(6, 1, 5);
        ThreeLevelFit<Lane8> fit = new(6, 1, 5, reml: true);
        for (int batch = 0; batch < 10; batch++)
        {
            for (int lane = 0; lane < 8; lane++)
            {
                RawTrial trial = SlopeTrials.RawThreeLevels(6, 6, 4, 1, 0.2, (8 * batch) + lane);
                data.SetLane(lane, trial.Statistics(), trial.PatternOf);
            }

            fit.Fit(data);
            Assert.Equal(0xFFu, Lane8.Bits(fit.Converged));
        }
    }

    [Fact]
    public void WellConditioned_WithAColumnNearlyExplainedByOthers_IsFalse()
    {
        RawTrial trial = SlopeTrials.Raw(12, 6, 0.3, unequal: true, 5);
        double[] near = [.. trial.X[1].Select((x, row) => x + (1e-4 * trial.X[3][row]))];
        RawTrial changed = trial with { X = [trial.X[0], trial.X[1], trial.X[2], near] };
        SlopeStatistics<Lane8> data = new(12, 5);
        for (int lane = 0; lane < 8; lane++)
        {
            data.SetLane(lane, (lane == 3 ? changed : trial).Statistics());
        }

        RandomSlopeFit<Lane8> fit = new(12, 5, reml: true);
        fit.Fit(data);

        Assert.Equal(0xF7u, Lane8.Bits(fit.WellConditioned));
    }

    [Theory]
    [InlineData("tt", "free must be empty or have 3 elements, but has 2.")]
    [InlineData("ttf", "Element 1 is a covariance: it is free only where elements 0 and 2 are.")]
    [InlineData("ftt", "Element 1 is a covariance: it is free only where elements 0 and 2 are.")]
    public void PinnedElements_ThatMakeNoModel_AreRefused(string free, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => new RandomSlopeFit<Lane1>(12, 5, reml: true, Free(free))).Message);

    private static long Allocated(Action action)
    {
        action();
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static void AssertSameBits(double expected, double actual) =>
        Assert.Equal(BitConverter.DoubleToInt64Bits(expected), BitConverter.DoubleToInt64Bits(actual));

    private static bool[] Free(string letters) => [.. letters.Select(letter => letter == 't')];

    // One level of a model: (1 + x | g), (1 + x || g), (1 | g) or (0 + x | g).
    private static ImmutableArray<double[][]> Terms(RawTrial trial, string free) => free switch
    {
        "ttt" => [[trial.X[0], trial.X[1]]],
        "tft" => [[trial.X[0]], [trial.X[1]]],
        "tff" => [[trial.X[0]]],
        "fft" => [[trial.X[1]]],
        _ => [],
    };

    private static void Compare(
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
