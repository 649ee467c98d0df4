using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Makes nodes of records, all defaults written out: what <see cref="Binder"/> reads back to an equal record.</summary>
internal static class RecordWriter
{
    public static Node Write(object value, Position position = default)
    {
        Type type = value.GetType();
        return value switch
        {
            Node node => node,
            string text => new ScalarNode(text, plain: false, position),
            double number => new ScalarNode(CoreScalar.ToText(number), plain: true, position),
            int or ulong => new ScalarNode(Convert.ToString(value, CultureInfo.InvariantCulture)!, plain: true, position),
            Enum word => new ScalarNode(Vocabulary.WordOf(word), plain: false, position),
            _ when Vocabulary.ItemOf(type) is not null =>
                new ListNode([.. ((IEnumerable)value).Cast<object>().Select(item => Write(item, position))], position),
            _ when Vocabulary.NamedValueOf(type) is not null => WriteNames((IDictionary)value, position),
            _ when FormOf(type) is ShortForm form => form.Write(value, position),
            _ => WriteRecord(value, position),
        };
    }

    /// <summary>A map with the tag of the variant, if it is one, and all keys that have a value.</summary>
    public static MapNode WriteRecord(object record, Position position)
    {
        ImmutableArray<Entry>.Builder entries = ImmutableArray.CreateBuilder<Entry>();
        Type type = record.GetType();
        if (type.BaseType is Type parent && Vocabulary.TagOf(parent) is TaggedAttribute tagged)
        {
            entries.Add(new(tagged.Tag, position, new ScalarNode(Vocabulary.WordOf(type), plain: false, position)));
        }

        foreach (KeySpec key in Vocabulary.KeysOf(type))
        {
            if (key.Property.GetValue(record) is object value)
            {
                entries.Add(new(key.Key, position, Write(value, position)));
            }
        }

        return new(entries.ToImmutable(), position);
    }

    // Variants of a record with a short form, such as the kinds of caseload, have it through their parent.
    private static ShortForm? FormOf(Type type) =>
        ShortForm.For(type) ?? (type.BaseType is Type parent ? ShortForm.For(parent) : null);

    private static MapNode WriteNames(IDictionary names, Position position)
    {
        IEnumerable<string> keys = names.Keys.Cast<string>().Order(StringComparer.Ordinal);
        return new([.. keys.Select(key => new Entry(key, position, Write(names[key]!, position)))], position);
    }
}
