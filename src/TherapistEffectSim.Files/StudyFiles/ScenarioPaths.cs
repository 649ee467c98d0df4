using System.Collections.Frozen;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>The paths of a scenario that a grid may vary: all keys but tags, variants and long forms included.</summary>
internal static class ScenarioPaths
{
    public const string Root = "scenario";

    /// <summary>Stands in a path for a name that the study gives.</summary>
    public const string AnyName = "*";

    private static readonly Dictionary<string, KeySpec> s_ordered = Collect();

    /// <summary>In the order of the keys.</summary>
    public static IReadOnlyCollection<string> All => s_ordered.Keys;

    private static readonly FrozenDictionary<string, KeySpec> s_keys = s_ordered.ToFrozenDictionary();

    /// <summary>The key at a path; a name that a study gives, such as that of a trait, stands for itself.</summary>
    public static KeySpec? Find(string path)
    {
        if (s_keys.TryGetValue(path, out KeySpec? key))
        {
            return key;
        }

        string[] parts = path.Split('.');
        for (int i = 1; i < parts.Length; i++)
        {
            string given = parts[i];
            parts[i] = AnyName;
            if (given.Length > 0 && s_keys.TryGetValue(string.Join('.', parts), out key))
            {
                return key;
            }

            parts[i] = given;
        }

        return null;
    }

    /// <summary>The name of a column: without <c>scenario.</c>, with <c>_</c> for <c>.</c> and <c>-</c>.</summary>
    public static string FactorName(string path) => path[(Root.Length + 1)..].Replace('.', '_').Replace('-', '_');

    /// <summary>Whether the paths are the same, or one leads to the other.</summary>
    public static bool Overlap(string a, string b) =>
        string.Equals(a, b, StringComparison.Ordinal)
        || a.StartsWith(b + ".", StringComparison.Ordinal)
        || b.StartsWith(a + ".", StringComparison.Ordinal);

    private static Dictionary<string, KeySpec> Collect()
    {
        Dictionary<string, KeySpec> paths = [];
        Add(typeof(Scenario), Root, paths);
        return paths;
    }

    private static void Add(Type type, string path, Dictionary<string, KeySpec> paths)
    {
        IReadOnlyList<Type> records = ShortForm.For(type)?.LongForms ?? (Vocabulary.IsRecord(type) ? Vocabulary.VariantsOf(type) : []);
        foreach (KeySpec key in records.SelectMany(r => Vocabulary.KeysOf(r)))
        {
            string below = Binder.Below(path, key.Key);
            if (paths.TryAdd(below, key))
            {
                Add(Vocabulary.NamedValueOf(key.Type) is Type named && Vocabulary.IsRecord(named) ? named : key.Type, BelowNames(key.Type, below), paths);
            }
        }
    }

    private static string BelowNames(Type type, string path) =>
        Vocabulary.NamedValueOf(type) is Type named && Vocabulary.IsRecord(named) ? Binder.Below(path, AnyName) : path;
}
