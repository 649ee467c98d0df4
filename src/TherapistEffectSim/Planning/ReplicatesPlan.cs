using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Planning;

/// <summary>How many replicates give a rejection rate p its Monte Carlo standard error: p(1 − p)/mcse². Of several tests p is the rate at which all reject.</summary>
internal sealed class ReplicatesPlan(PlanProblem problem, DesignLedger ledger, DesignEvaluator evaluator, bool withoutPatients)
{
    private const int LeavesOfPilot = 256; // 16,384 replicates

    public PlanResult Plan()
    {
        Scenario scenario = problem.Study.Cells[0].Scenario;
        long leaves = Math.Max(1, Math.Min(LeavesOfPilot, problem.Replicates / LeafValues.Capacity));
        Tally tally = ledger.Confirm([new([], "scenario", scenario)], leaves)[0];
        MonteCarloEstimate rate = MonteCarloEstimate.Proportion((long)tally.Sum, tally.Values);
        double square = problem.Target.Mcse!.Value * problem.Target.Mcse.Value;
        double needed = Needed(rate.Value);
        double[] ends = [Needed(rate.ConfLow), Needed(rate.ConfHigh)];
        bool isAroundHalf = rate.ConfLow < 0.5 && rate.ConfHigh > 0.5;
        return new()
        {
            Status = PlanStatus.Reached,
            Measure = problem.Target.Measure,
            Target = problem.Target.Mcse.Value,
            Direction = PlanDirection.Up,
            Answer = new()
            {
                Values = [needed],
                Scenario = scenario,
                Patients = scenario.Trial.ExpectedPatients,
                Measure = new(rate.Value, rate.Mcse, rate.ConfLow, rate.ConfHigh),
                Interval = (ends.Min(), isAroundHalf ? Needed(0.5) : ends.Max()),
                IsIntervalOpen = false,
                Replicates = tally.Replicates,
            },
            RejectionsMean = evaluator.RejectionsMean(scenario),
            Replicates = ledger.Replicates,
            Seed = problem.Study.Seed,
            ConfirmationSeed = DesignLedger.ConfirmationSeed(problem.Study.Seed),
            WithoutPatients = withoutPatients,
        };

        double Needed(double p) => Math.Ceiling(Math.Max(p * (1 - p), 0) / square);
    }
}
