using TherapistEffectSim.Performance;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Planning;

/// <summary>The scale η on which what a design gives is nearly linear in the size of the trial, and larger is better: probit of shares, −log of widths.</summary>
internal sealed class TargetScale
{
    private readonly bool _isShare;

    public TargetScale(PlanTarget target)
    {
        _isShare = target.IntervalWidth is null;
        Target = Link(target.Value);
    }

    /// <summary>η of the target: a design does if its η is at least this.</summary>
    public double Target { get; }

    /// <summary>What η is of a trial of size 0 if it can be told: that of power is near the probit of the level.</summary>
    public double? OfNothing(double alpha) => _isShare ? Link(alpha) : null;

    /// <summary>η of a mean.</summary>
    public double Link(double mean) => _isShare ? NormalDistribution.Quantile(mean) : -Elementary.Log(mean);

    /// <summary>The mean with this η.</summary>
    public double Mean(double link) => _isShare ? NormalDistribution.Cdf(link) : Elementary.Exp(-link);

    /// <summary>dη/dμ at a mean.</summary>
    public double Slope(double mean)
    {
        const double sqrtTwoPi = 2.5066282746310002;
        if (!_isShare)
        {
            return -1 / mean;
        }

        double link = Link(mean);
        return sqrtTwoPi * Elementary.Exp(0.5 * link * link);
    }

    /// <summary>The mean of a tally, of shares moved away from 0 and 1 by half a replicate so that it has an η; 0 without values.</summary>
    public double MeanOf(Tally tally) =>
        _isShare ? (tally.Sum + 0.5) / (tally.Values + 1) : tally.Values > 0 ? tally.Mean : double.MaxValue;

    /// <summary>Variance of the mean of a tally whose expectation is <paramref name="expected"/>.</summary>
    public double VarianceOf(Tally tally, double expected)
    {
        if (_isShare)
        {
            return expected * (1 - expected) / tally.Values;
        }

        double n = tally.Values;
        return Math.Max(0, tally.SumOfSquares - (tally.Sum * tally.Sum / n)) / (n - 1) / n;
    }

    /// <summary>The mean of a tally with its Monte Carlo error.</summary>
    public MonteCarloEstimate Estimate(Tally tally) =>
        tally.Values == 0 ? MonteCarloEstimate.Unknown
        : _isShare ? MonteCarloEstimate.Proportion((long)tally.Sum, tally.Values)
        : MonteCarloEstimate.Normal(tally.Mean, Math.Sqrt(VarianceOf(tally, tally.Mean)));
}
