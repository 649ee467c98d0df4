using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Inference;

/// <summary>How the interval of a variance share was found.</summary>
internal enum ShareIntervalMethod
{
    /// <summary>The exact interval of Wald's F pivot.</summary>
    ExactF,

    /// <summary>The profile of the restricted likelihood.</summary>
    ProfileLikelihood,
}

/// <summary>Estimate and interval of ρ = τ²/(τ² + σ²): an intraclass correlation, or a reliability.</summary>
/// <param name="Estimate">The REML estimate, in [0, 1).</param>
/// <param name="Interval">Its interval, within [0, 1].</param>
/// <param name="Method">How the interval was found.</param>
internal sealed record VarianceShare(double Estimate, ConfidenceInterval Interval, ShareIntervalMethod Method)
{
    private const double LargestShare = 1 - 1e-9;
    private const int Halvings = 64;

    /// <summary>
    /// Estimate with the exact interval, or with that of the profile likelihood where the exact one does not hold the estimate: where levels are
    /// more alike than chance mostly has it, so that no share ≥ 0 is in it, or where numbers of rows are extremely unequal.
    /// </summary>
    /// <remarks>
    /// The exact interval covers a share above 0 with its nominal probability 1 − α. An empty one happens with probability at most α/2, and
    /// the profile likelihood can then cover what the exact interval missed: unless caseloads are extremely unequal, the two together cover with a
    /// probability from 1 − α to 1 − α/2, which it is exactly at a share of 0.
    /// </remarks>
    public static VarianceShare Of(VarianceShareModel model, double confidence)
    {
        double estimate = RestrictedEstimate(model);
        return Exact(model, confidence) is { } exact && exact.Holds(estimate)
            ? new(estimate, exact, ShareIntervalMethod.ExactF)
            : new(estimate, Profile(model, estimate, confidence), ShareIntervalMethod.ProfileLikelihood);
    }

    /// <summary>The ρ at which the restricted likelihood is largest.</summary>
    public static double RestrictedEstimate(VarianceShareModel model)
    {
        // Dense where shares are small; the criterion may have more than one minimum (Henn & Hodges 2014), the best of these is refined.
        const int points = 65;
        const int steps = 60;
        double[] grid = [.. Enumerable.Range(0, points).Select(i => LargestShare * i / (points - 1.0) * i / (points - 1.0))];
        double[] values = [.. grid.Select(model.RestrictedCriterion)];
        int best = 0;
        for (int i = 1; i < points; i++)
        {
            best = values[i] < values[best] ? i : best;
        }

        double golden = (Math.Sqrt(5) - 1) / 2;
        double low = grid[Math.Max(0, best - 1)];
        double high = grid[Math.Min(points - 1, best + 1)];
        double left = high - (golden * (high - low));
        double right = low + (golden * (high - low));
        double atLeft = model.RestrictedCriterion(left);
        double atRight = model.RestrictedCriterion(right);
        for (int step = 0; step < steps; step++)
        {
            if (atLeft <= atRight)
            {
                (high, right, atRight) = (right, left, atLeft);
                left = high - (golden * (high - low));
                atLeft = model.RestrictedCriterion(left);
            }
            else
            {
                (low, left, atLeft) = (left, right, atRight);
                right = low + (golden * (high - low));
                atRight = model.RestrictedCriterion(right);
            }
        }

        double inside = (low + high) / 2;
        return model.RestrictedCriterion(inside) < values[0] ? inside : 0;
    }

    /// <summary>Wald's exact interval for any numbers of rows per level; <see langword="null"/> if no share ≥ 0 lies in it.</summary>
    /// <remarks>
    /// At the true θ, ((R(θ) − R(∞))/r)/(R(∞)/f) has the F distribution with r and f degrees of freedom, and it falls in θ: Wald (1947), Ann. Math.
    /// Stat. 18; Seely &amp; El-Bassiouni (1983), Ann. Stat. 11; Harville &amp; Fenech (1985), Biometrics 41; Burdick &amp; Graybill (1992), Confidence
    /// Intervals on Variance Components, appendix B. With equal numbers of rows it is the interval of Searle (1971), Linear Models, section 9.8. At θ = 0 the
    /// pivot is the statistic of the F test of the levels. Ends below 0 are 0.
    /// </remarks>
    public static ConfidenceInterval? Exact(VarianceShareModel model, double confidence)
    {
        double tail = (1 - confidence) / 2;
        int r = model.BetweenDegreesOfFreedom;
        int f = model.WithinDegreesOfFreedom;
        double low = Where(FDistribution.UpperQuantile(tail, r, f));
        double high = Where(FDistribution.Quantile(tail, r, f));
        return Pivot(0) < FDistribution.Quantile(tail, r, f) ? null : new(low, high);

        double Pivot(double share) => (model.WeightedSumOfSquares(share) - model.WithinSumOfSquares) / r / (model.WithinSumOfSquares / f);

        double Where(double quantile) =>
            Pivot(0) <= quantile ? 0
            : Pivot(LargestShare) >= quantile ? 1
            : Bisect(0, LargestShare, share => Pivot(share) > quantile);
    }

    /// <summary>All shares at which twice the restricted log-likelihood is below its maximum by no more than the quantile of χ² with one degree of freedom.</summary>
    public static ConfidenceInterval Profile(VarianceShareModel model, double estimate, double confidence)
    {
        double highest = model.RestrictedCriterion(estimate) + ChiSquared.Quantile(confidence, 1);
        double low = model.RestrictedCriterion(0) <= highest ? 0 : Bisect(0, estimate, share => model.RestrictedCriterion(share) > highest);
        double high = model.RestrictedCriterion(LargestShare) <= highest
            ? 1
            : Bisect(estimate, LargestShare, share => model.RestrictedCriterion(share) <= highest);
        return new(low, high);
    }

    // Where a condition that holds at the lower end ceases to hold.
    private static double Bisect(double low, double high, Func<double, bool> holds)
    {
        for (int i = 0; i < Halvings; i++)
        {
            double middle = (low + high) / 2;
            (low, high) = holds(middle) ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }
}
