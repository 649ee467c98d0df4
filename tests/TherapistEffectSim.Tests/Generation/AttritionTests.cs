using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Who is lost, against the logistic model by plain quadrature.</summary>
/// <remarks>
/// All covariates of <see cref="s_world"/> are normal with mean 0, so that one integral over a standard normal x gives the intercept
/// and the mean of the lost. 1,000 trials of 200 patients: a rate off by 0.007, or a mean of the lost off by 0.02 SDs, would be seen.
/// </remarks>
public sealed class AttritionTests
{
    private const int Replicates = 1000;
    private const double FourStandardErrors = 6.3e-5;

    private static readonly Scenario s_world = Worlds.Plain.WithOutcome(o => o with
    {
        Between = new LinearShape { Slope = 0.3 },
        Within = new LinearShape { Slope = 0.4 },
        Severity = -0.3,
    }) with
    { Alliance = new() { TherapistIcc = 0.2, Reliability = 0.7 } };

    private static readonly double s_outcomeSd = Math.Sqrt(1 + (1.0 / 9) + 0.09 + 0.16 + 0.09);
    private static readonly double s_allianceSd = Math.Sqrt(0.2 + (0.8 / 0.7));

    public static TheoryData<string, double, double, bool> Dependences
    {
        get
        {
            TheoryData<string, double, double, bool> cases = [];
            foreach (string covariate in new[] { "severity", "alliance", "true-alliance", "outcome" })
            {
                cases.Add(covariate, 0.2, 0.8, true);
                cases.Add(covariate, 0.35, -1.2, false);
            }

            cases.Add("severity", 0.05, 3, true);
            return cases;
        }
    }

    [Theory]
    [InlineData(0.1, 0)]
    [InlineData(0, 0.3)]
    [InlineData(0.15, 0.25)]
    public void ConstantRates_AreRealised(double alliance, double outcome)
    {
        Scenario scenario = s_world with { Attrition = new() { Alliance = new() { Rate = alliance }, Outcome = new() { Rate = outcome } } };

        AssertRates(scenario, alliance, outcome);
    }

    [Fact]
    public void RatesThatDependOnEverything_AreRealisedOverBothArmsAndGivenTheFirstStage()
    {
        AttritionStage first = new() { Rate = 0.2, DependsOn = new() { Severity = 0.6, Alliance = -0.5, TrueAlliance = 0.3, Outcome = -0.8 } };
        AttritionStage second = new() { Rate = 0.3, DependsOn = new() { Severity = -0.4, Alliance = -0.7, TrueAlliance = 0.2, Outcome = 0.9 } };
        Scenario scenario = s_world.WithOutcome(o => o with
        {
            Between = new InvertedUShape { Optimum = 0.5, LossAt2Sd = 1 },
            ArmEffect = new() { D = 0.6, Standardiser = Standardiser.Total },
            SiteIcc = 0.05,
        }) with
        {
            Trial = Worlds.Plain.Trial with { Arms = ["a", "b"], Sites = 4 },
            Attrition = new() { Alliance = first, Outcome = second },
        };

        AssertRates(scenario, first.Rate, second.Rate);
    }

    [Theory]
    [MemberData(nameof(Dependences))]
    public void Loss_FollowsTheLogisticModelAndPositiveSlopesLoseTheHigh(string covariate, double rate, double slope, bool isFirstStage)
    {
        Scenario scenario = s_world with { Attrition = Attrition(covariate, rate, slope, isFirstStage) };
        double intercept = LogisticLoss.Intercept(rate, slope);
        World world = new(scenario);
        LossLogOdds solved = (isFirstStage ? world.LossBeforeAlliance : world.LossBeforeOutcome)!.Value;

        // 65,536 quasi-random points stand for the integral: an intercept off by 0.002 moves a rate by at most 0.0005.
        Assert.Equal(intercept, solved.Intercept, 0.002);
        AssertRates(scenario, isFirstStage ? rate : 0, isFirstStage ? 0 : rate);

        double meanOfLost = LogisticLoss.NormalMean(x => x * LogisticLoss.Probability(intercept + (slope * x))) / rate;
        Assert.Equal(Math.Sign(slope), Math.Sign(meanOfLost));
        List<GeneratedTrial> trials = GeneratedTrial.Many(scenario, Replicates);
        MonteCarlo.AssertMean(0, [.. trials.Select(
            t => Enumerable.Range(0, t.Patients).Where(i => !t.Analysed[i]).Sum(i => Standardised(t, i, covariate) - meanOfLost))]);
    }

    [Fact]
    public void Alliance_IsNotMeasuredWherePatientsWereLostBefore()
    {
        Scenario scenario = s_world with { Attrition = new() { Alliance = new() { Rate = 0.3 }, Outcome = new() { Rate = 0.3 } } };

        List<GeneratedTrial> trials = GeneratedTrial.Many(scenario, 80);

        Assert.All(trials, t => Assert.DoesNotContain(Enumerable.Range(0, t.Patients), i => t.Analysed[i] && !t.Measured[i]));
        Assert.Contains(trials, t => Enumerable.Range(0, t.Patients).Any(i => t.Measured[i] && !t.Analysed[i]));
    }

    [Fact]
    public void Arms_CountByTheirPatients()
    {
        // 8 + 1 patients in the first arm, 3 + 2 in the second.
        Trial trial = new() { Arms = ["a", "b"], Therapists = 4, Caseload = new ListedCaseload { Patients = [8, 3, 1, 2] } };
        Trial shared = trial with { Therapists = 3, Caseload = new SharedCaseload { Total = 5, Cv = 0 } };

        Assert.Equal([9.0 / 14, 5.0 / 14], new World(s_world with { Trial = trial }).ArmShares.ToArray());

        // Shared as equally as whole numbers allow: 2 + 1 and 2.
        Assert.Equal([3.0 / 5, 2.0 / 5], new World(s_world with { Trial = shared }).ArmShares.ToArray());
    }

    private static void AssertRates(Scenario scenario, double alliance, double outcome)
    {
        List<GeneratedTrial> trials = GeneratedTrial.Many(scenario, Replicates);
        AssertRate(alliance, [.. trials.Select(t => t.Measured.Average(m => (m ? 0 : 1) - alliance))]);

        // A ratio of sums: the sum of lost − rate over those measured has mean 0.
        AssertRate(outcome, [.. trials.Select(t => t.Analysed.Zip(t.Measured).Where(p => p.Second).Sum(p => (p.First ? 0 : 1) - outcome))]);
    }

    private static void AssertRate(double rate, double[] excess)
    {
        if (rate == 0)
        {
            Assert.All(excess, x => Assert.Equal(0, x));
        }
        else
        {
            MonteCarlo.AssertMean(0, excess, FourStandardErrors);
        }
    }

    private static Attrition Attrition(string covariate, double rate, double slope, bool isFirstStage)
    {
        AttritionStage stage = new()
        {
            Rate = rate,
            DependsOn = covariate switch
            {
                "severity" => new() { Severity = slope },
                "alliance" => new() { Alliance = slope },
                "true-alliance" => new() { TrueAlliance = slope },
                _ => new() { Outcome = slope },
            },
        };
        return isFirstStage ? new() { Alliance = stage } : new() { Outcome = stage };
    }

    private static double Standardised(GeneratedTrial trial, int patient, string covariate) => covariate switch
    {
        "severity" => trial.Severity[patient],
        "alliance" => trial.Alliance[patient] / s_allianceSd,
        "true-alliance" => trial.TrueAlliance(patient, Math.Sqrt(0.8)),
        _ => trial.Outcome[patient] / s_outcomeSd,
    };
}
