using TherapistEffectSim.Design;
using TherapistEffectSim.Planning;
using TherapistEffectSim.Studies;
using TherapistEffectSim.Tests.ClosedForms;
using TherapistEffectSim.Tests.Studies;

namespace TherapistEffectSim.Tests.Planning;

public sealed class TrialPlannerTests
{
    private const int Few = 40_000;

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 8)]
    public void Plan_WithAnyThreadsAndLanes_GivesTheSameNumbers(int threads, int lanes)
    {
        PlanProblem problem = PlanFixture.Variance(10, 0.1, seed: 3) with { Replicates = Few };
        List<DesignRecord> reference = [];
        List<DesignRecord> records = [];

        PlanResult expected = TrialPlanner.Plan(problem, new() { Threads = 2, Lanes = 4, OnRecord = reference.Add }, CancellationToken.None);
        PlanResult actual = TrialPlanner.Plan(problem, new() { Threads = threads, Lanes = lanes, OnRecord = records.Add }, CancellationToken.None);

        Assert.Equal(reference, records);
        Assert.Equal(Numbers(expected.Answer), Numbers(actual.Answer));
        Assert.Equal(expected.Curve.Select(p => p.Measure), actual.Curve.Select(p => p.Measure));
    }

    [Fact]
    public void Plan_ThatIsInterrupted_GoesOnFromItsRecordsToTheSameAnswer()
    {
        PlanProblem problem = PlanFixture.Variance(10, 0.1, seed: 3) with { Replicates = Few };
        List<DesignRecord> all = [];
        PlanResult undisturbed = TrialPlanner.Plan(problem, new() { OnRecord = all.Add }, CancellationToken.None);
        using CancellationTokenSource source = new();
        List<DesignRecord> kept = [];

        Assert.Throws<OperationCanceledException>(() => TrialPlanner.Plan(
            problem,
            new()
            {
                OnRecord = record =>
                {
                    kept.Add(record);
                    if (record.Stage == PlanStage.Confirmation)
                    {
                        source.Cancel();
                    }
                },
            },
            source.Token));
        PlanOptions resumed = new() { Known = kept };
        PlanResult result = TrialPlanner.Plan(problem, resumed, CancellationToken.None);

        Assert.Equal(all.Take(kept.Count), kept);
        Assert.Equal(Numbers(undisturbed.Answer), Numbers(result.Answer));
        Assert.Equal(all.Sum(r => r.Replicates) - kept.Sum(r => r.Replicates), resumed.Progress.ReplicatesDone);
        Assert.Equal(undisturbed.Replicates, result.Replicates);
    }

    [Fact]
    public void Plan_SearchesOnTheStudysSeed_AndConfirmsOnFreshReplicates()
    {
        List<DesignRecord> records = [];

        PlanResult plan = TrialPlanner.Plan(PlanFixture.Variance(10, 0.1, seed: 3) with { Replicates = Few }, new() { OnRecord = records.Add }, CancellationToken.None);

        DesignRecord[] confirmed = [.. records.Where(r => r.Stage == PlanStage.Confirmation)];
        Assert.All(records.Except(confirmed), r => Assert.Equal(3UL, r.Seed));
        Assert.All(confirmed, r => Assert.Equal(plan.ConfirmationSeed, r.Seed));
        Assert.NotEqual(3UL, plan.ConfirmationSeed);
        long next = 0;
        foreach (DesignRecord record in confirmed)
        {
            Assert.Equal(next, record.FirstReplicate);
            next += record.Replicates;
        }

        Assert.Equal(plan.Answer.Replicates, next);
        Assert.InRange(next, 0.7 * Few, Few);
    }

    [Fact]
    public void Evaluation_OfADesign_CountsTheRejectionsOfARun()
    {
        PlanProblem problem = PlanFixture.Variance(10, 0.1, seed: 3) with { Replicates = Few };
        List<DesignRecord> records = [];
        TrialPlanner.Plan(problem, new() { OnRecord = records.Add }, CancellationToken.None);
        DesignRecord first = records.First(r => r.FirstReplicate == 0 && r.Stage == PlanStage.Search);

        CellResult run = StudyFixture.Run(problem.Study with { Replicates = (int)first.Replicates, Cells = [new(1, [], problem.At([int.Parse(first.Design, System.Globalization.CultureInfo.InvariantCulture)]))] })[0];

        Assert.Equal(first.Sum / first.Replicates, run.Measure("null-model", "var(therapist)", "f-exact", "rejection_rate").Value);
    }

    // The smallest slope with power .80 of thirty therapists by eight: by the exact power, between .21 and .22.
    [Fact]
    public void Plan_OfASlope_FindsTheSmallestDetectableEffect()
    {
        PlanProblem problem = PlanFixture.Slope(8, 0.2, seed: 4) with
        {
            Dimensions = [new("outcome_between_slope", 0m, 0.001m, 1001)],
            At = values => PlanFixture.SlopeWorld(30, 8, values[0]),
        };

        PlanResult plan = PlanFixture.Plan(problem);

        Assert.Equal(PlanDirection.Up, plan.Direction);
        Assert.Equal(PlanStatus.Reached, plan.Status);
        Assert.True(ExactRates.SlopePower(30, plan.Answer.Interval.Low - 0.001, 0.03 + (0.95 / 8)) < 0.8);
        Assert.True(ExactRates.SlopePower(30, plan.Answer.Interval.High, 0.03 + (0.95 / 8)) >= 0.8);
        Assert.InRange(plan.Answer.Interval.High - plan.Answer.Interval.Low, 0, 0.004);
    }

    // What therapists differ beyond the alliance hides the slope: the exact power at the largest ICC must be .80.
    [Fact]
    public void Plan_OfADimensionThatHarms_FindsTheLargestValue()
    {
        PlanProblem problem = PlanFixture.Slope(8, 0.3, seed: 5) with
        {
            Dimensions = [new("therapists_outcome_icc", 0m, 0.001m, 300)],
            At = values => PlanFixture.SlopeWorld(30, 8, 0.3) with { Therapists = new() { OutcomeIcc = values[0] } },
            Replicates = Few,
        };

        PlanResult plan = PlanFixture.Plan(problem);

        double icc = plan.Answer.Values[0];
        Assert.Equal(PlanDirection.Down, plan.Direction);
        Assert.InRange(ExactRates.SlopePower(30, 0.3, 0.95 * ((icc / (1 - icc)) + 0.125)), 0.79, 0.81);
        Assert.True(plan.Answer.Before > icc);
    }

    [Fact]
    public void Plan_OfATargetOutOfReach_SaysWhatLimitsIt()
    {
        PlanProblem problem = PlanFixture.Variance(10, 0.05, seed: 6, most: 40) with { Replicates = Few };

        PlanResult plan = PlanFixture.Plan(problem);

        Assert.Equal(PlanStatus.OutOfReach, plan.Status);
        Assert.Equal(40, plan.Answer.Values[0]);
        Assert.True(plan.Answer.IsIntervalOpen);
        Assert.Equal(ExactRates.FPower(40, 10, 0.05), plan.Answer.Measure.Value, 5 * plan.Answer.Measure.Mcse);
        Assert.Equal(["as planned", "twice the therapists", "twice the patients of each therapist", "ten times the patients of each therapist"], plan.Limits.Select(l => l.Value));
        Assert.Equal(ExactRates.FPower(40, 20, 0.05), plan.Limits[2].Measure.Value, 5 * plan.Limits[2].Measure.Mcse);
    }

    [Fact]
    public void Plan_OfATargetThatTheFirstDesignReaches_SaysSo()
    {
        PlanProblem problem = PlanFixture.Variance(60, 0.3, seed: 7) with { Replicates = Few };

        PlanResult plan = PlanFixture.Plan(problem);

        Assert.Equal(PlanStatus.ReachedByFirst, plan.Status);
        Assert.Equal(4, plan.Answer.Values[0]);
        Assert.Null(plan.Answer.Before);
    }

    [Fact]
    public void Plan_OverTheBudget_SaysWhatItBuys()
    {
        PlanProblem problem = PlanFixture.Variance(10, 0.05, seed: 8) with { Replicates = Few, Cost = new() { Therapist = 100, Patient = 10 }, Budget = 10_000 };

        PlanResult plan = PlanFixture.Plan(problem);

        Assert.Equal(PlanStatus.OverBudget, plan.Status);
        Assert.InRange(plan.Answer.Values[0], 75, 77);
        Assert.Equal(50, plan.WithinBudget!.Values[0]);
        Assert.Equal(10_000, plan.WithinBudget.Cost);
        Assert.Equal(ExactRates.FPower(50, 10, 0.05), plan.WithinBudget.Measure.Value, 5 * plan.WithinBudget.Measure.Mcse);
    }

    // The width of an interval of a mean falls with the square root of its size: 2·t·SE of the known distribution.
    [Fact]
    public void Plan_OfAnIntervalWidth_FindsTheNumberOfTherapists()
    {
        PlanProblem problem = PlanFixture.Slope(8, 0.2, seed: 9) with { Target = new() { IntervalWidth = 0.3 }, Replicates = Few };

        PlanResult plan = PlanFixture.Plan(problem);

        CellResult run = StudyFixture.Run(problem.Study with { Replicates = 20_000, Seed = 77, Cells = [new(1, [], plan.Answer.Scenario)] })[0];
        double therapists = plan.Answer.Values[0];
        double modelSe = run.Measure("means", "therapist_score", "t-satterthwaite", "model_se").Value!.Value;
        double expected = 2 * Inference.StudentT(therapists - 2) * modelSe;
        Assert.InRange(expected, 0.29, 0.305); // the mean of SE is a little less than its root mean square
        Assert.InRange(plan.Answer.Measure.Value, 0.28, 0.3);
    }

    // The first designs of a line both reach the target, and by chance the second has the lower share: no reason to look for larger ones.
    [Fact]
    public void Estimate_WhereTheLineFallsByChance_TakesTheSlopeOfTheSearch()
    {
        DesignLine line = new(PlanFixture.Therapists(10, 80), PlanDirection.Up, _ => throw new InvalidOperationException());
        Confirmation confirmation = new(line, new(new() { Power = 0.8 }), slopeOfSearch: 0.5);
        confirmation.Add(0, new(2000, 2000, 1640, 1640));
        confirmation.Add(1, new(2000, 2000, 1610, 1610));

        RootEstimate estimate = confirmation.Estimate();

        Assert.True(estimate.IsReached);
        Assert.Equal((0, 0), (estimate.Position, estimate.Low));
        Assert.All(confirmation.PositionsAround(estimate.Exact, [-0.12, 0, 0.12]), position => Assert.InRange(position, 0, 6));
    }

    // 4.9 standard errors: false-alarm rate 1e-6; a rate off by .017 is seen. The 95 % interval of the answer is that of the rate.
    [Fact]
    public void Plan_OfReplicates_TakesTheVarianceOfTheRate()
    {
        PlanProblem problem = PlanFixture.Variance(10, 0.05, seed: 10) with { Target = new() { Mcse = 0.004 }, Dimensions = [] };

        PlanResult plan = PlanFixture.Plan(problem);

        PlanMeasure rate = plan.Answer.Measure;
        Assert.InRange(ExactRates.FPower(10, 10, 0.05), rate.Value - (4.9 * rate.Mcse), rate.Value + (4.9 * rate.Mcse));
        Assert.Equal(Needed(rate.Value), plan.Answer.Values[0]);
        Assert.Equal((Needed(rate.ConfLow), Needed(rate.ConfHigh)), plan.Answer.Interval);

        static double Needed(double p) => Math.Ceiling(p * (1 - p) / (0.004 * 0.004));
    }

    // Under the assumption the answer is that of the other world.
    [Fact]
    public void Plan_UnderAnotherAssumption_IsThatOfTheOtherWorld()
    {
        PlanProblem problem = PlanFixture.Variance(10, 0.05, seed: 11) with
        {
            Assumptions = [new("therapists_outcome_icc", ["0.1"], (values, _) => StudyFixture.ScoresWorld((int)values[0], 10, 0.1, 0, 0, 0))],
        };

        PlanAssumption there = Assert.Single(PlanFixture.Plan(problem).Assumptions);

        Assert.InRange(PlanFixture.SmallestForVariance(10, 0.1), there.Answer.Interval.Low, there.Answer.Interval.High);
        Assert.Equal(ExactRates.FPower(76, 10, 0.1), there.AtAnswer.Value, 0.01);
    }

    [Fact]
    public void Check_OfAContradiction_SaysWhichAndWhatToDo()
    {
        (PlanProblem Problem, string Message)[] contradictions =
        [
            (Two() with { Cost = null }, "plan.vary names several paths"),
            (Two() with { Cost = null, Dimensions = [PlanFixture.Therapists(4, 50)], Budget = 5 }, "plan.budget needs plan.cost."),
            (Two() with { Dimensions = [] }, "plan.vary is missing"),
            (Two() with { Target = new() }, "plan.target takes exactly one of power, interval-width, coverage and mcse."),
            (Two() with { Target = new() { Mcse = 0.01 } }, "leave plan.vary out"),
            (Two() with { Target = new() { Coverage = 0.9 } }, "f-exact has no confidence interval"),
            (Two() with { Target = new() { Power = 0.8, Tests = [new() { Method = "null-model", Variance = "therapist", By = TestKind.LrtMixture }] } }, "The methods make {method: null-model, variance: therapist, by: f-exact}."),
        ];
        Assert.All(contradictions, c => Assert.Contains(c.Message, Assert.Throws<StudyException>(() => TrialPlanner.Check(c.Problem)).Message, StringComparison.Ordinal));
    }

    private static (double, PlanMeasure, (double, double), double?, PlanMeasure, double, long) Numbers(PlanAnswer answer) =>
        (answer.Values[0], answer.Measure, answer.Interval, answer.Before, answer.BeforeMeasure, answer.BeforeFails, answer.Replicates);

    private static PlanProblem Two() => PlanFixture.Variance(10, 0.05, seed: 1) with
    {
        Dimensions = [PlanFixture.Therapists(4, 50), new("trial_caseload", 5, 1, 20, PlanDirection.Up)],
        At = values => StudyFixture.ScoresWorld((int)values[0], (int)values[1], 0.05, 0, 0, 0),
        Cost = new() { Therapist = 1 },
    };

    private static class Inference
    {
        public static double StudentT(double df) => TherapistEffectSim.Inference.StudentT.UpperQuantile(0.025, df);
    }
}
