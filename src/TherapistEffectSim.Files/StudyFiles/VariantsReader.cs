using System.Collections.Immutable;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Reads <c>variants</c>: worlds that each differ from the scenario by the values at some paths, after the scenario itself.</summary>
/// <param name="problems">Collects mistakes.</param>
/// <param name="binder">Checks each value by itself against the type at its path.</param>
/// <param name="varied">The axes of grid and zip, by path.</param>
internal sealed class VariantsReader(ProblemList problems, Binder binder, IReadOnlyDictionary<string, Axis> varied)
{
    private const string Label = "label";
    private const string Accepted = "a list of maps such as {label: ceiling, scenario.alliance.reliability: 0.7}";

    /// <summary>The variants with the base first, or <see langword="null"/> with the reasons among the problems.</summary>
    public Axis? Read(Node node)
    {
        if (node is not ListNode list)
        {
            binder.Refuse(node, "variants", Accepted);
            return null;
        }

        List<AxisValue> values = [new(Axis.Base, [], new MapNode([], node.Position))];
        for (int i = 0; i < list.Items.Length; i++)
        {
            if (ReadVariant(list.Items[i], $"variants[{i + 1}]", values) is AxisValue value)
            {
                values.Add(value);
            }
        }

        return values.Count == list.Items.Length + 1 ? new(Axis.Variant, node.Position, [.. values]) : null;
    }

    private AxisValue? ReadVariant(Node item, string path, List<AxisValue> before)
    {
        if (item is not MapNode map)
        {
            if (item is not RefusedNode)
            {
                binder.Refuse(item, path, Accepted["a list of maps such as ".Length..].Insert(0, "a map such as "));
            }

            return null;
        }

        int mistakes = problems.Count;
        string label = ReadLabel(map, path, before);
        ImmutableArray<Entry> written = map.Without(Label).Entries;
        if (written.IsEmpty)
        {
            problems.Add(map.Position, path, "must change the value of at least one path, such as scenario.alliance.reliability: 0.7; the scenario as it stands is the variant base.");
        }

        ImmutableArray<Entry>.Builder canonical = ImmutableArray.CreateBuilder<Entry>();
        canonical.Add(new(Label, map.Position, new ScalarNode(label, plain: false, map.Position)));
        for (int e = 0; e < written.Length; e++)
        {
            if (ReadChange(written[e], Binder.Below(path, written[e].Key), written.AsSpan()[..e]) is Node value)
            {
                canonical.Add(written[e] with { Value = value });
            }
        }

        return problems.Count == mistakes ? new(label, written, new MapNode(canonical.ToImmutable(), map.Position)) : null;
    }

    private string ReadLabel(MapNode map, string path, List<AxisValue> before)
    {
        if (map[Label] is not ScalarNode { Type: CoreType.Text, Text.Length: > 0 } label)
        {
            problems.Add(map[Label]?.Position ?? map.Position, Binder.Below(path, Label), "must name the variant in the result files, such as label: ceiling.");
            return "";
        }

        if (before.Any(v => string.Equals(v.Text, label.Text, StringComparison.Ordinal)))
        {
            string taken = string.Equals(label.Text, Axis.Base, StringComparison.Ordinal) ? "the scenario as it stands" : "another variant";
            problems.Add(label.Position, Binder.Below(path, Label), $"must differ from the other labels, but {label.Text} is {taken}.");
        }

        return label.Text;
    }

    // The value with all defaults written out.
    private Node? ReadChange(Entry entry, string path, ReadOnlySpan<Entry> before)
    {
        if (ScenarioPaths.Find(entry.Key) is not KeySpec key)
        {
            GridReader.RefusePath(entry, path, problems);
            return null;
        }

        if (varied.Keys.FirstOrDefault(other => ScenarioPaths.Overlap(other, entry.Key)) is string taken)
        {
            problems.Add(entry.KeyPosition, path, $"varies what {taken} on line {varied[taken].Position.Line} varies already.");
            return null;
        }

        foreach (Entry other in before)
        {
            if (ScenarioPaths.Overlap(other.Key, entry.Key))
            {
                problems.Add(entry.KeyPosition, path, $"changes what {other.Key} of the same variant changes already.");
                return null;
            }
        }

        return binder.Bind(key.Type, entry.Value, path, key.Interval) is object bound ? RecordWriter.Write(bound, entry.Value.Position) : null;
    }
}
