namespace TherapistEffectSim.Files.Tables;

/// <summary>A column that a caller needs of a CSV file, and what its cells may hold. Columns not asked for may hold anything.</summary>
/// <param name="Name">Its name in the header. Case matters, as in R.</param>
/// <param name="Content">What its cells hold.</param>
public sealed record CsvColumn(string Name, CellContent Content = CellContent.NumbersOrText)
{
    /// <summary>How a missing value may be written.</summary>
    public MissingCells Missing { get; init; } = MissingCells.NotAvailable;

    /// <summary>Whether the file may lack the column.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Smallest number accepted, in a column of <see cref="CellContent.Numbers"/>.</summary>
    public double Minimum { get; init; } = double.NegativeInfinity;

    /// <summary>Largest number accepted, in a column of <see cref="CellContent.Numbers"/>.</summary>
    public double Maximum { get; init; } = double.PositiveInfinity;
}

/// <summary>What the cells of a column hold.</summary>
public enum CellContent
{
    /// <summary>Numbers if every cell that is not missing reads as one, otherwise text.</summary>
    NumbersOrText,

    /// <summary>Numbers; anything else is an error.</summary>
    Numbers,

    /// <summary>Text, even where it looks like a number.</summary>
    Text,
}

/// <summary>How a missing value may be written.</summary>
public enum MissingCells
{
    /// <summary>As <c>NA</c>; an empty cell is an error.</summary>
    NotAvailable,

    /// <summary>As <c>NA</c> or as an empty cell, which is how result files write a value that does not exist.</summary>
    NotAvailableOrEmpty,

    /// <summary>Not at all.</summary>
    Refused,
}
