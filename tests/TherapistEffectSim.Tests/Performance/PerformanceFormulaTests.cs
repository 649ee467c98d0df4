using MathNet.Numerics.Statistics;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Tests.Performance;

public class PerformanceFormulaTests
{
    private const double Tolerance = 1e-10; // relative; one-pass sums around the true value lose few of 16 digits
    private const double Truth = SimulatedOutcomes.TrueValue;

    private static readonly TestOutcome[] s_outcomes = SimulatedOutcomes.DrawWithFailures(new Random(11), 2000);
    private static readonly EstimateSums s_sums = SimulatedOutcomes.Sum(s_outcomes, Truth);
    private static readonly double[] s_estimates = [.. s_outcomes.Select(o => o.Estimate).Where(double.IsFinite)];
    private static readonly double[] s_squaredErrors =
        [.. s_outcomes.Select(o => o.StandardError).Where(double.IsFinite).Select(se => se * se)];
    private static readonly double[] s_rejected = [.. s_outcomes.Where(o => o.Decision == Decision.Rejected).Select(o => o.Estimate)];

    [Fact]
    public void Bias_IsTheMeanErrorOfStoredEstimates() =>
        AssertClose(s_estimates.Mean() - Truth, EmpiricalSe() / Math.Sqrt(s_estimates.Length), PerformanceFormula.Bias(s_sums));

    [Fact]
    public void RelativeBias_IsTheShareOfTheTrueValue() =>
        AssertClose(
            (s_estimates.Mean() / Truth) - 1,
            EmpiricalSe() / Math.Sqrt(s_estimates.Length) / Truth,
            PerformanceFormula.RelativeBias(s_sums));

    [Fact]
    public void EmpiricalSe_IsTheStandardDeviationOfStoredEstimates() =>
        AssertClose(EmpiricalSe(), EmpiricalSe() / Math.Sqrt(2 * (s_estimates.Length - 1)), PerformanceFormula.EmpiricalSe(s_sums));

    [Fact]
    public void ModelSe_IsTheRootMeanSquareOfStoredStandardErrors()
    {
        double mcse = Math.Sqrt(s_squaredErrors.Variance() / (4 * s_squaredErrors.Length * s_squaredErrors.Mean()));

        AssertClose(Math.Sqrt(s_squaredErrors.Mean()), mcse, PerformanceFormula.ModelSe(s_sums));
    }

    [Fact]
    public void RelativeErrorModelSe_IsInPerCentOfTheEmpiricalSe()
    {
        double ratio = Math.Sqrt(s_squaredErrors.Mean()) / EmpiricalSe();
        double ofModel = s_squaredErrors.Variance() / (4 * s_squaredErrors.Length * s_squaredErrors.Mean() * s_squaredErrors.Mean());
        double mcse = 100 * ratio * Math.Sqrt(ofModel + (1 / (2.0 * (s_estimates.Length - 1))));

        AssertClose(100 * (ratio - 1), mcse, PerformanceFormula.RelativeErrorModelSe(s_sums));
    }

    [Fact]
    public void MeanSquaredError_IsTheMeanOfStoredSquares()
    {
        double[] squares = [.. s_estimates.Select(estimate => (estimate - Truth) * (estimate - Truth))];
        double n = squares.Length;
        double mcse = Math.Sqrt(squares.Sum(square => (square - squares.Mean()) * (square - squares.Mean())) / (n * (n - 1)));

        AssertClose(squares.Mean(), mcse, PerformanceFormula.MeanSquaredError(s_sums));
    }

    [Fact]
    public void Rates_CountOverAllReplicatesOrAllIntervals()
    {
        Assert.Equal(s_rejected.Length / 2000.0, PerformanceFormula.RejectionRate(s_sums).Value);
        Assert.Equal(s_rejected.Count(estimate => estimate > 0) / 2000.0, PerformanceFormula.RejectionRateTrueSign(s_sums).Value);
        Assert.Equal(
            s_outcomes.Count(o => o.Coverage == IntervalCoverage.Covered)
                / (double)s_outcomes.Count(o => o.Coverage != IntervalCoverage.None),
            PerformanceFormula.Coverage(s_sums).Value);
    }

    [Fact]
    public void TypeSAndM_RestOnTheRejections()
    {
        double[] sizes = [.. s_rejected.Select(Math.Abs)];

        Assert.Equal(s_rejected.Count(estimate => estimate < 0) / (double)s_rejected.Length, PerformanceFormula.TypeS(s_sums).Value);
        AssertClose(
            sizes.Mean() / Truth, sizes.StandardDeviation() / Math.Sqrt(sizes.Length) / Truth, PerformanceFormula.TypeM(s_sums));
    }

    [Theory]
    [InlineData(49, false)]
    [InlineData(50, true)]
    public void TypeSAndM_BelowFiftyRejections_AreUnknown(int rejections, bool known)
    {
        TestOutcome rejected = new(TermStatus.Ok, 0.7, 0.2, Decision.Rejected, IntervalCoverage.Covered);
        EstimateSums sums = SimulatedOutcomes.Sum(Enumerable.Repeat(rejected, rejections), 0.35);

        Assert.Equal(known, !double.IsNaN(PerformanceFormula.TypeS(sums).Value));
        Assert.Equal(known ? 2 : double.NaN, PerformanceFormula.TypeM(sums).Value, 12);
    }

    [Fact]
    public void TypeSAndM_WithANegativeTrueValue_MirrorThoseOfAPositive()
    {
        EstimateSums mirrored = SimulatedOutcomes.Sum(s_outcomes.Select(o => o with { Estimate = -o.Estimate }), -Truth);

        Assert.Equal(PerformanceFormula.TypeS(s_sums), PerformanceFormula.TypeS(mirrored));
        Assert.Equal(PerformanceFormula.TypeM(s_sums), PerformanceFormula.TypeM(mirrored));
        Assert.Equal(PerformanceFormula.RejectionRateTrueSign(s_sums), PerformanceFormula.RejectionRateTrueSign(mirrored));
        Assert.Equal(-PerformanceFormula.Bias(s_sums).Value, PerformanceFormula.Bias(mirrored).Value);
        Assert.Equal(PerformanceFormula.RelativeBias(s_sums).Value, PerformanceFormula.RelativeBias(mirrored).Value, 12);
    }

    [Fact]
    public void BiasEliminatedCoverage_CountsIntervalsAroundTheMean()
    {
        double[] estimates = [1, 2, 3, 4, double.NaN, 5]; // mean 3
        double[] halfWidths = [2, 0.5, 0, double.NaN, 1, 1.9];

        MonteCarloEstimate coverage = PerformanceFormula.BiasEliminatedCoverage(estimates, halfWidths, out long intervals);

        Assert.Equal(4, intervals);
        Assert.Equal(0.5, coverage.Value);
    }

    /// <summary>The MCSE of each measure is the standard deviation of that measure over repeated studies.</summary>
    /// <remarks>
    /// 400 studies of 1,000 replicates. An SD over 400 studies has a relative standard error of 1/√(2·399) = 3.5 % (4 % for the skewed
    /// type S). A measure fails for a correct formula with probability about 1e-6 (bound 20 %, 1.2e-5 for all of them); an MCSE that
    /// is wrong by a factor of 1.33 is caught 99 times in 100.
    /// </remarks>
    [Fact]
    public void Mcse_OfEachMeasure_IsItsStandardDeviationOverStudies()
    {
        const int studies = 400;
        Random random = new(20260101);
        Dictionary<string, MonteCarloEstimate[]> results = [];
        for (int study = 0; study < studies; study++)
        {
            TestOutcome[] outcomes = SimulatedOutcomes.Draw(random, 1000);
            foreach ((string measure, MonteCarloEstimate result) in All(outcomes))
            {
                results.TryAdd(measure, new MonteCarloEstimate[studies]);
                results[measure][study] = result;
            }
        }

        Assert.All(results, measure =>
        {
            double observed = measure.Value.Select(result => result.Value).StandardDeviation();
            double claimed = measure.Value.Select(result => result.Mcse).RootMeanSquare();
            Assert.True(
                Math.Abs(Math.Log(claimed / observed)) < 0.2,
                $"{measure.Key}: MCSE {claimed:G4}, but SD over studies {observed:G4}");
        });
    }

    private static IEnumerable<(string Measure, MonteCarloEstimate Result)> All(TestOutcome[] outcomes)
    {
        EstimateSums sums = SimulatedOutcomes.Sum(outcomes, Truth);
        yield return ("bias", PerformanceFormula.Bias(sums));
        yield return ("relative bias", PerformanceFormula.RelativeBias(sums));
        yield return ("empirical SE", PerformanceFormula.EmpiricalSe(sums));
        yield return ("model SE", PerformanceFormula.ModelSe(sums));
        yield return ("relative error", PerformanceFormula.RelativeErrorModelSe(sums));
        yield return ("mean squared error", PerformanceFormula.MeanSquaredError(sums));
        yield return ("rejection rate", PerformanceFormula.RejectionRate(sums));
        yield return ("true sign", PerformanceFormula.RejectionRateTrueSign(sums));
        yield return ("coverage", PerformanceFormula.Coverage(sums));
        yield return ("type S", PerformanceFormula.TypeS(sums));
        yield return ("type M", PerformanceFormula.TypeM(sums));

        QuantileHistogram errors = new(HistogramLayout.SignedLogarithmic);
        Array.ForEach(outcomes, outcome => errors.Add(outcome.Estimate - Truth));
        yield return ("median bias", PerformanceFormula.Quantile(errors.Quantile, 0.5, errors.Count));
    }

    private static double EmpiricalSe() => s_estimates.StandardDeviation();

    private static void AssertClose(double value, double mcse, MonteCarloEstimate actual)
    {
        Assert.Equal(value, actual.Value, Math.Abs(value) * Tolerance);
        Assert.Equal(mcse, actual.Mcse, mcse * Tolerance);
        Assert.Equal(value - (1.959963984540054 * mcse), actual.ConfLow, mcse * 1e-8);
        Assert.Equal(value + (1.959963984540054 * mcse), actual.ConfHigh, mcse * 1e-8);
    }
}
