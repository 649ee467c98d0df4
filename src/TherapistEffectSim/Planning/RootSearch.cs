using TherapistEffectSim.Performance;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Planning;

/// <summary>The first position of a line of designs that reaches the target, as far as replicates tell.</summary>
internal sealed record RootEstimate
{
    /// <summary>The line.</summary>
    public required DesignLine Line { get; init; }

    /// <summary>First position that reaches the target by the fitted line; the last of all if none does.</summary>
    public required int Position { get; init; }

    /// <summary>Whether a position reaches the target.</summary>
    public required bool IsReached { get; init; }

    /// <summary>Low end of the 95 % interval of the position.</summary>
    public required int Low { get; init; }

    /// <summary>High end of it.</summary>
    public required int High { get; init; }

    /// <summary>Whether the interval goes on beyond the last position.</summary>
    public required bool IsHighOpen { get; init; }

    /// <summary>The position before rounding up; may lie outside the line.</summary>
    public required double Exact { get; init; }

    /// <summary>η along the line.</summary>
    public required LinkLine Fit { get; init; }

    /// <summary>Replicates behind the fit.</summary>
    public required long Replicates { get; init; }

    /// <summary>What was found at the positions themselves, where they are too far apart for a line; else empty.</summary>
    public IReadOnlyDictionary<int, Tally> Own { get; init; } = new Dictionary<int, Tally>();

    /// <summary>What is measured at a position, by the fitted line or by the position's own replicates, with its Monte Carlo error.</summary>
    public MonteCarloEstimate At(int position, TargetScale scale)
    {
        if (Own.TryGetValue(position, out Tally tally))
        {
            return scale.Estimate(tally);
        }

        double g = Line.G(position);
        double mean = scale.Mean(Fit.At(g));
        double error = Fit.ErrorAt(g);
        double low = scale.Mean(Fit.At(g) - (MonteCarloEstimate.Z * error));
        double high = scale.Mean(Fit.At(g) + (MonteCarloEstimate.Z * error));
        return new(mean, error / Math.Abs(scale.Slope(mean)), Math.Min(low, high), Math.Max(low, high));
    }

    /// <summary>Probability that a position misses the target, given what was found (normal, no prior knowledge).</summary>
    public double ProbabilityBelow(int position, TargetScale scale)
    {
        (double eta, double error) = Own.TryGetValue(position, out Tally tally)
            ? (scale.Link(scale.MeanOf(tally)), ErrorOf(tally, scale))
            : (Fit.At(Line.G(position)), Fit.ErrorAt(Line.G(position)));
        return NormalDistribution.Cdf((scale.Target - eta) / error);
    }

    /// <summary>Standard error of η of a tally.</summary>
    public static double ErrorOf(Tally tally, TargetScale scale)
    {
        double mean = scale.MeanOf(tally);
        return Math.Sqrt(scale.VarianceOf(tally, mean)) * Math.Abs(scale.Slope(mean));
    }
}

/// <summary>Finds the first design of a line that reaches the target: stochastic root finding, then confirmation on fresh random numbers.</summary>
/// <remarks>
/// The search evaluates single designs, all on the same random numbers, at the point where a line through the nearest two brackets says that the
/// target is (regula falsi with bisection as safeguard, as in the retrospective approximation of Chen &amp; Schmeiser 2001, IIE Trans. 33). The confirmation
/// fits <see cref="LinkLine"/> to fresh replicates of designs whose η is within ±0.12 of the target, in three rounds that centre anew. Only fresh replicates
/// enter the answer, its interval and its probabilities.
/// </remarks>
internal sealed class RootSearch(DesignLedger ledger, TargetScale scale, double? linkOfNothing)
{
    private const int FirstLeaves = 16;   // 1,024 replicates
    private const int LastLeaves = 64;    // 4,096 at the point that the search ends at
    private const int EndLeaves = 256;    // 16,384 where the target seems out of reach
    private const double Near = 0.12;     // in η
    private const int MostSteps = 60;

    private static readonly double[] s_offsets = [-0.12, -0.06, 0, 0.06, 0.12];
    private static readonly double[] s_rounds = [0.2, 0.3, 0.5];

    /// <summary>Where the target is reached, roughly; the end of the line if nowhere.</summary>
    /// <param name="line">The designs.</param>
    /// <param name="guess">Position to begin with; <see langword="null"/> for none.</param>
    public double Locate(DesignLine line, double? guess)
    {
        int low = -1;
        int high = line.Count;
        double lowEta = double.NaN;
        double highEta = double.NaN;
        int position = (int)Math.Clamp(guess ?? Start(line), 0, line.Count - 1);
        for (int step = 0; step < MostSteps && high - low > 1; step++)
        {
            double eta = EtaAt(line, position, FirstLeaves);
            if (Math.Abs(eta - scale.Target) < Near)
            {
                eta = EtaAt(line, position, LastLeaves);
                if (Math.Abs(eta - scale.Target) < Near / 2)
                {
                    break;
                }
            }

            (low, lowEta, high, highEta) = eta < scale.Target ? (position, eta, high, highEta) : (low, lowEta, position, eta);
            if (high - low > 1)
            {
                position = Next(line, low, lowEta, high, highEta, step);
            }
        }

        return RootNear(line, high - low > 1 ? position : Math.Min(high, line.Count - 1));
    }

    /// <summary>Whether the last design of a line misses the target beyond chance.</summary>
    public bool IsOutOfReach(DesignLine line)
    {
        Tally tally = ledger.Search(line[line.Count - 1], EndLeaves);
        return scale.Link(scale.MeanOf(tally)) + (MonteCarloEstimate.Z * RootEstimate.ErrorOf(tally, scale)) < scale.Target;
    }

    /// <summary>The answer from fresh replicates.</summary>
    /// <param name="line">The designs.</param>
    /// <param name="near">Where the target is, roughly.</param>
    /// <param name="leaves">Leaves in all.</param>
    /// <param name="before">An earlier confirmation, whose replicates count too.</param>
    public Confirmation Confirm(DesignLine line, double near, long leaves, Confirmation? before = null)
    {
        Confirmation confirmation = before ?? new(line, scale, SlopeNear(line, near));
        double root = before?.Estimate().Exact ?? near;
        foreach (double share in s_rounds)
        {
            int[] positions = confirmation.PositionsAround(root, s_offsets);
            long each = Math.Max(1, (long)(share * leaves / positions.Length));
            Tally[] tallies = ledger.Confirm([.. positions.Select(p => line[p])], each);
            for (int i = 0; i < positions.Length; i++)
            {
                confirmation.Add(positions[i], tallies[i]);
            }

            root = confirmation.Estimate().Exact;
        }

        return confirmation;
    }

    private double EtaAt(DesignLine line, int position, long leaves) => scale.Link(scale.MeanOf(ledger.Search(line[position], leaves)));

    // A trial between those of the two ends on the logarithmic scale, but not far from the low end: large trials take long.
    private static double Start(DesignLine line)
    {
        const double farthest = 16;
        double first = Math.Max(1, line.Value(0));
        double last = Math.Max(1, line.Value(line.Count - 1));
        return line.PositionOf(Math.Sqrt(Math.Min(Math.Sqrt(first * last), first * farthest))) is double position && line.Value(line.Count - 1) > line.Value(0) && line.Value(0) >= 0 && last > 1
            ? position
            : line.Count / 2.0;
    }

    private int Next(DesignLine line, int low, double lowEta, int high, double highEta, int step)
    {
        const double mostGrowth = 4;
        if (low < 0 || high >= line.Count)
        {
            // One side only: in proportion to the distance from the trial of size 0, where that is known; else by doubling.
            int from = low < 0 ? high : low;
            double eta = low < 0 ? highEta : lowEta;
            double g = line.G(from);
            double to = linkOfNothing is double nothing && g > 0 && eta > nothing
                ? line.PositionOf(g * Math.Clamp((scale.Target - nothing) / (eta - nothing), 1 / Math.Sqrt(mostGrowth), Math.Sqrt(mostGrowth)))
                : low < 0 ? from / 2.0 : (2.0 * from) + 1;
            return (int)Math.Clamp(Math.Round(to), low + 1, high - 1);
        }

        double share = (scale.Target - lowEta) / (highEta - lowEta);
        double secant = line.PositionOf(line.G(low) + (share * (line.G(high) - line.G(low))));
        double next = step % 3 == 2 ? (low + high) / 2.0 : secant;
        return (int)Math.Clamp(Math.Round(next), low + 1, high - 1);
    }

    // Two designs around the point on the same random numbers tell the slope; their line tells the root.
    private double RootNear(DesignLine line, int position)
    {
        LinkLine fit = LineNear(line, position);
        double root = fit.Slope > 0 ? line.PositionOf(fit.Root(scale.Target)) : position;
        double reach = Math.Max(2, 0.25 * (position + 1));
        return Math.Clamp(root, position - reach, position + reach);
    }

    private LinkLine LineNear(DesignLine line, int position)
    {
        int reach = Math.Max(1, position / 10);
        int low = Math.Max(0, position - reach);
        int high = Math.Min(line.Count - 1, position + reach);
        Tally[] tallies = ledger.Search([line[low], line[high]], LastLeaves);
        return LinkLine.Fit([(line.G(low), tallies[0]), (line.G(high), tallies[1])], scale);
    }

    private double SlopeNear(DesignLine line, double near) => LineNear(line, (int)Math.Clamp(Math.Round(near), 0, line.Count - 1)).Slope;
}
