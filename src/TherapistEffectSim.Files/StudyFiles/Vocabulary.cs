using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TherapistEffectSim.Design;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>A key of a map in a study file and the property that it sets.</summary>
internal sealed record KeySpec(
    string Key, PropertyInfo Property, Type Type, bool Required, IntervalAttribute? Interval, string? Description);

/// <summary>A word of a study file and the enumeration value that it stands for.</summary>
internal sealed record WordSpec(string Word, object Value);

/// <summary>The keys and words of study files, as the records of a study declare them.</summary>
internal static class Vocabulary
{
    private const int LongestChoice = 20;

    private static readonly ConcurrentDictionary<Type, ImmutableArray<KeySpec>> s_keys = new();
    private static readonly ConcurrentDictionary<Type, ImmutableArray<WordSpec>> s_words = new();
    private static readonly ConcurrentDictionary<Type, TaggedAttribute?> s_tags = new();

    /// <summary>The keys of a record in the order of its properties; computed properties have none.</summary>
    public static ImmutableArray<KeySpec> KeysOf(Type record) => s_keys.GetOrAdd(record, static type =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanWrite)
            .OrderBy(p => p.MetadataToken)
            .Select(p => new KeySpec(
                WordOf(p),
                p,
                Nullable.GetUnderlyingType(p.PropertyType) ?? p.PropertyType,
                p.IsDefined(typeof(RequiredMemberAttribute)),
                p.GetCustomAttribute<IntervalAttribute>(),
                p.GetCustomAttribute<DescriptionAttribute>()?.Text)),
    ]);

    /// <summary>The words of an enumeration in the order of its values.</summary>
    public static ImmutableArray<WordSpec> WordsOf(Type enumeration) => s_words.GetOrAdd(enumeration, static type =>
    [
        .. type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .OrderBy(f => f.MetadataToken)
            .Select(f => new WordSpec(WordOf(f), f.GetValue(null)!)),
    ]);

    public static string WordOf(Enum value) => WordsOf(value.GetType()).First(w => w.Value.Equals(value)).Word;

    /// <summary>The key of a property, or the word of a variant or an enumeration value.</summary>
    public static string WordOf(MemberInfo member) =>
        member.GetCustomAttribute<KeyAttribute>()?.Word ?? JsonNamingPolicy.KebabCaseLower.ConvertName(member.Name);

    /// <summary>The variants of a record, if it has any.</summary>
    public static TaggedAttribute? TagOf(Type type) =>
        s_tags.GetOrAdd(type, static t => t.GetCustomAttribute<TaggedAttribute>(inherit: false));

    /// <summary>The variants that a record may be, one if it has no tag.</summary>
    public static IReadOnlyList<Type> VariantsOf(Type type) => TagOf(type)?.Variants ?? [type];

    /// <summary>The type of a list's items, if the type is a list.</summary>
    public static Type? ItemOf(Type type) => ArgumentOf(type, typeof(ImmutableArray<>), 0);

    /// <summary>The type of the values of a map with free names, if the type is one.</summary>
    public static Type? NamedValueOf(Type type) => ArgumentOf(type, typeof(ImmutableSortedDictionary<,>), 1);

    public static bool IsRecord(Type type) =>
        type.IsClass && type != typeof(string) && NamedValueOf(type) is null && !typeof(Node).IsAssignableFrom(type);

    /// <summary>What is accepted, in words that follow "must be".</summary>
    public static string Accepted(Type type, IntervalAttribute? interval)
    {
        if (ShortForm.For(type) is ShortForm form)
        {
            return form.Accepted;
        }

        if (type == typeof(double) || type == typeof(int))
        {
            return (interval ?? new()).Describe(integer: type == typeof(int));
        }

        if (type.IsEnum)
        {
            return OneOf(WordsOf(type).Select(w => w.Word));
        }

        if (ItemOf(type) is Type item)
        {
            return "a list, each item " + Accepted(item, interval);
        }

        if (NamedValueOf(type) is Type value)
        {
            return "a map from names to values, each value " + Accepted(value, interval);
        }

        return type == typeof(Node) ? Accepted(typeof(Scenario), null)
            : type == typeof(ulong) ? $"a whole number in [0, {ulong.MaxValue}]"
            : type == typeof(string) ? "text"
            : TagOf(type) is TaggedAttribute tagged ? $"a map with {tagged.Tag}: {OneOf(tagged.Variants.Select(WordOf))}"
            : "a map with the keys " + string.Join(", ", KeysOf(type).Select(k => k.Key));
    }

    public static string OneOf(IEnumerable<string> words)
    {
        string[] some = [.. words.Take(LongestChoice + 1)];
        return some.Length switch
        {
            1 => some[0],
            > LongestChoice => "one of " + string.Join(", ", some.Take(LongestChoice)) + ", …",
            _ => "one of " + string.Join(", ", some),
        };
    }

    private static Type? ArgumentOf(Type type, Type generic, int argument) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == generic ? type.GetGenericArguments()[argument] : null;
}
