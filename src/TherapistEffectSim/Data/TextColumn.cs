using System.Collections.Immutable;

namespace TherapistEffectSim.Data;

/// <summary>A column of words: a factor, held as codes into its levels.</summary>
/// <remarks>
/// Levels are those that occur, in the order in which R's <c>factor()</c> puts them in the C locale: by code point, so that
/// upper case comes before lower case. The first level is the reference of treatment contrasts, as in lme4.
/// </remarks>
public sealed class TextColumn : DataColumn
{
    private const int Missing = -1;

    // Levels are in their final order, and each occurs.
    private TextColumn(string name, ImmutableArray<int> codes, ImmutableArray<string> levels)
        : base(name)
    {
        Codes = codes;
        Levels = levels;
    }

    /// <summary>One code per row: the position of its level in <see cref="Levels"/>, -1 where the cell is missing.</summary>
    public ImmutableArray<int> Codes { get; }

    /// <summary>The levels that occur, in order.</summary>
    public ImmutableArray<string> Levels { get; }

    /// <inheritdoc/>
    public override int Rows => Codes.Length;

    /// <inheritdoc/>
    public override bool IsMissing(int row) => Codes[row] == Missing;

    /// <summary>A column from its cells.</summary>
    /// <param name="name">Name of the column.</param>
    /// <param name="cells">One text per row; <see langword="null"/> where it is missing.</param>
    public static TextColumn FromCells(string name, IEnumerable<string?> cells)
    {
        Dictionary<string, int> codeOf = new(StringComparer.Ordinal);
        ImmutableArray<int>.Builder codes = ImmutableArray.CreateBuilder<int>();
        foreach (string? cell in cells)
        {
            if (cell is null)
            {
                codes.Add(Missing);
                continue;
            }

            if (!codeOf.TryGetValue(cell, out int code))
            {
                code = codeOf.Count;
                codeOf.Add(cell, code);
            }

            codes.Add(code);
        }

        string[] levels = new string[codeOf.Count];
        foreach ((string level, int code) in codeOf)
        {
            levels[code] = level;
        }

        return FromCodes(name, codes.DrainToImmutable(), [.. levels]);
    }

    /// <summary>A column from codes into levels of any order. Levels are sorted, and those that do not occur are dropped.</summary>
    /// <param name="name">Name of the column.</param>
    /// <param name="codes">One per row: an index into <paramref name="levels"/>, -1 where the cell is missing.</param>
    /// <param name="levels">Distinct texts.</param>
    /// <exception cref="ArgumentException">A code is no index of a level, or a level stands twice.</exception>
    public static TextColumn FromCodes(string name, ImmutableArray<int> codes, ImmutableArray<string> levels)
    {
        foreach (int code in codes)
        {
            if (code < Missing || code >= levels.Length)
            {
                throw new ArgumentException($"Codes of column \"{name}\" must be from -1 to {levels.Length - 1}, but one is {code}.", nameof(codes));
            }
        }

        int[] order = [.. Enumerable.Range(0, levels.Length)];
        Array.Sort(order, (a, b) => CompareByCodePoint(levels[a], levels[b]));
        for (int i = 1; i < order.Length; i++)
        {
            if (string.Equals(levels[order[i - 1]], levels[order[i]], StringComparison.Ordinal))
            {
                throw new ArgumentException($"Levels of column \"{name}\" must differ, but \"{levels[order[i]]}\" stands twice.", nameof(levels));
            }
        }

        return WithLevelsInOrder(name, codes, levels, order);
    }

    /// <summary>The factor of a numeric column: its levels are the numbers that occur, ascending.</summary>
    internal static TextColumn FromNumbers(NumericColumn column)
    {
        // Adding 0 turns -0 into 0, which is the same level.
        double[] levels = [.. Enumerable.Range(0, column.Rows).Where(row => !column.IsMissing(row)).Select(row => column.Values[row] + 0.0).Distinct()];
        Array.Sort(levels);
        ImmutableArray<int>.Builder codes = ImmutableArray.CreateBuilder<int>(column.Rows);
        for (int row = 0; row < column.Rows; row++)
        {
            codes.Add(column.IsMissing(row) ? Missing : Array.BinarySearch(levels, column.Values[row] + 0.0));
        }

        return new TextColumn(column.Name, codes.MoveToImmutable(), [.. levels.Select(NumberText.Shortest)]);
    }

    internal override TextColumn Select(ReadOnlySpan<int> rows)
    {
        ImmutableArray<int>.Builder codes = ImmutableArray.CreateBuilder<int>(rows.Length);
        foreach (int row in rows)
        {
            codes.Add(Codes[row]);
        }

        return WithLevelsInOrder(Name, codes.MoveToImmutable(), Levels, [.. Enumerable.Range(0, Levels.Length)]);
    }

    private static TextColumn WithLevelsInOrder(string name, ImmutableArray<int> codes, ImmutableArray<string> levels, int[] order)
    {
        bool[] occurs = new bool[levels.Length];
        foreach (int code in codes)
        {
            if (code != Missing)
            {
                occurs[code] = true;
            }
        }

        int[] newCode = new int[levels.Length];
        ImmutableArray<string>.Builder kept = ImmutableArray.CreateBuilder<string>();
        foreach (int code in order)
        {
            if (occurs[code])
            {
                newCode[code] = kept.Count;
                kept.Add(levels[code]);
            }
        }

        return new TextColumn(name, [.. codes.Select(code => code == Missing ? Missing : newCode[code])], kept.DrainToImmutable());
    }

    // UTF-16 order is code point order except that surrogates, which stand for the highest code points, come before U+E000.
    private static int CompareByCodePoint(string a, string b)
    {
        int common = a.AsSpan().CommonPrefixLength(b);
        return common == a.Length || common == b.Length ? a.Length - b.Length : Rank(a[common]) - Rank(b[common]);
    }

    private static int Rank(char unit) => char.IsSurrogate(unit) ? unit + 0x10000 : unit;
}
