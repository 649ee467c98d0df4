using TherapistEffectSim.Data;
using TherapistEffectSim.Files.Results;

namespace TherapistEffectSim.Files.Tables;

/// <summary>Writes a data table as CSV: a header, numbers that read back to the same double, NA where a value is missing.</summary>
public static class DataTableCsv
{
    /// <summary>Writes the table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="writer">Where it goes; stays open.</param>
    public static void Write(DataTable table, TextWriter writer)
    {
        CsvRow csv = new(writer);
        csv.Add(table.Columns.Select(c => c.Name)).End();
        for (int row = 0; row < table.Rows; row++)
        {
            foreach (DataColumn column in table.Columns)
            {
                csv.Add(Cell(column, row));
            }

            csv.End();
        }
    }

    private static string Cell(DataColumn column, int row) => column switch
    {
        NumericColumn numbers => NumberCell.OfData(numbers.Values[row], numbers.IsMissing(row)),
        TextColumn texts => texts.Codes[row] < 0 ? NumberCell.NotAvailable : texts.Levels[texts.Codes[row]],
        _ => throw new ArgumentException($"Unknown column {column.Name}.", nameof(column)),
    };
}
