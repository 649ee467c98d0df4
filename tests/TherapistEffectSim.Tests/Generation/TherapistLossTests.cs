using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Therapists who differ in the loss of their patients, and therapists who leave with all of theirs.</summary>
public sealed class TherapistLossTests
{
    private const int TherapistsOfTrial = 20;
    private const int PatientsOfTherapist = 20;
    private const int Replicates = 2000;

    private static readonly Scenario s_world = Worlds.Plain with
    {
        Trial = Worlds.Plain.Trial with { Caseload = new FixedCaseload { Patients = PatientsOfTherapist } },
    };

    private static readonly Attrition s_all = new()
    {
        Alliance = new() { Rate = 0.2, TherapistSd = 0.9, DependsOn = new() { Severity = 0.5, TrueAlliance = -0.6 } },
        Outcome = new() { Rate = 0.3, TherapistSd = 0.6, DependsOn = new() { Outcome = -0.8 } },
        Therapists = 0.15,
    };

    // The expected rate differs from the one asked for by less than 1e-4: 65,536 points of an evenly spread sequence.
    [Theory]
    [InlineData(0.3, 0.8)]
    [InlineData(0.05, 2)]
    [InlineData(0.5, 20)]
    public void Intercept_WithTherapistSd_IsThatOfQuadrature(double rate, double sd)
    {
        World world = new(s_world with { Attrition = new() { Alliance = Stage(rate, sd), Outcome = Stage(rate, sd) } });
        foreach (LossLogOdds loss in new[] { world.LossBeforeAlliance!.Value, world.LossBeforeOutcome!.Value })
        {
            Assert.False(loss.IsConstant);
            Assert.Equal(rate, LogisticLoss.NormalMean(v => LogisticLoss.Probability(loss.Intercept + (sd * v))), 1e-4);
        }
    }

    /// <summary>Moments of the therapists' probabilities from 40,000 therapists: an SD of .8 that was .7 or .9 would be seen.</summary>
    [Fact]
    public void LossOfTherapists_HasTheMomentsOfNormalLogOdds()
    {
        const double first = 0.3;
        const double second = 0.4;
        const double sd = 0.8;
        List<GeneratedTrial> trials = GeneratedTrial.Many(
            s_world with { Attrition = new() { Alliance = Stage(first, sd), Outcome = Stage(second, sd) } }, Replicates);
        List<double> squares = [];
        List<double> rates = [];
        List<double> products = [];
        foreach (GeneratedTrial trial in trials)
        {
            for (int j = 0; j < TherapistsOfTrial; j++)
            {
                int measured = Count(trial.Measured, j);
                double lost = PatientsOfTherapist - measured;
                rates.Add(lost / PatientsOfTherapist);
                squares.Add(lost * (lost - 1) / (PatientsOfTherapist * (PatientsOfTherapist - 1.0)));
                if (measured > 0)
                {
                    products.Add((((double)(measured - Count(trial.Analysed, j))) - (second * measured)) * (lost - (first * PatientsOfTherapist)));
                }
            }
        }

        double intercept = LogisticLoss.Intercept(first, sd);
        MonteCarlo.AssertMean(first, rates);
        MonteCarlo.AssertMean(LogisticLoss.NormalMean(v => Math.Pow(LogisticLoss.Probability(intercept + (sd * v)), 2)), squares);

        // E (second − rate)·measured·(first − rate) given v_1 is 0 if v_2 is another number.
        MonteCarlo.AssertMean(0, products);
    }

    [Fact]
    public void RatesThatDependOnPatientsAndTherapists_AreRealisedAmongTherapistsWhoStay()
    {
        List<double> measuredExcess = [];
        List<double> analysedExcess = [];
        foreach (GeneratedTrial trial in GeneratedTrial.Many(s_world with { Attrition = s_all }, Replicates))
        {
            // A therapist without measured patients may have stayed: of 20 patients with log odds of this SD, one in some ten thousand.
            int[] stay = [.. Enumerable.Range(0, TherapistsOfTrial).Where(j => Count(trial.Measured, j) > 0)];
            int measured = stay.Sum(j => Count(trial.Measured, j));
            int analysed = stay.Sum(j => Count(trial.Analysed, j));
            measuredExcess.Add((stay.Length * PatientsOfTherapist * (1 - s_all.Alliance.Rate)) - measured);
            analysedExcess.Add((measured * (1 - s_all.Outcome.Rate)) - analysed);
        }

        MonteCarlo.AssertMean(0, measuredExcess);
        MonteCarlo.AssertMean(0, analysedExcess);
    }

    [Fact]
    public void TherapistsWhoLeave_TakeAllPatientsAndLeaveTheOthersAsTheyAre()
    {
        const double share = 0.2;
        World staying = new(s_world with { Attrition = s_all with { Therapists = 0 } });
        World leaving = new(s_world with { Attrition = s_all with { Therapists = share } });
        List<double> shares = [];
        foreach ((GeneratedTrial all, GeneratedTrial some) in
            GeneratedTrial.Many<Lane8>(staying, 0, Replicates, true).Zip(GeneratedTrial.Many<Lane8>(leaving, 0, Replicates, true)))
        {
            Assert.Equal(all.Outcome, some.Outcome);
            int left = 0;
            for (int j = 0; j < TherapistsOfTrial; j++)
            {
                bool leaves = Count(some.Measured, j) == 0;
                left += leaves && Count(all.Measured, j) > 0 ? 1 : 0;
                if (leaves)
                {
                    Assert.Equal(0, Count(some.Analysed, j));
                }
                else
                {
                    Assert.Equal(OfTherapist(all.Measured, j), OfTherapist(some.Measured, j));
                    Assert.Equal(OfTherapist(all.Analysed, j), OfTherapist(some.Analysed, j));
                }
            }

            shares.Add((left - (share * Enumerable.Range(0, TherapistsOfTrial).Count(j => Count(all.Measured, j) > 0))) / TherapistsOfTrial);
        }

        MonteCarlo.AssertMean(0, shares);
    }

    [Fact]
    public void TherapistsWhoLeave_MakeATrialIncomplete()
    {
        World world = new(s_world with { Attrition = new() { Therapists = 0.1 } });

        Assert.False(world.IsComplete);
        Assert.True(new TrialGenerator<Lane1>(world, Worlds.Key, false).HasMasks);
        Assert.Empty(world.SolvedConstants());
        Assert.True(IsBalanced(new(s_world)));
        Assert.False(IsBalanced(world));

        static bool IsBalanced(World world)
        {
            AnalysisColumns columns = new(world);
            columns.AddVariable(GeneratedColumns.Outcome);
            return new TrialReduction<Lane1>(world, Worlds.Key, columns, Drawing.Patients).Statistics.IsBalanced;
        }
    }

    [Fact]
    public void DialsAtZero_LeaveTheBits()
    {
        Attrition plain = new() { Alliance = new() { Rate = 0.2 }, Outcome = new() { Rate = 0.3, DependsOn = new() { Outcome = -0.8 } } };
        List<GeneratedTrial> expected = GeneratedTrial.Many(s_world with { Attrition = plain }, 16);
        List<GeneratedTrial> found = GeneratedTrial.Many(
            s_world with { Attrition = plain with { Therapists = 0, Alliance = plain.Alliance with { TherapistSd = 0 } } }, 16);
        foreach ((GeneratedTrial x, GeneratedTrial y) in expected.Zip(found))
        {
            Assert.Equal(x.Outcome, y.Outcome);
            Assert.Equal(x.Measured, y.Measured);
            Assert.Equal(x.Analysed, y.Analysed);
        }

        // Differences between therapists in a loss that nobody suffers.
        World none = new(s_world with { Attrition = new() { Alliance = Stage(0, 1) } });
        Assert.True(none.IsComplete);
    }

    [Fact]
    public void WideLanes_HaveTheBitsOfOneLane()
    {
        World world = new(Worlds.Full with { Attrition = s_all });
        List<GeneratedTrial> one = GeneratedTrial.Many<Lane1>(world, 3, 8, true);
        foreach (List<GeneratedTrial> wide in new[] { GeneratedTrial.Many<Lane2>(world, 3, 8, true), GeneratedTrial.Many<Lane4>(world, 3, 8, true), GeneratedTrial.Many<Lane8>(world, 3, 8, true) })
        {
            Assert.Equal(one.SelectMany(t => t.Measured), wide.SelectMany(t => t.Measured));
            Assert.Equal(one.SelectMany(t => t.Analysed), wide.SelectMany(t => t.Analysed));
        }
    }

    private static AttritionStage Stage(double rate, double sd) => new() { Rate = rate, TherapistSd = sd };

    private static List<bool> OfTherapist(List<bool> mask, int j) => mask.GetRange(j * PatientsOfTherapist, PatientsOfTherapist);

    private static int Count(List<bool> mask, int j) => OfTherapist(mask, j).Count(isTrue => isTrue);
}
