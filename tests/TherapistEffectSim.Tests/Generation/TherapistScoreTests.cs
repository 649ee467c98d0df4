using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Contamination, selection, training and correlation of the therapists' scores, against their definitions.</summary>
/// <remarks>
/// 400,000 therapists each: standard errors near .0016 for means and .0025 for variances. False-alarm rate 1e-6 a check; a mean off by .012
/// or a variance off by .02 would be seen 99 times in 100.
/// </remarks>
public sealed class TherapistScoreTests
{
    private const int Therapists = 1000;
    private const int Replicates = 400;
    private const double FalseAlarmRate = 1e-6;

    [Theory]
    [InlineData(0.90, 0.7121)]
    [InlineData(0.75, 0.5347)]
    [InlineData(0.50, 0.3634)]
    [InlineData(0.25, 0.2416)]
    public void Selection_OfTheTopShare_LeavesTheTruncatedVariance(double keep, double published)
    {
        double threshold = NormalDistribution.UpperQuantile(keep);
        double lambda = Math.Exp(-0.5 * threshold * threshold) / Math.Sqrt(2 * Math.PI) / keep;
        double variance = 1 - (lambda * (lambda - threshold));
        Assert.Equal(published, variance, 4);

        (double[] alliance, double[] outcome) = Scores(new() { OutcomeIcc = 0.05, Selection = new() { Keep = keep } });

        Assert.True(alliance.Min() > threshold);
        MonteCarlo.AssertMean(lambda, alliance, FalseAlarmRate);
        MonteCarlo.AssertMean(variance, Squares(alliance, lambda), FalseAlarmRate);
        MonteCarlo.AssertMean(1, Squares(outcome, 0), FalseAlarmRate);
    }

    [Fact]
    public void Selection_ByAnotherScore_NarrowsByTheSquaredCorrelation()
    {
        // By adherence, which correlates .6 with A* and .5 with U*: mean r·λ, variance 1 − r²(1 − v), λ and v of the selecting score at 50 %.
        (double[] alliance, double[] outcome) = Scores(new()
        {
            OutcomeIcc = 0.05,
            Correlations = new() { AllianceOutcome = 0.3, AllianceAdherence = 0.6, OutcomeAdherence = 0.5 },
            Selection = new() { By = TherapistTrait.Adherence, Keep = 0.5 },
        });

        double lambda = 2 / Math.Sqrt(2 * Math.PI);
        double left = 1 - (lambda * lambda);
        MonteCarlo.AssertMean(0.6 * lambda, alliance, FalseAlarmRate);
        MonteCarlo.AssertMean(1 - (0.36 * (1 - left)), Squares(alliance, 0.6 * lambda), FalseAlarmRate);
        MonteCarlo.AssertMean(0.5 * lambda, outcome, FalseAlarmRate);
        MonteCarlo.AssertMean(1 - (0.25 * (1 - left)), Squares(outcome, 0.5 * lambda), FalseAlarmRate);
        MonteCarlo.AssertMean(0.3 - (0.3 * (1 - left)), Products(alliance, 0.6 * lambda, outcome, 0.5 * lambda), FalseAlarmRate);
    }

    [Fact]
    public void Training_MultipliesTheDeviationsFromTheSelectedMean()
    {
        TherapistPopulation selected = new() { OutcomeIcc = 0.05, Selection = new() { Keep = 0.5 } };
        (double[] before, double[] outcomeBefore) = Scores(selected);
        (double[] after, double[] outcomeAfter) = Scores(selected with { Training = 0.8 });

        double mean = 2 / Math.Sqrt(2 * Math.PI);
        Assert.All(before.Zip(after), pair => Assert.Equal(mean + (0.8 * (pair.First - mean)), pair.Second, 1e-12));
        Assert.Equal(outcomeBefore, outcomeAfter);
    }

    [Fact]
    public void Contamination_AddsTheToxicTail()
    {
        (double[] alliance, double[] outcome) = Scores(new() { OutcomeIcc = 0.05, Contamination = new() { Share = 0.1, Mean = -2, Sd = 0.5 } });

        MonteCarlo.AssertMean(-0.2, alliance, FalseAlarmRate);
        MonteCarlo.AssertMean(0.9 + (0.1 * 0.25) + (0.09 * 4), Squares(alliance, -0.2), FalseAlarmRate);
        MonteCarlo.AssertMean(1, Squares(outcome, 0), FalseAlarmRate);
    }

    [Fact]
    public void Correlation_OfTheSkills_IsWhatWasAsked()
    {
        (double[] alliance, double[] outcome) = Scores(new() { OutcomeIcc = 0.05, Correlations = new() { AllianceOutcome = -0.4 } });

        MonteCarlo.AssertMean(-0.4, Products(alliance, 0, outcome, 0), FalseAlarmRate);
        MonteCarlo.AssertMean(1, Squares(outcome, 0), FalseAlarmRate);
    }

    [Fact]
    public void Selection_KeepsTheBitsOfTherapistsWhoWouldHaveBeenThereAnyway()
    {
        (double[] all, double[] allOutcomes) = Scores(new() { OutcomeIcc = 0.05 });
        (double[] kept, double[] keptOutcomes) = Scores(new() { OutcomeIcc = 0.05, Selection = new() { Keep = 0.5 } });

        for (int i = 0; i < all.Length; i++)
        {
            if (all[i] > 0)
            {
                Assert.Equal((all[i], allOutcomes[i]), (kept[i], keptOutcomes[i]));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void TrueValues_OfNarrowedTherapists_AgreeWithLeastSquaresOnThem(int world)
    {
        TherapistPopulation therapists = world switch
        {
            0 => new() { OutcomeIcc = 0.1, Selection = new() { Keep = 0.5 }, Training = 0.7 },
            1 => new()
            {
                OutcomeIcc = 0.1,
                Correlations = new() { AllianceOutcome = 0.4, OutcomeAdherence = 0.5 },
                Contamination = new() { Share = 0.08 },
                Selection = new() { By = TherapistTrait.Outcome, Keep = 0.8 },
            },
            _ => new()
            {
                OutcomeIcc = 0.1,
                Correlations = new() { AllianceOutcome = -0.3, AllianceAdherence = 0.5 },
                Contamination = new() { Of = TherapistTrait.Adherence, Share = 0.2, Mean = 1 },
                Selection = new() { By = TherapistTrait.Adherence, Keep = 0.4 },
                TrainingOf = TherapistTrait.Outcome,
                Training = 0.5,
            },
        };
        Scenario scenario = Scenario(therapists);
        World made = new(scenario);
        Formula formula = Formula.Parse("outcome ~ therapist_score + I(therapist_score^2) + (1 | therapist)");
        Formula line = Formula.Parse("outcome ~ therapist_score + (1 | therapist)");
        ModelTruth curve = TrueValues.Of(made, DesignColumns.FixedColumns(formula, _ => null), true, false);
        ModelTruth straight = TrueValues.Of(made, DesignColumns.FixedColumns(line, _ => null), true, false);

        (double[] score, _, double[] outcome) = Generate(scenario);
        Check([.. score.Select(s => new[] { 1, s, s * s })], outcome, curve);
        Check([.. score.Select(s => new[] { 1, s })], outcome, straight);
    }

    [Fact]
    public void TrueValue_OfTheSlopeBesideASquare_IsThatAtTheMeanOfTheSelectedTherapists()
    {
        // b·s + c·s² about the mean m of the top half: slope b + 2cm; the coefficient of the square does not move.
        World made = new(Scenario(new() { OutcomeIcc = 0.1, Selection = new() { Keep = 0.5 } }));
        Formula formula = Formula.Parse("outcome ~ alliance_between + I(alliance_between^2) + (1 | therapist)");

        ModelTruth truth = TrueValues.Of(made, DesignColumns.FixedColumns(formula, _ => null), true, false);

        double sd = Math.Sqrt(0.2);
        Assert.Equal((0.2 - (2 * 0.3 * 2 / Math.Sqrt(2 * Math.PI))) / sd, truth.Coefficients[1]!.Value, 1e-9);
        Assert.Equal(-0.3 / 0.2, truth.Coefficients[2]!.Value, 1e-9);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(-0.5)]
    public void TotalIcc_WithCorrelatedSkills_CountsTheirCovariance(double correlation)
    {
        Scenario scenario = Scenario(new() { OutcomeIccTotal = 0.3, Correlations = new() { AllianceOutcome = correlation } });
        double residual = VarianceComponents.Of(scenario).ResidualSd;

        (_, _, double[] outcome) = Generate(scenario);

        MonteCarlo.AssertMean(0.3 / 0.7 * residual * residual, Squares(outcome, outcome.Average()), FalseAlarmRate);
    }

    [Fact]
    public void Attrition_InANarrowedWorld_HasTheRateThatWasAsked()
    {
        Scenario scenario = Scenario(new()
        {
            OutcomeIcc = 0.3,
            Correlations = new() { AllianceOutcome = 0.5 },
            Contamination = new() { Share = 0.1 },
            Selection = new() { Keep = 0.4 },
        }) with
        {
            Attrition = new() { Outcome = new() { Rate = 0.3, DependsOn = new() { Outcome = -0.8, TrueAlliance = 0.6 } } },
        };

        double[] lost = [.. GeneratedTrial.Many(scenario, 200).SelectMany(t => t.Analysed).Select(kept => kept ? 0.0 : 1.0)];

        // 200,000 patients, one a therapist: MCSE .001; the 65,536 points that solve the intercept are good to about .0005.
        Assert.InRange(lost.Average(), 0.3 - 0.006, 0.3 + 0.006);
    }

    // Ordinary least squares and its heteroscedasticity-consistent errors; 5 of them have a false-alarm rate of 6e-7.
    private static void Check(double[][] x, double[] y, ModelTruth truth)
    {
        int p = x[0].Length;
        MathNet.Numerics.LinearAlgebra.Matrix<double> rows = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.DenseOfRowArrays(x);
        MathNet.Numerics.LinearAlgebra.Vector<double> response = MathNet.Numerics.LinearAlgebra.Vector<double>.Build.DenseOfArray(y);
        MathNet.Numerics.LinearAlgebra.Matrix<double> inverse = rows.TransposeThisAndMultiply(rows).Inverse();
        MathNet.Numerics.LinearAlgebra.Vector<double> beta = inverse * rows.TransposeThisAndMultiply(response);
        MathNet.Numerics.LinearAlgebra.Vector<double> rest = response - (rows * beta);
        MathNet.Numerics.LinearAlgebra.Matrix<double> scores = rows.Clone();
        for (int i = 0; i < y.Length; i++)
        {
            scores.SetRow(i, scores.Row(i) * rest[i]);
        }

        MathNet.Numerics.LinearAlgebra.Matrix<double> covariance = inverse * scores.TransposeThisAndMultiply(scores) * inverse;
        for (int k = 0; k < p; k++)
        {
            double error = Math.Sqrt(covariance[k, k]);
            Assert.True(Math.Abs(beta[k] - truth.Coefficients[k]!.Value) <= 5 * error, $"column {k}: {beta[k]:G6} ± {error:G3}, computed {truth.Coefficients[k]:G6}");
        }

        double[] squares = [.. rest.Select(r => r * r)];
        MonteCarlo.AssertMean(truth.TherapistVariance!.Value, squares, FalseAlarmRate);
    }

    private static Scenario Scenario(TherapistPopulation therapists) => new()
    {
        Trial = new() { Therapists = Therapists, Caseload = new FixedCaseload { Patients = 1 } },
        Therapists = therapists,
        Alliance = new() { TherapistIcc = 0.2 },
        Outcome = new EndpointOutcome { Between = new QuadraticShape { Linear = 0.2, Curvature = 0.3 } },
    };

    private static (double[] Alliance, double[] Outcome) Scores(TherapistPopulation therapists)
    {
        Scenario scenario = Scenario(therapists);
        double sd = VarianceComponents.Of(scenario).OutcomeTherapistSd;
        (double[] score, double[] effect, _) = Generate(scenario);
        return (score, [.. effect.Select(u => u / sd)]);
    }

    private static (double[] Score, double[] Effect, double[] Outcome) Generate(Scenario scenario)
    {
        List<GeneratedTrial> trials = GeneratedTrial.Many(scenario, Replicates);
        return (
            [.. trials.SelectMany(t => t.TherapistScore)],
            [.. trials.SelectMany(t => t.TherapistEffect)],
            [.. trials.SelectMany(t => t.OutcomeBase)]);
    }

    private static double[] Squares(double[] values, double mean) => [.. values.Select(v => (v - mean) * (v - mean))];

    private static double[] Products(double[] x, double meanX, double[] y, double meanY) =>
        [.. x.Zip(y, (a, b) => (a - meanX) * (b - meanY))];
}
