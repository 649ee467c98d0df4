using System.Buffers;
using System.Globalization;
using TherapistEffectSim.Files.Tables;

namespace TherapistEffectSim.Files.Results;

/// <summary>Writes the cells of a CSV file one after the other: commas between them, LF at the end, quotes where RFC 4180 needs them.</summary>
internal sealed class CsvRow(TextWriter writer)
{
    private static readonly SearchValues<char> s_needQuotes = SearchValues.Create(",\"\r\n");
    private bool _isBegun;

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

    public CsvRow Add(IEnumerable<string> cells)
    {
        foreach (string cell in cells)
        {
            Add(cell);
        }

        return this;
    }

    public CsvRow Add(long count) => Add(count.ToString(CultureInfo.InvariantCulture));

    public CsvRow Add(double? number) => Add(NumberCell.OfResult(number));

    public CsvRow AddProbability(double? number) => Add(NumberCell.OfProbability(number));

    public void End()
    {
        writer.Write('\n');
        _isBegun = false;
    }
}
