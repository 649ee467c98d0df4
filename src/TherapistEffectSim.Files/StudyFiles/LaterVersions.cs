using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Keys and words of features that a later version brings: refused as not available, which is another thing than unknown.</summary>
internal static partial class LaterVersions
{
    // path: a key. path=word: a word at that key. * stands for one key.
    public static readonly FrozenSet<string> Table = FrozenSet.Create(
        "redraw-predictors",
        "scenario.redraw-predictors", "scenario.trial.redraw-predictors");

    public static bool HasKey(string path) => Has(path, "");

    public static bool HasWord(string path, string word) => Has(path, "=" + word);

    private static bool Has(string path, string end)
    {
        string[] keys = ItemNumber().Replace(path, "").Split('.');
        if (Table.Contains(string.Join('.', keys) + end))
        {
            return true;
        }

        for (int i = 1; i < keys.Length; i++)
        {
            string key = keys[i];
            keys[i] = "*";
            if (Table.Contains(string.Join('.', keys) + end))
            {
                return true;
            }

            keys[i] = key;
        }

        return false;
    }

    [GeneratedRegex(@"\[[0-9]+\]", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ItemNumber();
}
