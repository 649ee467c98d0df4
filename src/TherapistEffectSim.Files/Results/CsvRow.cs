using System.Buffers;
using System.Globalization;
using TherapistEffectSim.Files.Tables;

namespace TherapistEffectSim.Files.Results;

/// <summary>Writes the cells of a CSV file one after the other: commas between them, LF at the end, quotes where RFC 4180 needs them.</summary>
/// <param name="writer">Where the file goes; stays open.</param>
public sealed class CsvRow(TextWriter writer)
{
    private static readonly SearchValues<char> s_needQuotes = SearchValues.Create(",\"\r\n");
    private bool _isBegun;

    /// <summary>Adds a text.</summary>
    public CsvRow Add(string cell)
    {
        if (_isBegun)
        {
            writer.Write(',');
        }

        _isBegun = true;
        writer.Write(cell.AsSpan().ContainsAny(s_needQuotes) ? $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : cell);
        return this;
    }

    /// <summary>Adds several texts.</summary>
    public CsvRow Add(IEnumerable<string> cells)
    {
        foreach (string cell in cells)
        {
            Add(cell);
        }

        return this;
    }

    /// <summary>Adds a count.</summary>
    public CsvRow Add(long count) => Add(count.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a number as <see cref="NumberCell.OfResult"/> writes it.</summary>
    public CsvRow Add(double? number) => Add(NumberCell.OfResult(number));

    /// <summary>Adds a p-value as <see cref="NumberCell.OfProbability"/> writes it.</summary>
    public CsvRow AddProbability(double? number) => Add(NumberCell.OfProbability(number));

    /// <summary>Ends the row.</summary>
    public void End()
    {
        writer.Write('\n');
        _isBegun = false;
    }
}
