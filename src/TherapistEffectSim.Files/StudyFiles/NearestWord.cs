namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Finds the known word that a mistyped one was meant to be.</summary>
internal static class NearestWord
{
    private const int LongestWord = 100;

    /// <summary>The nearest known word, or <see langword="null"/> if none is near enough to be meant.</summary>
    public static string? Of(string word, IEnumerable<string> known)
    {
        if (word.Length is 0 or > LongestWord)
        {
            return null;
        }

        // A third of the letters may be wrong, and one always.
        int allowed = Math.Max(1, word.Length / 3);
        return known
            .Select(k => (Word: k, Distance: Distance(word.ToLowerInvariant().Replace('_', '-'), k)))
            .Where(k => k.Distance <= allowed)
            .OrderBy(k => k.Distance)
            .Select(k => k.Word)
            .FirstOrDefault();
    }

    /// <summary>"; did you mean 'x'?" or nothing.</summary>
    public static string Suggestion(string word, IEnumerable<string> known) =>
        Of(word, known) is string nearest ? $"; did you mean '{nearest}'?" : ".";

    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours.
    private static int Distance(string a, string b)
    {
        int[,] d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    d[i, j] = i + j;
                    continue;
                }

                int cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
                }
            }
        }

        return d[a.Length, b.Length];
    }
}
