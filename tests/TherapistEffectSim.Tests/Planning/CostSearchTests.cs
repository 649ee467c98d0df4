using System.Diagnostics;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Planning;
using TherapistEffectSim.Tests.ClosedForms;
using TherapistEffectSim.Tests.Studies;
using Xunit.Abstractions;

namespace TherapistEffectSim.Tests.Planning;

/// <summary>The cheapest design over several dimensions, against all designs of the grid by their exact power.</summary>
public sealed class CostSearchTests(ITestOutputHelper output)
{
    private const double Icc = 0.05;
    private const double Slope = 0.15;

    // Trials of twenty to a hundred therapists. Designs are told apart down to a fifth of a point of power.
    [Theory]
    [InlineData(100, 100, 1)]
    [InlineData(1000, 100, 2)]
    [InlineData(2000, 20, 3)]
    public void Plan_OfTherapistsAndCaseload_CostsWhatTheCheapestOfTheGridDoes(double therapist, double patient, ulong seed)
    {
        static Scenario At(double therapists, double patients) => PlanFixture.SlopeWorld((int)therapists, (int)patients, Slope);

        double low = Cheapest(therapist, patient, (patients, power) => PlanFixture.SmallestForSlope(patients, Slope, power), 0.798);
        double high = Cheapest(therapist, patient, (patients, power) => PlanFixture.SmallestForSlope(patients, Slope, power), 0.802);
        output.WriteLine($"cheapest {low} to {high}");
        for (ulong s = 0; s < Seeds; s++)
        {
            PlanResult plan = Plan(PlanFixture.SlopeMethod, At, new() { Therapist = therapist, Patient = patient }, seed + (10 * s));
            Assert.InRange(plan.Answer.Cost!.Value, low * 0.99, high * 1.01);
        }
    }

    // Seven to thirty therapists, of whom one is much: many designs have nearly .80, and which of them has more cannot be told by simulation.
    [Theory]
    [InlineData(0, 100, 1)]
    [InlineData(100, 100, 2)]
    [InlineData(5000, 50, 3)]
    public void Plan_OfFewTherapists_CostsWhatTheGridDoesWithinHalfAPointOfPower(double therapist, double patient, ulong seed)
    {
        static Scenario At(double therapists, double patients) => StudyFixture.ScoresWorld((int)therapists, (int)patients, Icc, 0, 0, 0);

        double low = Cheapest(therapist, patient, (patients, power) => PlanFixture.SmallestForVariance(patients, Icc, power), 0.795);
        double high = Cheapest(therapist, patient, (patients, power) => PlanFixture.SmallestForVariance(patients, Icc, power), 0.805);
        output.WriteLine($"cheapest {low} to {high}");
        for (ulong s = 0; s < Seeds; s++)
        {
            PlanResult plan = Plan(PlanFixture.VarianceMethod, At, new() { Therapist = therapist, Patient = patient }, seed + (10 * s));
            Assert.InRange(plan.Answer.Cost!.Value, low * 0.99, high * 1.01);
            Assert.InRange(ExactRates.FPower(plan.Answer.Values[0], plan.Answer.Values[1], Icc), 0.795, 1);
        }
    }

    // Before a release twenty seeds.
    private static ulong Seeds => Environment.GetEnvironmentVariable("TES_PLAN_SEEDS") is { Length: > 0 } seeds ? ulong.Parse(seeds, CultureInfo.InvariantCulture) : 1UL;

    private PlanResult Plan(Method method, Func<double, double, Scenario> at, PlanCost cost, ulong seed)
    {
        Stopwatch clock = Stopwatch.StartNew();
        PlanResult plan = PlanFixture.Plan(PlanFixture.Problem(method, seed, 1000, j => at(j, 10)) with
        {
            Dimensions = [PlanFixture.Therapists(4, 1000), new("trial_caseload", 3, 1, 58, PlanDirection.Up)],
            At = values => at(values[0], values[1]),
            Cost = cost,
        });
        output.WriteLine($"found {plan.Answer.Cost} with {string.Join(" x ", plan.Answer.Values)}, {plan.Contour.Length} settings, {plan.Replicates} replicates, {clock.Elapsed.TotalSeconds:F1} s");
        foreach (PlanAnswer answer in plan.RunnersUp)
        {
            output.WriteLine($"  {string.Join(" x ", answer.Values)} for {answer.Cost}: {answer.Measure.Value:F4}");
        }

        Assert.Equal(PlanStatus.Reached, plan.Status);
        Assert.Equal(plan.Answer.Values[0] * (cost.Therapist + (plan.Answer.Values[1] * cost.Patient)), plan.Answer.Cost);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 60); // two or three on two cores that do nothing else
        Assert.All(plan.RunnersUp, r => Assert.True(r.Cost >= plan.Answer.Cost));
        return plan;
    }

    private static double Cheapest(double therapist, double patient, Func<int, double, int> smallest, double power) =>
        Enumerable.Range(3, 58).Min(patients => smallest(patients, power) * (therapist + (patients * patient)));
}
