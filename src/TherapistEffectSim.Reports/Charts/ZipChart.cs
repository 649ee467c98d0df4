using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>The zip plot: intervals of single replicates, those farthest from the truth at the top.</summary>
/// <remarks>Morris, White &amp; Crowther (2019), Stat. Med. 38(11), section 5.2: ranked by |estimate − truth|/SE; an interval that misses the truth is coloured.</remarks>
internal static class ZipChart
{
    private const int MostPanels = 6;
    private const int IntervalsPerPanel = 250;

    /// <summary>The chart; <see langword="null"/> if replicates were not kept, or no test shown has intervals.</summary>
    public static Chart? Of(StoredResults results, ImmutableArray<ReportedTest> tests)
    {
        if (!results.Record.HasReplicates)
        {
            return null;
        }

        ImmutableArray<Panel> panels =
        [
            .. (from cell in results.Cells
                from test in tests
                where test.Row(cell, "coverage") is { Value: not null, TrueValue: not null }
                select new Panel(test, cell)).Take(MostPanels),
        ];
        if (panels.IsEmpty)
        {
            return null;
        }

        Dictionary<(int, string, string, string), Panel> byKey = panels.ToDictionary(p => (p.Cell.Cell.Number, p.Test.Method, p.Test.Term, p.Test.Test));
        foreach (ReplicateRow row in results.Record.Replicates().TakeWhile(r => r.Scenario <= panels[^1].Cell.Cell.Number))
        {
            if (byKey.TryGetValue((row.Scenario, row.Method, row.Term, row.Test), out Panel? panel) && double.IsFinite(row.ConfLow) && double.IsFinite(row.ConfHigh))
            {
                panel.Intervals.Add(row);
            }
        }

        JsonArray rows = [.. panels.SelectMany(Rows)];
        string description = $"Confidence intervals of single trials, ordered by their distance from the truth in standard errors: those at the top are farthest. Coloured intervals miss the truth; they should be the upper {Percent(results.Study.Alpha)}.";
        return new(
            "zip",
            "Intervals of single trials",
            description,
            ChartSpec.Of(description, rows, Layers(), Panels.Wrapped("panel", panels.Select(p => p.Label), columns: 3) with { OwnScale = "x" }, new(ChartSpec.PanelWidth, ChartSpec.Height)),
            new(["scenario", "test", "intervals", "that miss the truth", "above it", "below it"], [.. panels.Select(Counts)]));
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:G3} %");

    private static IEnumerable<JsonNode> Rows(Panel panel)
    {
        double truth = panel.Truth;
        ReplicateRow[] ranked = [.. panel.Intervals.OrderBy(r => Math.Abs(r.Estimate - truth) / r.StandardError).ThenBy(r => r.Replicate)];
        int shown = Math.Min(ranked.Length, IntervalsPerPanel);
        for (int i = 0; i < shown; i++)
        {
            int rank = (int)((i + 0.5) * ranked.Length / shown); // evenly over all of them
            ReplicateRow row = ranked[rank];
            yield return new JsonObject
            {
                ["panel"] = panel.Label,
                ["centile"] = (rank + 0.5) / ranked.Length,
                ["low"] = row.ConfLow,
                ["high"] = row.ConfHigh,
                ["truth"] = truth,
                ["holds"] = row.ConfLow <= truth && truth <= row.ConfHigh ? "holds the truth" : "misses the truth",
            };
        }
    }

    private static ImmutableArray<string> Counts(Panel panel)
    {
        int above = panel.Intervals.Count(r => r.ConfLow > panel.Truth);
        int below = panel.Intervals.Count(r => r.ConfHigh < panel.Truth);
        return [GridLayout.ScenarioLabel(panel.Cell), panel.Test.Label, Text(panel.Intervals.Count), Text(above + below), Text(above), Text(below)];
    }

    private static string Text(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static JsonArray Layers() =>
    [
        ChartSpec.Parse("""
            {"mark": {"type": "rule", "strokeWidth": 1, "aria": false}, "encoding": {
              "y": {"field": "centile", "type": "quantitative", "title": "nearer to the truth than this share", "scale": {"domain": [0, 1], "nice": false}, "axis": {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 0.95, 1]} },
              "x": {"field": "low", "type": "quantitative", "title": "interval", "scale": {"zero": false}, "axis": {"tickCount": 4} },
              "x2": {"field": "high"},
              "color": {"field": "holds", "type": "nominal", "title": null, "scale": {"domain": ["holds the truth", "misses the truth"]}, "legend": {"orient": "top"} }
            } }
            """),
        ChartSpec.Parse("""{"mark": {"type": "rule", "strokeDash": [3, 3], "color": "#888", "aria": false}, "encoding": {"x": {"aggregate": "min", "field": "truth", "type": "quantitative"} } }"""),
    ];

    private sealed record Panel(ReportedTest Test, CellResult Cell)
    {
        public List<ReplicateRow> Intervals { get; } = [];

        public double Truth => Test.Row(Cell, "coverage")!.TrueValue!.Value;

        public string Label => Cell.Cell.Factors.IsEmpty ? Test.Label : $"{Test.Label}, {GridLayout.ScenarioLabel(Cell)}";
    }
}
