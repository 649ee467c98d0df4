using System.Globalization;
using CsvHelper;
using CsvHelper.Configuration;

namespace TherapistEffectSim.Files.Tables;

/// <summary>The records of a CSV file (RFC 4180, lines ending in LF, CRLF or CR), one at a time. Blank lines are skipped, as in R.</summary>
internal sealed class CsvRecords : IDisposable
{
    public const int BufferLength = 1 << 16; // characters
    private const int LongestQuotation = 40; // characters of a faulty cell that a message repeats
    private readonly string _file;
    private readonly WatchedText _text;
    private readonly CsvParser _parser;

    public CsvRecords(TextReader text, string file)
    {
        _file = file;
        _text = new WatchedText(text, file);
        _parser = new CsvParser(
            _text,
            new CsvConfiguration(CultureInfo.InvariantCulture)
            {
                Mode = CsvMode.RFC4180,
                Delimiter = ",",
                BufferSize = BufferLength,
                IgnoreBlankLines = false, // so that RawRow counts every line
                BadDataFound = RefuseQuotes,
            },
            leaveOpen: true);
    }

    /// <summary>Line on which the current record begins, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>Cells of the current record, without their quotes.</summary>
    public List<string> Cells { get; } = [];

    /// <summary>Goes to the next record.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="CsvTableException">Its quotes are not those of RFC 4180, or there is a NUL character.</exception>
    public bool Read()
    {
        do
        {
            int lastLine = _parser.RawRow;
            if (!_parser.Read())
            {
                return false;
            }

            Line = lastLine + 1;
        }
        while (_parser.Count == 1 && string.IsNullOrWhiteSpace(_parser.RawRecord));

        Cells.Clear();
        for (int i = 0; i < _parser.Count; i++)
        {
            Cells.Add(_parser[i]);
        }

        // The parser takes a cell that ends in a doubled quote for a closed one. An open cell extends to the end of the file.
        return !_text.IsAtEnd || _parser.RawRecord.AsSpan().Count('"') % 2 == 0 ? true : throw Unclosed();
    }

    public void Dispose()
    {
        _parser.Dispose();
        _text.Dispose();
    }

    // Called when a cell has quotes, but not at both ends, or a single one between them.
    private void RefuseQuotes(BadDataFoundArgs cell)
    {
        bool isUnclosed = cell.Field.StartsWith('"') && cell.Field.AsSpan().Count('"') % 2 != 0;
        throw isUnclosed ? Unclosed() : new CsvTableException(
            _file,
            Line,
            column: null,
            $"a cell with quotes must be quoted as a whole and its quotes doubled, but one is {Shorten(cell.Field)}.");
    }

    private CsvTableException Unclosed() => new(_file, Line, column: null, "a quote that opens in this row is never closed.");

    private static string Shorten(string text) => text.Length <= LongestQuotation ? text : string.Concat(text.AsSpan(0, LongestQuotation), "...");
}
