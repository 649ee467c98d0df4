using System.Collections.Immutable;

namespace TherapistEffectSim.Data;

/// <summary>One column of a <see cref="DataTable"/>: numbers or text. Immutable.</summary>
public abstract class DataColumn
{
    private protected DataColumn(string name)
    {
        Name = name.Length > 0 ? name : throw new ArgumentException("A column must have a name.", nameof(name));
    }

    /// <summary>Name in the header of the file; formulas use it.</summary>
    public string Name { get; }

    /// <summary>Number of cells, missing ones included.</summary>
    public abstract int Rows { get; }

    /// <summary>Whether the cell holds no value (<c>NA</c> in a file).</summary>
    /// <param name="row">From 0.</param>
    public abstract bool IsMissing(int row);

    /// <summary>The column reduced to some of its rows.</summary>
    /// <param name="rows">Rows to keep, ascending, from 0.</param>
    internal abstract DataColumn Select(ReadOnlySpan<int> rows);
}

/// <summary>A column of finite numbers, some of which may be missing.</summary>
public sealed class NumericColumn : DataColumn
{
    private readonly ImmutableArray<bool> _missing; // one per row; default if no cell is missing

    /// <summary>A column without missing cells.</summary>
    /// <param name="name">Name of the column.</param>
    /// <param name="values">One finite number per row.</param>
    public NumericColumn(string name, ImmutableArray<double> values)
        : this(name, values, default)
    {
    }

    /// <summary>A column in which cells may be missing.</summary>
    /// <param name="name">Name of the column.</param>
    /// <param name="values">One number per row, finite wherever the cell is not missing, NaN wherever it is.</param>
    /// <param name="missing">One mark per row; default for none.</param>
    /// <exception cref="ArgumentException">The two lengths differ, or a value contradicts its mark.</exception>
    public NumericColumn(string name, ImmutableArray<double> values, ImmutableArray<bool> missing)
        : base(name)
    {
        if (!missing.IsDefault && missing.Length != values.Length)
        {
            throw new ArgumentException($"Column \"{name}\" has {values.Length} values, but {missing.Length} marks of missing cells.", nameof(missing));
        }

        for (int row = 0; row < values.Length; row++)
        {
            bool isMissing = !missing.IsDefault && missing[row];
            if (isMissing ? !double.IsNaN(values[row]) : !double.IsFinite(values[row]))
            {
                string accepted = isMissing ? "NaN where the cell is missing" : "a finite number";
                throw new ArgumentException(
                    $"Column \"{name}\" must hold {accepted}, but row {row} holds {NumberText.Shortest(values[row])}.", nameof(values));
            }
        }

        Values = values;
        _missing = missing;
    }

    /// <summary>A column in which cells are missing where the value is NaN.</summary>
    /// <param name="name">Name of the column.</param>
    /// <param name="values">One number per row, finite or NaN.</param>
    internal static NumericColumn WithGaps(string name, ImmutableArray<double> values) =>
        new(name, values, values.Any(double.IsNaN) ? [.. values.Select(double.IsNaN)] : default);

    /// <summary>One number per row; NaN in missing cells, and only there.</summary>
    public ImmutableArray<double> Values { get; }

    /// <inheritdoc/>
    public override int Rows => Values.Length;

    /// <inheritdoc/>
    public override bool IsMissing(int row) => !_missing.IsDefault && _missing[row];

    internal override NumericColumn Select(ReadOnlySpan<int> rows)
    {
        ImmutableArray<double>.Builder values = ImmutableArray.CreateBuilder<double>(rows.Length);
        ImmutableArray<bool>.Builder missing = ImmutableArray.CreateBuilder<bool>(rows.Length);
        foreach (int row in rows)
        {
            values.Add(Values[row]);
            missing.Add(IsMissing(row));
        }

        return new NumericColumn(Name, values.MoveToImmutable(), missing.Contains(true) ? missing.MoveToImmutable() : default);
    }
}
