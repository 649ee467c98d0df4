namespace TherapistEffectSim.Files.Tables;

/// <summary>The text of a CSV file on its way to the parser: refuses NUL characters and notes the end.</summary>
internal sealed class WatchedText(TextReader text, string file) : TextReader
{
    private const char LineEnd = '\n';
    private int _lineEnds;

    /// <summary>Whether the parser has tried to read beyond the last character.</summary>
    public bool IsAtEnd { get; private set; }

    public override int Read(char[] buffer, int index, int count) => Read(buffer.AsSpan(index, count));

    public override int Read(Span<char> buffer)
    {
        int count = text.Read(buffer);
        ReadOnlySpan<char> read = buffer[..count];
        int nul = read.IndexOf('\0');
        if (nul >= 0)
        {
            int line = 1 + _lineEnds + read[..nul].Count(LineEnd);
            throw new CsvTableException(file, line, column: null, "the file must be text in UTF-8, but holds a NUL character.");
        }

        _lineEnds += read.Count(LineEnd);
        IsAtEnd = count == 0;
        return count;
    }
}
