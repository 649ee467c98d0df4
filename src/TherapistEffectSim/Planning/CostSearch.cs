using System.Collections.Immutable;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Planning;

/// <summary>Finds the cheapest design that reaches the target, over several dimensions.</summary>
/// <remarks>
/// For each setting of the other dimensions the first one is solved for; the settings that were solved are the contour of designs that just reach the target. It begins with a coarse
/// lattice. Then, as in branch and bound, the setting is solved that could be the cheapest by the smooth surface through the others, as long as it could be cheaper than
/// the cheapest known one, given how far the surface may be off. Confirmation on fresh random numbers goes the same way.
/// </remarks>
internal sealed class CostSearch
{
    private const int MostSteps = 40;
    private const int MostSettings = 2000;
    private const int MostCandidates = 8;
    private const int LastRounds = 3;
    private const int MostTold = 3;
    private const double CandidateShare = 0.06; // of the leaves, for the confirmation of each candidate
    private const double LastShare = 0.1;       // for each round of those that could be the cheapest
    private const double ToldShare = 0.3;       // for what is told of the cheapest
    private const double ErrorOfSearch = 0.03;  // of a value that the search finds, as a share: two standard errors
    private const double ErrorOfConfirmed = 0.02; // once some are confirmed
    private const double Likely = 0.003;          // by which the candidates are put in order
    private const double ErrorOfSurface = 0.06; // in addition, at the distance of the first settings

    private static readonly int[] s_coarse = [0, 6, 4, 3]; // settings of each dimension by the number of other dimensions

    private readonly PlanProblem _problem;
    private readonly PlanDimension _first;
    private readonly RootSearch _roots;
    private readonly DesignSpace _space;
    private readonly PlanDirection _direction;
    private readonly int[][] _coarse; // [other dimension] indices
    private readonly CostSurface _surface;
    private readonly Dictionary<string, Setting> _settings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (double First, double Last)> _costs = new(StringComparer.Ordinal); // of the ends of each line

    public CostSearch(PlanProblem problem, RootSearch roots, DesignSpace space, PlanDirection direction)
    {
        _problem = problem;
        _first = problem.Dimensions[0];
        _roots = roots;
        _space = space;
        _direction = direction;
        int others = problem.Dimensions.Length - 1;
        _coarse = [.. problem.Dimensions.Skip(1).Select(d => Spread(d, s_coarse[Math.Min(others, s_coarse.Length - 1)]))];
        _surface = new([.. problem.Dimensions.Skip(1).Select((d, i) => (Scaled(d, d.Highest) - Scaled(d, d[0])) / Math.Max(1, _coarse[i].Length - 1))]);
    }

    /// <summary>All settings solved, in the order of their values.</summary>
    public IEnumerable<Setting> Contour => _settings.Values.OrderBy(s => s.Others, Comparer<ImmutableArray<int>>.Create(Compare));

    /// <summary>Finds the cheapest and its runners-up, cheapest first; none if the target is out of reach everywhere.</summary>
    /// <param name="leaves">Leaves of the confirmation.</param>
    public RootOfSetting[] Search(long leaves)
    {
        foreach (ImmutableArray<int> others in Crossed(_coarse))
        {
            Solve(others);
        }

        for (int step = 0; step < MostSteps; step++)
        {
            double known = _settings.Values.Where(s => s.IsReached).Select(s => CostOf(s.Others, ValueOf(s) * (1 + ErrorOfSearch))).DefaultIfEmpty(double.PositiveInfinity).Min();
            if (Promising().FirstOrDefault(p => !_settings.ContainsKey(KeyOf(p.Others))) is not { Others.IsDefault: false } next || next.Least >= known)
            {
                break;
            }

            Solve(next.Others);
        }

        return Confirm(leaves);
    }

    private RootOfSetting[] Confirm(long leaves)
    {
        List<(Setting Setting, Confirmation Confirmation)> candidates = [];
        double known = double.PositiveInfinity;
        while (candidates.Count < MostCandidates)
        {
            // The designs of the search share their random numbers, and so most of their error: what the confirmed ones show of it holds for the others.
            bool isShared = candidates.Count >= 2;
            double shift = candidates.Count == 0 ? 1 : Elementary.Exp(candidates.Average(c => Elementary.Log(Math.Max(ExactOf(c.Confirmation), double.Epsilon) / Believed(c.Setting.Others))));
            (ImmutableArray<int> Others, double Least, double Cost)[] next =
            [
                .. Promising()
                    .Where(p => !candidates.Exists(c => c.Setting.Others.SequenceEqual(p.Others)))
                    .Select(p => (p.Others, Believed: Believed(p.Others) * shift))
                    .Where(p => p.Believed * (1 - ErrorOfSearch) <= _first.Highest)
                    .Select(p => (p.Others, Least: CostOf(p.Others, p.Believed * (1 - (isShared ? ErrorOfConfirmed : ErrorOfSearch))), Cost: CostOf(p.Others, p.Believed * (1 - Likely))))
                    .Where(p => p.Least < known)
                    .OrderBy(p => p.Cost)
                    .ThenBy(p => p.Least),
            ];
            if (next.Length == 0)
            {
                break;
            }

            Setting setting = Solve(next[0].Others);
            if (!setting.IsReached)
            {
                continue; // is among the promising ones no more
            }

            Confirmation confirmation = _roots.Confirm(setting.Line, setting.Position, (long)(CandidateShare * leaves));
            candidates.Add((setting, confirmation));
            known = Math.Min(known, MostCostOf(setting, confirmation));
        }

        // Those that could be the cheapest by the low ends of their intervals.
        for (int round = 0; round < LastRounds && candidates.Count > 0; round++)
        {
            (Setting setting, Confirmation confirmation) = candidates.MinBy(c => LeastCostOf(c.Setting, c.Confirmation));
            _roots.Confirm(setting.Line, setting.Position, (long)(LastShare * leaves), confirmation);
        }

        // The cheapest of several has more likely been lucky: what is told of it rests on replicates that did not choose it.
        HashSet<Setting> told = [];
        while (candidates.Count > 0 && told.Count < MostTold)
        {
            int cheapest = Enumerable.Range(0, candidates.Count).MinBy(i => CostOf(candidates[i].Setting, candidates[i].Confirmation));
            Setting setting = candidates[cheapest].Setting;
            if (!told.Add(setting))
            {
                break;
            }

            candidates[cheapest] = (setting, _roots.Confirm(setting.Line, ExactPosition(candidates[cheapest].Confirmation), (long)(ToldShare * leaves)));
        }

        return [.. candidates.OrderBy(c => CostOf(c.Setting, c.Confirmation)).Select(c => new RootOfSetting(c.Setting.Others, c.Confirmation.Estimate()))];
    }

    private Setting Solve(ImmutableArray<int> others)
    {
        string key = KeyOf(others);
        if (_settings.TryGetValue(key, out Setting? known))
        {
            return known;
        }

        DesignLine line = _space.Line(_direction, others);
        double? guess = _surface.IsKnown ? PositionOf(_surface.At(Scaled(others))) : _settings.Values.LastOrDefault(s => s.IsReached)?.Position;
        double position = _roots.Locate(line, guess);
        Setting setting = new(others, line, position, position <= line.Count - 1 || !_roots.IsOutOfReach(line));
        _settings.Add(key, setting);
        if (setting.IsReached && ValueOf(setting) > 0)
        {
            _surface.Add(Scaled(others), ValueOf(setting));
        }

        return setting;
    }

    /// <summary>Settings by the least that they could cost: those that are known, and all others if the surface is.</summary>
    private (ImmutableArray<int> Others, double Least)[] Promising()
    {
        List<(ImmutableArray<int> Others, double Least)> settings = [.. _settings.Values.Where(s => s.IsReached).Select(s => (s.Others, CostOf(s.Others, ValueOf(s) * (1 - ErrorOfSearch))))];
        foreach (ImmutableArray<int> others in _surface.IsKnown ? All() : [])
        {
            if (!_settings.ContainsKey(KeyOf(others)))
            {
                double[] at = Scaled(others);
                double error = ErrorOfSearch + (ErrorOfSurface * Math.Min(1, _surface.Distance(at)));
                double value = _surface.At(at) * (1 - error);
                if (value <= _first.Highest)
                {
                    settings.Add((others, CostOf(others, value)));
                }
            }
        }

        return [.. settings.OrderBy(s => s.Least)];
    }

    // What the search makes of a setting: all that was solved around it, if that is enough.
    private double Believed(ImmutableArray<int> others) => _surface.IsKnown ? _surface.At(Scaled(others)) : ValueOf(_settings[KeyOf(others)]);

    private double ExactOf(Confirmation confirmation) => ValueOf(ExactPosition(confirmation));

    private static double ExactPosition(Confirmation confirmation) => confirmation.Estimate().Exact;

    private double MostCostOf(Setting setting, Confirmation confirmation)
    {
        RootEstimate root = confirmation.Estimate();
        return root.IsHighOpen ? double.PositiveInfinity : CostOf(setting.Others, setting.Line.Value(root.High));
    }

    private double LeastCostOf(Setting setting, Confirmation confirmation) => CostOf(setting.Others, setting.Line.Value(confirmation.Estimate().Low));

    private double CostOf(Setting setting, Confirmation confirmation)
    {
        RootEstimate root = confirmation.Estimate();
        return root.IsReached ? CostOf(setting.Others, setting.Line.Value(root.Position)) : double.PositiveInfinity;
    }

    // Of the first whole value from here on. What a size costs is proportional to it, so that two designs tell the cost of all others of a line.
    private double CostOf(ImmutableArray<int> others, double value)
    {
        string key = KeyOf(others);
        int last = _first.Count - 1;
        if (!_costs.TryGetValue(key, out (double First, double Last) ends))
        {
            ends = (_problem.Cost!.Of(_space.At([0, .. others]).Scenario), _problem.Cost.Of(_space.At([last, .. others]).Scenario));
            _costs.Add(key, ends);
        }

        const double rounding = 1e-9;
        double index = (value - (double)_first.Lowest) / (double)_first.Step;
        double whole = Math.Clamp(_direction == PlanDirection.Up ? Math.Ceiling(index - rounding) : Math.Floor(index + rounding), 0, last);
        return ends.First + ((ends.Last - ends.First) * whole / last);
    }

    // The value, not rounded.
    private double ValueOf(Setting setting) => ValueOf(setting.Position);

    private double ValueOf(double position)
    {
        double index = _direction == PlanDirection.Up ? position : _first.Count - 1 - position;
        return (double)_first.Lowest + (index * (double)_first.Step);
    }

    private double PositionOf(double value)
    {
        double index = (value - (double)_first.Lowest) / (double)_first.Step;
        return _direction == PlanDirection.Up ? index : _first.Count - 1 - index;
    }

    private double[] Scaled(ImmutableArray<int> others) => [.. others.Select((index, d) => Scaled(_problem.Dimensions[d + 1], _problem.Dimensions[d + 1][index]))];

    private static double Scaled(PlanDimension dimension, double value) => CostSurface.Scaled(value, dimension.Lowest > 0);

    // All settings; of very many, evenly spaced ones.
    private IEnumerable<ImmutableArray<int>> All()
    {
        int others = _problem.Dimensions.Length - 1;
        int most = others == 1 ? MostSettings : Math.Max(2, (int)Elementary.Exp(Elementary.Log(MostSettings) / others));
        return Crossed([.. _problem.Dimensions.Skip(1).Select(d => d.Count <= most ? [.. Enumerable.Range(0, d.Count)] : Spread(d, most))]);
    }

    private static IEnumerable<ImmutableArray<int>> Crossed(int[][] indices) =>
        indices.Aggregate((IEnumerable<ImmutableArray<int>>)[[]], (all, next) => all.SelectMany(head => next.Select(index => head.Add(index))));

    // Evenly spaced, on the logarithmic scale where all values are above 0.
    private static int[] Spread(PlanDimension dimension, int count)
    {
        double low = dimension[0];
        double high = dimension.Highest;
        return
        [
            .. Enumerable.Range(0, count)
                .Select(i => (double)i / (count - 1))
                .Select(share => low > 0 ? low * Elementary.Exp(share * Elementary.Log(high / low)) : low + (share * (high - low)))
                .Select(dimension.Nearest)
                .Distinct(),
        ];
    }

    private static string KeyOf(ImmutableArray<int> others) => string.Join(' ', others);

    private static int Compare(ImmutableArray<int> a, ImmutableArray<int> b)
    {
        for (int d = 0; d < a.Length; d++)
        {
            if (a[d] != b[d])
            {
                return a[d].CompareTo(b[d]);
            }
        }

        return 0;
    }
}

/// <summary>A setting of the other dimensions with the place on its line where the target is reached.</summary>
/// <param name="Others">Indices of the values of the other dimensions.</param>
/// <param name="Line">The designs with these values.</param>
/// <param name="Position">Where the target is reached, not rounded.</param>
/// <param name="IsReached">Whether it is.</param>
internal sealed record Setting(ImmutableArray<int> Others, DesignLine Line, double Position, bool IsReached);

/// <summary>A setting of the other dimensions with its confirmed answer.</summary>
/// <param name="Others">Indices of the values of the other dimensions.</param>
/// <param name="Root">The answer.</param>
internal sealed record RootOfSetting(ImmutableArray<int> Others, RootEstimate Root);
