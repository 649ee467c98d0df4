using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Reports.Charts;
using TherapistEffectSim.Reports.Page;

namespace TherapistEffectSim.Reports.Tests;

/// <summary>Charts as the chart library draws them, against the data.</summary>
public sealed class DrawingTests(SampleResults samples) : IClassFixture<SampleResults>
{
    private const double Pixel = 1e-6; // rounding of the library's scales

    [NodeFact]
    public void Specifications_OfAllSamples_CompileWithoutAWarning()
    {
        JsonObject[] specs =
        [
            .. samples.All.SelectMany(results => new ReportCharts(results).All.Select(c => c.Spec)),
            .. samples.All.SelectMany(results => ReportPage.Specifications(results).Select(s => JsonNode.Parse(s.Text)!.AsObject())),
        ];

        ImmutableArray<DrawnChart> drawn = DrawnChart.Of(specs, fixedWidth: false);

        Assert.All(drawn, chart => Assert.Empty(chart.Warnings));
        Assert.All(drawn, chart => Assert.NotEmpty(chart.Items));
    }

    [NodeFact]
    public void PowerCurve_PutsEachPointWhereItsRateIs()
    {
        StoredResults results = samples.Curve;
        DrawnChart chart = Draw(new ReportCharts(results).Power!);
        DrawnItem[] points = chart.Of("symbol");

        Assert.Equal(3 * 4, points.Length);
        foreach (DrawnItem point in points)
        {
            SummaryRow rate = Rate(results, point.Number("x"), point.TextOf("test"));
            Assert.Equal(chart.Height!.Value * (1 - rate.Value!.Value), point.Y!.Value, Pixel);
        }

        Assert.Equal(["15", "30", "60", "120"], chart.Labels.Where(l => !l.EndsWith('%')));

        // 15, 30, 60, 120 are equally far from each other on a logarithmic axis.
        double[] across = [.. points.Select(p => p.X!.Value).Distinct().Order()];
        Assert.Equal(4, across.Length);
        Assert.Equal(across[1] - across[0], across[2] - across[1], Pixel);
        Assert.Equal(across[2] - across[1], across[3] - across[2], Pixel);
        Assert.Equal(3 * 4, chart.Of("area").Length);
        foreach (DrawnItem band in chart.Of("area"))
        {
            SummaryRow rate = Rate(results, band.Number("x"), band.TextOf("test"));
            Assert.Equal(chart.Height!.Value * (1 - rate.ConfLow!.Value), band.Y!.Value, Pixel);
            Assert.Equal(chart.Height.Value * (1 - rate.ConfHigh!.Value), band.Y2!.Value, Pixel);
        }
    }

    [NodeFact]
    public void PowerDots_OfCategories_StandAtTheirRates()
    {
        StoredResults results = samples.Variants;
        DrawnChart chart = Draw(new ReportCharts(results).Power!);
        DrawnItem[] points = chart.Of("symbol");

        Assert.Equal(3 * 3, points.Length);
        Assert.All(points, point => Assert.Equal(chart.Width!.Value * point.Number("share"), point.X!.Value, Pixel));
        Assert.Equal(
            results.Cells.SelectMany(c => c.JointTests.Select(j => c.Summary.First(r => r.Method == j.Method && r.Term == j.Term && r.Test == j.Test && r.Measure == "rejection_rate").Value!.Value)).Order(),
            points.Select(p => p.Number("share")).Order());
        DrawnItem[] bars = [.. chart.Of("rule").Where(r => r.Datum!.ContainsKey("low"))];
        Assert.All(bars, bar =>
        {
            Assert.Equal(chart.Width!.Value * bar.Number("low"), Math.Min(bar.X!.Value, bar.X2!.Value), Pixel);
            Assert.Equal(chart.Width.Value * bar.Number("high"), Math.Max(bar.X.Value, bar.X2.Value), Pixel);
        });
    }

    [NodeFact]
    public void PowerPanels_LabelTheAxisWithTheValuesOfTheGrid() =>
        Assert.Equal(["10", "20", "40"], Draw(new ReportCharts(samples.Grid).Power!).Labels.Where(l => !l.EndsWith('%')).Distinct());

    [NodeFact]
    public void HeatMap_HasEachRateInItsRowAndColumn()
    {
        StoredResults results = samples.Grid;
        DrawnItem[] cells = Draw(new ReportCharts(results).Map!).Of("rect");

        Assert.Equal(3 * 3 * 2 * 2, cells.Length);
        foreach (IGrouping<string, DrawnItem> panel in cells.GroupBy(c => c.Panel))
        {
            // The axis is the factor of the most values: 10, 20, 40 therapists across, 5 and 10 patients down.
            Assert.Equal(["10", "20", "40"], panel.OrderBy(c => c.X).Select(c => c.TextOf("x")).Distinct());
            Assert.Equal(["5", "10"], panel.OrderBy(c => c.Y).Select(c => c.TextOf("y")).Distinct());
        }

        foreach (DrawnItem cell in cells)
        {
            string[] panel = cell.TextOf("panel").Split(", alliance reliability = ");
            CellResultOf(results, cell, panel[1], out double share, panel[0]);
            Assert.Equal(share, cell.Number("share"));
        }

        // Darker is more often: red falls as the rate rises.
        double[] red = [.. cells.OrderBy(c => c.Number("share")).Select(c => double.Parse(c.Fill!.Split('(', ',')[1], System.Globalization.CultureInfo.InvariantCulture))];
        Assert.Equal(red.OrderDescending(), red);
    }

    [NodeFact]
    public void JointBars_AreAsLongAsTheirSharesAndFillTheWidth()
    {
        StoredResults results = samples.Curve;
        DrawnChart chart = Draw(new ReportCharts(results).Joint!);
        DrawnItem[] bars = chart.Of("rect");

        Assert.Equal(results.Cells.Sum(c => c.Joint.Count(r => r.Count > 0)), bars.Length);
        Assert.All(bars, bar => Assert.Equal(chart.Width!.Value * bar.Number("share"), bar.Width!.Value, Pixel));
        Assert.All(bars.GroupBy(b => b.TextOf("bar")), bar => Assert.Equal(chart.Width!.Value, bar.Sum(b => b.Width!.Value), Pixel));
    }

    [NodeFact]
    public void Estimates_AreDrawnOnOneScaleWithTheirTruth()
    {
        StoredResults results = samples.Curve;
        DrawnChart chart = Draw(new ReportCharts(results).Estimates!);

        foreach (IGrouping<string, DrawnItem> panel in chart.Items.Where(i => i.Datum is not null && i.Panel.Length > 0).GroupBy(i => i.Panel))
        {
            (double Value, double Y)[] drawn =
            [
                .. panel.Where(i => i.Mark == "symbol").Select(i => (i.Number("mean"), i.Y!.Value)),
                .. panel.Where(i => i.Mark == "line" && i.Datum!.ContainsKey("truth")).Select(i => (Nearest(i), i.Y!.Value)),
                .. panel.Where(i => i.Mark == "rule").SelectMany(i => new[] { (i.Number("low"), Math.Max(i.Y!.Value, i.Y2!.Value)), (i.Number("high"), Math.Min(i.Y!.Value, i.Y2!.Value)) }),
            ];
            Assert.True(drawn.Length >= 16, panel.Key);
            (double v0, double y0) = drawn.MinBy(d => d.Value);
            (double v1, double y1) = drawn.MaxBy(d => d.Value);
            Assert.All(drawn, d => Assert.Equal(y0 + ((d.Value - v0) / (v1 - v0) * (y1 - y0)), d.Y, 1e-4));

            // A line's item has the data of a row, of which it draws the truth or the mean: whichever lies nearer on the scale of the points.
            double Nearest(DrawnItem line)
            {
                DrawnItem[] points = [.. panel.Where(i => i.Mark == "symbol")];
                DrawnItem low = points.MinBy(p => p.Number("mean"))!;
                DrawnItem high = points.MaxBy(p => p.Number("mean"))!;
                double At(double value) => low.Y!.Value + ((value - low.Number("mean")) / (high.Number("mean") - low.Number("mean")) * (high.Y!.Value - low.Y.Value));
                return Math.Abs(At(line.Number("truth")) - line.Y!.Value) < Math.Abs(At(line.Number("mean")) - line.Y.Value) ? line.Number("truth") : line.Number("mean");
            }
        }
    }

    [NodeFact]
    public void Coverage_IsDrawnAtItsShare()
    {
        DrawnChart chart = Draw(new ReportCharts(samples.Curve).Coverage!);
        DrawnItem[] points = chart.Of("symbol");

        Assert.Equal(2 * 4, points.Length);
        Assert.All(points, point => Assert.Equal(chart.Height!.Value * (1 - point.Number("share")), point.Y!.Value, Pixel));
    }

    [NodeFact]
    public void Zip_RanksIntervalsByTheirDistanceFromTheTruth()
    {
        StoredResults results = samples.Curve;
        DrawnChart chart = Draw(new ReportCharts(results).Zip!);
        IGrouping<string, DrawnItem>[] panels = [.. chart.Of("rule").Where(r => r.Datum!.ContainsKey("centile")).GroupBy(r => r.Panel)];

        Assert.Equal(6, panels.Length);
        foreach (IGrouping<string, DrawnItem> panel in panels)
        {
            Assert.Equal(250, panel.Count());
            (double Value, double X)[] ends = [.. panel.SelectMany(i => new[] { (i.Number("low"), Math.Min(i.X!.Value, i.X2!.Value)), (i.Number("high"), Math.Max(i.X!.Value, i.X2!.Value)) })];
            (double v0, double x0) = ends.MinBy(e => e.Value);
            (double v1, double x1) = ends.MaxBy(e => e.Value);
            Assert.All(ends, e => Assert.Equal(x0 + ((e.Value - v0) / (v1 - v0) * (x1 - x0)), e.X, 1e-4));

            // Symmetric intervals about the estimate: the distance in standard errors is that of the middle in half widths, up to the df of the trial.
            DrawnItem[] upwards = [.. panel.OrderByDescending(i => i.Y)];
            Assert.Equal(panel.Select(i => i.Number("centile")).Order(), upwards.Select(i => i.Number("centile")));
            double share = panel.Count(i => i.TextOf("holds") == "holds the truth") / 250.0;
            SummaryRow coverage = results.Cells.SelectMany(c => c.Summary).First(r => r.Measure == "coverage" && panel.Key.StartsWith(NameOf(results, r), StringComparison.Ordinal) && panel.Key.EndsWith($"= {results.Cells[r.Scenario - 1].Cell.Factors[0].Value}", StringComparison.Ordinal));
            Assert.Equal(coverage.Value!.Value, share, 0.02); // 250 of 256 intervals are drawn
        }
    }

    private static string NameOf(StoredResults results, SummaryRow row) =>
        results.Cells[0].JointTests.FirstOrDefault(j => j.Method == row.Method && j.Term == row.Term && j.Test == row.Test)?.Name ?? "(none)";

    private static DrawnChart Draw(Chart chart) => DrawnChart.Of([chart.Spec])[0];

    private static SummaryRow Rate(StoredResults results, double therapists, string name)
    {
        Studies.CellResult cell = results.Cells.First(c => c.Cell.Scenario.Trial.TherapistCount == therapists);
        Studies.JointMember member = cell.JointTests.First(j => j.Name == name);
        return cell.Summary.First(r => r.Method == member.Method && r.Term == member.Term && r.Test == member.Test && r.Measure == "rejection_rate");
    }

    private static void CellResultOf(StoredResults results, DrawnItem drawn, string reliability, out double share, string name)
    {
        string[] values = [drawn.TextOf("x"), drawn.TextOf("y"), reliability];
        Studies.CellResult cell = results.Cells.First(c => c.Cell.Factors.Select(f => f.Value).SequenceEqual(values));
        Studies.JointMember member = cell.JointTests.First(j => j.Name == name);
        share = cell.Summary.First(r => r.Method == member.Method && r.Term == member.Term && r.Test == member.Test && r.Measure == "rejection_rate").Value!.Value;
    }
}
