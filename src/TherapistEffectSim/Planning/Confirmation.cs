namespace TherapistEffectSim.Planning;

/// <summary>Fresh replicates of the designs of a line around the point where it reaches the target.</summary>
internal sealed class Confirmation(DesignLine line, TargetScale scale, double slopeOfSearch)
{
    // Farther designs are left out of the fit: there the curve is no straight line any more.
    private const double Far = 0.3;

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
    public RootEstimate Estimate()
    {
        LinkLine fit = Fit();
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

    private long First(double g) => double.IsPositiveInfinity(g) ? line.Count : double.IsNegativeInfinity(g) ? 0 : line.FirstAt(g);

    private LinkLine Fit()
    {
        (double G, Tally Tally)[] points = [.. _tallies.Select(t => (line.G(t.Key), t.Value))];
        (double G, Tally Tally)[] near = [.. points.Where(p => Math.Abs(scale.Link(scale.MeanOf(p.Tally)) - scale.Target) < Far)];
        return LinkLine.Fit(near.Length > 1 ? near : points, scale);
    }
}
