using System.Globalization;
using TherapistEffectSim.Files.Tables;

namespace TherapistEffectSim.Files.Results;

/// <summary>A row of a result file, its cells found by the names in the header.</summary>
internal readonly struct StoredRow
{
    private readonly string _file;
    private readonly int _line;
    private readonly List<string> _cells;
    private readonly Dictionary<string, int> _places;

    private StoredRow(string file, CsvRecords records, Dictionary<string, int> places)
    {
        _file = file;
        _line = records.Line;
        _cells = records.Cells;
        _places = places;
    }

    /// <summary>The rows of a file, one at a time: a row is gone when the next is read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Columns that it must have.</param>
    /// <exception cref="CsvTableException">The file is no such result file.</exception>
    public static IEnumerable<StoredRow> Read(string path, IEnumerable<string> columns)
    {
        using StreamReader text = new(path);
        using CsvRecords records = new(text, path);
        if (!records.Read())
        {
            throw new CsvTableException(path, line: null, column: null, "the first line must name the columns, but the file is empty.");
        }

        Dictionary<string, int> places = new(StringComparer.Ordinal);
        for (int i = 0; i < records.Cells.Count; i++)
        {
            places[records.Cells[i]] = i;
        }

        if (columns.FirstOrDefault(column => !places.ContainsKey(column)) is string absent)
        {
            throw new CsvTableException(path, records.Line, absent, $"there must be a column \"{absent}\", but the columns are {string.Join(", ", places.Keys)}.");
        }

        while (records.Read())
        {
            if (records.Cells.Count != places.Count)
            {
                throw new CsvTableException(path, records.Line, column: null, $"the row must have {places.Count} cells as the header has, but has {records.Cells.Count}.");
            }

            yield return new(path, records, places);
        }
    }

    /// <summary>A text; empty where there is none.</summary>
    public string Text(string column) => _cells[_places[column]];

    /// <summary>A number; <see langword="null"/> where the cell is empty.</summary>
    public double? Number(string column) => Text(column) switch
    {
        "" => null,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) => number,
        string text => throw Refused(column, "a number", text),
    };

    /// <summary>A number that must be there.</summary>
    public double Known(string column) => Number(column) ?? throw Refused(column, "a number", "");

    /// <summary>A count.</summary>
    public long Count(string column) =>
        long.TryParse(Text(column), NumberStyles.None, CultureInfo.InvariantCulture, out long count) ? count : throw Refused(column, "a whole number >= 0", Text(column));

    /// <summary>One of some words.</summary>
    public T Word<T>(string column, IEnumerable<(string Word, T Value)> accepted)
        where T : struct
    {
        string text = Text(column);
        (string Word, T Value)[] all = [.. accepted];
        return all.Any(a => a.Word == text) ? all.First(a => a.Word == text).Value : throw Refused(column, $"one of {string.Join(", ", all.Select(a => a.Word))}", text);
    }

    private CsvTableException Refused(string column, string accepted, string found) =>
        new(_file, _line, column, $"{column} must be {accepted}, but is \"{found}\".");
}
