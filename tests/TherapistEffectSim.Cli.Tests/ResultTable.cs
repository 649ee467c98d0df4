using System.Globalization;
using System.Text;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>A CSV file as rows of texts by column.</summary>
internal sealed class ResultTable
{
    public ResultTable(string path)
    {
        string[] lines = File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Header = lines[0];
        string[] columns = Header.Split(',');
        Rows = [.. lines.Skip(1).Select(line => columns.Zip(Cells(line)).ToDictionary(c => c.First, c => c.Second))];
    }

    public string Header { get; }

    public IReadOnlyList<Dictionary<string, string>> Rows { get; }

    /// <summary>Rows in which the columns named have the values given.</summary>
    public IEnumerable<Dictionary<string, string>> Where(params (string Column, string Value)[] conditions) =>
        Rows.Where(row => conditions.All(c => row[c.Column] == c.Value));

    public static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static List<string> Cells(string line)
    {
        List<string> cells = [];
        StringBuilder cell = new();
        bool quoted = false;
        foreach (char c in line)
        {
            if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                cells.Add(cell.ToString());
                cell.Clear();
            }
            else
            {
                cell.Append(c);
            }
        }

        cells.Add(cell.ToString());
        return cells;
    }
}
