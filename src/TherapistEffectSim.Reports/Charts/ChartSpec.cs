using System.Text.Json.Nodes;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>Puts Vega-Lite specifications together.</summary>
internal static class ChartSpec
{
    /// <summary>The version that the embedded library reads. An identifier: nothing is fetched from it.</summary>
    public const string Schema = "https://vega.github.io/schema/vega-lite/v6.json";

    /// <summary>Width of a panel among others; pixels.</summary>
    public const int PanelWidth = 250;

    /// <summary>Height of a chart over a numeric axis; pixels.</summary>
    public const int Height = 300;

    /// <summary>Width of each of some panels side by side; pixels.</summary>
    public static int WidthOfPanels(int columns) => columns switch
    {
        <= 2 => 410,
        3 => PanelWidth,
        _ => 185,
    };

    /// <summary>JSON as it is written in the code.</summary>
    public static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();

    /// <summary>A text as a JSON value, quotes included.</summary>
    public static string Quoted(string text) => JsonValue.Create(text).ToJsonString();

    /// <summary>Texts as a JSON array.</summary>
    public static string Quoted(IEnumerable<string> texts) => new JsonArray([.. texts.Select(t => (JsonNode)t)]).ToJsonString();

    /// <summary>A whole specification.</summary>
    /// <param name="description">For those who do not see the chart.</param>
    /// <param name="rows">The data.</param>
    /// <param name="layers">What is drawn in each panel, from back to front.</param>
    /// <param name="panels">How the data are split into panels.</param>
    /// <param name="size">Width and height of a panel among several; a single one is as wide as the page.</param>
    public static JsonObject Of(string description, JsonArray rows, JsonArray layers, Panels panels, PanelSize size)
    {
        JsonObject spec = new()
        {
            ["$schema"] = Schema,
            ["description"] = description,
            ["data"] = new JsonObject { ["values"] = rows },
        };
        if (panels.IsSingle)
        {
            spec["width"] = "container";
            spec["height"] = size.Height?.DeepClone() ?? Height;
            spec["layer"] = layers;
            return spec;
        }

        spec["facet"] = panels.Facet.DeepClone();
        if (panels.Columns is int columns)
        {
            spec["columns"] = columns;
        }

        spec["spec"] = new JsonObject
        {
            ["width"] = size.Width,
            ["height"] = size.Height?.DeepClone() ?? size.Width * 4 / 5,
            ["layer"] = layers,
        };
        if (panels.OwnScale is string channel)
        {
            spec["resolve"] = new JsonObject { ["scale"] = new JsonObject { [channel] = "independent" }, ["axis"] = new JsonObject { ["x"] = "independent", ["y"] = "independent" } };
        }

        return spec;
    }
}

/// <summary>Size of a panel.</summary>
/// <param name="Width">Pixels, where there are several.</param>
/// <param name="Height">Pixels, or a step per category; <see langword="null"/> for the usual one.</param>
internal sealed record PanelSize(int Width = ChartSpec.PanelWidth, JsonNode? Height = null);

/// <summary>How a chart is split into panels.</summary>
internal sealed record Panels
{
    /// <summary>No split.</summary>
    public static Panels Single { get; } = new() { Facet = [] };

    /// <summary>The facets, as Vega-Lite writes them; empty for none.</summary>
    public required JsonObject Facet { get; init; }

    /// <summary>Panels side by side, where one facet is wrapped.</summary>
    public int? Columns { get; init; }

    /// <summary>The channel, <c>x</c> or <c>y</c>, that has a scale of its own in each panel; <see langword="null"/> if all share theirs.</summary>
    public string? OwnScale { get; init; }

    public bool IsSingle => Facet.Count == 0;

    /// <summary>One facet, wrapped.</summary>
    public static Panels Wrapped(string field, IEnumerable<string> levels, int columns) => new()
    {
        Facet = ChartSpec.Parse($$"""{"field": "{{field}}", "type": "nominal", "title": null, "sort": {{ChartSpec.Quoted(levels)}}, "header": {"labelLimit": 420} }"""),
        Columns = columns,
    };
}
