using System.Text.Json;
using System.Text.Json.Nodes;

namespace TherapistEffectSim.Files.Tests.StudyFiles;

/// <summary>Checks a document against the keywords of JSON Schema that the product writes; any other keyword is an error.</summary>
internal static class SchemaCheck
{
    public static List<string> Problems(JsonNode schema, JsonNode value)
    {
        List<string> problems = [];
        Check((JsonObject)schema, value, "", problems);
        return problems;
    }

    private static void Check(JsonObject schema, JsonNode value, string place, List<string> problems)
    {
        foreach ((string keyword, JsonNode? argument) in schema)
        {
            if (!Holds(keyword, argument!, schema, value, place, problems))
            {
                problems.Add($"{place}: {keyword}");
            }
        }
    }

    private static bool Holds(string keyword, JsonNode argument, JsonObject schema, JsonNode value, string place, List<string> problems)
    {
        switch (keyword)
        {
            case "$schema" or "title" or "description" or "default":
                return true;
            case "type":
                return argument is JsonArray types ? types.Any(t => IsType((string)t!, value)) : IsType((string)argument!, value);
            case "enum":
                return ((JsonArray)argument).Any(a => JsonNode.DeepEquals(a, value));
            case "const":
                return JsonNode.DeepEquals(argument, value);
            case "minimum":
                return !IsNumber(value) || (double)value >= NumberOf(argument);
            case "exclusiveMinimum":
                return !IsNumber(value) || (double)value > NumberOf(argument);
            case "maximum":
                return !IsNumber(value) || (double)value <= NumberOf(argument);
            case "exclusiveMaximum":
                return !IsNumber(value) || (double)value < NumberOf(argument);
            case "minItems":
                return value is not JsonArray counted || counted.Count >= NumberOf(argument);
            case "maxItems":
                return value is not JsonArray limited || limited.Count <= NumberOf(argument);
            case "minProperties":
                return value is not JsonObject keys || keys.Count >= NumberOf(argument);
            case "prefixItems":
                CheckAll((value as JsonArray)?.Zip((JsonArray)argument).Select((pair, i) => ($"{i}", pair.First!)), i => argument[int.Parse(i, System.Globalization.CultureInfo.InvariantCulture)]!, place, problems);
                return true;
            case "oneOf":
                return ((JsonArray)argument).Count(a => Problems(a!, value).Count == 0) == 1;
            case "if":
                Check((JsonObject)schema[Problems(argument, value).Count == 0 ? "then" : "else"]!, value, place, problems);
                return true;
            case "then" or "else":
                return true;
            case "pattern":
                return System.Text.RegularExpressions.Regex.IsMatch((string)value!, (string)argument!, System.Text.RegularExpressions.RegexOptions.NonBacktracking);
            case "required":
                return value is not JsonObject whole || ((JsonArray)argument).All(key => whole.ContainsKey((string)key!));
            case "items":
                CheckAll((value as JsonArray)?.Select((item, i) => ($"{i}", item!)), _ => argument, place, problems);
                return true;
            case "properties":
                CheckAll((value as JsonObject)?.Where(p => argument[p.Key] is not null).Select(p => (p.Key, p.Value!)), key => argument[key]!, place, problems);
                return true;
            case "propertyNames":
                CheckAll((value as JsonObject)?.Select(p => (p.Key, (JsonNode)p.Key)), _ => argument, place, problems);
                return true;
            case "additionalProperties":
                IEnumerable<(string Key, JsonNode Value)>? others =
                    (value as JsonObject)?.Where(p => schema["properties"]?[p.Key] is null).Select(p => (p.Key, p.Value!));
                if (argument is JsonObject)
                {
                    CheckAll(others, _ => argument, place, problems);
                }
                else
                {
                    problems.AddRange((others ?? []).Select(p => $"{place}/{p.Key}: {keyword}"));
                }

                return true;
            default:
                throw new ArgumentException($"The keyword {keyword} is not known.", nameof(keyword));
        }
    }

    private static void CheckAll(
        IEnumerable<(string Key, JsonNode Value)>? parts, Func<string, JsonNode> schema, string place, List<string> problems)
    {
        foreach ((string key, JsonNode value) in parts ?? [])
        {
            Check((JsonObject)schema(key), value, $"{place}/{key}", problems);
        }
    }

    private static bool IsType(string type, JsonNode value) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value.GetValueKind() == JsonValueKind.String,
        "number" => IsNumber(value),
        "integer" => IsNumber(value) && Math.Floor((double)value) == (double)value,
        _ => throw new ArgumentException($"The type {type} is not known.", nameof(type)),
    };

    private static bool IsNumber(JsonNode value) => value.GetValueKind() == JsonValueKind.Number;

    private static double NumberOf(JsonNode value) => double.Parse(value.ToJsonString(), System.Globalization.CultureInfo.InvariantCulture);
}
