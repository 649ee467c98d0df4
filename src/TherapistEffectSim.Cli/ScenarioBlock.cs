using System.Globalization;
using Spectre.Console;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>One scenario for a person: its tests, their patterns, and what to beware of.</summary>
internal static class ScenarioBlock
{
    /// <summary>Name of the therapist variance among the terms.</summary>
    public const string TherapistVariance = "var(therapist)";

    private const int Digits = 3;

    // Shares from which a note is worth a reader's time.
    private const double NotableBoundary = 0.2;
    private const double NotableFailures = 0.01;
    private const double NotableLoss = 0.98;
    private const double NotableMcse = 0.01;
    private const double NotableBias = 0.1;
    private const double NotableShare = 0.0005;

    public static void Write(CellResult cell, Study study, Streams streams)
    {
        TextWriter output = streams.Output;
        output.WriteLine();
        string factors = string.Join(", ", cell.Cell.Factors.Select(f => $"{f.Name} {f.Value}"));
        output.WriteLine(factors.Length > 0 ? $"Scenario {cell.Cell.Number}: {factors}" : $"Scenario {cell.Cell.Number}");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"On average {Size(cell, "patients_analysed"):F0} patients of {Size(cell, "therapists_analysed"):F1} therapists are analysed."));
        streams.Write(Tests(cell));
        Patterns(cell, streams);
        foreach (string note in Notes(cell, study))
        {
            output.WriteLine($"  Note: {note}");
        }
    }

    private static double Size(CellResult cell, string measure) => cell.Summary.First(r => r.Measure == measure).Value!.Value;

    private static SummaryRow? Row(CellResult cell, SummaryRow of, string test, string measure) =>
        cell.Summary.FirstOrDefault(r => r.Method == of.Method && r.Term == of.Term && r.Test == test && r.Measure == measure);

    private static Table Tests(CellResult cell)
    {
        Table table = PlainTable.Create("method", "term", "test");
        table.AddNumbers("rejects", "");
        table.AddTextColumn("that is");
        table.AddNumbers("truth", "estimate", "coverage");
        foreach (SummaryRow rate in cell.Summary.Where(r => r.Measure == "rejection_rate"))
        {
            SummaryRow? bias = Row(cell, rate, "", "bias");
            double? coverage = Row(cell, rate, rate.Test, "coverage")?.Value;
            table.AddTexts(
            [
                rate.Method,
                rate.Term,
                rate.Test,
                rate.Value is double p ? Percent(p) : "–",
                rate.Value is null ? "" : Interval(rate.ConfLow, rate.ConfHigh),
                Meaning(rate.RejectionMeans),
                rate.TrueValue is double truth ? Wording.Rounded(truth, truth, Digits) : "",
                bias is { Value: double b } && rate.TrueValue is double t ? Wording.Rounded(t + b, bias.Mcse ?? t + b, 1) : "",
                coverage is double c ? Percent(c) : "",
            ]);
        }

        return table;
    }

    private static void Patterns(CellResult cell, Streams streams)
    {
        if (cell.Joint.IsEmpty)
        {
            return;
        }

        streams.Output.WriteLine("  On the same trials:");
        foreach (JointRow row in cell.Joint.Where(r => r.Share >= NotableShare).OrderByDescending(r => r.Count).ThenBy(r => r.Pattern, StringComparer.Ordinal))
        {
            streams.Output.WriteLine($"    {Percent(row.Share),7} {Interval(row.ConfLow, row.ConfHigh),-15} {InWords(row.Pattern)}");
        }

        foreach (JointPairRow pair in cell.Pairs.Where(p => p.A == cell.Pairs[0].A))
        {
            double total = pair.Both + pair.OnlyA + pair.OnlyB + pair.Neither;
            streams.Output.WriteLine($"  {pair.A} not significant, yet {pair.B} is: {Percent(pair.OnlyB / total)} of the trials.");
        }
    }

    private static IEnumerable<string> Notes(CellResult cell, Study study)
    {
        double planned = cell.Cell.Scenario.Trial.TherapistCount;
        double therapists = Size(cell, "therapists_analysed");
        if (therapists < NotableLoss * planned)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"of {planned:F0} therapists {planned - therapists:F1} lose all their patients and drop out of the analysis.");
        }

        foreach (SummaryRow row in cell.Summary.Where(r => r.Measure == "singular_rate" && r.Term == TherapistVariance && r.Value > NotableBoundary))
        {
            yield return $"in {Percent(row.Value!.Value)} of the trials {row.Method} estimates the therapist variance as exactly 0 (a valid fit, on the bound).";
        }

        foreach (SummaryRow row in cell.Summary.Where(r => r.Measure == "rejection_rate" && r.Failures > NotableFailures * cell.Replicates))
        {
            double made = cell.Replicates - row.Failures;
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Method}, {row.Term}, {row.Test} cannot be made in {Percent(row.Failures / (double)cell.Replicates)} of the trials, which count as no rejection; of the others {(made > 0 ? Percent(row.Value!.Value * cell.Replicates / made) : "none")} reject.");
        }

        foreach (SummaryRow row in cell.Summary.Where(r =>
            r.Measure == "rejection_rate" && r.RejectionMeans.StartsWith("false-positive", StringComparison.Ordinal) && r.ConfLow > study.Alpha))
        {
            yield return $"{row.Method}, {row.Term}: the {Percent(row.Value!.Value)} are false alarms; what is tested is 0, and the rejections come from the {row.RejectionMeans.Split(": ", 2)[1]}.";
        }

        foreach (SummaryRow row in cell.Summary.Where(r => r.Measure == "relative_bias" && r.Term != TherapistVariance && Math.Abs(r.Value ?? 0) > NotableBias))
        {
            string size = Percent(Math.Abs(row.Value!.Value));
            yield return $"{row.Method}, {row.Term}: estimates are on average {size} too {(row.Value < 0 ? "small" : "large")}, in size; see coverage.";
        }

        double? mcse = cell.Summary.Where(r => r.Measure == "rejection_rate").Max(r => r.Mcse);
        if (mcse > NotableMcse)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"the Monte Carlo error is up to ±{100 * 1.96 * mcse:F1} points (95 %); for ±1 point run about {Math.Ceiling(cell.Replicates * mcse.Value * mcse.Value / (0.0051 * 0.0051) / 1000) * 1000:N0} replicates.");
        }
    }

    private static string Meaning(string meaning) => meaning switch
    {
        "" => "",
        "type-I" => "type I",
        "power" => "power",
        _ => "false alarm",
    };

    // therapist-variance=0;linear=0;curve=1 as "curve alone significant".
    private static string InWords(string pattern)
    {
        string[] significant = [.. pattern.Split(';').Where(p => p.EndsWith("=1", StringComparison.Ordinal)).Select(p => p[..^2])];
        return significant.Length switch
        {
            0 => "none significant",
            1 => $"{significant[0]} alone significant",
            _ => $"{string.Join(" and ", significant)} significant",
        };
    }

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1} %");

    private static string Interval(double? low, double? high) => string.Create(CultureInfo.InvariantCulture, $"[{100 * low:F1}, {100 * high:F1}]");
}
