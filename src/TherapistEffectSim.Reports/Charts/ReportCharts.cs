using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Reports.Words;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>The charts of a report; <see langword="null"/> where the results have nothing for one, or too much to be read.</summary>
internal sealed class ReportCharts
{
    private readonly Study _study;

    public ReportCharts(StoredResults results)
    {
        _study = results.Study;
        Layout = new(results.Cells);
        Tests = ReportedTest.Headline(results.Cells[0]);
        Power = RateChart.Rejections(_study.Alpha).Of(results.Cells, Layout, Tests, Meaning);
        Map = HeatMapChart.Of(results.Cells, Layout, Tests);
        Estimates = EstimateChart.Of(results.Cells, Layout, Tests);
        Coverage = RateChart.Coverage(_study.Alpha).Of(results.Cells, Layout, Tests, Meaning);
        Zip = ZipChart.Of(results, Tests);
        Joint = JointChart.Of(results.Cells, Layout);
    }

    public GridLayout Layout { get; }

    /// <summary>The tests that the charts show.</summary>
    public ImmutableArray<ReportedTest> Tests { get; }

    public Chart? Power { get; }

    public Chart? Map { get; }

    public Chart? Estimates { get; }

    public Chart? Coverage { get; }

    public Chart? Zip { get; }

    public Chart? Joint { get; }

    /// <summary>Those that there are.</summary>
    public IEnumerable<Chart> All => new[] { Power, Map, Joint, Estimates, Coverage, Zip }.OfType<Chart>();

    private string Meaning(CellResult cell, SummaryRow rate) => TestWords.Meaning(rate, TestWords.SideOf(cell, _study, rate));
}
