using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace TherapistEffectSim.Validation;

/// <summary>Refuses illegal values where they enter. A message says which quantity, what is accepted and what was found.</summary>
internal static class Require
{
    private static readonly ConcurrentDictionary<(Type Owner, string Name), IntervalAttribute> s_intervals = new();

    /// <summary>The value, if the <see cref="IntervalAttribute"/> of the calling property accepts it.</summary>
    /// <typeparam name="TOwner">The record that declares the property.</typeparam>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside the declared interval, or NaN.</exception>
    public static double Declared<TOwner>(double value, [CallerMemberName] string name = "")
    {
        IntervalAttribute interval = Interval<TOwner>(name);
        return interval.Contains(value) ? value : throw Violation(name, value, interval.Describe(integer: false));
    }

    /// <inheritdoc cref="Declared{TOwner}(double, string)"/>
    public static double? Declared<TOwner>(double? value, [CallerMemberName] string name = "") =>
        value is double number ? Declared<TOwner>(number, name) : null;

    /// <inheritdoc cref="Declared{TOwner}(double, string)"/>
    public static int Declared<TOwner>(int value, [CallerMemberName] string name = "")
    {
        IntervalAttribute interval = Interval<TOwner>(name);
        return interval.Contains(value) ? value : throw Violation(name, value, interval.Describe(integer: true));
    }

    /// <inheritdoc cref="Declared{TOwner}(double, string)"/>
    public static int? Declared<TOwner>(int? value, [CallerMemberName] string name = "") =>
        value is int number ? Declared<TOwner>(number, name) : null;

    /// <summary>An exception that says which quantity, what is accepted and what was found.</summary>
    public static ArgumentOutOfRangeException Violation(string name, object value, string accepted) =>
        new(name, string.Create(CultureInfo.InvariantCulture, $"{name} must be {accepted}, but was {value}."));

    private static IntervalAttribute Interval<TOwner>(string name) =>
        s_intervals.GetOrAdd(
            (typeof(TOwner), name),
            static key => key.Owner.GetProperty(key.Name)?.GetCustomAttribute<IntervalAttribute>()
                ?? throw new InvalidOperationException($"{key.Owner.Name}.{key.Name} declares no interval."));
}
