namespace TherapistEffectSim.Formulas;

/// <summary>Finds the name that someone who mistyped may have meant.</summary>
public static class NearestName
{
    /// <summary>The known name with the fewest edits, if they are at most a third of the typed letters (two for short names).</summary>
    /// <param name="typed">What was typed; letter case does not count.</param>
    /// <param name="known">The names that exist.</param>
    public static string? Find(string typed, IEnumerable<string> known)
    {
        int limit = Math.Max(2, typed.Length / 3);
        (string Name, int Edits)[] near = [.. known
            .Select(name => (Name: name, Edits: Distance(typed.ToUpperInvariant(), name.ToUpperInvariant())))
            .Where(candidate => candidate.Edits <= limit && candidate.Edits < typed.Length)];
        return near.Length == 0 ? null : near.MinBy(candidate => candidate.Edits).Name;
    }

    /// <summary>Insertions, deletions and replacements of one letter that turn one text into the other (Levenshtein 1966).</summary>
    internal static int Distance(string from, string to)
    {
        int[] edits = [.. Enumerable.Range(0, to.Length + 1)]; // from the first i letters of `from` to the first k of `to`
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = edits[0];
            edits[0] = i;
            for (int k = 1; k <= to.Length; k++)
            {
                int replaced = diagonal + (from[i - 1] == to[k - 1] ? 0 : 1);
                diagonal = edits[k];
                edits[k] = Math.Min(replaced, 1 + Math.Min(edits[k], edits[k - 1]));
            }
        }

        return edits[^1];
    }
}
