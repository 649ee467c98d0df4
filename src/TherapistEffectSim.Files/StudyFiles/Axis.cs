using System.Collections.Immutable;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>One value of an axis.</summary>
/// <param name="Text">As printed: a number in shortest form, a word, or the label of a map.</param>
/// <param name="Changes">What stands at which path in the cell, with the place in the file, labels removed: one value of a grid's axis, any number of a variant's, none of the base.</param>
/// <param name="Canonical">The same with all defaults written out, label included.</param>
internal sealed record AxisValue(string Text, ImmutableArray<Entry> Changes, Node Canonical)
{
    /// <summary>Values written in the file.</summary>
    public int Size => Changes.Sum(c => c.Value.Size);
}

/// <summary>A path of the scenario and the values that it takes over a study; or the variants, of which each has paths of its own.</summary>
internal sealed record Axis(string Path, Position Position, ImmutableArray<AxisValue> Values)
{
    /// <summary>Stands for the path of the variants, and names their factor.</summary>
    public const string Variant = "variant";

    /// <summary>The variant that changes nothing.</summary>
    public const string Base = "base";

    public bool IsVariants => string.Equals(Path, Variant, StringComparison.Ordinal);

    public string FactorName { get; } = string.Equals(Path, Variant, StringComparison.Ordinal) ? Variant : ScenarioPaths.FactorName(Path);

    /// <summary>The different values as printed.</summary>
    public IReadOnlySet<string> Texts { get; } = Values.Select(v => v.Text).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether it is a factor of the results.</summary>
    public bool Varies => Texts.Count > 1;
}

/// <summary>Axes that vary together; one axis for a line of the grid.</summary>
internal sealed record Dimension(ImmutableArray<Axis> Axes, bool Zipped)
{
    public int Length => Axes[0].Values.Length;
}

/// <summary>The crossed dimensions without the excluded cells; the last dimension varies fastest.</summary>
internal sealed class Grid
{
    private readonly int[]? _kept; // Crossed index of each cell, ascending; null if all are kept.

    public Grid(ImmutableArray<Dimension> dimensions, ImmutableArray<Exclusion> exclusions)
    {
        Dimensions = dimensions;
        Exclusions = exclusions;
        Axes = [.. dimensions.SelectMany(d => d.Axes)];
        int crossed = dimensions.Aggregate(1, (product, d) => product * d.Length);
        if (!exclusions.IsEmpty)
        {
            _kept = [.. Enumerable.Range(0, crossed).Where(IsKept)];
        }

        Count = _kept?.Length ?? crossed;
    }

    public ImmutableArray<Dimension> Dimensions { get; }

    public ImmutableArray<Exclusion> Exclusions { get; }

    /// <summary>In the order of the grid, then of zip, then the variants.</summary>
    public ImmutableArray<Axis> Axes { get; }

    /// <summary>The base and the variants; <see langword="null"/> if the study has none.</summary>
    public Axis? Variants => Axes.FirstOrDefault(a => a.IsVariants);

    public int Count { get; }

    /// <summary>The axes of a cell, from 0, with their values there.</summary>
    public IEnumerable<(Axis Axis, AxisValue Value)> ValuesOf(int cell)
    {
        int[] indices = IndicesOf(_kept is null ? cell : _kept[cell]);
        for (int d = 0; d < indices.Length; d++)
        {
            foreach (Axis axis in Dimensions[d].Axes)
            {
                yield return (axis, axis.Values[indices[d]]);
            }
        }
    }

    private bool IsKept(int crossed)
    {
        int[] indices = IndicesOf(crossed);
        return !Exclusions.Any(e => e.Matches(indices));
    }

    // Mixed radix, the last digit fastest.
    private int[] IndicesOf(int crossed)
    {
        int[] indices = new int[Dimensions.Length];
        for (int d = indices.Length - 1; d >= 0; d--)
        {
            (crossed, indices[d]) = Math.DivRem(crossed, Dimensions[d].Length);
        }

        return indices;
    }
}

/// <summary>Cells left out: those whose value of every condition is among those named.</summary>
internal sealed record Exclusion(ImmutableArray<ExclusionCondition> Conditions)
{
    public bool Matches(int[] indices)
    {
        foreach (ExclusionCondition condition in Conditions)
        {
            if (!string.Equals(condition.Axis.Values[indices[condition.Dimension]].Text, condition.Text, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>An axis, the number of its dimension, and the value matched.</summary>
internal sealed record ExclusionCondition(Axis Axis, int Dimension, string Text);
