namespace TherapistEffectSim.Validation;

/// <summary>Finds the name that someone who mistyped may have meant.</summary>
public static class NearestName
{
    private const int LongestName = 200; // what is longer is no slip of the finger, and takes time to compare

    /// <summary>The known name with the fewest edits, if they are at most a third of the typed letters (two for short names).</summary>
    /// <param name="typed">What was typed; letter case does not count.</param>
    /// <param name="known">The names that exist.</param>
    public static string? Find(string typed, IEnumerable<string> known)
    {
        if (typed.Length is 0 or > LongestName)
        {
            return null;
        }

        int limit = Math.Max(2, typed.Length / 3);
        (string Name, int Edits)[] near = [.. known
            .Where(name => Math.Abs(name.Length - typed.Length) <= limit)
            .Select(name => (Name: name, Edits: Distance(typed.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(candidate => candidate.Edits <= limit && candidate.Edits < typed.Length)];
        return near.Length == 0 ? null : near.MinBy(candidate => candidate.Edits).Name;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbouring letters that turn one text into the other (optimal string alignment; Damerau 1964).</summary>
    internal static int Distance(string from, string to)
    {
        int[,] edits = new int[from.Length + 1, to.Length + 1]; // from the first i letters of `from` to the first k of `to`
        for (int i = 0; i <= from.Length; i++)
        {
            for (int k = 0; k <= to.Length; k++)
            {
                if (i == 0 || k == 0)
                {
                    edits[i, k] = i + k;
                    continue;
                }

                int replaced = edits[i - 1, k - 1] + (from[i - 1] == to[k - 1] ? 0 : 1);
                edits[i, k] = Math.Min(replaced, 1 + Math.Min(edits[i - 1, k], edits[i, k - 1]));
                if (i > 1 && k > 1 && from[i - 1] == to[k - 2] && from[i - 2] == to[k - 1])
                {
                    edits[i, k] = Math.Min(edits[i, k], edits[i - 2, k - 2] + 1);
                }
            }
        }

        return edits[from.Length, to.Length];
    }
}
