using Spectre.Console;

namespace TherapistEffectSim.Cli;

/// <summary>Tables without frame, texts to the left and numbers to the right.</summary>
internal static class PlainTable
{
    private const int ColumnGap = 2;

    /// <summary>A table whose first columns hold texts.</summary>
    public static Table Create(params IEnumerable<string> texts)
    {
        Table table = new() { Border = TableBorder.Simple, ShowHeaders = true };
        foreach (string header in texts)
        {
            table.AddColumn(Column(header));
        }

        return table;
    }

    /// <summary>Adds columns of numbers.</summary>
    public static void AddNumbers(this Table table, params IEnumerable<string> headers)
    {
        foreach (string header in headers)
        {
            table.AddColumn(Column(header).RightAligned());
        }
    }

    /// <summary>Adds a column of texts.</summary>
    public static void AddTextColumn(this Table table, string header) => table.AddColumn(Column(header));

    /// <summary>Adds a column of texts that may be broken into lines where the table is wider than asked.</summary>
    public static void AddWrappedColumn(this Table table, string header) => table.AddColumn(new TableColumn(new Text(header)) { Padding = new Padding(0) });

    /// <summary>Adds a row of texts as they are: brackets are no markup.</summary>
    public static void AddTexts(this Table table, params IEnumerable<string> cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    private static TableColumn Column(string header) => new(new Text(header)) { NoWrap = true, Padding = new Padding(0, 0, ColumnGap, 0) };
}
