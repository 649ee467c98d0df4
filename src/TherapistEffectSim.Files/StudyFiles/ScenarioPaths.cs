using System.Collections.Frozen;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>The paths of a scenario that a grid may vary: all keys but tags, variants and long forms included.</summary>
internal static class ScenarioPaths
{
    public const string Root = "scenario";

    private static readonly Dictionary<string, KeySpec> s_ordered = Collect();

    /// <summary>In the order of the keys.</summary>
    public static IReadOnlyCollection<string> All => s_ordered.Keys;

    public static FrozenDictionary<string, KeySpec> Keys { get; } = s_ordered.ToFrozenDictionary();

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
                Add(key.Type, below, paths);
            }
        }
    }
}
