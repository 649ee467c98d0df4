using System.Collections.Immutable;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>A place in a file; lines and columns count from 1.</summary>
internal readonly record struct Position(int Line, int Column);

/// <summary>A value of a study file with its place.</summary>
internal abstract class Node(Position position)
{
    /// <summary>First character; of a block below its key, the key's.</summary>
    public Position Position { get; } = position;

    /// <summary>The value in the words of an error message: "a list", "'linaer'", "-2".</summary>
    public abstract string Found { get; }

    /// <summary>Number of values in and below it.</summary>
    public virtual int Size => 1;
}

/// <summary>A value that was already refused, such as an alias: nothing more is said about it.</summary>
internal sealed class RefusedNode(Position position) : Node(position)
{
    public override string Found => "a refused value";
}

/// <summary>A number, a word or a text.</summary>
/// <param name="text">The content, escapes resolved.</param>
/// <param name="plain">Whether it stands without quotes, so that it may be a number, a boolean or null.</param>
/// <param name="position">First character, quote included.</param>
internal sealed class ScalarNode(string text, bool plain, Position position) : Node(position)
{
    private const int LongestQuote = 60;

    public string Text { get; } = text;

    public bool Plain { get; } = plain;

    /// <summary>Place of the first character of <see cref="Text"/>, if the text stands on one line without escapes.</summary>
    public Position? TextStart { get; init; }

    public CoreType Type => Plain ? CoreScalar.TypeOf(Text) : CoreType.Text;

    public override string Found =>
        Type switch
        {
            CoreType.Null => "nothing",
            CoreType.Number or CoreType.Boolean => Text,
            _ => "'" + (Text.Length <= LongestQuote ? Text : Text[..LongestQuote] + "…").ReplaceLineEndings(" ") + "'",
        };
}

/// <summary>A list.</summary>
internal sealed class ListNode(ImmutableArray<Node> items, Position position) : Node(position)
{
    public ImmutableArray<Node> Items { get; } = items;

    public override string Found => "a list";

    public override int Size { get; } = 1 + items.Sum(item => item.Size);
}

/// <summary>A key of a map with its value.</summary>
internal readonly record struct Entry(string Key, Position KeyPosition, Node Value);

/// <summary>A map with different keys, in the order of the file.</summary>
internal sealed class MapNode(ImmutableArray<Entry> entries, Position position) : Node(position)
{
    public ImmutableArray<Entry> Entries { get; } = entries;

    public override string Found => "a map";

    public override int Size { get; } = 1 + entries.Sum(entry => entry.Value.Size);

    /// <summary>The value of a key; <see langword="null"/> if the key is absent.</summary>
    public Node? this[string key]
    {
        get
        {
            int i = IndexOf(key);
            return i < 0 ? null : Entries[i].Value;
        }
    }

    /// <summary>This map with one value replaced, or added at the end.</summary>
    public MapNode With(string key, Node value)
    {
        int i = IndexOf(key);
        return new(
            i < 0 ? Entries.Add(new(key, value.Position, value)) : Entries.SetItem(i, Entries[i] with { Value = value }),
            Position);
    }

    /// <summary>This map without some of its keys.</summary>
    public MapNode Without(params ReadOnlySpan<string> keys)
    {
        ImmutableArray<Entry>.Builder kept = ImmutableArray.CreateBuilder<Entry>(Entries.Length);
        foreach (Entry entry in Entries)
        {
            if (!keys.Contains(entry.Key))
            {
                kept.Add(entry);
            }
        }

        return new(kept.DrainToImmutable(), Position);
    }

    /// <summary>Place of the value at a path below this map; of the nearest map above it if it is absent.</summary>
    public Position Locate(ReadOnlySpan<string> keys)
    {
        Node node = this;
        foreach (string key in keys)
        {
            if (node is not MapNode map || map[key] is not Node next)
            {
                break;
            }

            node = next;
        }

        return node.Position;
    }

    private int IndexOf(string key)
    {
        for (int i = 0; i < Entries.Length; i++)
        {
            if (string.Equals(Entries[i].Key, key, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }
}
