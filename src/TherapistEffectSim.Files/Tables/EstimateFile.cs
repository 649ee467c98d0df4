using TherapistEffectSim.Data;

namespace TherapistEffectSim.Files.Tables;

/// <summary>One replicate of somebody's simulation study: what a method estimated.</summary>
/// <param name="Method">Name of the method; empty if the file does not say it.</param>
/// <param name="Estimate">The estimate; <see langword="null"/> if the replicate failed.</param>
/// <param name="StandardError">Its standard error; <see langword="null"/> if the replicate failed.</param>
/// <param name="DegreesOfFreedom">Of the reference t distribution; <see langword="null"/> for the normal.</param>
/// <param name="PValue">The p-value, if the file gives one.</param>
internal sealed record EstimateRecord(string Method, double? Estimate, double? StandardError, double? DegreesOfFreedom, double? PValue)
{
    /// <summary>Whether the replicate counts as a failure.</summary>
    public bool IsFailed => Estimate is null || StandardError is null;
}

/// <summary>Reads a long file of estimates: <c>estimate, std_error</c> and, if there, <c>df, p_value, method</c>; other columns are left out.</summary>
internal static class EstimateFile
{
    private static readonly CsvColumn[] s_columns =
    [
        Number("estimate"),
        Number("std_error") with { Minimum = 0 },
        Number("df") with { IsOptional = true, Minimum = 0 },
        Number("p_value") with { IsOptional = true, Minimum = 0, Maximum = 1 },
        new CsvColumn("method", CellContent.Text) { IsOptional = true, Missing = MissingCells.Refused },
    ];

    /// <inheritdoc cref="CsvTableReader.Read(string, IReadOnlyCollection{CsvColumn})"/>
    public static IEnumerable<EstimateRecord> Read(string path) => Records(CsvTableReader.Read(path, s_columns));

    /// <inheritdoc cref="CsvTableReader.Read(TextReader, string, IReadOnlyCollection{CsvColumn})"/>
    public static IEnumerable<EstimateRecord> Read(TextReader text, string file) => Records(CsvTableReader.Read(text, file, s_columns));

    // An empty cell is how replicates.csv writes an estimate that does not exist.
    private static CsvColumn Number(string name) => new(name, CellContent.Numbers) { Missing = MissingCells.NotAvailableOrEmpty };

    private static IEnumerable<EstimateRecord> Records(DataTable table)
    {
        NumericColumn estimate = table.Numeric("estimate");
        NumericColumn standardError = table.Numeric("std_error");
        NumericColumn? degreesOfFreedom = table.Contains("df") ? table.Numeric("df") : null;
        NumericColumn? pValue = table.Contains("p_value") ? table.Numeric("p_value") : null;
        TextColumn? method = table.Contains("method") ? table.AsFactor("method") : null;
        for (int row = 0; row < table.Rows; row++)
        {
            yield return new EstimateRecord(
                method is null ? "" : method.Levels[method.Codes[row]],
                Value(estimate, row),
                Value(standardError, row),
                Value(degreesOfFreedom, row),
                Value(pValue, row));
        }
    }

    private static double? Value(NumericColumn? column, int row) => column is null || column.IsMissing(row) ? null : column.Values[row];
}
