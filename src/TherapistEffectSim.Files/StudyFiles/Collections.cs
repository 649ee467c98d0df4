using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>Makes the immutable collections of records whose item types are only known at run time.</summary>
internal abstract class Collections
{
    private static readonly ConcurrentDictionary<Type, Collections> s_byItem = new();

    /// <summary>The collections of an item type.</summary>
    public static Collections Of(Type item) => s_byItem.GetOrAdd(
        item, static type => (Collections)Activator.CreateInstance(typeof(CollectionsOf<>).MakeGenericType(type))!);

    public abstract object List(List<object> items);

    public abstract object Names(List<KeyValuePair<string, object>> items);

    private sealed class CollectionsOf<T> : Collections
    {
        public override object List(List<object> items) => items.Cast<T>().ToImmutableArray();

        // Ordinal, so that the order is the same on every machine.
        public override object Names(List<KeyValuePair<string, object>> items) =>
            items.ToImmutableSortedDictionary(p => p.Key, p => (T)p.Value, StringComparer.Ordinal);
    }
}
