using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Reports.Words;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>A share of the trials over the grid, one line per test, with 95 % bands for the Monte Carlo error.</summary>
internal sealed record RateChart
{
    private const double UsualPower = 0.8;

    // Pixels. A chart that is as wide as the page must be given its height.
    private const int StepOfTest = 34;
    private const int StepWithinCategory = 13;
    private const int GapOfCategories = 10;

    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>The measure: <c>rejection_rate</c> or <c>coverage</c>.</summary>
    public required string Measure { get; init; }

    /// <summary>Title of the axis of the share.</summary>
    public required string AxisTitle { get; init; }

    /// <summary>Shares at which lines are drawn, with what they are.</summary>
    public required ImmutableArray<(double Share, string Label)> References { get; init; }

    public static RateChart Rejections(double alpha) => new()
    {
        Id = "power",
        Title = "Rejection rates",
        Measure = "rejection_rate",
        AxisTitle = "share of trials that reject",
        References = [(alpha, Line(alpha, "level")), (UsualPower, Line(UsualPower, "power"))],
    };

    public static RateChart Coverage(double alpha) => new()
    {
        Id = "coverage",
        Title = "Coverage of the confidence intervals",
        Measure = "coverage",
        AxisTitle = "share of intervals that hold the truth",
        References = [(1 - alpha, Line(1 - alpha, "nominal"))],
    };

    private static string Line(double share, string meaning) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:G3} % {meaning}");

    /// <summary>The chart; <see langword="null"/> if no test has the measure, or there are too many panels.</summary>
    public Chart? Of(IReadOnlyList<CellResult> cells, GridLayout layout, ImmutableArray<ReportedTest> tests, Func<CellResult, SummaryRow, string> meaning)
    {
        ImmutableArray<string> panels = layout.PanelLabels(cells);
        JsonArray rows = [];
        List<ImmutableArray<string>> table = [];
        List<(ReportedTest Test, double Share)> shares = [];
        foreach (CellResult cell in cells)
        {
            foreach (ReportedTest test in tests)
            {
                if (test.Row(cell, Measure) is not { Value: double share, ConfLow: double low, ConfHigh: double high } row || !TestWords.WasMade(row))
                {
                    continue;
                }

                string means = test.Row(cell, "rejection_rate") is SummaryRow rate ? meaning(cell, rate) : "";
                shares.Add((test, share));
                rows.Add(new JsonObject
                {
                    ["x"] = X(cell, layout),
                    ["panel"] = layout.PanelLabel(cell),
                    ["test"] = test.Label,
                    ["share"] = share,
                    ["low"] = low,
                    ["high"] = high,
                    ["means"] = means,
                });
                table.Add([.. cell.Cell.Factors.Select(f => f.Value), test.Label, ShareText.Percent(row), ShareText.Interval(low, high), means]);
            }
        }

        if (rows.Count == 0 || !GridLayout.IsReadable(panels.Length))
        {
            return null;
        }

        string description = Description(layout, shares);
        return new(
            Id,
            Title,
            description,
            ChartSpec.Of(description, rows, Layers(layout, tests, [.. tests.Where(t => shares.Exists(s => s.Test == t))]), Split(layout, panels), Size(layout, tests.Length)),
            new([.. layout.Factors.Select(f => f.Label), "test", Measure == "coverage" ? "covers" : "rejects", "95 % interval", "a rejection is"], [.. table]));
    }

    private static JsonNode X(CellResult cell, GridLayout layout) =>
        layout.Axis is not { } axis ? ""
        : axis.IsNumeric ? GridFactor.Number(GridLayout.ValueOf(cell, axis))
        : GridLayout.ValueOf(cell, axis);

    private static Panels Split(GridLayout layout, ImmutableArray<string> panels) =>
        layout.Others.IsEmpty ? Panels.Single : Panels.Wrapped("panel", panels, layout.PanelColumns);

    private static PanelSize Size(GridLayout layout, int tests) => new(
        ChartSpec.WidthOfPanels(layout.PanelColumns),
        layout.Axis switch
        {
            { IsNumeric: true } => null,
            null => tests * StepOfTest,
            { } axis => axis.Levels.Length * ((tests * StepWithinCategory) + GapOfCategories),
        });

    private string Description(GridLayout layout, List<(ReportedTest Test, double Share)> shares)
    {
        IEnumerable<string> ranges = shares.GroupBy(s => s.Test.Label).Select(g =>
            string.Create(CultureInfo.InvariantCulture, $"{g.Key} {100 * g.Min(s => s.Share):F0} to {100 * g.Max(s => s.Share):F0} %"));
        string over = layout.Axis is { } axis ? $" over {axis.Label} from {axis.Levels[0]} to {axis.Levels[^1]}" : "";
        return $"{Title}{over}: {string.Join("; ", ranges)}.";
    }

    private JsonArray Layers(GridLayout layout, ImmutableArray<ReportedTest> all, ImmutableArray<ReportedTest> shown)
    {
        string labels = ChartSpec.Quoted(shown.Select(t => t.Label));
        string colour = Colour(ChartSpec.Quoted(all.Select(t => t.Label)), labels);
        string share = $$"""{"field": "share", "type": "quantitative", "title": {{ChartSpec.Quoted(AxisTitle)}}, "axis": {"format": ".0%", "tickCount": 5}, "scale": {"nice": false, "domain": [0, 1]} }""";
        string filled = Measure == "coverage" ? """{"value": 1}""" : """{"condition": {"test": "datum.means === 'power'", "value": 1}, "value": 0}""";
        string tooltip = $$"""
            [{"field": "test", "title": "test"}, {"field": "x", "title": {{ChartSpec.Quoted(layout.Axis?.Label ?? "scenario")}} }, {"field": "share", "type": "quantitative", "format": ".1%", "title": "share"},
             {"field": "low", "type": "quantitative", "format": ".1%", "title": "from"}, {"field": "high", "type": "quantitative", "format": ".1%", "title": "to"}, {"field": "means", "title": "a rejection is"}]
            """;
        return layout.Axis is { IsNumeric: true } axis
            ? [.. ReferenceLines("y"), .. Curves(axis, colour, share, filled, tooltip)]
            : [.. ReferenceLines("x"), .. Dots(layout.Axis, labels, colour, share, filled, tooltip)];
    }

    private static JsonNode[] Curves(GridFactor axis, string colour, string share, string filled, string tooltip)
    {
        string scale = axis.IsGeometric ? "\"type\": \"log\", \"nice\": false" : "\"zero\": false, \"nice\": false";
        string values = $"[{string.Join(", ", axis.Levels)}]";
        string x = $$"""{"field": "x", "type": "quantitative", "title": {{ChartSpec.Quoted(axis.Label)}}, "scale": { {{scale}}, "padding": 12}, "axis": {"values": {{values}}, "grid": false, "format": ".6~g"} }""";
        return
        [
            ChartSpec.Parse($$"""{"mark": {"type": "area", "opacity": 0.2, "aria": false}, "encoding": {"x": {{x}}, "y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}, "fill": {{colour}} } }"""),
            ChartSpec.Parse($$"""{"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"x": {{x}}, "y": {{share}}, "color": {{colour}}, "strokeDash": {{colour}} } }"""),
            ChartSpec.Parse($$"""{"mark": {"type": "point", "size": 60, "filled": false, "strokeWidth": 2}, "encoding": {"x": {{x}}, "y": {{share}}, "color": {{colour}}, "fill": {{colour}}, "fillOpacity": {{filled}}, "tooltip": {{tooltip}} } }"""),
        ];
    }

    // Colour, fill and dashes have the same field, title, domain and legend, so that one legend shows them together. A test has the same colour
    // in all charts, whichever of the tests a chart shows.
    private static string Colour(string all, string shown) =>
        $$"""{"field": "test", "type": "nominal", "title": null, "scale": {"domain": {{all}} }, "legend": {"values": {{shown}}, "orient": "top", "labelLimit": 320, "symbolType": "stroke", "symbolStrokeWidth": 2.5, "symbolSize": 400, "symbolOpacity": 1} }""";

    private static JsonNode[] Dots(GridFactor? axis, string labels, string colour, string share, string filled, string tooltip)
    {
        string y = axis is null
            ? $$"""{"field": "test", "type": "nominal", "title": null, "sort": {{labels}}, "axis": {"labelLimit": 320} }"""
            : $$"""{"field": "x", "type": "nominal", "title": {{ChartSpec.Quoted(axis.Label)}}, "sort": {{ChartSpec.Quoted(axis.Levels)}}, "axis": {"labelLimit": 320, "grid": true} }, "yOffset": {"field": "test", "sort": {{labels}} }""";
        return
        [
            ChartSpec.Parse($$"""{"mark": {"type": "rule", "strokeWidth": 2, "aria": false}, "encoding": {"y": {{y}}, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}, "color": {{colour}} } }"""),
            ChartSpec.Parse($$"""{"mark": {"type": "point", "size": 60, "filled": false, "strokeWidth": 2}, "encoding": {"y": {{y}}, "x": {{share}}, "color": {{colour}}, "fill": {{colour}}, "fillOpacity": {{filled}}, "tooltip": {{tooltip}} } }"""),
        ];
    }

    // One line and one label in each panel, however many rows of data there are.
    private IEnumerable<JsonNode> ReferenceLines(string channel)
    {
        const string Quiet = "\"color\": \"#888\", \"aria\": false";
        return References.Select(r => (JsonNode)ChartSpec.Parse(string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"transform": [{"aggregate": [{"op": "count", "as": "rows"}], "groupby": ["panel"]}], "layer": [
              {"mark": {"type": "rule", "strokeDash": [3, 3], {{Quiet}} }, "encoding": {"{{channel}}": {"datum": {{r.Share}}, "type": "quantitative"} } },
              {"mark": {"type": "text", "fontSize": 11, {{Quiet}}, {{Place(channel, r.Share)}} }, "encoding": {"{{channel}}": {"datum": {{r.Share}}, "type": "quantitative"}, "text": {"value": {{ChartSpec.Quoted(r.Label)}} } } }
            ] }
            """)));
    }

    // Beside the line, inside the panel.
    private static string Place(string channel, double share) => (channel, share > 0.85) switch
    {
        ("y", _) => """ "align": "right", "baseline": "bottom", "dy": -3, "x": "width" """,
        (_, true) => """ "align": "right", "baseline": "top", "dx": -4, "dy": 3, "y": 0 """,
        _ => """ "align": "left", "baseline": "top", "dx": 4, "dy": 3, "y": 0 """,
    };
}
