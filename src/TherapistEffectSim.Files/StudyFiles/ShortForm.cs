using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TherapistEffectSim.Design;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>How a record is written that may stand as something shorter than a map.</summary>
internal abstract class ShortForm
{
    private static readonly FrozenDictionary<Type, ShortForm> s_forms = new Dictionary<Type, ShortForm>
    {
        [typeof(Caseload)] = new CaseloadForm(),
        [typeof(ArmEffect)] = new ArmEffectForm(),
        [typeof(Method)] = new MethodForm(),
        [typeof(CurvePoint)] = new CurvePointForm(),
        [typeof(ReplicateRule)] = new ReplicateRuleForm(),
        [typeof(ReverseCausation)] = new ReverseCausationForm(),
        [typeof(ResidualSd)] = new ResidualSdForm(),
    }.ToFrozenDictionary();

    /// <summary>In words that follow "must be".</summary>
    public abstract string Accepted { get; }

    /// <summary>The records whose keys the long form takes.</summary>
    public abstract IReadOnlyList<Type> LongForms { get; }

    public static ShortForm? For(Type type) => s_forms.GetValueOrDefault(type);

    public abstract object? Bind(Binder binder, Node node, string path);

    public abstract Node Write(object value, Position position);

    /// <summary>The map that a value means, so that a grid may vary a part of it; <see langword="null"/> if it means none.</summary>
    public virtual MapNode? LongFormOf(ScalarNode value) => null;

    /// <summary>The alternatives, of which a value matches exactly one.</summary>
    public abstract IEnumerable<JsonObject> Schemas();

    protected static IntervalAttribute? IntervalOf(Type type, string property) =>
        Vocabulary.KeysOf(type).First(k => string.Equals(k.Property.Name, property, StringComparison.Ordinal)).Interval;
}

/// <summary>A number; a list of numbers; {mean, cv}; {total, cv}.</summary>
internal sealed class CaseloadForm : ShortForm
{
    private static readonly IntervalAttribute s_patients = IntervalOf(typeof(FixedCaseload), nameof(FixedCaseload.Patients))!;

    public override string Accepted =>
        $"{s_patients.Describe(integer: true)}, a list with one such number for each therapist, {{mean, cv}} or {{total, cv}}";

    public override IReadOnlyList<Type> LongForms => [typeof(DrawnCaseload), typeof(SharedCaseload)];

    public override object? Bind(Binder binder, Node node, string path)
    {
        switch (node)
        {
            case ScalarNode { Type: CoreType.Number } number when binder.Bind(typeof(int), number, path, s_patients) is int patients:
                return new FixedCaseload { Patients = patients };
            case ScalarNode { Type: CoreType.Number }:
                return null;
            case ListNode list:
                return binder.Bind(typeof(ImmutableArray<int>), list, path, s_patients) is ImmutableArray<int> each
                    ? new ListedCaseload { Patients = each }
                    : null;
            case MapNode map:
                return binder.BindRecord(map["total"] is null ? typeof(DrawnCaseload) : typeof(SharedCaseload), map, path);
            default:
                return binder.Refuse(node, path, Accepted);
        }
    }

    public override Node Write(object value, Position position) => value switch
    {
        FixedCaseload equal => RecordWriter.Write(equal.Patients, position),
        ListedCaseload listed => RecordWriter.Write(listed.Patients, position),
        _ => RecordWriter.WriteRecord(value, position),
    };

    public override IEnumerable<JsonObject> Schemas() =>
    [
        StudySchema.Of(typeof(int), s_patients),
        StudySchema.Of(typeof(ImmutableArray<int>), s_patients),
        .. LongForms.Select(StudySchema.OfRecord),
    ];
}

/// <summary>A number in outcome units; {d, standardiser}.</summary>
internal sealed class ArmEffectForm : ShortForm
{
    private static readonly ImmutableArray<KeySpec> s_keys = Vocabulary.KeysOf(typeof(ArmEffect));
    private static readonly KeySpec s_difference = s_keys.First(k => k.Property.Name is nameof(ArmEffect.D));

    public override string Accepted =>
        $"{s_difference.Interval!.Describe(integer: false)} in outcome units, or {{{string.Join(", ", s_keys.Select(k => k.Key))}}}";

    public override IReadOnlyList<Type> LongForms => [typeof(ArmEffect)];

    public override object? Bind(Binder binder, Node node, string path)
    {
        if (node is not MapNode map)
        {
            return node is ScalarNode scalar && CoreScalar.TryNumber(scalar, out double number) && s_difference.Interval!.Contains(number)
                ? new ArmEffect { D = number }
                : binder.Refuse(node, path, Accepted);
        }

        object? effect = binder.BindRecord(typeof(ArmEffect), map, path);
        foreach (KeySpec key in s_keys.Where(k => map[k.Key] is null))
        {
            binder.Missing(map, path, key);
            effect = null;
        }

        return effect;
    }

    public override Node Write(object value, Position position) =>
        value is ArmEffect { Standardiser: null } effect
            ? RecordWriter.Write(effect.D, position)
            : RecordWriter.WriteRecord(value, position);

    public override IEnumerable<JsonObject> Schemas()
    {
        JsonObject map = StudySchema.OfRecord(typeof(ArmEffect));
        map["required"] = new JsonArray([.. s_keys.Select(k => (JsonNode)k.Key)]);
        return [StudySchema.Of(s_difference.Type, s_difference.Interval), map];
    }
}

/// <summary>The name of a preset; a map.</summary>
internal sealed class MethodForm : ShortForm
{
    public override string Accepted =>
        $"{Vocabulary.Accepted(typeof(MethodPreset), null)}, or a map with the keys "
        + string.Join(", ", Vocabulary.KeysOf(typeof(Method)).Select(k => k.Key));

    public override IReadOnlyList<Type> LongForms => [typeof(Method)];

    /// <summary>A preset with its own name, tests and criterion.</summary>
    public static Method OfPreset(MethodPreset preset) => new() { Preset = preset, Name = Vocabulary.WordOf(preset) };

    public override object? Bind(Binder binder, Node node, string path) => node switch
    {
        MapNode map => binder.BindRecord(typeof(Method), map, path) is Method method
            ? method with { Name = method.Name ?? Vocabulary.WordOf(method.Preset!.Value) }
            : null,
        ScalarNode { Type: CoreType.Text } => binder.Bind(typeof(MethodPreset), node, path) is MethodPreset preset ? OfPreset(preset) : null,
        _ => binder.Refuse(node, path, Accepted),
    };

    public override Node Write(object value, Position position) => RecordWriter.WriteRecord(value, position);

    public override IEnumerable<JsonObject> Schemas() => [StudySchema.Of(typeof(MethodPreset)), StudySchema.OfRecord(typeof(Method))];
}

/// <summary>A list of two numbers, [s, f].</summary>
internal sealed class CurvePointForm : ShortForm
{
    private static readonly ImmutableArray<IntervalAttribute> s_intervals =
        [IntervalOf(typeof(CurvePoint), nameof(CurvePoint.Score))!, IntervalOf(typeof(CurvePoint), nameof(CurvePoint.Outcome))!];

    public override string Accepted => $"two numbers [s, f] with s {In(s_intervals[0])} and f {In(s_intervals[1])}";

    public override IReadOnlyList<Type> LongForms => [];

    public override object? Bind(Binder binder, Node node, string path)
    {
        if (node is not ListNode { Items: [Node first, Node second] })
        {
            return binder.Refuse(node, path, Accepted);
        }

        object? score = binder.Bind(typeof(double), first, path + "[1]", s_intervals[0]);
        object? outcome = binder.Bind(typeof(double), second, path + "[2]", s_intervals[1]);
        return score is double s && outcome is double f ? new CurvePoint { Score = s, Outcome = f } : null;
    }

    public override Node Write(object value, Position position)
    {
        CurvePoint point = (CurvePoint)value;
        return new ListNode([RecordWriter.Write(point.Score, position), RecordWriter.Write(point.Outcome, position)], position);
    }

    public override IEnumerable<JsonObject> Schemas() =>
    [
        new()
        {
            ["type"] = "array",
            ["prefixItems"] = new JsonArray([.. s_intervals.Select(interval => StudySchema.Of(typeof(double), interval))]),
            ["minItems"] = s_intervals.Length,
            ["maxItems"] = s_intervals.Length,
        },
    ];

    private static string In(IntervalAttribute interval) => interval.Describe(integer: false).Replace("a number ", "", StringComparison.Ordinal);
}
