using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using TherapistEffectSim.Reports.Words;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>Rejection rates over two factors, one map per test.</summary>
internal static class HeatMapChart
{
    private const double DarkFrom = 0.55; // share from which the colour is dark

    /// <summary>The chart; <see langword="null"/> unless at least two factors vary, or if there are too many panels.</summary>
    public static Chart? Of(IReadOnlyList<CellResult> cells, GridLayout layout, ImmutableArray<ReportedTest> tests)
    {
        if (layout.Axis is not { } across || layout.Others.IsEmpty)
        {
            return null;
        }

        GridFactor down = layout.Others[0];
        GridFactor[] others = [.. layout.Others.Skip(1)];
        string Panel(CellResult cell, ReportedTest test) => string.Join(", ", others.Select(f => $"{f.Label} = {GridLayout.ValueOf(cell, f)}").Prepend(test.Label));
        JsonArray rows = [];
        List<string> panels = [];
        List<ImmutableArray<string>> table = [];
        foreach (ReportedTest test in tests)
        {
            foreach (CellResult cell in cells)
            {
                if (test.Row(cell, "rejection_rate") is not { Value: double share } row || !TestWords.WasMade(row))
                {
                    continue;
                }

                string panel = Panel(cell, test);
                panels.Add(panel);
                rows.Add(new JsonObject
                {
                    ["x"] = GridLayout.ValueOf(cell, across),
                    ["y"] = GridLayout.ValueOf(cell, down),
                    ["panel"] = panel,
                    ["share"] = share,
                });
                table.Add([.. cell.Cell.Factors.Select(f => f.Value), test.Label, ShareText.Percent(row)]);
            }
        }

        string[] distinct = [.. panels.Distinct()];
        if (rows.Count == 0 || !GridLayout.IsReadable(distinct.Length))
        {
            return null;
        }

        string description = $"Share of trials that reject, by {across.Label} (across) and {down.Label} (down), one map for each of {Wording.List([.. tests.Select(t => t.Label)], "and")}. Darker is more often.";
        return new(
            "map",
            $"How often the tests reject, by {across.Label} and {down.Label}",
            description,
            ChartSpec.Of(description, rows, Layers(across, down), Panels.Wrapped("panel", distinct, others.Length == 0 ? 3 : layout.PanelColumns), new(others.Length == 0 ? ChartSpec.PanelWidth : ChartSpec.WidthOfPanels(layout.PanelColumns), Height: new JsonObject { ["step"] = 30 })),
            new([.. layout.Factors.Select(f => f.Label), "test", "rejects"], [.. table]));
    }

    private static JsonArray Layers(GridFactor across, GridFactor down)
    {
        string x = $$"""{"field": "x", "type": "ordinal", "title": {{ChartSpec.Quoted(across.Label)}}, "sort": {{ChartSpec.Quoted(across.Levels)}}, "axis": {"labelAngle": 0} }""";
        string y = $$"""{"field": "y", "type": "ordinal", "title": {{ChartSpec.Quoted(down.Label)}}, "sort": {{ChartSpec.Quoted(down.Levels)}} }""";
        string tooltip = $$"""[{"field": "panel", "title": "test"}, {"field": "x", "title": {{ChartSpec.Quoted(across.Label)}} }, {"field": "y", "title": {{ChartSpec.Quoted(down.Label)}} }, {"field": "share", "type": "quantitative", "format": ".1%", "title": "rejects"}]""";
        return
        [
            ChartSpec.Parse($$"""{"mark": {"type": "rect"}, "encoding": {"x": {{x}}, "y": {{y}}, "color": {"field": "share", "type": "quantitative", "title": "rejects", "scale": {"domain": [0, 1], "scheme": "blues"}, "legend": {"format": ".0%", "orient": "top"} }, "tooltip": {{tooltip}} } }"""),
            ChartSpec.Parse(string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"mark": {"type": "text", "fontSize": 11, "aria": false}, "encoding": {"x": {{x}}, "y": {{y}}, "text": {"field": "share", "type": "quantitative", "format": ".0%"}, "color": {"condition": {"test": "datum.share > {{DarkFrom}}", "value": "#fff"}, "value": "#08306b"} } }""")),
        ];
    }
}
