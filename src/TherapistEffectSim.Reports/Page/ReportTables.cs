using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Reports.Charts;
using TherapistEffectSim.Reports.Words;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Page;

/// <summary>The tables of a report.</summary>
internal sealed class ReportTables(StoredResults results, ReportCharts charts)
{
    private const int DigitsOfTruth = 3;

    private readonly Study _study = results.Study;

    /// <summary>Whether some rates are known without simulation.</summary>
    public bool HasFormula { get; } = results.Cells.Any(AnalyticText.IsIn);

    /// <summary>Whether some test of the charts rejects by false alarm in some scenario.</summary>
    public bool HasFalseAlarms => results.Cells.Any(cell => charts.Tests.Any(test => MeaningOf(cell, test) == "false alarm"));

    /// <summary>One line per test of the charts: its rate, or the range of its rates, and what a rejection means.</summary>
    public IEnumerable<(string Number, string Text, string Means)> Findings()
    {
        foreach (ReportedTest test in charts.Tests)
        {
            (CellResult Cell, SummaryRow Row)[] rows =
            [
                .. results.Cells.Select(c => (Cell: c, Row: test.Row(c, "rejection_rate"))).Where(r => r.Row is not null && TestWords.WasMade(r.Row)).Select(r => (r.Cell, r.Row!)),
            ];
            if (rows.Length == 0)
            {
                continue;
            }

            (CellResult Cell, SummaryRow Row) least = rows.MinBy(r => r.Row.Value);
            (CellResult Cell, SummaryRow Row) most = rows.MaxBy(r => r.Row.Value);
            string means = string.Join(", ", rows.Select(r => MeaningOf(r.Cell, test)).Where(m => m.Length > 0).Distinct());
            string what = $"{test.Label} ({test.Explanation})";
            yield return rows.Length == 1
                ? (ShareText.Range(most.Row.Value!.Value, most.Row.Value.Value), $"of the trials: {what} rejects.", means)
                : (ShareText.Range(least.Row.Value!.Value, most.Row.Value!.Value),
                    $"of the trials: {what} rejects; least with {GridLayout.ScenarioLabel(least.Cell)}, most with {GridLayout.ScenarioLabel(most.Cell)}.",
                    means);
        }

        if (Puzzle() is { } puzzle)
        {
            yield return puzzle;
        }
    }

    public IEnumerable<string> TestHeader(GridLayout layout) =>
        [.. Factors(layout), "method", "term", "test", "rejects", "95 % interval", .. Formula(() => AnalyticText.Header), "that is", "truth", "mean estimate", "coverage"];

    public IEnumerable<string[]> TestRows() =>
        from cell in results.Cells
        from rate in cell.Summary
        where rate.Measure == "rejection_rate"
        select TestRow(cell, rate);

    public static IEnumerable<string> PatternHeader(GridLayout layout) => [.. Factors(layout), "on the same trials", "trials", "share", "95 % interval"];

    public IEnumerable<string[]> PatternRows() =>
        from cell in results.Cells
        from row in cell.Joint.OrderByDescending(r => r.Count).ThenBy(r => r.Pattern, StringComparer.Ordinal)
        where row.Count > 0
        select (string[])
        [
            .. Values(cell), TestWords.Pattern(row.Pattern), Count(row.Count),
            ShareText.Percent(row.Share, ShareText.MonteCarloError(row.ConfLow, row.ConfHigh)), ShareText.Interval(row.ConfLow, row.ConfHigh),
        ];

    public static IEnumerable<string> PairHeader(GridLayout layout) =>
        [.. Factors(layout), "a", "b", "both", "only a", "only b", "neither", "a − b, points", "95 % interval"];

    public IEnumerable<string[]> PairRows() =>
        from cell in results.Cells
        from pair in cell.Pairs
        let total = pair.Both + pair.OnlyA + pair.OnlyB + pair.Neither
        select (string[])
        [
            .. Values(cell), pair.A, pair.B,
            ShareText.Percent(pair.Both, total), ShareText.Percent(pair.OnlyA, total), ShareText.Percent(pair.OnlyB, total), ShareText.Percent(pair.Neither, total),
            Wording.Rounded(100 * pair.Difference, 100 * pair.DifferenceMcse, 1),
            $"[{Wording.Rounded(100 * pair.ConfLow, 100 * pair.DifferenceMcse, 1)}, {Wording.Rounded(100 * pair.ConfHigh, 100 * pair.DifferenceMcse, 1)}]",
        ];

    public static IEnumerable<string> FitHeader(GridLayout layout) => [.. Factors(layout), "method", "on the boundary", "most failures of a test", "patients analysed", "therapists analysed"];

    public IEnumerable<string[]> FitRows() =>
        from cell in results.Cells
        from method in cell.Summary.Where(r => r.Method.Length > 0).Select(r => r.Method).Distinct()
        let singular = cell.Summary.FirstOrDefault(r => r.Method == method && r.Measure == "singular_rate")
        let failures = cell.Summary.Where(r => r.Method == method && r.Measure == "rejection_rate").Select(r => r.Failures).DefaultIfEmpty().Max()
        select (string[])
        [
            .. Values(cell), method, singular?.Value is null ? "" : ShareText.Percent(singular), ShareText.Percent(failures, cell.Replicates),
            Size(cell, "patients_analysed"), Size(cell, "therapists_analysed"),
        ];

    public IEnumerable<(string Name, string Value)> Provenance()
    {
        Manifest manifest = results.Manifest;
        yield return ("program", $"TherapistEffectSim {manifest.Version}{(manifest.GitCommit.Length > 0 ? $", commit {manifest.GitCommit}" : "")}");
        yield return ("seed", manifest.Seed.ToString(CultureInfo.InvariantCulture));
        yield return ("what was drawn", manifest.Drawn == DrawnData.Statistics ? "statistics of therapists from their exact distribution" : "patients, one by one");
        yield return ("study", manifest.StudyIdentity);
        yield return ("run", $"{manifest.Started:yyyy-MM-dd HH:mm} to {manifest.Ended:yyyy-MM-dd HH:mm} UTC, {Wording.LongCount(manifest.Threads, "thread")}, {(long)manifest.ReplicatesPerSecond:N0} trials a second");
        yield return ("machine", $"{manifest.Machine.Os}, {manifest.Machine.Architecture}, .NET {manifest.Dotnet}");
        foreach ((string file, string hash) in manifest.Files)
        {
            yield return ($"SHA-256 of {file}", hash);
        }
    }

    private static IEnumerable<string> Factors(GridLayout layout) => layout.Factors.Select(f => f.Label);

    private static IEnumerable<string> Values(CellResult cell) => cell.Cell.Factors.Select(f => f.Value);

    private string MeaningOf(CellResult cell, ReportedTest test) =>
        test.Row(cell, "rejection_rate") is SummaryRow rate ? TestWords.Meaning(rate, TestWords.SideOf(cell, _study, rate)) : "";

    // The published one: therapists do not differ significantly, yet the last of the tests is significant.
    private (string Number, string Text, string Means)? Puzzle()
    {
        (CellResult Cell, JointPairRow Pair)[] pairs =
        [
            .. results.Cells.Where(c => !c.Pairs.IsEmpty).Select(c => (c, c.Pairs.Last(p => p.A == c.Pairs[0].A))),
        ];
        if (pairs.Length == 0)
        {
            return null;
        }

        (CellResult cell, JointPairRow pair) = pairs.MaxBy(p => p.Pair.OnlyB / (double)p.Cell.Replicates);
        long total = pair.Both + pair.OnlyA + pair.OnlyB + pair.Neither;
        string where = results.Cells.Length == 1 ? "" : $" at most, with {GridLayout.ScenarioLabel(cell)}";
        return (ShareText.Percent(pair.OnlyB, total), $"of the trials{where}: {pair.A} is not significant, yet {pair.B} is.", "");
    }

    private IEnumerable<string> Formula(Func<string> text) => HasFormula ? [text()] : [];

    private string[] TestRow(CellResult cell, SummaryRow rate)
    {
        SummaryRow? Other(string test, string measure) =>
            cell.Summary.FirstOrDefault(r => r.Method == rate.Method && r.Term == rate.Term && r.Test == test && r.Measure == measure);

        Alternative side = TestWords.SideOf(cell, _study, rate);
        bool made = TestWords.WasMade(rate);
        SummaryRow? mean = Other("", "estimate_mean");
        SummaryRow? bias = Other("", "bias");
        string estimate = mean is { Value: double m } ? Wording.Rounded(m, mean.Mcse ?? m, 1)
            : bias is { Value: double b } && rate.TrueValue is double t ? Wording.Rounded(t + b, bias.Mcse ?? (t + b), 1)
            : "";
        return
        [
            .. Values(cell), rate.Method, rate.Term, TestWords.Name(rate.Test, side),
            made ? ShareText.Percent(rate) : "–",
            made ? ShareText.Interval(rate.ConfLow, rate.ConfHigh) : "",
            .. Formula(() => AnalyticText.Of(cell, rate)),
            made ? TestWords.Meaning(rate, side) : "not made",
            rate.TrueValue is double truth ? Wording.Rounded(truth, truth, DigitsOfTruth) : "",
            estimate,
            Other(rate.Test, "coverage") is { Value: not null } coverage ? ShareText.Percent(coverage) : "",
        ];
    }

    private static string Size(CellResult cell, string measure)
    {
        double mean = cell.Summary.First(r => r.Measure == measure).Value!.Value;
        return mean.ToString(mean == Math.Floor(mean) ? "F0" : "F1", CultureInfo.InvariantCulture);
    }

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
