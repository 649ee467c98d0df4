using TherapistEffectSim.Design;

namespace TherapistEffectSim.Files.Results;

/// <summary>The columns of a result file that show the factors of the grid.</summary>
internal sealed class FactorColumns
{
    private readonly string[] _names;

    /// <param name="names">Names of the factors, in the order of the grid.</param>
    /// <param name="fixedColumns">The other columns of the file.</param>
    /// <exception cref="ArgumentException">A factor is named like another column.</exception>
    public FactorColumns(IEnumerable<string> names, IEnumerable<string> fixedColumns)
    {
        _names = [.. names];
        HashSet<string> taken = new(fixedColumns, StringComparer.Ordinal);
        foreach (string name in _names)
        {
            if (!taken.Add(name))
            {
                throw new ArgumentException($"A factor must have a column name of its own, but \"{name}\" is taken.", nameof(names));
            }
        }
    }

    public IEnumerable<string> Names => _names;

    /// <summary>The values of a cell of the grid, in the order of the columns.</summary>
    /// <exception cref="ArgumentException">The cell is not the one of the row, or has other factors.</exception>
    public IEnumerable<string> Values(Cell cell, int scenario)
    {
        if (cell.Number != scenario)
        {
            throw new ArgumentException($"The row is of scenario {scenario}, but the cell is number {cell.Number}.", nameof(cell));
        }

        if (!cell.Factors.Select(factor => factor.Name).SequenceEqual(_names, StringComparer.Ordinal))
        {
            throw new ArgumentException(
                $"The file has the factors [{string.Join(", ", _names)}], but cell {cell.Number} has [{string.Join(", ", cell.Factors.Select(f => f.Name))}].",
                nameof(cell));
        }

        return cell.Factors.Select(factor => factor.Value);
    }
}
