using System.Collections.Immutable;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Charts;

/// <summary>A test that charts show.</summary>
/// <param name="Label">In legends.</param>
/// <param name="Method">Name of the method.</param>
/// <param name="Term">The term.</param>
/// <param name="Test">The test.</param>
internal sealed record ReportedTest(string Label, string Method, string Term, string Test)
{
    private const int Most = 6;

    /// <summary>What is tested by what.</summary>
    public string Explanation => $"{Term} in {Method} by {Test}";

    /// <summary>The joint tests; without them the first test of each term, up to six.</summary>
    public static ImmutableArray<ReportedTest> Headline(CellResult cell) =>
        cell.JointTests.IsEmpty
            ? [.. cell.Summary.Where(r => r.Measure == "rejection_rate").DistinctBy(r => (r.Method, r.Term)).Take(Most)
                .Select(r => new ReportedTest($"{r.Method}: {r.Term}", r.Method, r.Term, r.Test))]
            : [.. cell.JointTests.Select(j => new ReportedTest(j.Name, j.Method, j.Term, j.Test))];

    /// <summary>A measure of the test in a scenario; <see langword="null"/> if there is none.</summary>
    public SummaryRow? Row(CellResult cell, string measure) =>
        cell.Summary.FirstOrDefault(r => r.Method == Method && r.Term == Term && r.Test == Test && r.Measure == measure);

    /// <summary>A measure of the term in a scenario; <see langword="null"/> if there is none.</summary>
    public SummaryRow? TermRow(CellResult cell, string measure) =>
        cell.Summary.FirstOrDefault(r => r.Method == Method && r.Term == Term && r.Test.Length == 0 && r.Measure == measure);
}
