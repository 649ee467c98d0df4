using System.Collections.Immutable;
using System.Globalization;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Reads YAML 1.2, or JSON, into nodes with places. Anchors, aliases, tags, merge keys and repeated keys are refused.</summary>
internal sealed class DocumentReader
{
    public const int LargestDepth = 100;
    public const int LargestLength = 10 * 1024 * 1024;

    private const int LongestKey = 1000;

    private readonly List<string> _path = []; // Keys and item numbers down to the node being read.
    private readonly Parser _parser;
    private readonly ProblemList _problems;

    private DocumentReader(string text, ProblemList problems)
    {
        _parser = new Parser(new StringReader(text));
        _problems = problems;
    }

    /// <summary>The top map of a text from <see cref="ReadAll"/>, or <see langword="null"/> with the reason among the problems.</summary>
    public static MapNode? Read(string? text, ProblemList problems)
    {
        if (text is null)
        {
            problems.Add(default, "", "is larger than 10 MB, which no study needs.");
            return null;
        }

        try
        {
            return new DocumentReader(text, problems).ReadDocument();
        }
        catch (YamlException e)
        {
            if (FirstIndentingTab(text) is Position tab)
            {
                problems.Add(tab, "", "is not readable as YAML: the line is indented with a tab; indent with blanks.");
            }
            else
            {
                problems.Add(PositionOf(e.Start), "", $"is not readable as YAML: {e.Message.TrimEnd('.')}.");
            }
        }

        return null;
    }

    /// <summary>The whole text; <see langword="null"/> if it is larger than any study file.</summary>
    public static string? ReadAll(TextReader text)
    {
        char[] buffer = new char[64 * 1024];
        System.Text.StringBuilder all = new();
        for (int n; (n = text.Read(buffer, 0, buffer.Length)) > 0;)
        {
            all.Append(buffer, 0, n);
            if (all.Length > LargestLength)
            {
                return null;
            }
        }

        return all.ToString();
    }

    // The parser tells of a tab only where the map around it begins.
    private static Position? FirstIndentingTab(string text)
    {
        string[] lines = text.Split('\n');
        for (int line = 0; line < lines.Length; line++)
        {
            int first = lines[line].AsSpan().IndexOfAnyExcept(' ');
            if (first >= 0 && lines[line][first] == '\t' && !string.IsNullOrWhiteSpace(lines[line]))
            {
                return new(line + 1, first + 1);
            }
        }

        return null;
    }

    private MapNode? ReadDocument()
    {
        Next<StreamStart>();
        if (Next() is not DocumentStart)
        {
            _problems.Add(default, "", "is empty; a study needs at least name and scenario.");
            return null;
        }

        Node root = ReadNode(Next(), null);
        Next<DocumentEnd>();
        ParsingEvent after = Next();
        if (after is DocumentStart)
        {
            _problems.Add(PositionOf(after.Start), "", "holds a second document; a study is one document, without '---' in between.");
        }

        if (root is not (MapNode or RefusedNode))
        {
            _problems.Add(root.Position, "", $"must be a map with keys such as name and scenario, but was {root.Found}.");
        }

        return root as MapNode;
    }

    private Node ReadNode(ParsingEvent start, Position? key)
    {
        Position position = PositionOf(start.Start);
        Position block = key is Position above && above.Line < position.Line ? above : position;
        if (_path.Count >= LargestDepth)
        {
            throw new YamlException(start.Start, start.End, $"nested more than {LargestDepth} levels deep");
        }

        bool refused = Refuse(start, position);
        Node value = start switch
        {
            Scalar scalar => ReadScalar(scalar, position),
            SequenceStart => new ListNode(ReadItems(), block),
            MappingStart => ReadMap(block),
            AnchorAlias => new RefusedNode(position),
            _ => throw new YamlException(start.Start, start.End, "did not find an expected value"),
        };
        return refused ? new RefusedNode(position) : value;
    }

    private bool Refuse(ParsingEvent start, Position position)
    {
        string? what = start switch
        {
            AnchorAlias alias => $"aliases (*{alias.Value}) are not accepted; write the value out.",
            NodeEvent { Anchor.IsEmpty: false } node => $"anchors (&{node.Anchor}) are not accepted; write the value out where it is needed.",
            NodeEvent { Tag.IsEmpty: false } node => $"tags ({node.Tag}) are not accepted; write the plain value.",
            _ => null,
        };
        if (what is not null)
        {
            Add(position, what);
        }

        return what is not null;
    }

    private static ScalarNode ReadScalar(Scalar scalar, Position position)
    {
        int quote = scalar.Style is ScalarStyle.SingleQuoted or ScalarStyle.DoubleQuoted ? 1 : 0;
        bool literal = scalar.Start.Line == scalar.End.Line
            && scalar.End.Column - scalar.Start.Column == scalar.Value.Length + (2 * quote);
        return new(scalar.Value, scalar.Style == ScalarStyle.Plain, position)
        {
            TextStart = literal ? position with { Column = position.Column + quote } : null,
        };
    }

    private ImmutableArray<Node> ReadItems()
    {
        ImmutableArray<Node>.Builder items = ImmutableArray.CreateBuilder<Node>();
        for (ParsingEvent next = Next(); next is not SequenceEnd; next = Next())
        {
            items.Add(ReadBelow(string.Create(CultureInfo.InvariantCulture, $"[{items.Count + 1}]"), next, null));
        }

        return items.ToImmutable();
    }

    private MapNode ReadMap(Position position)
    {
        ImmutableArray<Entry>.Builder entries = ImmutableArray.CreateBuilder<Entry>();
        Dictionary<string, int> lines = [];
        for (ParsingEvent next = Next(); next is not MappingEnd; next = Next())
        {
            Node key = ReadBelow("", next, null);
            string name = (key as ScalarNode)?.Text ?? "";
            if (name.Length > LongestKey)
            {
                throw new YamlException(next.Start, next.End, $"a key has more than {LongestKey} characters");
            }

            Node value = ReadBelow("." + name, Next(), key.Position);
            switch (key)
            {
                case RefusedNode:
                    break;
                case not ScalarNode:
                    Add(key.Position, $"a key must be a word, but was {key.Found}.");
                    break;
                case ScalarNode { Text: "<<", Plain: true }:
                    Add(key.Position, "merge keys (<<) are not accepted; write the keys out.");
                    break;
                case ScalarNode when !lines.TryAdd(name, key.Position.Line):
                    _path.Add("." + name);
                    Add(key.Position, $"is given twice; the first is on line {lines[name]}.");
                    _path.RemoveAt(_path.Count - 1);
                    break;
                default:
                    entries.Add(new(name, key.Position, value));
                    break;
            }
        }

        return new(entries.ToImmutable(), position);
    }

    private Node ReadBelow(string step, ParsingEvent start, Position? key)
    {
        _path.Add(step);
        Node node = ReadNode(start, key);
        _path.RemoveAt(_path.Count - 1);
        return node;
    }

    private void Add(Position position, string message)
    {
        if (!_problems.IsFull)
        {
            _problems.Add(position, string.Concat(_path).TrimStart('.'), message);
        }
    }

    private ParsingEvent Next()
    {
        Mark before = _parser.Current?.End ?? Mark.Empty;
        try
        {
            return _parser.MoveNext() && _parser.Current is ParsingEvent current
                ? current
                : throw new YamlException(before, before, "the text ends too early");
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FormatException or OverflowException)
        {
            // The parser comes into states that it does not expect, and takes escapes such as "\UFFFFFFFF" unchecked.
            throw new YamlException(before, before, "what follows here cannot be understood", e);
        }
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        ParsingEvent next = Next();
        if (next is not T)
        {
            throw new YamlException(next.Start, next.End, "did not find an expected value");
        }
    }

    private static Position PositionOf(Mark mark) => new((int)mark.Line, (int)mark.Column);
}
