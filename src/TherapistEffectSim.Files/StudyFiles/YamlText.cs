using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Writes nodes as YAML: maps as blocks, lists of scalars in brackets, other lists as blocks.</summary>
internal sealed partial class YamlText
{
    private readonly StringBuilder _text = new();
    private readonly IReadOnlyDictionary<string, string> _comments;
    private readonly IReadOnlyDictionary<string, ImmutableArray<string>> _remarks;

    private YamlText(IReadOnlyDictionary<string, string> comments, IReadOnlyDictionary<string, ImmutableArray<string>> remarks)
    {
        _comments = comments;
        _remarks = remarks;
    }

    /// <summary>The text of a map, lines ended by a line feed.</summary>
    /// <param name="map">What to write.</param>
    /// <param name="comments">Comments at the end of lines, by path.</param>
    /// <param name="remarks">Comments in lines of their own above a key that is no item of a list, by path.</param>
    public static string Of(
        MapNode map, IReadOnlyDictionary<string, string>? comments = null, IReadOnlyDictionary<string, ImmutableArray<string>>? remarks = null)
    {
        YamlText writer = new(
            comments ?? ImmutableDictionary<string, string>.Empty, remarks ?? ImmutableDictionary<string, ImmutableArray<string>>.Empty);
        writer.WriteEntries(map, "", "", "");
        return writer._text.ToString();
    }

    // The first entry of an item of a list stands on the line of its dash.
    private void WriteEntries(MapNode map, string path, string first, string indent)
    {
        string lead = first;
        foreach (Entry entry in map.Entries)
        {
            string below = Binder.Below(path, entry.Key);
            foreach (string remark in lead == indent && _remarks.TryGetValue(below, out ImmutableArray<string> lines) ? lines : [])
            {
                _text.Append(indent).Append("# ").Append(remark.ReplaceLineEndings(" ")).Append('\n');
            }

            _text.Append(lead).Append(Quote(entry.Key)).Append(':');
            WriteValue(entry.Value, below, indent);
            lead = indent;
        }
    }

    private void WriteValue(Node value, string path, string indent)
    {
        switch (value)
        {
            case MapNode { Entries.IsEmpty: false } map:
                EndLine("", path);
                WriteEntries(map, path, indent + "  ", indent + "  ");
                break;
            case ListNode list when list.Items.Any(item => item is not ScalarNode):
                EndLine("", path);
                for (int i = 0; i < list.Items.Length; i++)
                {
                    WriteItem(list.Items[i], $"{path}[{i + 1}]", indent + "  ");
                }

                break;
            default:
                EndLine(" " + Flow(value), path);
                break;
        }
    }

    private void WriteItem(Node item, string path, string indent)
    {
        if (item is MapNode { Entries.IsEmpty: false } map)
        {
            WriteEntries(map, path, indent + "- ", indent + "  ");
        }
        else
        {
            _text.Append(indent).Append('-');
            EndLine(" " + Flow(item), path);
        }
    }

    private void EndLine(string text, string path)
    {
        _text.Append(text);
        if (_comments.TryGetValue(path, out string? comment))
        {
            _text.Append("  # ").Append(comment.ReplaceLineEndings(" "));
        }

        _text.Append('\n');
    }

    private static string Flow(Node node) => node switch
    {
        ScalarNode { Plain: true } number => number.Text,
        ScalarNode text => Quote(text.Text),
        ListNode list => "[" + string.Join(", ", list.Items.Select(Flow)) + "]",
        MapNode map => "{" + string.Join(", ", map.Entries.Select(e => $"{Quote(e.Key)}: {Flow(e.Value)}")) + "}",
        _ => throw new ArgumentException($"{node.Found} cannot be written.", nameof(node)),
    };

    // Words that YAML 1.1, which other programs read, takes for booleans or null are quoted too.
    private static string Quote(string text)
    {
        if (PlainPattern().IsMatch(text) && !ReservedPattern().IsMatch(text))
        {
            return text;
        }

        StringBuilder quoted = new("\"");
        foreach (Rune rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                >= ' ' and <= '~' => rune.ToString(),
                _ when Rune.IsLetter(rune) && rune.IsBmp => rune.ToString(),
                _ when rune.IsBmp => "\\u" + rune.Value.ToString("X4", CultureInfo.InvariantCulture),
                _ => "\\U" + rune.Value.ToString("X8", CultureInfo.InvariantCulture),
            });
        }

        return quoted.Append('"').ToString();
    }

    [GeneratedRegex(@"\A[A-Za-z][A-Za-z0-9_.-]*\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainPattern();

    [GeneratedRegex(@"\A(?:null|true|false|yes|no|on|off|y|n)\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ReservedPattern();
}
