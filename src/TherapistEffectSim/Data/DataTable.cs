using System.Collections.Immutable;

namespace TherapistEffectSim.Data;

/// <summary>A data set: columns of equal length, found by name. Immutable.</summary>
public sealed class DataTable
{
    private readonly Dictionary<string, DataColumn> _columns;

    /// <summary>A table of the given columns.</summary>
    /// <param name="columns">At least one, of equal length and with different names.</param>
    /// <exception cref="ArgumentException">There is no column, two lengths differ, or two names are the same.</exception>
    public DataTable(ImmutableArray<DataColumn> columns)
    {
        if (columns.IsDefaultOrEmpty)
        {
            throw new ArgumentException("A table must have at least one column.", nameof(columns));
        }

        Columns = columns;
        Rows = columns[0].Rows;
        _columns = new(StringComparer.Ordinal);
        foreach (DataColumn column in columns)
        {
            if (column.Rows != Rows)
            {
                throw new ArgumentException(
                    $"Column \"{column.Name}\" has {column.Rows} rows, but column \"{columns[0].Name}\" has {Rows}.", nameof(columns));
            }

            if (!_columns.TryAdd(column.Name, column))
            {
                throw new ArgumentException($"Two columns are named \"{column.Name}\".", nameof(columns));
            }
        }
    }

    /// <summary>The columns in the order of the file.</summary>
    public ImmutableArray<DataColumn> Columns { get; }

    /// <summary>Number of rows.</summary>
    public int Rows { get; }

    /// <summary>Whether there is a column of this name. Case matters, as in R.</summary>
    public bool Contains(string name) => _columns.ContainsKey(name);

    /// <summary>The column of this name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that are.</exception>
    public DataColumn Column(string name) =>
        _columns.TryGetValue(name, out DataColumn? column)
            ? column
            : throw new ArgumentException(
                $"There is no column \"{name}\"; the columns are {string.Join(", ", Columns.Select(c => $"\"{c.Name}\""))}.", nameof(name));

    /// <summary>The numeric column of this name.</summary>
    /// <exception cref="ArgumentException">There is none, or it holds text.</exception>
    public NumericColumn Numeric(string name) => Column(name) switch
    {
        NumericColumn numbers => numbers,
        TextColumn { Levels: [string first, ..] } =>
            throw new ArgumentException($"Column \"{name}\" must be numeric, but it holds text such as \"{first}\".", nameof(name)),
        _ => throw new ArgumentException($"Column \"{name}\" must be numeric, but it is a text column without a value.", nameof(name)),
    };

    /// <summary>The column of this name as a factor: text as it is, numbers with their values as levels in ascending order.</summary>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public TextColumn AsFactor(string name) => Column(name) switch
    {
        TextColumn text => text,
        DataColumn numbers => TextColumn.FromNumbers((NumericColumn)numbers),
    };

    /// <summary>The rows that are complete in the given columns, as lme4 takes them. Levels that no longer occur are dropped.</summary>
    /// <param name="columns">Names of the columns of a model.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public CompleteRows CompleteIn(IEnumerable<string> columns)
    {
        DataColumn[] needed = [.. columns.Select(Column)];
        int[] rows = [.. Enumerable.Range(0, Rows).Where(row => !Array.Exists(needed, column => column.IsMissing(row)))];
        return rows.Length == Rows
            ? new CompleteRows(this, 0)
            : new CompleteRows(new DataTable([.. Columns.Select(column => column.Select(rows))]), Rows - rows.Length);
    }
}

/// <summary>The rows of a table that are complete in some columns.</summary>
/// <param name="Table">These rows, with all columns.</param>
/// <param name="Dropped">Number of rows left out.</param>
public sealed record CompleteRows(DataTable Table, int Dropped);
