using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Planning;

/// <summary>Fresh replicates of the designs of a line around the point where it reaches the target.</summary>
internal sealed class Confirmation(DesignLine line, TargetScale scale, double slopeOfSearch)
{
    // Farther designs are left out of the fit: there the curve is no straight line any more.
    private const double Far = 0.3;

    private const double Coarse = 0.1; // distance of neighbouring designs in η from which on each is judged by itself

    private readonly SortedDictionary<int, Tally> _tallies = [];

    /// <summary>Adds replicates of one design.</summary>
    public void Add(int position, Tally tally) => _tallies[position] = _tallies.GetValueOrDefault(position) + tally;

    /// <summary>Positions at which η differs from that of a point by about these offsets; those next to the point on both sides among them.</summary>
    public int[] PositionsAround(double point, IEnumerable<double> offsets)
    {
        double slope = _tallies.Count > 1 ? Fit().Slope : slopeOfSearch;
        int nearest = (int)Math.Clamp(Math.Ceiling(point), 0, line.Count - 1);
        double g = line.G(nearest);
        SortedSet<int> positions = [];
        foreach (double offset in offsets)
        {
            double there = slope > 0 ? line.PositionOf(g + (offset / slope)) : nearest + (Math.Sign(offset) * 2);
            positions.Add((int)Math.Clamp(Math.Round(there), 0, line.Count - 1));
        }

        if (positions.Count < 3)
        {
            positions.Add(Math.Max(0, nearest - 1));
            positions.Add(Math.Min(line.Count - 1, nearest + 1));
        }

        return [.. positions];
    }

    /// <summary>The answer.</summary>
    /// <remarks>
    /// Where neighbouring designs are far apart in η, no line goes through them: then each design is judged by its own replicates, and the interval holds the
    /// designs from the first that is not certain to miss the target to the first that is certain to reach it.
    /// </remarks>
    public RootEstimate Estimate()
    {
        LinkLine fit = Fit();
        RootEstimate byLine = ByLine(fit);
        int nearest = Math.Min(byLine.Position, line.Count - 2);
        return fit.Slope * (line.G(nearest + 1) - line.G(nearest)) > Coarse && OwnAnswer(byLine) is RootEstimate own ? own : byLine;
    }

    private RootEstimate ByLine(LinkLine fit)
    {
        double root = fit.Slope > 0 ? fit.Root(scale.Target) : double.PositiveInfinity;
        (double low, double high) = fit.RootInterval(scale.Target);
        long first = First(root);
        long firstHigh = First(high);
        return new()
        {
            Line = line,
            Position = (int)Math.Clamp(first, 0, line.Count - 1),
            IsReached = first < line.Count,
            Low = (int)Math.Clamp(First(low), 0, line.Count - 1),
            High = (int)Math.Clamp(firstHigh, 0, line.Count - 1),
            IsHighOpen = firstHigh >= line.Count,
            Exact = Math.Clamp(double.IsFinite(root) ? line.PositionOf(root) : line.Count, -1, line.Count),
            Fit = fit,
            Replicates = _tallies.Values.Sum(t => t.Replicates),
        };
    }

    private RootEstimate? OwnAnswer(RootEstimate byLine)
    {
        int[] positions = [.. _tallies.Keys];
        double[] eta = [.. positions.Select(p => scale.Link(scale.MeanOf(_tallies[p])))];
        double[] reach = [.. positions.Select(p => MonteCarloEstimate.Z * RootEstimate.ErrorOf(_tallies[p], scale))];
        int first = Array.FindIndex(eta, e => e >= scale.Target);
        bool isBracketed = first > 0 ? positions[first - 1] == positions[first] - 1 : first == 0 && positions[0] == 0;
        if (!isBracketed)
        {
            return null;
        }

        int low = Enumerable.Range(0, positions.Length).First(i => eta[i] + reach[i] >= scale.Target);
        int high = Array.FindIndex(positions, p => scale.Link(scale.MeanOf(_tallies[p])) - (MonteCarloEstimate.Z * RootEstimate.ErrorOf(_tallies[p], scale)) >= scale.Target);
        return byLine with
        {
            Position = positions[first],
            IsReached = true,
            Low = Math.Min(positions[low], positions[first]),
            High = high >= 0 ? Math.Max(positions[high], positions[first]) : Math.Min(positions[^1] + 1, line.Count - 1),
            IsHighOpen = high < 0 && positions[^1] == line.Count - 1,
            Exact = first == 0 ? 0 : positions[first] - ((eta[first] - scale.Target) / (eta[first] - eta[first - 1])),
            Own = _tallies.ToDictionary(),
        };
    }

    private long First(double g) => double.IsPositiveInfinity(g) ? line.Count : double.IsNegativeInfinity(g) ? 0 : line.FirstAt(g);

    // Where designs are few and alike, at the end of the line, chance can make it fall: then its slope is that of the search, and no less uncertain.
    private LinkLine Fit()
    {
        (double G, Tally Tally)[] points = [.. _tallies.Select(t => (line.G(t.Key), t.Value))];
        (double G, Tally Tally)[] near = [.. points.Where(p => Math.Abs(scale.Link(scale.MeanOf(p.Tally)) - scale.Target) < Far)];
        LinkLine fit = LinkLine.Fit(near.Length > 1 ? near : points, scale);
        return fit.Slope > 0 || !(slopeOfSearch > 0) ? fit : fit.WithSlope(slopeOfSearch);
    }
}
