using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Reports.Words;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>How often each pattern of decisions came out on the same trials, one bar per scenario.</summary>
internal static class JointChart
{
    private const int MostBars = 80;

    // Pixels.
    private const int StepOfBar = 34;
    private const int NarrowChart = 690; // on a page of 800
    private const int LongestBarLabel = 320;
    private const int LongestLabel = 420;
    private const int Symbol = 20;
    private const int BetweenColumns = 18;
    private const int BesideBars = 20;
    private const double Letter = 6.5; // a wide one at the size of labels

    /// <summary>The chart; <see langword="null"/> if no decisions are counted, or there are too many scenarios.</summary>
    public static Chart? Of(IReadOnlyList<CellResult> cells, GridLayout layout)
    {
        if (cells.Count > MostBars || cells.All(c => c.Joint.IsEmpty))
        {
            return null;
        }

        string[] bars = [.. cells.Select(GridLayout.ScenarioLabel)];
        JointRow[] counted = [.. cells.SelectMany(c => c.Joint).Where(r => r.Count > 0)];
        string[] patterns =
        [
            .. counted.Select(r => r.Pattern).Distinct()
                .OrderByDescending(p => p.Count(c => c == '1')).ThenByDescending(p => p, StringComparer.Ordinal).Select(TestWords.Pattern),
        ];
        JsonArray rows = [];
        List<ImmutableArray<string>> table = [];
        foreach (CellResult cell in cells)
        {
            foreach (JointRow row in cell.Joint.Where(r => r.Count > 0).OrderByDescending(r => r.Count))
            {
                string pattern = TestWords.Pattern(row.Pattern);
                rows.Add(new JsonObject
                {
                    ["bar"] = GridLayout.ScenarioLabel(cell),
                    ["pattern"] = pattern,
                    ["order"] = Array.IndexOf(patterns, pattern),
                    ["share"] = row.Share,
                });
                table.Add([.. cell.Cell.Factors.Select(f => f.Value), pattern, ShareText.Percent(row.Share, ShareText.MonteCarloError(row.ConfLow, row.ConfHigh)), ShareText.Interval(row.ConfLow, row.ConfHigh)]);
            }
        }

        JointRow[] top = [.. cells.Select(c => c.Joint.MaxBy(r => r.Count)!)];
        string description = string.Create(
            CultureInfo.InvariantCulture,
            $"Patterns of decisions on the same trials, one bar per scenario. The most frequent pattern is, in the first scenario, “{TestWords.Pattern(top[0].Pattern)}” ({100 * top[0].Share:F0} %), in the last “{TestWords.Pattern(top[^1].Pattern)}” ({100 * top[^1].Share:F0} %).");
        return new(
            "joint",
            "What the tests say of the same trials",
            description,
            ChartSpec.Of(description, rows, Layers(bars, patterns), Panels.Single, new(Height: bars.Length * StepOfBar)),
            new([.. layout.Factors.Select(f => f.Label), "on the same trials", "share", "95 % interval"], [.. table]));
    }

    // A legend begins where the bars begin, and is cut off where the chart ends: it has two columns only if they fit a narrow page. They are filled row by row.
    private static JsonObject Legend(string[] bars, string[] patterns)
    {
        double room = NarrowChart - BesideBars - Math.Min(LongestBarLabel, Letter * bars.Max(b => b.Length));
        double Column(int parity) => Symbol + (Letter * patterns.Where((_, i) => i % 2 == parity).Select(p => p.Length).DefaultIfEmpty().Max());
        bool isOfTwo = Column(0) + BetweenColumns + Column(1) <= room;
        return new() { ["orient"] = "top", ["columns"] = isOfTwo ? 2 : 1, ["labelLimit"] = Math.Min(LongestLabel, Math.Floor(room - Symbol)) };
    }

    private static JsonArray Layers(string[] bars, string[] patterns) =>
    [
        ChartSpec.Parse($$"""
            {"mark": {"type": "bar"}, "encoding": {
              "y": {"field": "bar", "type": "nominal", "title": null, "sort": {{ChartSpec.Quoted(bars)}}, "axis": {"labelLimit": {{LongestBarLabel}}} },
              "x": {"field": "share", "type": "quantitative", "stack": "zero", "title": "share of trials", "axis": {"format": ".0%", "tickCount": 5}, "scale": {"domain": [0, 1], "nice": false, "clamp": true} },
              "color": {"field": "pattern", "type": "nominal", "title": null, "sort": {{ChartSpec.Quoted(patterns)}}, "scale": {"domain": {{ChartSpec.Quoted(patterns)}} }, "legend": {{Legend(bars, patterns).ToJsonString()}} },
              "order": {"field": "order", "type": "quantitative"},
              "tooltip": [{"field": "bar", "title": "scenario"}, {"field": "pattern"}, {"field": "share", "type": "quantitative", "format": ".1%"}]
            } }
            """),
    ];
}
