namespace TherapistEffectSim.Files.Tables;

/// <summary>A CSV file that cannot be used. The message is one sentence: where, what is accepted, what was found.</summary>
public sealed class CsvTableException : Exception
{
    internal CsvTableException(string file, int? line, string? column, string finding, Exception? inner = null)
        : base(line is int number ? $"{file}:{number}: {finding}" : $"{file}: {finding}", inner)
    {
        File = file;
        Line = line;
        Column = column;
    }

    /// <summary>The file as the caller named it.</summary>
    public string File { get; }

    /// <summary>Line on which the row begins, from 1; <see langword="null"/> if the file as a whole is meant.</summary>
    public int? Line { get; }

    /// <summary>Name of the column; <see langword="null"/> if no single one is meant.</summary>
    public string? Column { get; }
}
