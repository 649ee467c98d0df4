using System.Collections.Immutable;
using TherapistEffectSim.Data;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Files.Tables;

/// <summary>Reads a long file of estimates: <c>estimate, std_error</c> and, if there, <c>df, p_value, method</c>.</summary>
/// <remarks>
/// Of the other columns only <c>scenario, term, test</c> are read, the columns by which <c>replicates.csv</c> tells targets apart: estimates
/// of several targets have no common true value.
/// </remarks>
public static class EstimateFile
{
    private const int MostNamed = 5;

    private static readonly CsvColumn[] s_columns =
    [
        Number("estimate"),
        Number("std_error") with { Minimum = 0 },
        Number("df") with { IsOptional = true, Minimum = 0 },
        Number("p_value") with { IsOptional = true, Minimum = 0, Maximum = 1 },
        new CsvColumn("method", CellContent.Text) { IsOptional = true, Missing = MissingCells.Refused },
    ];

    private static readonly string[] s_targets = ["scenario", "term", "test"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; messages name it as given here.</param>
    /// <returns>One record per row; NaN where a value is missing.</returns>
    /// <exception cref="CsvTableException">The file is missing or cannot be read, or its content is not as needed.</exception>
    public static ImmutableArray<EstimateRecord> Read(string path) => Records(CsvTableReader.Read(path, Columns), path);

    /// <summary>Reads a text that has been opened, such as standard input.</summary>
    /// <param name="text">The text.</param>
    /// <param name="file">What messages call it.</param>
    /// <returns>One record per row; NaN where a value is missing.</returns>
    /// <exception cref="CsvTableException">The content is not as needed.</exception>
    public static ImmutableArray<EstimateRecord> Read(TextReader text, string file) => Records(CsvTableReader.Read(text, file, Columns), file);

    private static CsvColumn[] Columns(IReadOnlyList<string> header) =>
    [
        .. s_columns,
        .. s_targets.Where(header.Contains).Select(name => new CsvColumn(name, CellContent.Text) { Missing = MissingCells.NotAvailableOrEmpty }),
    ];

    // An empty cell is how replicates.csv writes an estimate that does not exist.
    private static CsvColumn Number(string name) => new(name, CellContent.Numbers) { Missing = MissingCells.NotAvailableOrEmpty };

    private static ImmutableArray<EstimateRecord> Records(DataTable table, string file)
    {
        foreach (string target in s_targets.Where(table.Contains))
        {
            CheckOneTarget(table.AsFactor(target), file);
        }

        NumericColumn estimate = table.Numeric("estimate");
        NumericColumn standardError = table.Numeric("std_error");
        NumericColumn? degreesOfFreedom = table.Contains("df") ? table.Numeric("df") : null;
        if (degreesOfFreedom is not null && degreesOfFreedom.Values.Contains(0))
        {
            throw new CsvTableException(
                file, line: null, "df", $"df must be a number > 0 or NA, but is 0 in row {degreesOfFreedom.Values.IndexOf(0) + 1} below the header.");
        }

        NumericColumn? pValue = table.Contains("p_value") ? table.Numeric("p_value") : null;
        TextColumn? method = table.Contains("method") ? table.AsFactor("method") : null;
        return [.. Enumerable.Range(0, table.Rows).Select(row => new EstimateRecord(
            method is null ? "" : method.Levels[method.Codes[row]],
            estimate.Values[row],
            standardError.Values[row],
            degreesOfFreedom?.Values[row] ?? double.NaN,
            pValue?.Values[row] ?? double.NaN))];
    }

    private static void CheckOneTarget(TextColumn target, string file)
    {
        if (target.Levels.Length > 1)
        {
            string names = string.Join(", ", target.Levels.Take(MostNamed).Select(level => $"\"{level}\""));
            string others = target.Levels.Length > MostNamed ? ", ..." : "";
            throw new CsvTableException(
                file,
                line: null,
                target.Name,
                $"all estimates must have one true value, so {target.Name} must be the same in all rows, "
                + $"but has {target.Levels.Length} values: {names}{others}. Keep the rows of one.");
        }
    }
}
