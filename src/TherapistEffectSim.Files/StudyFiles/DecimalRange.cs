using System.Collections.Immutable;
using System.Globalization;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>{from, to, by}: evenly spaced values in decimal arithmetic, so that 0, 0.1, …, 1 has its last value.</summary>
internal static class DecimalRange
{
    public static readonly ImmutableArray<string> Keys = ["from", "to", "by"];

    /// <summary>The values as numbers at the place of the range; empty with the reason among the problems.</summary>
    /// <param name="map">The range.</param>
    /// <param name="path">Keys down to it.</param>
    /// <param name="most">The largest number of values that the grid can take.</param>
    /// <param name="problems">Where mistakes go.</param>
    public static ImmutableArray<Node> Values(MapNode map, string path, int most, ProblemList problems)
    {
        int before = problems.Count;
        foreach (Entry entry in map.Entries.Where(e => !Keys.Contains(e.Key)))
        {
            problems.Add(
                entry.KeyPosition,
                Binder.Below(path, entry.Key),
                $"unknown key '{entry.Key}'{NearestWord.Suggestion(entry.Key, Keys)} Values of a grid are a list, or a range with from, to and by.");
        }

        decimal[] bounds = [.. Keys.Select(key => Bound(map, path, key, problems))];
        if (problems.Count != before)
        {
            return [];
        }

        (decimal from, decimal to, decimal by) = (bounds[0], bounds[1], bounds[2]);
        if (by == 0 || (to != from && by > 0 != to > from))
        {
            problems.Add(map.Locate(["by"]), Binder.Below(path, "by"), $"must lead from {Text(from)} to {Text(to)}, but was {Text(by)}.");
            return [];
        }

        // Doubles cannot overflow; decimals count exactly.
        if (((double)to - (double)from) / (double)by > most || decimal.Floor((to - from) / by) + 1 > most)
        {
            problems.Add(map.Position, path, $"gives the grid more than {GridReader.LargestCount} cells.");
            return [];
        }

        ImmutableArray<Node>.Builder values = ImmutableArray.CreateBuilder<Node>();
        for (int k = 0; ; k++)
        {
            decimal value = from + (k * by);
            if (by > 0 ? value > to : value < to)
            {
                return values.ToImmutable();
            }

            values.Add(new ScalarNode(Text(value), plain: true, map.Position));
        }
    }

    private static decimal Bound(MapNode map, string path, string key, ProblemList problems)
    {
        string below = Binder.Below(path, key);
        if (map[key] is not Node node)
        {
            problems.Add(map.Position, below, "is missing; a range has from, to and by.");
        }
        else if (node is not RefusedNode)
        {
            if (node is ScalarNode scalar
                && CoreScalar.TryNumber(scalar, out double number)
                && Math.Abs(number) <= 1e15
                && decimal.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value))
            {
                return value;
            }

            problems.Add(node.Position, below, $"must be a number in [-1E+15, 1E+15], but was {node.Found}.");
        }

        return 0;
    }

    private static string Text(decimal value) => CoreScalar.ToText((double)value);
}
