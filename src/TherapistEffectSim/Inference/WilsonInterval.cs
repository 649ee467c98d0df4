namespace TherapistEffectSim.Inference;

/// <summary>Wilson's interval of a share.</summary>
/// <remarks>
/// Wilson (1927), J. Am. Stat. Assoc. 22: centre (x + z²/2)/(n + z²), half-width z·√(x(n − x)/n + z²/4)/(n + z²). At x = 0 and x = n one end
/// is exactly 0 or 1.
/// </remarks>
internal static class WilsonInterval
{
    /// <summary>The interval.</summary>
    /// <param name="count">x, in [0, n].</param>
    /// <param name="total">n, at least 1.</param>
    /// <param name="z">Upper quantile of the standard normal distribution at half of what the interval may miss.</param>
    public static ConfidenceInterval Of(double count, double total, double z)
    {
        double adjustedTotal = total + (z * z);
        double centre = (count + (z * z / 2)) / adjustedTotal;
        double halfWidth = z * Math.Sqrt((count * (1 - (count / total))) + (z * z / 4)) / adjustedTotal;
        return new(count == 0 ? 0 : centre - halfWidth, count == total ? 1 : centre + halfWidth);
    }
}
