using System.Collections.Immutable;
using System.Text;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>Writes a statement as Markdown, or as plain text in lines of a page's width.</summary>
internal static class StatementText
{
    private const int LineLength = 100;

    /// <summary>Markdown: headings, paragraphs of one line each, lists and pipe tables.</summary>
    public static string Markdown(Statement statement)
    {
        StringBuilder text = new();
        text.Append("# ").Append(statement.Title).Append('\n');
        foreach (StatementSection section in statement.Sections)
        {
            if (section.Heading.Length > 0)
            {
                text.Append("\n## ").Append(section.Heading).Append('\n');
            }

            foreach (StatementBlock block in section.Blocks)
            {
                text.Append('\n').Append(block switch
                {
                    Sentences sentences => Escaped(sentences.Text) + "\n",
                    ItemList list => string.Concat(list.Items.Select(item => $"- {Escaped(item)}\n")),
                    Grid grid => MarkdownTable(grid),
                    _ => throw new ArgumentException($"Unknown block {block}.", nameof(statement)),
                });
            }
        }

        return text.ToString();
    }

    /// <summary>Plain text.</summary>
    public static string Plain(Statement statement)
    {
        StringBuilder text = new();
        text.Append(statement.Title).Append('\n').Append('=', statement.Title.Length).Append('\n');
        foreach (StatementSection section in statement.Sections)
        {
            if (section.Heading.Length > 0)
            {
                text.Append('\n').Append(section.Heading).Append('\n').Append('-', section.Heading.Length).Append('\n');
            }

            foreach (StatementBlock block in section.Blocks)
            {
                text.Append('\n').Append(block switch
                {
                    Sentences sentences => Filled(sentences.Text, "", "") + "\n",
                    ItemList list => string.Concat(list.Items.Select(item => Filled(item, "* ", "  ") + "\n")),
                    Grid grid => PlainTable(grid),
                    _ => throw new ArgumentException($"Unknown block {block}.", nameof(statement)),
                });
            }
        }

        return text.ToString().Replace("`", "", StringComparison.Ordinal);
    }

    // Outside code, what Markdown would take for emphasis.
    private static string Escaped(string text)
    {
        StringBuilder escaped = new();
        bool isCode = false;
        foreach (char c in text)
        {
            isCode ^= c == '`';
            escaped.Append(!isCode && (c is '*' or '_' or '|' or '<') ? "\\" : "").Append(c);
        }

        return escaped.ToString();
    }

    private static string MarkdownTable(Grid grid)
    {
        StringBuilder text = new();
        Row(grid.Header);
        Row([.. grid.Header.Select(_ => "---")]);
        foreach (ImmutableArray<string> row in grid.Rows)
        {
            Row([.. row.Select(Escaped)]);
        }

        return text.ToString();

        void Row(ImmutableArray<string> cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
    }

    // Each row as an item of a list, which fits a page of any width.
    private static string PlainTable(Grid grid)
    {
        StringBuilder text = new();
        foreach (ImmutableArray<string> row in grid.Rows)
        {
            IEnumerable<string> cells = grid.Header.Zip(row).Skip(grid.Names).Where(c => c.Second.Length > 0).Select(c => $"{c.First.ToLowerInvariant()} {c.Second}");
            text.Append(Filled($"{string.Join(", ", row.Take(grid.Names))}: {string.Join("; ", cells)}.", "* ", "  ")).Append('\n');
        }

        return text.ToString();
    }

    private static string Filled(string text, string first, string others)
    {
        const string noBreak = "\u00A0";
        StringBuilder filled = new(first);
        int length = first.Length;
        bool isStart = true;
        foreach (string word in text.Replace(" %", noBreak + "%", StringComparison.Ordinal).Split(' '))
        {
            bool breaks = !isStart && length + 1 + word.Length > LineLength;
            filled.Append(isStart ? "" : breaks ? "\n" + others : " ").Append(word);
            length = (breaks ? others.Length : length + (isStart ? 0 : 1)) + word.Length;
            isStart = false;
        }

        return filled.Replace(noBreak, " ").ToString();
    }
}
