using TherapistEffectSim.Data;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Repeated measurements against the equations of their world.</summary>
public sealed class GrowthTrialTests
{
    private static readonly Scenario s_small = GrowthWorlds.Large
        .WithTrial(t => t with { Therapists = 4, Caseload = new FixedCaseload { Patients = 3 } })
        .WithGrowth(g => g with { Weeks = [0, 2, 5] });

    // 4,000 replicates: a second moment that is off by 7 standard errors, about 12 % of a variance, is seen 99 times in 100.
    [Fact]
    public void Draw_OfManyReplicates_HasTheVariancesAndCovariancesOfTheWorld()
    {
        GrowthWorld world = new(s_small);
        GrowthTrial<Lane1> trial = new(world, Worlds.Key);
        const int replicates = 4000;
        Dictionary<string, (double Expected, List<double> Products)> moments = [];
        for (int replicate = 0; replicate < replicates; replicate++)
        {
            trial.Draw(replicate);
            for (int t = 0; t < 3; t++)
            {
                for (int u = 0; u <= t; u++)
                {
                    double therapists = Covariance(world.Components.Therapists, world, t, u);
                    double patients = Covariance(world.Components.Patients, world, t, u);
                    double residual = t == u ? 1.5 * 1.5 : 0;
                    Add($"own {t} {u}", therapists + patients + residual, Deviation(trial, world, 0, t) * Deviation(trial, world, 0, u));
                    Add($"same therapist {t} {u}", therapists, Deviation(trial, world, 0, t) * Deviation(trial, world, 1, u));
                    Add($"other therapist {t} {u}", 0, Deviation(trial, world, 0, t) * Deviation(trial, world, 3, u));
                }
            }
        }

        foreach ((double expected, List<double> products) in moments.Values)
        {
            MonteCarlo.AssertMean(expected, products);
        }

        void Add(string name, double expected, double product)
        {
            if (!moments.TryGetValue(name, out (double Expected, List<double> Products) moment))
            {
                moments.Add(name, moment = (expected, []));
            }

            moment.Products.Add(product);
        }
    }

    [Fact]
    public void Draw_WithoutChance_IsTheCourseWithItsTurnOnsetArmsTraitsAndCurves()
    {
        Scenario scenario = s_small
            .WithTrial(t => t with { Arms = ["usual", "trained"] })
            .WithGrowth(g => g with
            {
                Weeks = [0, 4, 6],
                Intercept = 1,
                Slope = 0.5,
                Turn = new() { Week = 4, Slope = -0.25 },
                OnsetWeek = 3,
                ResidualSd = 0.001,
                Patients = null,
                Therapists = null,
                ArmEffect = new() { D = 100 },
                ArmEffectFor = "alcohol",
                Between = new QuadraticShape { Curvature = 20 },
                Within = new LinearShape { Slope = 30 },
                Severity = -40,
                SeveritySlope = 50,
            }) with
        {
            Alliance = new() { TherapistIcc = 0.3, Severity = 0.2 },
            Traits = GrowthWorlds.Large.Traits.Add("alcohol", new() { Share = 0.4, Outcome = 7 }),
        };
        GrowthWorld world = new(scenario);
        GrowthData data = new(world, Worlds.Key);
        data.Draw(5, allPatients: false);
        DataTable table = data.ByWeek(GrowthData.Columns(world));

        double Value(string name, int row) => table.Numeric(name).Values[row];
        TextColumn arm = table.AsFactor("arm");
        for (int row = 0; row < table.Rows; row++)
        {
            double week = Value("week", row);
            double s = Value("therapist_score", row);
            bool treated = arm.Levels[arm.Codes[row]] == "trained" && Value("alcohol", row) == 1;
            double course = week <= 4 ? 1 + (0.5 * week) : 3 - (0.25 * (week - 4));
            double slope = (treated ? 100 : 0) - (20 * ((s * s) - 1)) + (30 * Value("patient_score", row)) + (50 * Value("severity", row));
            double expected = course + (7 * Value("alcohol", row)) - (40 * Value("severity", row)) + (slope * Math.Max(0, week - 3));
            Assert.Equal(expected, Value("outcome", row), 0.01);
        }
    }

    [Theory]
    [InlineData(1.0, 0, 0, 0)]
    [InlineData(2.5, 0, 0, 0)]
    [InlineData(0.7, 0.6, -0.4, 0.5)]
    public void Draw_WithLoss_LosesAsManyAsItsRateAndItsShapeSay(double shape, double severity, double alliance, double slope)
    {
        const double rate = 0.4;
        Scenario scenario = s_small.WithGrowth(g => g with
        {
            Dropout = new() { Rate = rate, Shape = shape, DependsOn = new() { Severity = severity, TrueAlliance = alliance, Slope = slope } },
        }) with
        { Alliance = new() { TherapistIcc = 0.2, Severity = 0.3 } };
        GrowthWorld world = new(scenario);
        GrowthTrial<Lane1> trial = new(world, Worlds.Key);
        List<double> lost = [];
        List<double> lostEarly = [];
        for (int replicate = 0; replicate < 3000; replicate++)
        {
            trial.Draw(replicate);
            lost.Add(trial.Measurements(0)[0] < 3 ? 1 : 0);
            lostEarly.Add(trial.Measurements(0)[0] < 2 ? 1 : 0);
        }

        // MCSE .009: a rate that is off by .065 is seen 99 times in 100.
        MonteCarlo.AssertMean(rate, lost);
        if (severity == 0)
        {
            MonteCarlo.AssertMean(1 - Math.Pow(1 - rate, Math.Pow(2 / 5.0, shape)), lostEarly);
        }
    }

    [Fact]
    public void Draw_WithMechanismsOn_LeavesAllOtherNumbersAsTheyAre()
    {
        GrowthTrial<Lane1> without = new(new(s_small), Worlds.Key);
        GrowthTrial<Lane1> with = new(
            new(s_small.WithTrial(t => t with { Therapists = 9 }).WithGrowth(g => g with { Dropout = new() { Rate = 0.5 }, Between = new LinearShape { Slope = 0 } })), Worlds.Key);
        without.Draw(8);
        with.Draw(3); // another replicate before leaves no trace
        with.Draw(8);

        for (int p = 0; p < 12; p++)
        {
            Assert.Equal(without.Outcome(p).ToArray(), with.Outcome(p).ToArray());
        }

        Assert.Contains(Enumerable.Range(0, 12), p => with.Measurements(p)[0] < 3);
    }

    [Fact]
    public void ByWeek_OfAllPatients_HasGapsWhereNothingWasMeasuredAndOneSlopeAPatient()
    {
        Scenario scenario = s_small.WithGrowth(g => g with { Dropout = new() { Rate = 0.6 } }) with { Attrition = new() { Alliance = new() { Rate = 0.3 } } };
        GrowthWorld world = new(scenario);
        GrowthData data = new(world, Worlds.Key);
        data.Draw(1, allPatients: true);
        DataTable all = data.ByWeek(GrowthData.Columns(world));
        data.Draw(1, allPatients: false);
        DataTable analysed = data.ByWeek(GrowthData.Columns(world));

        Assert.Equal(36, all.Rows);
        double[] measured = [.. all.Numeric("outcome").Values.Where(y => !double.IsNaN(y))];
        Assert.Equal(measured, analysed.Numeric("outcome").Values);
        Assert.InRange(measured.Length, 12, 30);
        int slopes = all.Numeric("slope").Values.Count(s => !double.IsNaN(s));
        Assert.Equal(slopes, analysed.Numeric("slope").Values.Count(s => !double.IsNaN(s)));
        Assert.Equal(
            slopes,
            Enumerable.Range(0, analysed.Rows).GroupBy(row => analysed.Numeric("patient").Values[row]).Count(patient => patient.Count() > 1));
    }

    private static double Covariance(in SolvedEffects effects, GrowthWorld world, int t, int u)
    {
        double a = world.Outcome.Weeks[t];
        double b = world.Outcome.Weeks[u];
        return (effects.InterceptSd * effects.InterceptSd) + ((a + b) * effects.Correlation * effects.InterceptSd * effects.SlopeSd) + (a * b * effects.SlopeSd * effects.SlopeSd);
    }

    // Of the first therapist's patients 0 and 1 and of the third's first, position 6, all in the first arm.
    private static double Deviation(GrowthTrial<Lane1> trial, GrowthWorld world, int patient, int t) =>
        trial.Outcome(patient == 3 ? 6 : patient)[t][0] - world.Course[t];
}
