using System.Text;
using TherapistEffectSim.Data;

namespace TherapistEffectSim.Files.Tables;

/// <summary>Reads a CSV file with a header (RFC 4180, UTF-8, decimal points) into a table of the columns a caller needs.</summary>
public static class CsvTableReader
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; messages name it as given here.</param>
    /// <param name="columns">The columns needed, at least one. Others are left out and may hold anything.</param>
    /// <exception cref="CsvTableException">The file is missing or cannot be read, or its content is not as needed.</exception>
    public static DataTable Read(string path, IReadOnlyCollection<CsvColumn> columns)
    {
        using StreamReader text = Open(path);
        return Read(text, path, columns);
    }

    /// <summary>Reads a file of which the caller says only after seeing its header what is needed.</summary>
    /// <param name="path">The file; messages name it as given here.</param>
    /// <param name="choose">Turns the names in the header into the columns needed, at least one.</param>
    /// <exception cref="CsvTableException">The file is missing or cannot be read, or its content is not as needed.</exception>
    public static DataTable Read(string path, Func<IReadOnlyList<string>, IReadOnlyCollection<CsvColumn>> choose)
    {
        using StreamReader text = Open(path);
        return Read(text, path, choose);
    }

    /// <summary>Reads a text that has been opened, such as standard input.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">What messages call it.</param>
    /// <param name="columns">The columns needed, at least one. Others are left out and may hold anything.</param>
    /// <exception cref="CsvTableException">The content is not as needed.</exception>
    public static DataTable Read(TextReader text, string file, IReadOnlyCollection<CsvColumn> columns) =>
        columns.Count > 0
            ? Read(text, file, _ => columns)
            : throw new ArgumentException("At least one column must be asked for.", nameof(columns));

    /// <summary>Reads an open text of which the caller says only after seeing its header what is needed.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">What messages call it.</param>
    /// <param name="choose">Turns the names in the header into the columns needed, at least one.</param>
    /// <exception cref="CsvTableException">The content is not as needed.</exception>
    public static DataTable Read(TextReader text, string file, Func<IReadOnlyList<string>, IReadOnlyCollection<CsvColumn>> choose)
    {
        using CsvRecords records = new(text, file);
        if (!records.Read())
        {
            throw new CsvTableException(file, line: null, column: null, "the first line must name the columns, but the file is empty.");
        }

        string[] header = [.. records.Cells];
        CheckNames(header, file, records.Line);
        (int Index, CellCollector Cells)[] needed = Find(choose(header), header, file, records.Line);
        int rows = 0;
        while (records.Read())
        {
            if (records.Cells.Count != header.Length)
            {
                throw new CsvTableException(
                    file, records.Line, column: null, $"the row must have {Count(header.Length, "cell")} as the header has, but has {records.Cells.Count}.");
            }

            foreach ((int index, CellCollector cells) in needed)
            {
                cells.Add(records.Cells[index], records.Line);
            }

            rows++;
        }

        return rows > 0
            ? new DataTable([.. needed.Select(column => column.Cells.ToColumn())])
            : throw new CsvTableException(file, line: null, column: null, "there must be at least one row below the header, but there is none.");
    }

    private static StreamReader Open(string path)
    {
        try
        {
            return new StreamReader(path, Encoding.UTF8, detectEncodingFromByteOrderMarks: true, CsvRecords.BufferLength);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or ArgumentException) // the last for an empty path
        {
            throw new CsvTableException(path, line: null, column: null, "there is no such file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            string finding = Directory.Exists(path) ? "a CSV file is needed, but this is a folder." : $"the file cannot be read: {e.Message}";
            throw new CsvTableException(path, line: null, column: null, finding, e);
        }
    }

    private static void CheckNames(string[] header, string file, int line)
    {
        Dictionary<string, int> firstPlace = new(StringComparer.Ordinal);
        for (int i = 0; i < header.Length; i++)
        {
            if (string.IsNullOrWhiteSpace(header[i]))
            {
                throw new CsvTableException(
                    file, line, column: null, $"every column must have a name, but column {i + 1} has none (in R: write.csv(..., row.names = FALSE)).");
            }

            if (!firstPlace.TryAdd(header[i], i + 1))
            {
                throw new CsvTableException(
                    file, line, header[i], $"column names must differ, but columns {firstPlace[header[i]]} and {i + 1} are both named \"{header[i]}\".");
            }
        }
    }

    private static (int Index, CellCollector Cells)[] Find(IEnumerable<CsvColumn> columns, string[] header, string file, int line)
    {
        List<(int Index, CellCollector Cells)> found = [];
        foreach (CsvColumn column in columns)
        {
            int index = Array.IndexOf(header, column.Name);
            if (index >= 0)
            {
                found.Add((index, CellCollector.For(column, file)));
            }
            else if (!column.IsOptional)
            {
                string names = string.Join(", ", header.Select(name => $"\"{name}\""));
                throw new CsvTableException(
                    file, line, column.Name, $"there must be a column \"{column.Name}\", but the columns are {names}.");
            }
        }

        return [.. found.OrderBy(column => column.Index)];
    }

    private static string Count(int number, string unit) => number == 1 ? $"1 {unit}" : $"{number} {unit}s";
}
