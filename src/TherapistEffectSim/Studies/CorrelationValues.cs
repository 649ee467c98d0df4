using TherapistEffectSim.Inference;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Studies;

/// <summary>The correlations of alliance and outcome at one level in the replicates of one leaf.</summary>
internal sealed class CorrelationValues
{
    /// <summary>r.</summary>
    public double[] Estimate { get; } = new double[LeafValues.Capacity];

    /// <summary>Degrees of freedom of its t.</summary>
    public double[] DegreesOfFreedom { get; } = new double[LeafValues.Capacity];

    /// <summary>Whether degrees of freedom are left and both variables vary: a bit per replicate, the first the lowest.</summary>
    public ulong Estimable { get; set; }

    /// <summary>Standard errors, after <see cref="FillStandardErrors"/>; of no meaning where not estimable.</summary>
    public double[] StandardError { get; } = new double[LeafValues.Capacity];

    /// <summary>Computes the standard errors of all replicates.</summary>
    public void FillStandardErrors()
    {
        for (int replicate = 0; replicate < StandardError.Length; replicate++)
        {
            StandardError[replicate] = CorrelationTest.StandardError(Estimate[replicate], DegreesOfFreedom[replicate]);
        }
    }

    /// <summary>Estimate and status in one replicate; the decision is empty.</summary>
    public TestOutcome Outcome(int replicate)
    {
        double r = Estimate[replicate];
        return LeafValues.Has(Estimable, replicate)
            ? new(TermStatus.Ok, r, CorrelationTest.StandardError(r, DegreesOfFreedom[replicate]), Decision.NotMade, IntervalCoverage.None)
            : TestOutcome.Failed(TermStatus.NotEstimable);
    }

    /// <summary>t of one replicate.</summary>
    public double Statistic(int replicate) => CorrelationTest.Statistic(Estimate[replicate], DegreesOfFreedom[replicate]);

    /// <summary>Interval of one replicate.</summary>
    public (double Low, double High) Interval(int replicate, double criticalValue) =>
        CorrelationTest.Interval(Estimate[replicate], DegreesOfFreedom[replicate], criticalValue);

    /// <summary>Whether that interval holds a value.</summary>
    public IntervalCoverage Coverage(int replicate, double? trueValue, double criticalValue)
    {
        (double low, double high) = Interval(replicate, criticalValue);
        return trueValue is not { } truth || double.IsNaN(low) ? IntervalCoverage.None
            : low <= truth && truth <= high ? IntervalCoverage.Covered
            : IntervalCoverage.Missed;
    }
}
