using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>In balanced trials REML gives the estimators of the analysis of variance.</summary>
public sealed class BalancedEstimatesTests
{
    private static readonly double[] s_dyestuff =
    [
        1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560,
        1445, 1440, 1595, 1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445,
    ];

    private static readonly double[] s_dyestuff2 =
    [
        7.298, 3.846, 2.434, 9.566, 7.990, 5.220, 6.556, 0.608, 11.788, -0.892, 0.110, 10.386, 13.434, 5.510, 8.166,
        2.212, 4.852, 7.092, 9.288, 4.980, 0.282, 9.014, 4.458, 9.446, 7.198, 1.722, 4.782, 8.106, 0.758, 3.758,
    ];

    [Fact]
    public void Of_Dyestuff_GivesTheEstimatesOfTheAnalysisOfVariance()
    {
        // Davies & Goldsmith (1972), Statistical Methods in Research and Production, section 6.4: six batches of five.
        (double between, double within) = MeanSquares(s_dyestuff, 6, 5);
        Assert.Equal(11271.50, between, 1e-9);
        Assert.Equal(2451.25, within, 1e-9);

        DataFit reml = OneWay(s_dyestuff, 6, reml: true);
        DataFit ml = OneWay(s_dyestuff, 6, reml: false);

        Assert.Equal(2451.25, reml.ResidualVariance, 1e-7);
        Assert.Equal(1764.05, reml.Theta * reml.ResidualVariance, 1e-6);
        Assert.Equal(2 * 159.8271384, reml.Criterion, 1e-6);
        Assert.Equal(1388.3333333, ml.Theta * ml.ResidualVariance, 1e-6);
        Assert.Equal(2 * 163.6635299, ml.Criterion, 1e-6);
        FixedEffectEstimate mean = Assert.Single(reml.FixedEffects);
        Assert.Equal(1527.5, mean.Estimate, 1e-9);
        Assert.Equal(19.38341218, mean.StandardError, 1e-7);
        Assert.Equal(5, mean.DegreesOfFreedom, 1e-6);
        Assert.Equal(6.368955314, reml.CriterionWithoutRandomTerm - reml.Criterion, 1e-8);
        Assert.Equal(5.402826094, ml.CriterionWithoutRandomTerm - ml.Criterion, 1e-8);
    }

    [Fact]
    public void Of_Dyestuff2_LiesOnTheBound()
    {
        // Box & Tiao (1973), Bayesian Inference in Statistical Analysis, section 5.1.2: less variation between batches than within.
        (double between, double within) = MeanSquares(s_dyestuff2, 6, 5);
        Assert.Equal(0.55777, between / within, 1e-5);

        DataFit fit = OneWay(s_dyestuff2, 6, reml: true);

        Assert.Equal(0, fit.Theta);
        Assert.Equal(13.80630963, fit.ResidualVariance, 1e-8);
        Assert.Equal(fit.CriterionWithoutRandomTerm, fit.Criterion, 1e-10);
    }

    [Theory]
    [InlineData(3, 2)]
    [InlineData(6, 5)]
    [InlineData(12, 30)]
    [InlineData(40, 3)]
    public void Of_BalancedData_AgreesWithTheAnalysisOfVariance(int therapists, int patients)
    {
        Random random = new(therapists);
        for (int draw = 0; draw < 50; draw++)
        {
            double therapistSd = draw % 3 * 0.4;
            double[] outcome = [.. Enumerable.Range(0, therapists).SelectMany(_ =>
            {
                double effect = therapistSd * Noise(random);
                return Enumerable.Range(0, patients).Select(_ => 3 + effect + Noise(random));
            })];
            (double between, double within) = MeanSquares(outcome, therapists, patients);
            int n = therapists * patients;
            double pooled = ((therapists - 1) * between) + (therapists * (patients - 1) * within);

            DataFit reml = OneWay(outcome, therapists, reml: true);
            DataFit ml = OneWay(outcome, therapists, reml: false);

            double variance = Math.Max(0, (between - within) / patients);
            Assert.Equal(variance, reml.Theta * reml.ResidualVariance, 1e-8 * pooled / n);
            Assert.Equal(variance > 0 ? within : pooled / (n - 1), reml.ResidualVariance, 1e-8 * pooled / n);
            double mlVariance = Math.Max(0, (((1 - (1.0 / therapists)) * between) - within) / patients);
            Assert.Equal(mlVariance, ml.Theta * ml.ResidualVariance, 1e-8 * pooled / n);
            Assert.Equal(mlVariance > 0 ? within : pooled / n, ml.ResidualVariance, 1e-8 * pooled / n);
            double meanVariance = variance > 0 ? between / n : pooled / (n - 1) / n;
            Assert.Equal(Math.Sqrt(meanVariance), reml.FixedEffects[0].StandardError, 1e-8 * Math.Sqrt(meanVariance));
        }
    }

    [Fact]
    public void Run_OfABalancedTrial_GivesTheVarianceOfItsFRatioInEveryReplicate()
    {
        const int therapists = 12;
        const int patients = 7;
        Method ml = StudyFixture.Own("ml", "outcome ~ 1 + (1 | therapist)", StudyFixture.Variance(TestKind.FExact)) with { Estimate = Criterion.Ml };
        Study study = StudyFixture.Study(1, seed: 5, [new() { Preset = MethodPreset.NullModel }, ml], StudyFixture.ScoresWorld(therapists, patients, 0.06, 0.1, 0, 0));
        ScenarioPlan plan = ScenarioPlanner.Plan(study, study.Cells[0]);
        LeafValues values = new(plan);

        for (int leaf = 0; leaf < 20; leaf++)
        {
            StudyRunner.Engine(plan, lanes: null).Run(leaf * LeafValues.Capacity, LeafValues.Capacity, values);
            foreach ((PlannedFit fit, FitValues found) in plan.Fits.Zip(values.Fits))
            {
                double shrinkage = fit.Model.Reml ? 1 : 1 - (1.0 / therapists);
                for (int r = 0; r < LeafValues.Capacity; r++)
                {
                    Assert.Equal(Math.Max(0, (shrinkage * found.FRatio[r]) - 1) / patients, found.Theta[r], 1e-12);
                }
            }
        }
    }

    /// <summary>J, n, ICC, and the shares of τ̂² = 0 by REML and by maximum likelihood.</summary>
    public static TheoryData<int, int, double, double, double> ZeroShares() => new()
    {
        { 30, 10, 0, 0.5297, 0.5782 },
        { 30, 10, 0.05, 0.0857, 0.1042 },
        { 30, 10, 0.10, 0.0089, 0.0117 },
        { 10, 10, 0, 0.5540, 0.6368 },
        { 10, 10, 0.05, 0.2531, 0.3178 },
        { 10, 10, 0.10, 0.1113, 0.1481 },
        { 5, 5, 0, 0.5693, 0.6779 },
        { 5, 5, 0.05, 0.4557, 0.5642 },
    };

    // MCSE .0022 at a half: an error of .014 is seen 99 times in 100.
    [Theory]
    [MemberData(nameof(ZeroShares))]
    public void Run_OfABalancedTrial_PutsTheExactShareOnTheBound(int therapists, int patients, double icc, double reml, double ml)
    {
        const int replicates = 50_000;
        Assert.Equal(reml, ExactRates.ZeroShare(therapists, patients, icc, 1), 0.5001e-4);
        Assert.Equal(ml, ExactRates.ZeroShare(therapists, patients, icc, therapists / (therapists - 1.0)), 0.5001e-4);
        Method likelihood = StudyFixture.Own("ml", "outcome ~ 1 + (1 | therapist)", StudyFixture.Variance(TestKind.LrtMixture)) with { Estimate = Criterion.Ml };

        CellResult cell = Assert.Single(StudyFixture.Run(StudyFixture.Study(
            replicates, seed: 20260103, [new() { Preset = MethodPreset.NullModel }, likelihood], StudyFixture.ScoresWorld(therapists, patients, icc, 0, 0, 0))));

        MonteCarlo.AssertRate(
            ExactRates.ZeroShare(therapists, patients, icc, 1), cell.Measure("null-model", "var(therapist)", "", "singular_rate"));
        MonteCarlo.AssertRate(
            ExactRates.ZeroShare(therapists, patients, icc, therapists / (therapists - 1.0)), cell.Measure("ml", "var(therapist)", "", "singular_rate"));
    }

    private static DataFit OneWay(double[] outcome, int groups, bool reml)
    {
        int size = outcome.Length / groups;
        return DataFit.Of(
            [[.. Enumerable.Repeat(1.0, outcome.Length)]],
            outcome,
            [.. Enumerable.Range(0, outcome.Length).Select(i => i / size)],
            [.. Enumerable.Repeat(1.0, groups)],
            reml);
    }

    private static (double Between, double Within) MeanSquares(double[] outcome, int groups, int size)
    {
        double mean = outcome.Average();
        double[][] parts = [.. outcome.Chunk(size)];
        double between = parts.Sum(part => size * Math.Pow(part.Average() - mean, 2));
        double within = parts.Sum(part => part.Sum(y => Math.Pow(y - part.Average(), 2)));
        return (between / (groups - 1), within / (groups * (size - 1)));
    }

    private static double Noise(Random random) => MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1);
}
