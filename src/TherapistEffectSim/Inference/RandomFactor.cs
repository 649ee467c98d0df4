using System.Collections.Immutable;
using TherapistEffectSim.Data;
using TherapistEffectSim.Estimation;
using TherapistEffectSim.Formulas;

namespace TherapistEffectSim.Inference;

/// <summary>A grouping factor of a model: the group of each row, and the columns that vary between groups.</summary>
internal sealed class RandomFactor
{
    private readonly Func<int, string> _levelOfRow;
    private readonly List<int> _firstRow;

    private RandomFactor(ImmutableArray<RandomTerm> terms, int[] codes, List<int> firstRow, Func<int, string> levelOfRow)
    {
        Terms = terms;
        Codes = codes;
        _firstRow = firstRow;
        _levelOfRow = levelOfRow;
    }

    /// <summary>Its column, or two joined by a colon.</summary>
    public string Name => Terms[0].GroupName;

    /// <summary>The terms of the formula with this factor, in order.</summary>
    public ImmutableArray<RandomTerm> Terms { get; }

    /// <summary>Group of each row, from 0.</summary>
    public int[] Codes { get; }

    /// <summary>Number of groups.</summary>
    public int Count => _firstRow.Count;

    /// <summary>[term] Names of the columns, as lme4 prints them.</summary>
    public ImmutableArray<ImmutableArray<string>> Names { get; private set; } = [];

    /// <summary>[term][column] Values, each of length N.</summary>
    public ImmutableArray<double[][]> Columns { get; private set; } = [];

    /// <summary>Name of a group.</summary>
    public string LevelName(int group) => _levelOfRow(_firstRow[group]);

    /// <summary>For the estimator.</summary>
    public GroupingLevel Level() => new(Codes, Count, Columns);

    /// <summary>The factors of a formula, each with its terms, in order of appearance; their columns are not read yet.</summary>
    public static ImmutableArray<RandomFactor> Of(Formula formula, DataTable data) =>
        [.. formula.RandomTerms.GroupBy(term => term.GroupName).Select(terms => Of([.. terms], data))];

    /// <summary>Reads the columns of the terms.</summary>
    /// <exception cref="FormulaException">A column depends on the others of its term.</exception>
    public void Read(Func<string, ImmutableArray<string>?> levels, ColumnValues values)
    {
        ImmutableArray<FixedColumn>[] columns = [.. Terms.Select(term => DesignColumns.RandomColumns(term, levels))];
        Names = [.. columns.Select(term => ImmutableArray.CreateRange(term.Select(column => column.Name)))];
        Columns = [.. columns.Select(term => term.Select(values.Of).ToArray())];
        for (int t = 0; t < Terms.Length; t++)
        {
            OrthogonalColumns basis = OrthogonalColumns.Of(Columns[t]);
            if (!basis.Dropped.IsEmpty)
            {
                throw new FormulaException(
                    Terms[t].FormulaText,
                    Terms[t].Position,
                    $"The random term {Terms[t].Label}, in which {Names[t][basis.Dropped[0]]} depends linearly on the columns before it, was found",
                    "Effects that vary between groups must differ from each other: remove one.");
            }
        }
    }

    /// <summary>The column in each group, if the factor has one column and it is the same in all rows of a group; else null.</summary>
    public double[]? Multipliers()
    {
        if (Columns.Length != 1 || Columns[0].Length != 1)
        {
            return null;
        }

        double[] column = Columns[0][0];
        double[] multipliers = [.. _firstRow.Select(row => column[row])];
        for (int row = 0; row < column.Length; row++)
        {
            if (column[row] != multipliers[Codes[row]])
            {
                return null;
            }
        }

        return multipliers;
    }

    /// <summary>Two groups of the other factor in which a group of this one has rows; null if each lies within one.</summary>
    public (string Group, string First, string Second)? SplitBy(RandomFactor other)
    {
        int[] within = new int[Count];
        Array.Fill(within, -1);
        for (int row = 0; row < Codes.Length; row++)
        {
            int group = Codes[row];
            if (within[group] >= 0 && within[group] != other.Codes[row])
            {
                return (LevelName(group), other.LevelName(within[group]), other.LevelName(other.Codes[row]));
            }

            within[group] = other.Codes[row];
        }

        return null;
    }

    private static RandomFactor Of(ImmutableArray<RandomTerm> terms, DataTable data)
    {
        TextColumn[] factors = [.. terms[0].Grouping.Select(data.AsFactor)];
        Dictionary<(int, int), int> groups = [];
        int[] codes = new int[data.Rows];
        List<int> firstRow = [];
        for (int row = 0; row < codes.Length; row++)
        {
            (int, int) key = (factors[0].Codes[row], factors.Length > 1 ? factors[1].Codes[row] : 0);
            if (!groups.TryGetValue(key, out int group))
            {
                group = groups.Count;
                groups.Add(key, group);
                firstRow.Add(row);
            }

            codes[row] = group;
        }

        return new RandomFactor(
            terms, codes, firstRow, row => string.Join(':', factors.Select(factor => factor.Levels[factor.Codes[row]])));
    }
}
