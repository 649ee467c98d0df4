using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Makes records of nodes. A mistake is added to the problems, and reading goes on, so that all of them are found.</summary>
/// <param name="problems">Where mistakes go.</param>
/// <param name="checkFormula">Place and reason of a mistake in a formula, or <see langword="null"/> if it has none.</param>
/// <param name="mayMiss">Whether a required key may be absent by its path, because the grid brings it; none by default.</param>
internal sealed class Binder(
    ProblemList problems, Func<string, (int Position, string Message)?>? checkFormula = null, Func<string, bool>? mayMiss = null)
{
    public ProblemList Problems { get; } = problems;

    public Func<string, (int Position, string Message)?>? CheckFormula { get; } = checkFormula;

    /// <summary>The value of a node, or <see langword="null"/> if it has mistakes.</summary>
    /// <param name="type">What is wanted; not a nullable value type.</param>
    /// <param name="node">What is there.</param>
    /// <param name="path">Keys down to the node.</param>
    /// <param name="interval">Accepted numbers, of each item if a list or map of names is wanted.</param>
    public object? Bind(Type type, Node node, string path, IntervalAttribute? interval = null)
    {
        if (node is RefusedNode)
        {
            return null;
        }

        if (type == typeof(Node))
        {
            return node;
        }

        if (ShortForm.For(type) is ShortForm form)
        {
            return form.Bind(this, node, path);
        }

        if (Vocabulary.ItemOf(type) is Type item)
        {
            return node is ListNode list ? BindItems(item, list, path, interval) : Refuse(type, node, path, interval);
        }

        if (Vocabulary.NamedValueOf(type) is Type value)
        {
            return node is MapNode names ? BindNames(value, names, path, interval) : Refuse(type, node, path, interval);
        }

        return Vocabulary.IsRecord(type)
            ? node is MapNode map ? BindVariant(type, map, path) : Refuse(type, node, path, interval)
            : node is ScalarNode scalar ? BindScalar(type, scalar, path, interval) : Refuse(type, node, path, interval);
    }

    /// <summary>A record of a map, whose keys other than <paramref name="tag"/> are the record's.</summary>
    public object? BindRecord(Type type, MapNode map, string path, string? tag = null)
    {
        int before = Problems.Count;
        bool failed = false;
        object record = Activator.CreateInstance(type)!;
        ImmutableArray<KeySpec> keys = Vocabulary.KeysOf(type);
        foreach (Entry entry in map.Entries)
        {
            if (string.Equals(entry.Key, tag, StringComparison.Ordinal))
            {
                continue;
            }

            string below = Below(path, entry.Key);
            if (keys.FirstOrDefault(k => string.Equals(k.Key, entry.Key, StringComparison.Ordinal)) is not KeySpec key)
            {
                RefuseKey(entry, below, tag is null ? keys.Select(k => k.Key) : keys.Select(k => k.Key).Prepend(tag));
                failed = true;
            }
            else if (Bind(key.Type, entry.Value, below, key.Interval) is object value)
            {
                key.Property.SetValue(record, value);
            }
            else
            {
                failed = true;
            }
        }

        foreach (KeySpec key in keys)
        {
            if (key.Required && map[key.Key] is null)
            {
                Missing(map, path, key);
                failed = true;
            }
        }

        if (!failed)
        {
            RecordRules.Check(record, map, path, this);
        }

        return failed || Problems.Count != before ? null : record;
    }

    /// <summary>Says that a key is missing.</summary>
    public void Missing(MapNode map, string path, KeySpec key)
    {
        Missing(map, Below(path, key.Key), Vocabulary.Accepted(key.Type, key.Interval));
    }

    /// <summary>Says what would be accepted instead of a node.</summary>
    /// <returns><see langword="null"/>: no value.</returns>
    public object? Refuse(Type type, Node node, string path, IntervalAttribute? interval = null) =>
        Refuse(node, path, Vocabulary.Accepted(type, interval));

    /// <summary>Says what would be accepted instead of a node.</summary>
    /// <returns><see langword="null"/>: no value.</returns>
    public object? Refuse(Node node, string path, string accepted)
    {
        string but = node is ScalarNode { Type: CoreType.Null } ? "has no value" : "was " + node.Found;
        string hint = node switch
        {
            ScalarNode { Type: CoreType.Number or CoreType.Boolean } when accepted is "text" => " (in quotes it would be text)",
            ScalarNode { Plain: false } quoted when CoreScalar.TypeOf(quoted.Text) == CoreType.Number =>
                " (without quotes it would be a number)",
            _ => "",
        };
        Problems.Add(node.Position, path, $"must be {accepted}, but {but}{hint}.");
        return null;
    }

    /// <summary>Refuses a word, with the nearest accepted one.</summary>
    /// <returns><see langword="null"/>: no value.</returns>
    public object? RefuseWord(Node node, string path, IEnumerable<string> accepted)
    {
        string[] words = [.. accepted];
        if (node is not ScalarNode { Type: CoreType.Text } scalar)
        {
            return Refuse(node, path, Vocabulary.OneOf(words));
        }

        Problems.Add(node.Position, path, scalar.Text.Contains('~', StringComparison.Ordinal)
            ? $"a formula needs a name: {{name: own, formula: \"{scalar.Text}\"}}."
            : LaterVersions.HasWord(path, scalar.Text)
            ? $"{scalar.Text} is not available in this version; it must be {Vocabulary.OneOf(words)}."
            : $"must be {Vocabulary.OneOf(words)}, but was {scalar.Found}{NearestWord.Suggestion(scalar.Text, words)}");
        return null;
    }

    public static string Below(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    private void Missing(MapNode map, string path, string accepted)
    {
        if (mayMiss?.Invoke(path) != true)
        {
            Problems.Add(map.Position, path, $"is missing; give {accepted}.");
        }
    }

    private object? BindVariant(Type type, MapNode map, string path)
    {
        if (Vocabulary.TagOf(type) is not TaggedAttribute tagged)
        {
            return BindRecord(type, map, path);
        }

        string below = Below(path, tagged.Tag);
        IEnumerable<string> words = tagged.Variants.Select(Vocabulary.WordOf);
        switch (map[tagged.Tag])
        {
            case null when tagged.Variants.Count == 1 || tagged.FirstIsDefault:
                return BindRecord(tagged.Variants[0], map, path, tagged.Tag);
            case null:
                Missing(map, below, Vocabulary.OneOf(words));
                return null;
            case ScalarNode { Type: CoreType.Text } word
                when tagged.Variants.FirstOrDefault(v => string.Equals(Vocabulary.WordOf(v), word.Text, StringComparison.Ordinal)) is Type variant:
                return BindRecord(variant, map, path, tagged.Tag);
            case Node other:
                return RefuseWord(other, below, words);
        }
    }

    private void RefuseKey(Entry entry, string path, IEnumerable<string> known)
    {
        if (LaterVersions.HasKey(path))
        {
            Problems.Add(entry.KeyPosition, path, "is not available in this version.");
            return;
        }

        string[] keys = [.. known];
        string? nearest = null;
        if (!Problems.IsFull)
        {
            // A key that stands rightly elsewhere in the scenario was put in the wrong place rather than mistyped.
            bool isInScenario = path.StartsWith(ScenarioPaths.Root + ".", StringComparison.Ordinal);
            nearest = (isInScenario ? ScenarioPaths.All.FirstOrDefault(p => p.EndsWith("." + entry.Key, StringComparison.Ordinal)) : null)
                ?? NearestWord.Of(entry.Key, keys);
        }

        string suggestion = path == nearest ? ", which belongs to another variant."
            : entry.Value is ScalarNode { Type: CoreType.Null } && entry.Key.All(char.IsAsciiDigit) ? "; a decimal takes a point, as in 0.05."
            : entry.Key.Contains(':', StringComparison.Ordinal) ? "; a colon needs a blank after it."
            : nearest is null ? "."
            : $"; did you mean '{nearest}'?";
        Problems.Add(entry.KeyPosition, path, $"unknown key '{entry.Key}'{suggestion} Known keys: {string.Join(", ", keys)}.");
    }

    private object? BindScalar(Type type, ScalarNode scalar, string path, IntervalAttribute? interval)
    {
        if (type.IsEnum)
        {
            ImmutableArray<WordSpec> words = Vocabulary.WordsOf(type);
            return scalar.Type == CoreType.Text && words.FirstOrDefault(w => string.Equals(w.Word, scalar.Text, StringComparison.Ordinal)) is WordSpec word
                ? word.Value
                : RefuseWord(scalar, path, words.Select(w => w.Word));
        }

        if (type == typeof(string))
        {
            return scalar.Type == CoreType.Text && (scalar.Text.Length > 0 || !scalar.Plain)
                ? scalar.Text
                : Refuse(type, scalar, path);
        }

        if (type == typeof(ulong))
        {
            return scalar.Plain && ulong.TryParse(scalar.Text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong key)
                ? key
                : Refuse(type, scalar, path);
        }

        if (!CoreScalar.TryNumber(scalar, out double number) || (interval is not null && !interval.Contains(number)))
        {
            return Refuse(type, scalar, path, interval);
        }

        if (type == typeof(double))
        {
            return number;
        }

        return number == Math.Floor(number) && number is >= int.MinValue and <= int.MaxValue
            ? (int)number
            : Refuse(type, scalar, path, interval);
    }

    private object? BindItems(Type item, ListNode list, string path, IntervalAttribute? interval)
    {
        List<object> items = [];
        for (int i = 0; i < list.Items.Length; i++)
        {
            if (Bind(item, list.Items[i], $"{path}[{i + 1}]", interval) is object value)
            {
                items.Add(value);
            }
        }

        return items.Count == list.Items.Length ? Collections.Of(item).List(items) : null;
    }

    private object? BindNames(Type value, MapNode map, string path, IntervalAttribute? interval)
    {
        List<KeyValuePair<string, object>> items = [];
        foreach (Entry entry in map.Entries)
        {
            if (Bind(value, entry.Value, Below(path, entry.Key), interval) is object bound)
            {
                items.Add(new(entry.Key, bound));
            }
        }

        return items.Count == map.Entries.Length ? Collections.Of(value).Names(items) : null;
    }
}
