using MathNet.Numerics.Distributions;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Tests.Performance;

/// <summary>Made-up replicates: θ̂ ~ N(θ + bias, sd²), se² ~ sd²·χ²₂₀/20, z test of 0 at 5 %.</summary>
internal static class SimulatedOutcomes
{
    public const double TrueValue = 0.2;
    public const double Sd = 0.3;

    private const double Bias = 0.05;
    private const double Critical = 1.959963984540054;

    public static TestOutcome[] Draw(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => DrawOne(random))];

    /// <summary>As <see cref="Draw"/>, with every status and with estimates that have no standard error, test or interval.</summary>
    public static TestOutcome[] DrawWithFailures(Random random, int count) =>
    [
        .. Draw(random, count).Select((outcome, i) => (i % 10) switch
        {
            0 => outcome with { Status = TermStatus.Singular, StandardError = double.NaN, Coverage = IntervalCoverage.None },
            1 => TestOutcome.Failed(TermStatus.Dropped),
            2 => TestOutcome.Failed(TermStatus.NotEstimable),
            3 => TestOutcome.Failed(TermStatus.NotConverged),
            4 => outcome with { Decision = Decision.NotMade },
            _ => outcome,
        }),
    ];

    public static EstimateSums Sum(IEnumerable<TestOutcome> outcomes, double? trueValue)
    {
        EstimateSums sums = new(trueValue);
        foreach (TestOutcome outcome in outcomes)
        {
            sums.Add(outcome);
        }

        return sums;
    }

    private static TestOutcome DrawOne(Random random)
    {
        double estimate = Normal.Sample(random, TrueValue + Bias, Sd);
        double se = Sd * Math.Sqrt(ChiSquared.Sample(random, 20) / 20);
        return new TestOutcome(
            TermStatus.Ok,
            estimate,
            se,
            Math.Abs(estimate) >= Critical * se ? Decision.Rejected : Decision.NotRejected,
            Math.Abs(estimate - TrueValue) <= Critical * se ? IntervalCoverage.Covered : IntervalCoverage.Missed);
    }
}
