using System.Globalization;
using Spectre.Console;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>One scenario for a person: its tests, their patterns, and what to beware of.</summary>
internal static class ScenarioBlock
{
    private const int DigitsOfTruth = 3;
    private const int NoteIndent = 8;

    public static void Write(CellResult cell, Study study, Streams streams)
    {
        TextWriter output = streams.Output;
        output.WriteLine();
        string factors = string.Join(", ", cell.Cell.Factors.Select(f => $"{f.Name} = {f.Value}"));
        output.WriteLine($"Scenario {cell.Cell.Number}{(factors.Length > 0 ? ": " : "")}{factors}{Ending(cell, study)}");
        output.WriteLine($"On average {Size(cell, "patients_analysed")} patients of {Size(cell, "therapists_analysed")} therapists are analysed.");
        streams.Write(Tests(cell, study));
        Patterns(cell, streams);
        foreach (string note in ScenarioNotes.Of(cell, study))
        {
            output.WriteLine(Wording.Wrapped($"  Note: {note}", NoteIndent));
        }
    }

    private static string Ending(CellResult cell, Study study) => (cell.End, study.Precision) switch
    {
        (CellEnd.Interrupted, _) => $" (only {Wording.LongCount(cell.Replicates, "replicate")})",
        (CellEnd.PrecisionMissed, _) => $" ({Wording.LongCount(cell.Replicates, "replicate")}, with which the precision asked for is not reached)",
        (_, null) => "",
        _ => $" ({Wording.LongCount(cell.Replicates, "replicate")})",
    };

    private static string Size(CellResult cell, string measure)
    {
        double mean = cell.Summary.First(r => r.Measure == measure).Value!.Value;
        return mean.ToString(mean == Math.Floor(mean) ? "F0" : "F1", CultureInfo.InvariantCulture);
    }

    private static SummaryRow? Row(CellResult cell, SummaryRow of, string test, string measure) =>
        cell.Summary.FirstOrDefault(r => r.Method == of.Method && r.Term == of.Term && r.Test == test && r.Measure == measure);

    private static Table Tests(CellResult cell, Study study)
    {
        Table table = PlainTable.Create("method", "term", "test");
        table.AddNumbers("rejects", "");
        bool hasFormula = AnalyticText.IsIn(cell);
        if (hasFormula)
        {
            table.AddNumbers(AnalyticText.Header);
        }

        table.AddTextColumn("that is");
        table.AddNumbers("truth", "estimate", "coverage");
        foreach (SummaryRow rate in cell.Summary.Where(r => r.Measure == "rejection_rate"))
        {
            SummaryRow? bias = Row(cell, rate, "", "bias");
            SummaryRow? mean = Row(cell, rate, "", "estimate_mean");
            SummaryRow? coverage = Row(cell, rate, rate.Test, "coverage");
            Alternative side = TestWords.SideOf(cell, study, rate);
            bool made = TestWords.WasMade(rate);
            table.AddTexts(
            [
                rate.Method,
                rate.Term,
                TestWords.Name(rate.Test, side),
                made ? ShareText.Percent(rate) : "–",
                made ? ShareText.Interval(rate.ConfLow, rate.ConfHigh) : "",
                .. hasFormula ? [AnalyticText.Of(cell, rate)] : Array.Empty<string>(),
                made ? TestWords.Meaning(rate, side) : "not made",
                rate.TrueValue is double truth ? Wording.Rounded(truth, truth, DigitsOfTruth) : "",
                mean is { Value: double m } ? Estimate(m, mean.Mcse)
                    : bias is { Value: double b } && rate.TrueValue is double t ? Estimate(t + b, bias.Mcse)
                    : "",
                coverage?.Value is not null ? ShareText.Percent(coverage) : "",
            ]);
        }

        return table;
    }

    private static string Estimate(double mean, double? mcse) =>
        mcse is double error ? Wording.Rounded(mean, error, 1) : Wording.Rounded(mean, mean, DigitsOfTruth);

    private static void Patterns(CellResult cell, Streams streams)
    {
        if (cell.Joint.IsEmpty)
        {
            return;
        }

        streams.Output.WriteLine("  On the same trials:");
        (string Share, string Interval, string Words)[] lines =
        [
            .. cell.Joint
                .Where(r => r.Count > 0)
                .OrderByDescending(r => r.Count)
                .ThenBy(r => r.Pattern, StringComparer.Ordinal)
                .Select(r => (ShareText.Percent(r.Share, ShareText.MonteCarloError(r.ConfLow, r.ConfHigh)), ShareText.Interval(r.ConfLow, r.ConfHigh), TestWords.Pattern(r.Pattern))),
        ];
        int shares = lines.Max(l => l.Share.Length);
        int intervals = lines.Max(l => l.Interval.Length);
        foreach ((string share, string interval, string words) in lines)
        {
            streams.Output.WriteLine($"    {share.PadLeft(shares)}  {interval.PadLeft(intervals)}  {words}");
        }

        foreach (JointPairRow pair in cell.Pairs.Where(p => p.A == cell.Pairs[0].A))
        {
            long total = pair.Both + pair.OnlyA + pair.OnlyB + pair.Neither;
            streams.Output.WriteLine($"  {pair.A} not significant, yet {pair.B} is: {ShareText.Percent(pair.OnlyB, total)} of the trials.");
        }
    }
}
