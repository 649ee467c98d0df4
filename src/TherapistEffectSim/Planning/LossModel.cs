using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Planning;

/// <summary>Who was lost at one stage of a pilot trial: the rate, and on what it depends.</summary>
/// <param name="Rate">Share lost.</param>
/// <param name="Slopes">Log odds of loss per SD of each covariate; empty if they were not estimated.</param>
/// <param name="NotEstimated">Why there are no slopes; <see langword="null"/> if there are.</param>
internal sealed record LossModel(CalibratedNumber Rate, ImmutableArray<CalibratedNumber> Slopes, string? NotEstimated)
{
    // Below so many lost, or kept, for each slope, log odds ratios are far off and their normal intervals wrong (Peduzzi et al. 1996 ask for 10).
    private const int FewestPerSlope = 5;

    /// <summary>Estimates the model.</summary>
    /// <param name="lost">Of those who could be lost at this stage.</param>
    /// <param name="rate">What the rate is.</param>
    /// <param name="covariates">What the slopes are, with the values of the same patients in SDs; NaN where missing.</param>
    /// <param name="confidence">In (0, 1).</param>
    public static LossModel Of(
        bool[] lost, PilotQuantity rate, IReadOnlyList<(PilotQuantity Slope, double[] Values)> covariates, double confidence)
    {
        double z = NormalDistribution.UpperQuantile((1 - confidence) / 2);
        int count = lost.Count(l => l);
        CalibratedNumber share = new(
            rate,
            count / (double)lost.Length,
            WilsonInterval.Of(count, lost.Length, z),
            "share lost; Wilson interval, patients taken as independent",
            string.Create(CultureInfo.InvariantCulture, $"{count} lost of {lost.Length} patients"));
        if (covariates.Count == 0 || count == 0)
        {
            return new(share, [], count == 0 ? "nobody was lost" : null);
        }

        int[] complete = [.. Enumerable.Range(0, lost.Length).Where(i => covariates.All(c => !double.IsNaN(c.Values[i])))];
        bool[] events = [.. complete.Select(i => lost[i])];
        int fewer = Math.Min(events.Count(e => e), events.Count(e => !e));
        if (fewer < FewestPerSlope * covariates.Count)
        {
            return new(share, [], string.Create(CultureInfo.InvariantCulture,
                $"too few of the patients with known values were {(events.Count(e => e) == fewer ? "lost" : "kept")} ({fewer}; {FewestPerSlope} are needed for each slope)"));
        }

        LogisticRegression? fit = LogisticRegression.Fit([.. covariates.Select(c => complete.Select(i => c.Values[i]).ToArray())], events);
        if (fit is null)
        {
            return new(share, [], "the values of the patients tell for certain who was lost, so that there is no finite slope");
        }

        string basis = string.Create(CultureInfo.InvariantCulture, $"{events.Count(e => e)} lost of {events.Length} patients");
        return new(share, [.. covariates.Select((c, k) => Slope(c.Slope, fit.Coefficients[k + 1], z * fit.StandardErrors[k + 1], basis))], null);
    }

    private static CalibratedNumber Slope(PilotQuantity quantity, double estimate, double halfWidth, string basis) =>
        new(quantity, estimate, new(estimate - halfWidth, estimate + halfWidth), "logistic regression; Wald interval", basis);
}
