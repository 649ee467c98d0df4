using System.Text.Json.Nodes;
using TherapistEffectSim.Design;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>The JSON Schema of study files, for completion and checks in editors.</summary>
public static class StudySchema
{
    /// <summary>The schema (draft 2020-12), made from the records that a study file is read into.</summary>
    public static JsonNode Create()
    {
        JsonObject schema = new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "A study of TherapistEffectSim",
        };
        foreach ((string keyword, JsonNode? value) in OfRecord(typeof(StudyContent)))
        {
            schema[keyword] = value?.DeepClone();
        }

        return schema;
    }

    /// <summary>The values that a type accepts; numbers of lists and of maps of names within the interval.</summary>
    internal static JsonObject Of(Type type, IntervalAttribute? interval = null)
    {
        if (ShortForm.For(type) is ShortForm form)
        {
            return OneOf(form.Schemas());
        }

        if (type.IsEnum)
        {
            return new() { ["enum"] = Words(Vocabulary.WordsOf(type).Select(w => w.Word)) };
        }

        if (type == typeof(double) || type == typeof(int))
        {
            return OfNumber(type, interval);
        }

        if (type == typeof(ulong))
        {
            return new() { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = ulong.MaxValue };
        }

        if (type == typeof(string))
        {
            return new() { ["type"] = "string" };
        }

        if (Vocabulary.ItemOf(type) is Type item)
        {
            return new() { ["type"] = "array", ["items"] = Of(item, interval) };
        }

        if (Vocabulary.NamedValueOf(type) is Type value)
        {
            return new() { ["type"] = "object", ["additionalProperties"] = Of(value, interval) };
        }

        IReadOnlyList<Type> variants = Vocabulary.VariantsOf(type);
        return variants.Count == 1 ? OfRecord(variants[0])
            : Vocabulary.TagOf(type) is { FirstIsDefault: true } tagged ? OfTagged(tagged)
            : OneOf(variants.Select(OfRecord));
    }

    // The variant that the tag names, the first where it names none: an editor then says what is wrong within the variant, not that none fits.
    private static JsonObject OfTagged(TaggedAttribute tagged)
    {
        JsonObject schema = OfRecord(tagged.Variants[0]);
        foreach (Type variant in tagged.Variants.Skip(1))
        {
            JsonObject named = new() { [tagged.Tag] = new JsonObject { ["const"] = Vocabulary.WordOf(variant) } };
            schema = new()
            {
                ["if"] = new JsonObject { ["properties"] = named, ["required"] = new JsonArray(tagged.Tag) },
                ["then"] = OfRecord(variant),
                ["else"] = schema,
            };
        }

        return schema;
    }

    /// <summary>A map with the keys of a record and of its tag.</summary>
    internal static JsonObject OfRecord(Type type)
    {
        JsonObject properties = [];
        JsonArray required = [];
        if (type.BaseType is Type parent && Vocabulary.TagOf(parent) is TaggedAttribute tagged)
        {
            properties[tagged.Tag] = new JsonObject { ["const"] = Vocabulary.WordOf(type) };
            if (tagged.Variants.Count > 1 && !(tagged.FirstIsDefault && type == tagged.Variants[0]))
            {
                required.Add((JsonNode)tagged.Tag);
            }
        }

        object defaults = Activator.CreateInstance(type)!;
        foreach (KeySpec key in Vocabulary.KeysOf(type))
        {
            JsonObject property = key.Type == typeof(Node) ? OfNode(key.Key) : Of(key.Type, key.Interval);
            if (key.Description is not null)
            {
                property["description"] = key.Description;
            }

            if (key.Required)
            {
                required.Add((JsonNode)key.Key);
            }
            else if (Default(key.Property.GetValue(defaults)) is JsonNode value)
            {
                property["default"] = value;
            }

            properties[key.Key] = property;
        }

        JsonObject schema = new() { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        schema["additionalProperties"] = false;
        return schema;
    }

    private static JsonNode? Default(object? value) => value switch
    {
        double number => number,
        int number => number,
        string text => text,
        Enum word => Vocabulary.WordOf(word),
        _ => null,
    };

    private static JsonObject OfNumber(Type type, IntervalAttribute? interval)
    {
        JsonObject schema = new() { ["type"] = type == typeof(int) ? "integer" : "number" };
        if (interval is null)
        {
            return schema;
        }

        if (!double.IsInfinity(interval.Low))
        {
            schema[interval.LowOpen ? "exclusiveMinimum" : "minimum"] = interval.Low;
        }

        if (!double.IsInfinity(interval.High))
        {
            schema[interval.HighOpen ? "exclusiveMaximum" : "maximum"] = interval.High;
        }

        return schema;
    }

    // The parts that are bound cell by cell.
    private static JsonObject OfNode(string key) => key switch
    {
        "scenario" => OfRecord(typeof(Scenario)),
        "grid" => OfPaths(OneOf([ValuesOfAxis(), OfRange()])),
        "zip" => ListOf(OfPaths(ValuesOfAxis())),
        "variants" => ListOf(OfVariant()),
        "exclude" => ListOf(OfPaths(new JsonObject { ["type"] = new JsonArray("number", "string") }, Axis.Variant)),
        "vary" => OfPaths(OfRecord(typeof(PlanRange))),
        "curve" or "sensitivity" => OfPaths(OneOf([ValuesOfAxis(), OfRange()])),
        _ => throw new ArgumentOutOfRangeException(nameof(key), key, "No schema is known for this key."),
    };

    private static JsonObject ValuesOfAxis() => new() { ["type"] = "array", ["minItems"] = 1 };

    private static JsonObject OfRange()
    {
        JsonObject properties = [];
        JsonArray required = [];
        foreach (string key in DecimalRange.Keys)
        {
            properties[key] = new JsonObject { ["type"] = "number" };
            required.Add((JsonNode)key);
        }

        return new() { ["type"] = "object", ["properties"] = properties, ["required"] = required, ["additionalProperties"] = false };
    }

    private static JsonObject OfVariant()
    {
        JsonObject schema = OfPaths([], "label");
        schema["required"] = new JsonArray("label");
        schema["minProperties"] = 2;
        return schema;
    }

    private static JsonObject OfPaths(JsonObject values, params string[] otherKeys) => new()
    {
        ["type"] = "object",
        ["propertyNames"] = new JsonObject
        {
            ["oneOf"] = new JsonArray(
                new JsonObject { ["enum"] = Words(otherKeys.Concat(ScenarioPaths.All.Where(path => !HasName(path)))) },
                new JsonObject { ["pattern"] = $"^({string.Join('|', ScenarioPaths.All.Where(HasName).Select(Pattern))})$" }),
        },
        ["additionalProperties"] = values,
    };

    private static bool HasName(string path) => path.Contains("." + ScenarioPaths.AnyName + ".", StringComparison.Ordinal);

    private static string Pattern(string path) =>
        path.Replace(".", "\\.", StringComparison.Ordinal).Replace(ScenarioPaths.AnyName, "[A-Za-z][A-Za-z0-9-]*", StringComparison.Ordinal);

    private static JsonObject ListOf(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    private static JsonObject OneOf(IEnumerable<JsonObject> schemas) => new() { ["oneOf"] = new JsonArray([.. schemas]) };

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(w => (JsonNode)w)]);
}
