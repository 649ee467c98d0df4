namespace TherapistEffectSim.Performance;

/// <summary>The performance measures of simulation studies and their Monte Carlo standard errors (MCSE), from sums.</summary>
/// <remarks>
/// Morris, White &amp; Crowther (2019), Stat. Med. 38, table 6, unless a member says otherwise. θ is the true value, θ̂ an estimate,
/// n the number of estimates, d = θ̂ − θ. Errors of type S and M: Gelman &amp; Carlin (2014), Perspect. Psychol. Sci. 9.
/// </remarks>
internal static class PerformanceFormula
{
    /// <summary>Below so many rejections, errors of type S and M are not told.</summary>
    public const long MinRejections = 50;

    /// <summary>mean(d); MCSE EmpSE/√n.</summary>
    public static MonteCarloEstimate Bias(EstimateSums sums) =>
        sums.TrueValue is null ? MonteCarloEstimate.Unknown : Mean(sums.Estimates, sums.SumD, sums.SumD2);

    /// <summary>bias/θ, a fraction; unknown for θ = 0. MCSE EmpSE/(√n·|θ|).</summary>
    public static MonteCarloEstimate RelativeBias(EstimateSums sums) =>
        sums.TrueValue is double truth and not 0 ? Bias(sums).DividedBy(truth) : MonteCarloEstimate.Unknown;

    /// <summary>SD of θ̂ over replicates; MCSE EmpSE/√(2(n − 1)).</summary>
    public static MonteCarloEstimate EmpiricalSe(EstimateSums sums)
    {
        double empirical = Math.Sqrt(Variance(sums.Estimates, sums.SumD, sums.SumD2));
        return MonteCarloEstimate.Normal(empirical, empirical / Math.Sqrt(2.0 * (sums.Estimates - 1)));
    }

    /// <summary>ModSE = √mean(se²) over the m replicates with a standard error; MCSE √(Var(se²)/(4 m ModSE²)).</summary>
    public static MonteCarloEstimate ModelSe(EstimateSums sums)
    {
        double m = sums.StandardErrors;
        double meanSquare = sums.SumSe2 / m;
        double variance = Variance(sums.StandardErrors, sums.SumSe2, sums.SumSe4);
        return MonteCarloEstimate.Normal(Math.Sqrt(meanSquare), Math.Sqrt(variance / (4 * m * meanSquare)));
    }

    /// <summary>100 (ModSE/EmpSE − 1), per cent; MCSE 100 (ModSE/EmpSE) √(Var(se²)/(4 m ModSE⁴) + 1/(2(n − 1))).</summary>
    public static MonteCarloEstimate RelativeErrorModelSe(EstimateSums sums)
    {
        MonteCarloEstimate model = ModelSe(sums);
        double ratio = model.Value / EmpiricalSe(sums).Value;
        double relativeMcse = model.Mcse / model.Value;
        double mcse = ratio * Math.Sqrt((relativeMcse * relativeMcse) + (1 / (2.0 * (sums.Estimates - 1))));
        return MonteCarloEstimate.Normal(100 * (ratio - 1), 100 * mcse);
    }

    /// <summary>MSE = mean(d²); MCSE √(Σ(d² − MSE)²/(n(n − 1))).</summary>
    public static MonteCarloEstimate MeanSquaredError(EstimateSums sums) =>
        sums.TrueValue is null ? MonteCarloEstimate.Unknown : Mean(sums.Estimates, sums.SumD2, sums.SumD4);

    /// <summary>Share of rejections among all replicates: power if θ is not 0.</summary>
    public static MonteCarloEstimate RejectionRate(EstimateSums sums) =>
        sums.Decisions == 0 && sums.Estimates > 0
            ? MonteCarloEstimate.Unknown // nothing is tested
            : MonteCarloEstimate.Proportion(sums.Rejections, sums.Replicates);

    /// <summary>Share of replicates that reject with an estimate on the side of θ; unknown for θ = 0.</summary>
    public static MonteCarloEstimate RejectionRateTrueSign(EstimateSums sums) =>
        sums.TrueValue is null or 0 || (sums.Decisions == 0 && sums.Estimates > 0)
            ? MonteCarloEstimate.Unknown
            : MonteCarloEstimate.Proportion(sums.RejectionsTrueSign, sums.Replicates);

    /// <summary>Share of the intervals that hold θ.</summary>
    public static MonteCarloEstimate Coverage(EstimateSums sums) => MonteCarloEstimate.Proportion(sums.Covered, sums.Intervals);

    /// <summary>Given rejection, the share of estimates on the wrong side of 0; unknown for θ = 0.</summary>
    public static MonteCarloEstimate TypeS(EstimateSums sums) =>
        HasTypeSAndM(sums) ? MonteCarloEstimate.Proportion(sums.RejectionsWrongSign, sums.Rejections) : MonteCarloEstimate.Unknown;

    /// <summary>Given rejection, mean(|θ̂|)/|θ|, the exaggeration; MCSE SD(|θ̂|)/(√rejections·|θ|).</summary>
    public static MonteCarloEstimate TypeM(EstimateSums sums) =>
        HasTypeSAndM(sums)
            ? Mean(sums.Rejections, sums.SumAbsRejected, sums.SumSquareRejected).DividedBy(Math.Abs(sums.TrueValue ?? 0))
            : MonteCarloEstimate.Unknown;

    /// <summary>The mean of all estimates, true value or not; MCSE EmpSE/√n.</summary>
    public static MonteCarloEstimate MeanEstimate(EstimateSums sums)
    {
        MonteCarloEstimate deviation = Mean(sums.Estimates, sums.SumD, sums.SumD2);
        return MonteCarloEstimate.Normal((sums.TrueValue ?? 0) + deviation.Value, deviation.Mcse);
    }

    /// <summary>Share of the estimates below 0.</summary>
    public static MonteCarloEstimate NegativeRate(EstimateSums sums) => MonteCarloEstimate.Proportion(sums.Negatives, sums.Estimates);

    /// <summary>A quantile of n independent values.</summary>
    /// <remarks>
    /// The rank of the p quantile has the standard deviation √(p(1 − p)/n) as a share of n, whatever the distribution (David &amp; Nagaraja
    /// 2003, Order Statistics, chapter 7): the MCSE is half the distance of the quantiles at p ± √(p(1 − p)/n), the interval goes from
    /// p − z√… to p + z√…. What would lie outside the values cannot be told.
    /// </remarks>
    /// <param name="quantile">The quantile function of the values.</param>
    /// <param name="p">In (0, 1).</param>
    /// <param name="n">Number of values.</param>
    public static MonteCarloEstimate Quantile(Func<double, double> quantile, double p, long n)
    {
        if (n == 0)
        {
            return MonteCarloEstimate.Unknown;
        }

        double step = Math.Sqrt(p * (1 - p) / n);
        return new MonteCarloEstimate(
            quantile(p),
            0.5 * (Inside(p + step) - Inside(p - step)),
            Inside(p - (MonteCarloEstimate.Z * step)),
            Inside(p + (MonteCarloEstimate.Z * step)));

        double Inside(double share) => share is >= 0 and <= 1 ? quantile(share) : double.NaN;
    }

    /// <summary>
    /// Share of the intervals θ̂ ± h that hold the mean of all estimates instead of θ, so that bias does not count; missing pairs (NaN) are
    /// left out.
    /// </summary>
    /// <param name="estimates">θ̂ per replicate.</param>
    /// <param name="halfWidths">h per replicate.</param>
    /// <param name="intervals">Number of intervals it rests on.</param>
    public static MonteCarloEstimate BiasEliminatedCoverage(
        ReadOnlySpan<double> estimates, ReadOnlySpan<double> halfWidths, out long intervals)
    {
        if (estimates.Length != halfWidths.Length)
        {
            throw new ArgumentException(
                $"{estimates.Length} estimates need as many half-widths, not {halfWidths.Length}.", nameof(halfWidths));
        }

        double sum = 0;
        long count = 0;
        foreach (double estimate in estimates)
        {
            if (!double.IsNaN(estimate))
            {
                sum += estimate;
                count++;
            }
        }

        double mean = sum / count;
        long covered = 0;
        intervals = 0;
        for (int i = 0; i < estimates.Length; i++)
        {
            double distance = Math.Abs(estimates[i] - mean);
            if (!double.IsNaN(distance) && !double.IsNaN(halfWidths[i]))
            {
                intervals++;
                covered += distance <= halfWidths[i] ? 1 : 0;
            }
        }

        return MonteCarloEstimate.Proportion(covered, intervals);
    }

    private static bool HasTypeSAndM(EstimateSums sums) => sums.TrueValue is not (null or 0) && sums.Rejections >= MinRejections;

    private static MonteCarloEstimate Mean(long n, double sum, double sumOfSquares) =>
        MonteCarloEstimate.Normal(sum / n, Math.Sqrt(Variance(n, sum, sumOfSquares) / n));

    /// <summary>Unbiased variance (Σx² − (Σx)²/n)/(n − 1); NaN for fewer than two values.</summary>
    private static double Variance(long n, double sum, double sumOfSquares) =>
        n < 2 ? double.NaN : Math.Max(0, sumOfSquares - (sum * sum / n)) / (n - 1);
}
