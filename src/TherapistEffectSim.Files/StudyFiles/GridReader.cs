using System.Collections.Immutable;
using System.Globalization;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Reads <c>grid</c>, <c>zip</c>, <c>variants</c> and <c>exclude</c>; each value is checked by itself against the type at its path.</summary>
internal sealed class GridReader(ProblemList problems)
{
    public const int LargestCount = 1_000_000;

    private const double LargestMatching = 1e8; // cells times exclusions

    private readonly Binder _binder = new(problems);
    private readonly Dictionary<string, Axis> _axes = [];

    /// <summary>The grid of a study file; what is wrong is left out and among the problems.</summary>
    public Grid Read(MapNode root)
    {
        List<Dimension> dimensions = [.. ReadGrid(root["grid"]), .. ReadZip(root["zip"]), .. ReadVariants(root["variants"])];
        double cells = dimensions.Aggregate(1.0, (product, d) => product * d.Length);
        if (cells > LargestCount)
        {
            problems.Add(
                root.Locate(["grid"]),
                "grid",
                string.Create(CultureInfo.InvariantCulture, $"has {cells:#,0} cells, but at most {LargestCount:#,0} are accepted."));
            return new([], []);
        }

        List<Exclusion> exclusions = [.. ReadExclude(root["exclude"], dimensions)];
        if (exclusions.Count * cells > LargestMatching)
        {
            problems.Add(root.Locate(["exclude"]), "exclude", "has too many items for so many cells; shorten the grid instead.");
            return new([], []);
        }

        Grid grid = new([.. dimensions], [.. exclusions]);
        if (grid.Count == 0)
        {
            problems.Add(root.Locate(["exclude"]), "exclude", "leaves no cell of the grid.");
        }

        return grid;
    }

    /// <summary>All paths that grid, zip or variants name, right or wrong.</summary>
    public static HashSet<string> PathsIn(MapNode root)
    {
        IEnumerable<Node> maps = root["zip"] is ListNode zip ? zip.Items : [];
        IEnumerable<Node> variants = root["variants"] is ListNode list ? list.Items : [];
        return [.. maps.Concat(variants).Append(root["grid"]).OfType<MapNode>().SelectMany(map => map.Entries).Select(e => e.Key)];
    }

    /// <summary>Values by path, each axis by itself.</summary>
    /// <param name="node">A map from paths to lists or ranges; <see langword="null"/> for none.</param>
    /// <param name="path">Keys down to it.</param>
    /// <param name="most">Most values of a range.</param>
    public ImmutableArray<Axis> ReadAxes(Node? node, string path, int most)
    {
        if (node is MapNode map)
        {
            return [.. map.Entries.Select(e => ReadAxis(e, Binder.Below(path, e.Key), most)).OfType<Axis>()];
        }

        RefuseUnlessAbsent(node, path, "a map from paths such as scenario.therapists.outcome-icc to lists of values");
        return [];
    }

    private IEnumerable<Dimension> ReadGrid(Node? grid)
    {
        if (grid is not MapNode map)
        {
            RefuseUnlessAbsent(grid, "grid", "a map from paths such as scenario.trial.therapists to lists of values");
            yield break;
        }

        long crossed = 1;
        foreach (Entry entry in map.Entries)
        {
            string path = Binder.Below("grid", entry.Key);
            if (crossed > LargestCount || ReadAxis(entry, path, (int)(LargestCount / crossed)) is not Axis axis)
            {
                continue;
            }

            crossed *= axis.Values.Length;
            if (axis.Values.GroupBy(v => v.Text).FirstOrDefault(same => same.Count() > 1) is { } twice)
            {
                problems.Add(twice.Last().Changes[0].Value.Position, path, $"lists {twice.Key} twice.");
            }

            yield return new([axis], Zipped: false);
        }
    }

    private IEnumerable<Dimension> ReadZip(Node? zip)
    {
        if (zip is not ListNode list)
        {
            RefuseUnlessAbsent(zip, "zip", "a list of maps from paths to lists of equal length");
            yield break;
        }

        for (int i = 0; i < list.Items.Length; i++)
        {
            string path = $"zip[{i + 1}]";
            if (list.Items[i] is not MapNode { Entries.IsEmpty: false } map)
            {
                RefuseUnlessAbsent(list.Items[i], path, "a map from paths to lists of equal length");
                continue;
            }

            ImmutableArray<Axis> axes = [.. map.Entries.Select(e => ReadAxis(e, Binder.Below(path, e.Key))).OfType<Axis>()];
            if (axes.Length != map.Entries.Length)
            {
                continue;
            }

            if (axes.Any(a => a.Values.Length != axes[0].Values.Length))
            {
                string lengths = string.Join(", ", axes.Select(a => $"{a.Path} has {a.Values.Length}"));
                problems.Add(map.Position, path, $"must list equally many values for each path, but {lengths}.");
                continue;
            }

            yield return new(axes, Zipped: true);
        }
    }

    private IEnumerable<Dimension> ReadVariants(Node? variants)
    {
        if (variants is null or RefusedNode or ListNode { Items.IsEmpty: true })
        {
            yield break;
        }

        if (new VariantsReader(problems, _binder, _axes).Read(variants) is Axis axis)
        {
            _axes.Add(axis.Path, axis);
            yield return new([axis], Zipped: false);
        }
    }

    private IEnumerable<Exclusion> ReadExclude(Node? exclude, List<Dimension> dimensions)
    {
        if (exclude is not ListNode list)
        {
            RefuseUnlessAbsent(exclude, "exclude", "a list of maps from paths of the grid to values");
            yield break;
        }

        for (int i = 0; i < list.Items.Length; i++)
        {
            string path = $"exclude[{i + 1}]";
            if (list.Items[i] is not MapNode { Entries.IsEmpty: false } map)
            {
                RefuseUnlessAbsent(list.Items[i], path, "a map from paths of the grid to values");
                continue;
            }

            ImmutableArray<ExclusionCondition> conditions =
                [.. map.Entries.Select(e => ReadCondition(e, Binder.Below(path, e.Key), dimensions)).OfType<ExclusionCondition>()];
            if (conditions.Length == map.Entries.Length)
            {
                yield return new(conditions);
            }
        }
    }

    private ExclusionCondition? ReadCondition(Entry entry, string path, List<Dimension> dimensions)
    {
        if (!_axes.TryGetValue(entry.Key, out Axis? axis))
        {
            problems.Add(entry.KeyPosition, path,
                _axes.Count == 0
                ? "names a path, but neither grid nor zip varies any."
                : $"must be a path that grid or zip varies, {Vocabulary.OneOf(_axes.Keys)}{NearestWord.Suggestion(entry.Key, _axes.Keys)}");
            return null;
        }

        string? text = entry.Value is ScalarNode scalar ? TextOf(scalar) : null;
        if (text is null || !axis.Texts.Contains(text))
        {
            RefuseUnlessAbsent(entry.Value, path, Vocabulary.OneOf(axis.Texts));
            return null;
        }

        // An axis with mistakes elsewhere, such as in the length of its zip, has no dimension.
        int dimension = dimensions.FindIndex(d => d.Axes.Contains(axis));
        return dimension < 0 ? null : new(axis, dimension, text);
    }

    // A range may have so many values; none in zip, where only lists stand.
    private Axis? ReadAxis(Entry entry, string path, int longestRange = 0)
    {
        if (ScenarioPaths.Find(entry.Key) is not KeySpec key)
        {
            RefusePath(entry, path, problems);
            return null;
        }

        if (_axes.Keys.FirstOrDefault(other => ScenarioPaths.Overlap(other, entry.Key)) is string taken)
        {
            problems.Add(entry.KeyPosition, path, $"varies what {taken} on line {_axes[taken].Position.Line} varies already.");
            return null;
        }

        ImmutableArray<Node> nodes = [];
        if (entry.Value is ListNode list)
        {
            nodes = list.Items;
        }
        else if (entry.Value is MapNode range && longestRange > 0)
        {
            nodes = DecimalRange.Values(range, path, longestRange, problems);
        }
        else
        {
            RefuseUnlessAbsent(entry.Value, path, longestRange > 0 ? "a list of values or {from, to, by}" : "a list of values");
        }

        if (nodes.IsEmpty)
        {
            if (entry.Value is ListNode)
            {
                problems.Add(entry.Value.Position, path, "must list at least one value, but is empty.");
            }

            return null;
        }

        ImmutableArray<AxisValue> values = [.. nodes.Select(node => ReadValue(entry, key, node)).OfType<AxisValue>()];
        if (values.Length != nodes.Length)
        {
            return null;
        }

        Axis axis = new(entry.Key, entry.KeyPosition, values);
        _axes.Add(entry.Key, axis);
        return axis;
    }

    private AxisValue? ReadValue(Entry entry, KeySpec key, Node node)
    {
        string path = entry.Key;
        string? label = null;
        Node value = node;
        if (node is MapNode map)
        {
            if (map["label"] is not ScalarNode { Type: CoreType.Text, Text.Length: > 0 } given)
            {
                problems.Add(node.Position, path, "a map needs a label for the result files, such as {label: steep, …}.");
                return null;
            }

            label = given.Text;
            value = map.Without("label");
        }

        if (_binder.Bind(key.Type, value, path, key.Interval) is not object bound)
        {
            return null;
        }

        Node canonical = RecordWriter.Write(bound, node.Position);
        string text = label ?? TextOf(canonical);
        if (label is not null && canonical is MapNode written)
        {
            Entry first = new("label", node.Position, new ScalarNode(label, plain: false, node.Position));
            canonical = new MapNode([first, .. written.Entries], node.Position);
        }

        return new(text, [entry with { Value = value }], canonical);
    }

    private void RefuseUnlessAbsent(Node? node, string path, string accepted)
    {
        if (node is not (null or RefusedNode))
        {
            _binder.Refuse(node, path, accepted);
        }
    }

    private static string TextOf(Node node) => node switch
    {
        ScalarNode scalar => CoreScalar.TryNumber(scalar, out double number) ? CoreScalar.ToText(number) : scalar.Text,
        ListNode list => string.Join(' ', list.Items.Select(TextOf)),
        _ => node.Found,
    };

    /// <summary>Adds that a key is no path of the scenario.</summary>
    public static void RefusePath(Entry entry, string path, ProblemList problems) =>
        problems.Add(entry.KeyPosition, path, LaterVersions.HasKey(entry.Key)
            ? "is not available in this version."
            : $"unknown path '{entry.Key}'{Suggestion(entry.Key)} A path is the keys down to the value, joined by dots.");

    // A path may lack its beginning, or the records between.
    private static string Suggestion(string path)
    {
        string last = path[(path.LastIndexOf('.') + 1)..];
        string? nearest = NearestWord.Of(path, ScenarioPaths.All)
            ?? ScenarioPaths.All.FirstOrDefault(known => known.EndsWith("." + path, StringComparison.Ordinal))
            ?? ScenarioPaths.All.FirstOrDefault(known => known.EndsWith("." + last, StringComparison.Ordinal));
        return nearest is null ? "." : $"; did you mean '{nearest}'?";
    }
}
