using System.Numerics;

namespace TherapistEffectSim.Performance;

/// <summary>Sums over the estimates of up to 64 replicates, in the order of the replicates; the tests of a term share them.</summary>
internal readonly record struct EstimateMoments
{
    /// <summary>Estimates below 0.</summary>
    public int Negatives { get; private init; }

    /// <summary>Σd, d = θ̂ − centre.</summary>
    public double SumD { get; private init; }

    /// <summary>Σd².</summary>
    public double SumD2 { get; private init; }

    /// <summary>Σd⁴.</summary>
    public double SumD4 { get; private init; }

    /// <summary>Replicates with a standard error.</summary>
    public int StandardErrors { get; private init; }

    /// <summary>Σse².</summary>
    public double SumSe2 { get; private init; }

    /// <summary>Σse⁴.</summary>
    public double SumSe4 { get; private init; }

    /// <summary>The same for a test without standard errors.</summary>
    public EstimateMoments WithoutStandardErrors => this with { StandardErrors = 0, SumSe2 = 0, SumSe4 = 0 };

    /// <summary>Sums over some replicates.</summary>
    /// <param name="estimated">Which: a bit each, the first replicate the lowest.</param>
    /// <param name="estimates">θ̂ of all replicates.</param>
    /// <param name="standardErrors">se of all replicates, NaN where there is none; empty if nobody has one.</param>
    /// <param name="centre">What is taken off the estimates.</param>
    /// <exception cref="InvalidOperationException">An estimate is not finite, or a standard error negative or infinite: a fault of the program.</exception>
    public static EstimateMoments Of(ulong estimated, ReadOnlySpan<double> estimates, ReadOnlySpan<double> standardErrors, double centre)
    {
        int count = BitOperations.PopCount(estimated);
        bool dense = count == 64 - BitOperations.LeadingZeroCount(estimated); // the first ones, without a gap
        EstimateMoments sums = dense ? OfAll(estimates[..count], centre) : OfSome(estimated, estimates, centre);
        if (!standardErrors.IsEmpty)
        {
            sums = Errors(estimated, standardErrors, sums);
        }

        if (!double.IsFinite(sums.SumD) || !double.IsFinite(sums.SumSe2))
        {
            Check(estimated, estimates, standardErrors);
        }

        return sums;
    }

    private static EstimateMoments OfAll(ReadOnlySpan<double> estimates, double centre)
    {
        int negatives = 0;
        double sum = 0;
        double square = 0;
        double fourth = 0;
        foreach (double estimate in estimates)
        {
            negatives += estimate < 0 ? 1 : 0;
            double d = estimate - centre;
            double d2 = d * d;
            sum += d;
            square += d2;
            fourth += d2 * d2;
        }

        return new() { Negatives = negatives, SumD = sum, SumD2 = square, SumD4 = fourth };
    }

    private static EstimateMoments OfSome(ulong estimated, ReadOnlySpan<double> estimates, double centre)
    {
        int negatives = 0;
        double sum = 0;
        double square = 0;
        double fourth = 0;
        for (ulong left = estimated; left != 0; left &= left - 1)
        {
            double estimate = estimates[BitOperations.TrailingZeroCount(left)];
            negatives += estimate < 0 ? 1 : 0;
            double d = estimate - centre;
            double d2 = d * d;
            sum += d;
            square += d2;
            fourth += d2 * d2;
        }

        return new() { Negatives = negatives, SumD = sum, SumD2 = square, SumD4 = fourth };
    }

    private static EstimateMoments Errors(ulong estimated, ReadOnlySpan<double> standardErrors, EstimateMoments sums)
    {
        int count = 0;
        double square = 0;
        double fourth = 0;
        for (ulong left = estimated; left != 0; left &= left - 1)
        {
            double error = standardErrors[BitOperations.TrailingZeroCount(left)];
            if (double.IsNaN(error))
            {
                continue;
            }

            if (error < 0)
            {
                throw new InvalidOperationException($"A term has the standard error {error}.");
            }

            double se2 = error * error;
            count++;
            square += se2;
            fourth += se2 * se2;
        }

        return sums with { StandardErrors = count, SumSe2 = square, SumSe4 = fourth };
    }

    private static void Check(ulong estimated, ReadOnlySpan<double> estimates, ReadOnlySpan<double> standardErrors)
    {
        for (ulong left = estimated; left != 0; left &= left - 1)
        {
            int replicate = BitOperations.TrailingZeroCount(left);
            if (!double.IsFinite(estimates[replicate]))
            {
                throw new InvalidOperationException($"A term that is estimated has the estimate {estimates[replicate]}.");
            }

            if (!standardErrors.IsEmpty && double.IsInfinity(standardErrors[replicate]))
            {
                throw new InvalidOperationException($"A term that is estimated has the standard error {standardErrors[replicate]}.");
            }
        }
    }
}
