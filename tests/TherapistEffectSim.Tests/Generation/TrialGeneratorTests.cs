using TherapistEffectSim.Design;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>What the generated data look like, against the definitions of the scenario. False-alarm rate 1e-6 for each mean.</summary>
/// <remarks>
/// 2,000 trials of 20 therapists with 10 patients: 40,000 therapists and 400,000 patients. A variance or mean square between therapists
/// that is off by 5 %, or one within therapists that is off by 1.6 %, would be seen.
/// </remarks>
public sealed class TrialGeneratorTests
{
    private const int Replicates = 2000;
    private const int Patients = 10;
    private static readonly Lazy<List<GeneratedTrial>> s_plain = new(() => GeneratedTrial.Many(Worlds.Plain, Replicates));

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.3)]
    public void Outcome_HasTheResidualIccAskedFor(double icc)
    {
        List<GeneratedTrial> trials = GeneratedTrial.Many(Worlds.Plain with { Therapists = new() { OutcomeIcc = icc } }, Replicates);

        AssertMeanSquares(trials, t => t.Outcome, between: icc / (1 - icc), within: 1);
    }

    [Fact]
    public void Outcome_HasTheResidualSdAskedFor()
    {
        List<GeneratedTrial> trials = GeneratedTrial.Many(Worlds.Plain.WithOutcome(o => o with { ResidualSd = 3 }), Replicates);

        AssertMeanSquares(trials, t => t.Outcome, between: 1, within: 9);
    }

    [Fact]
    public void Outcome_HasTheTotalIccAskedForWithTheEffectsOfTheAlliance()
    {
        // Within therapists: residual 1, slope 0.2² and curve 2·0.15²; severity adds 0.3², which the definition leaves out.
        const double within = 1 + 0.04 + 0.045;
        const double icc = 0.25;
        Scenario scenario = Worlds.Plain.WithOutcome(o => o with
        {
            Between = new QuadraticShape { Linear = 0.1, Curvature = 0.2 },
            Within = new QuadraticShape { Linear = 0.2, Curvature = 0.15 },
            Severity = -0.3,
        }) with
        { Therapists = new() { OutcomeIccTotal = icc } };

        AssertMeanSquares(GeneratedTrial.Many(scenario, Replicates), t => t.Outcome, icc / (1 - icc) * within, within + 0.09);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0.6, 1)]
    [InlineData(0.6, 3)]
    public void Alliance_HasTheTrueIccAskedForAndTheErrorOfTheMeanOfItsAssessments(double reliability, int assessments)
    {
        const double icc = 0.2;
        Scenario scenario = Worlds.Plain with
        {
            Alliance = new() { TherapistIcc = icc, Reliability = reliability, Assessments = assessments },
        };
        List<GeneratedTrial> trials = GeneratedTrial.Many(scenario, Replicates);
        double error = (1 - icc) * (1 - reliability) / (reliability * assessments);
        double withinSd = Math.Sqrt(1 - icc);

        AssertMeanSquares(trials, t => t.Alliance, between: icc, within: 1 - icc + error);
        AssertMeanSquares(trials, t => [.. Enumerable.Range(0, t.Patients).Select(i => t.TrueAlliance(i, withinSd))], icc, 1 - icc);

        // The share of the measured variance within therapists that is true is what the reliability of k assessments says.
        double truth = trials.Average(t => Enumerable.Range(0, t.Patients).Average(
            i => withinSd * t.PatientScore[i] * (t.Alliance[i] - t.TrueAllianceBetween[t.Therapist[i]])));
        double spearmanBrown = assessments * reliability / (1 + ((assessments - 1) * reliability));
        Assert.Equal(spearmanBrown, truth / (1 - icc + error), 0.01);
    }

    [Fact]
    public void Alliance_HasTheObservedIccAskedFor()
    {
        const double observed = 0.1;
        Scenario scenario = Worlds.Plain with { Alliance = new() { ObservedTherapistIcc = observed, Reliability = 0.7 } };

        // τ²/(τ² + (1 − τ²)/0.7) = 0.1.
        const double between = observed / (0.7 + (observed * 0.3));
        const double within = (1 - between) / 0.7;
        Assert.Equal(observed, between / (between + within), 1e-12);
        AssertMeanSquares(GeneratedTrial.Many(scenario, Replicates), t => t.Alliance, between, within);
    }

    [Fact]
    public void Scores_AreStandardNormalAndUncorrelated()
    {
        List<GeneratedTrial> trials = s_plain.Value;
        foreach (Func<GeneratedTrial, IReadOnlyList<double>> values in
            new Func<GeneratedTrial, IReadOnlyList<double>>[] { t => t.TherapistScore, t => t.PatientScore, t => t.Severity })
        {
            MonteCarlo.AssertMean(0, [.. trials.Select(t => values(t).Average())]);
            MonteCarlo.AssertMean(1, [.. trials.Select(t => values(t).Average(x => x * x))]);
        }

        MonteCarlo.AssertMean(0, [.. trials.Select(t => t.TherapistScore.Zip(t.TherapistEffect, (a, u) => a * u).Average())]);
        MonteCarlo.AssertMean(0, [.. trials.Select(t => t.PatientScore.Zip(t.Severity, (w, z) => w * z).Average())]);
        MonteCarlo.AssertMean(0, [.. trials.Select(t => t.PatientScore.Zip(t.Outcome, (w, y) => w * y).Average())]);
        MonteCarlo.AssertMean(0, [.. trials.Select(t => t.Severity.Zip(t.Outcome, (z, y) => z * y).Average())]);
    }

    public static TheoryData<ResponseShape, double, double> Shapes => new()
    {
        // The curve as b·s + c·(s² − 1).
        { new LinearShape { Slope = 0.3 }, 0.3, 0 },
        { new QuadraticShape { Linear = 0.1, Curvature = 0.2 }, 0.1, -0.2 },
        { new QuadraticShape { Curvature = 0.2, Optimum = 0.5 }, 0.2, -0.2 },
        { new InvertedUShape { Optimum = -0.5, LossAt2Sd = 1.2 }, -0.3, -0.3 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void BetweenCurve_IsTheShapeCentredToMeanZero(ResponseShape shape, double linear, double square)
    {
        List<GeneratedTrial> trials = GeneratedTrial.Many(Worlds.Plain.WithOutcome(o => o with { Between = shape }), Replicates);
        double[][] curves = [.. trials.Select(t => t.OutcomeBase.Zip(t.TherapistEffect, (y, u) => y - u).ToArray())];

        Assert.All(curves.Zip(trials), trial => Assert.All(
            trial.First.Zip(trial.Second.TherapistScore), point => Assert.Equal(Curve(linear, square, point.Second), point.First, 1e-12)));
        MonteCarlo.AssertMean(0, [.. curves.Select(c => c.Average())]);
        MonteCarlo.AssertMean((linear * linear) + (2 * square * square), [.. curves.Select(c => c.Average(f => f * f))]);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void WithinCurve_IsTheShapeCentredToMeanZero(ResponseShape shape, double linear, double square)
    {
        // The same residuals with and without the curve: their difference is the curve.
        List<GeneratedTrial> curved = GeneratedTrial.Many(Worlds.Plain.WithOutcome(o => o with { Within = shape }), Replicates);
        double[][] curves = [.. curved.Zip(s_plain.Value, (with, without) => with.Outcome.Zip(without.Outcome, (y, rest) => y - rest).ToArray())];

        Assert.All(curves.Zip(curved), trial => Assert.All(
            trial.First.Zip(trial.Second.PatientScore), point => Assert.Equal(Curve(linear, square, point.Second), point.First, 1e-12)));
        MonteCarlo.AssertMean(0, [.. curves.Select(c => c.Average())]);
        MonteCarlo.AssertMean((linear * linear) + (2 * square * square), [.. curves.Select(c => c.Average(f => f * f))]);
    }

    [Fact]
    public void AllianceSlope_ActsOnTheTrueAllianceAtBothLevels()
    {
        const double slope = 0.4;
        List<GeneratedTrial> with = GeneratedTrial.Many(Worlds.Plain.WithOutcome(o => o with { Alliance = new() { Slope = slope } }), 80);
        foreach ((GeneratedTrial trial, GeneratedTrial plain) in with.Zip(s_plain.Value))
        {
            for (int i = 0; i < trial.Patients; i++)
            {
                Assert.Equal(slope * trial.TrueAlliance(i, Math.Sqrt(0.8)), trial.Outcome[i] - plain.Outcome[i], 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Standardiser.Residual)]
    [InlineData(Standardiser.Within)]
    [InlineData(Standardiser.Total)]
    public void ArmEffect_IsTheDifferenceInUnitsOfItsStandardiser(Standardiser? standardiser)
    {
        const double d = 0.5;
        Scenario scenario = Worlds.Plain.WithOutcome(o => o with
        {
            ResidualSd = 2,
            Between = new LinearShape { Slope = 0.8 },
            Within = new LinearShape { Slope = 0.9 },
            Severity = -0.7,
            ArmEffect = new() { D = d, Standardiser = standardiser },
        }) with
        { Trial = Worlds.Plain.Trial with { Arms = ["a", "b"] } };
        List<GeneratedTrial> trials = GeneratedTrial.Many(scenario, Replicates);

        // Residual 4; within also 0.9² and 0.7²; in all also the therapists' 4/9 and 0.8².
        const double within = 4 + 0.81 + 0.49;
        const double between = (4.0 / 9) + 0.64;
        double expected = d * standardiser switch
        {
            null => 1,
            Standardiser.Residual => 2,
            Standardiser.Within => Math.Sqrt(within),
            _ => Math.Sqrt(within + between),
        };
        MonteCarlo.AssertMean(expected, [.. trials.Select(t => ArmMean(t, 1) - ArmMean(t, 0))]);
        AssertMeanSquares(trials, t => [.. t.Outcome.Select((y, i) => y - (t.Layout.Arm[t.Therapist[i]] * expected))], between, within);
    }

    [Fact]
    public void Severity_LowersTheOutcomeByItsSlope()
    {
        List<GeneratedTrial> trials = GeneratedTrial.Many(Worlds.Plain.WithOutcome(o => o with { Severity = -0.4 }), Replicates);

        MonteCarlo.AssertMean(-0.4, [.. trials.Select(t => t.Severity.Zip(t.Outcome, (z, y) => z * y).Average())]);
        AssertMeanSquares(trials, t => t.Outcome, between: 1.0 / 9, within: 1.16);
    }

    [Fact]
    public void Sites_ShiftAllTheirPatientsAlikeWithTheVarianceAskedFor()
    {
        const int sites = 5;
        const double icc = 0.1;
        Scenario withoutSites = Worlds.Plain with { Trial = Worlds.Plain.Trial with { Sites = sites } };
        List<GeneratedTrial> plain = GeneratedTrial.Many(withoutSites, Replicates);
        List<GeneratedTrial> trials = GeneratedTrial.Many(withoutSites.WithOutcome(o => o with { SiteIcc = icc }), Replicates);
        double[][] shifts = [.. trials.Zip(plain, (t, p) => t.OutcomeBase.Zip(p.OutcomeBase, (y, rest) => y - rest).ToArray())];

        Assert.All(shifts.Zip(trials), t => Assert.All(
            Enumerable.Range(0, 20), j => Assert.Equal(t.First[j % sites], t.First[j], 1e-12)));
        Assert.Equal([0, 1, 2, 3, 4, 0], trials[0].Layout.Site[..6].ToArray());

        // σ_S²/(σ_S² + τ_U² + σ_e²) = 0.1 with τ_U² = 1/9, σ_e² = 1. A variance off by 10 % would be seen.
        MonteCarlo.AssertMean(0, [.. shifts.Select(s => s[..sites].Average())]);
        MonteCarlo.AssertMean(10.0 / 9 / 9, [.. shifts.Select(s => s[..sites].Average(x => x * x))]);
    }

    [Fact]
    public void Truths_TravelWithTheData()
    {
        (double betweenSd, double withinSd) = (Math.Sqrt(0.2), Math.Sqrt(0.8));
        foreach (GeneratedTrial trial in s_plain.Value.Take(40))
        {
            for (int j = 0; j < 20; j++)
            {
                Assert.Equal(betweenSd * trial.TherapistScore[j], trial.TrueAllianceBetween[j], 1e-14);
                Assert.Equal(trial.TherapistEffect[j], trial.OutcomeBase[j]);
            }

            for (int i = 0; i < trial.Patients; i++)
            {
                Assert.Equal(trial.TrueAlliance(i, withinSd), trial.Alliance[i], 1e-14);
            }
        }
    }

    private static double Curve(double linear, double square, double s) => (linear * s) + (square * ((s * s) - 1));

    private static double ArmMean(GeneratedTrial trial, int arm) =>
        Enumerable.Range(0, trial.Patients).Where(i => trial.Layout.Arm[trial.Therapist[i]] == arm).Average(i => trial.Outcome[i]);

    private static void AssertMeanSquares(
        List<GeneratedTrial> trials, Func<GeneratedTrial, IReadOnlyList<double>> values, double between, double within)
    {
        OneWayAnova[] tables = [.. trials.Select(t => OneWayAnova.Of(values(t), Patients))];
        MonteCarlo.AssertMean(within + (Patients * between), [.. tables.Select(t => t.Between)]);
        MonteCarlo.AssertMean(within, [.. tables.Select(t => t.Within)]);
    }
}
