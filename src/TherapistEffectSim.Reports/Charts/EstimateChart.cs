using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Reports.Words;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>Mean estimates with 95 % intervals for the Monte Carlo error, beside the truth; one panel per term.</summary>
internal static class EstimateChart
{
    private const int DigitsOfTruth = 3;
    private const int WidePanel = 260;

    /// <summary>The chart; <see langword="null"/> if no term has a true value, or there are too many lines.</summary>
    public static Chart? Of(IReadOnlyList<CellResult> cells, GridLayout layout, ImmutableArray<ReportedTest> tests)
    {
        ImmutableArray<string> series = layout.PanelLabels(cells);
        JsonArray rows = [];
        List<string> targets = [];
        List<ImmutableArray<string>> table = [];
        foreach (ReportedTest test in tests.DistinctBy(t => (t.Method, t.Term)))
        {
            string target = $"{test.Method}: {test.Term}";
            foreach (CellResult cell in cells)
            {
                if (test.TermRow(cell, "bias") is not { Value: double bias, Mcse: double mcse, ConfLow: double low, ConfHigh: double high, TrueValue: double truth })
                {
                    continue;
                }

                targets.Add(target);
                rows.Add(new JsonObject
                {
                    ["x"] = X(cell, layout),
                    ["target"] = target,
                    ["series"] = layout.PanelLabel(cell),
                    ["truth"] = truth,
                    ["mean"] = truth + bias,
                    ["low"] = truth + low,
                    ["high"] = truth + high,
                });
                table.Add(
                [
                    .. cell.Cell.Factors.Select(f => f.Value), target,
                    Wording.Rounded(truth, truth, DigitsOfTruth),
                    Wording.Rounded(truth + bias, mcse, 2), Wording.Rounded(bias, mcse, 2), Wording.Rounded(mcse, mcse, 2),
                    Number(test.TermRow(cell, "empirical_se")), Number(test.TermRow(cell, "model_se")),
                ]);
            }
        }

        string[] distinct = [.. targets.Distinct()];
        if (rows.Count == 0 || !GridLayout.IsReadable(series.Length))
        {
            return null;
        }

        bool isCurve = layout.Axis is { IsNumeric: true };
        string description = $"Mean estimate of {Wording.List(distinct, "and")} over the trials, with the truth as a dashed line or tick. Where the two differ, the estimate is biased.";
        Panels panels = Panels.Wrapped("target", distinct, columns: 3) with { OwnScale = isCurve ? "y" : "x" };
        PanelSize size = isCurve ? new(WidePanel) : new(WidePanel, new JsonObject { ["step"] = 20 });
        return new(
            "estimates",
            "Estimates beside the truth",
            description,
            ChartSpec.Of(description, rows, Layers(layout, series), panels, size),
            new([.. layout.Factors.Select(f => f.Label), "estimand", "truth", "mean estimate", "bias", "MCSE", "empirical SE", "model SE"], [.. table]));
    }

    private static JsonNode X(CellResult cell, GridLayout layout) =>
        layout.Axis is not { } axis ? ""
        : axis.IsNumeric ? GridFactor.Number(GridLayout.ValueOf(cell, axis))
        : GridLayout.ValueOf(cell, axis);

    private static string Number(SummaryRow? row) => row is { Value: double value } ? Wording.Rounded(value, row.Mcse ?? value, 2) : "";

    private static JsonArray Layers(GridLayout layout, ImmutableArray<string> series)
    {
        string legend = series.Length > 1 ? """{"orient": "top", "labelLimit": 320}""" : "null";
        string colour = $$"""{"field": "series", "type": "nominal", "title": null, "sort": {{ChartSpec.Quoted(series)}}, "legend": {{legend}} }""";
        const string Mean = """{"field": "mean", "type": "quantitative", "title": "mean estimate", "scale": {"zero": false}, "axis": {"tickCount": 5} }""";
        const string Tooltip = """[{"field": "target", "title": "estimand"}, {"field": "truth", "type": "quantitative", "format": ".3~g"}, {"field": "mean", "type": "quantitative", "format": ".4~g"}, {"field": "low", "type": "quantitative", "format": ".4~g", "title": "from"}, {"field": "high", "type": "quantitative", "format": ".4~g", "title": "to"}]""";
        if (layout.Axis is { IsNumeric: true } axis)
        {
            string scale = axis.IsGeometric ? "\"type\": \"log\", \"nice\": false" : "\"zero\": false, \"nice\": false";
            string x = $$"""{"field": "x", "type": "quantitative", "title": {{ChartSpec.Quoted(axis.Label)}}, "scale": { {{scale}}, "padding": 12}, "axis": {"values": [{{string.Join(", ", axis.Levels)}}], "grid": false, "format": ".6~g"} }""";
            return
            [
                ChartSpec.Parse($$"""{"mark": {"type": "line", "strokeDash": [6, 4], "strokeWidth": 1.5, "aria": false}, "encoding": {"x": {{x}}, "y": {"field": "truth", "type": "quantitative"}, "color": {{colour}} } }"""),
                ChartSpec.Parse($$"""{"mark": {"type": "rule", "strokeWidth": 2, "aria": false}, "encoding": {"x": {{x}}, "y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}, "color": {{colour}} } }"""),
                ChartSpec.Parse($$"""{"mark": {"type": "line", "strokeWidth": 1.5, "point": {"filled": true, "size": 50} }, "encoding": {"x": {{x}}, "y": {{Mean}}, "color": {{colour}}, "tooltip": {{Tooltip}} } }"""),
            ];
        }

        string y = layout.Axis is { } names
            ? $$"""{"field": "x", "type": "nominal", "title": {{ChartSpec.Quoted(names.Label)}}, "sort": {{ChartSpec.Quoted(names.Levels)}}, "axis": {"labelLimit": 320, "grid": true} }"""
            : """{"field": "x", "type": "nominal", "title": null}""";
        return
        [
            ChartSpec.Parse($$"""{"mark": {"type": "tick", "thickness": 2, "size": 16, "color": "#888", "aria": false}, "encoding": {"y": {{y}}, "x": {"field": "truth", "type": "quantitative"} } }"""),
            ChartSpec.Parse($$"""{"mark": {"type": "rule", "strokeWidth": 2, "aria": false}, "encoding": {"y": {{y}}, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}, "color": {{colour}} } }"""),
            ChartSpec.Parse($$"""{"mark": {"type": "point", "filled": true, "size": 50}, "encoding": {"y": {{y}}, "x": {{Mean}}, "color": {{colour}}, "tooltip": {{Tooltip}} } }"""),
        ];
    }
}
