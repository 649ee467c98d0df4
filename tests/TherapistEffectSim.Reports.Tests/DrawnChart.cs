using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using TherapistEffectSim.Reports.Charts;

namespace TherapistEffectSim.Reports.Tests;

/// <summary>A chart as the chart library draws it.</summary>
/// <param name="Warnings">What the library said of the specification.</param>
/// <param name="Width">Of a single chart; pixels.</param>
/// <param name="Height">Of a single chart; pixels.</param>
/// <param name="Items">What is drawn.</param>
internal sealed record DrawnChart(ImmutableArray<string> Warnings, double? Width, double? Height, ImmutableArray<DrawnItem> Items)
{
    private const double Width600 = 600; // of charts that are as wide as the page

    /// <summary>Draws charts in a process of Node.js.</summary>
    /// <param name="specs">Their specifications.</param>
    /// <param name="fixedWidth">Whether charts as wide as the page are given a width; where there is no page, the others have none.</param>
    public static ImmutableArray<DrawnChart> Of(IEnumerable<JsonObject> specs, bool fixedWidth = true)
    {
        JsonObject input = new()
        {
            ["scripts"] = new JsonArray([.. ChartLibrary.Scripts.Take(2).Select(s => (JsonNode)s)]),
            ["specs"] = new JsonArray([.. specs.Select(spec => fixedWidth ? Sized(spec) : spec.DeepClone())]),
        };
        using Process node = Process.Start(new ProcessStartInfo("node", Path.Join(AppContext.BaseDirectory, "draw.cjs"))
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        node.StandardInput.Write(input.ToJsonString());
        node.StandardInput.Close();
        Task<string> error = node.StandardError.ReadToEndAsync();
        string output = node.StandardOutput.ReadToEnd();
        node.WaitForExit();
        Assert.True(node.ExitCode == 0, error.Result);
        return [.. JsonSerializer.Deserialize<DrawnChart[]>(output, JsonSerializerOptions.Web)!];
    }

    /// <summary>What stands at the axes.</summary>
    public IEnumerable<string> Labels => Items.Where(i => i.Mark == "axis-label").Select(i => i.Text!);

    /// <summary>The items of a mark.</summary>
    public DrawnItem[] Of(string mark) => [.. Items.Where(i => i.Mark == mark && i.Datum is not null)];

    private static JsonNode Sized(JsonObject spec)
    {
        JsonNode sized = spec.DeepClone();
        if (sized["width"]?.ToString() == "container")
        {
            sized["width"] = Width600;
        }

        return sized;
    }
}

/// <summary>Something drawn; positions in pixels from the upper left corner of its panel.</summary>
internal sealed record DrawnItem(string Mark, double? X, double? Y, double? X2, double? Y2, double? Width, double? Height, string? Fill, string Panel, JsonObject? Datum, string? Text)
{
    /// <summary>A number of its data.</summary>
    public double Number(string field) => Datum![field]!.GetValue<double>();

    /// <summary>A text of its data.</summary>
    public string TextOf(string field) => Datum![field]!.ToString();
}
