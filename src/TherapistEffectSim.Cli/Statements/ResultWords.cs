using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>Performance measures: what they are, and what came out.</summary>
internal static class ResultWords
{
    private const int MostPatterns = 8;
    private const string Digits = "G3";

    private static readonly string[] s_scenario = ["Scenario"];

    public static IEnumerable<StatementBlock> Of(StatementSource source)
    {
        yield return new Sentences(
            $"The main measure is the rate at which a test is significant among all {Say.Count(source.Manifest.Replicates, "trial")} of a scenario: power where the true value is not 0; the type I error rate where it is 0 and nothing else in "
            + "that world reaches the test; a rate of false positives where it is 0 but another effect makes the test significant. Beside it stand the bias of the estimate and the coverage of the 95 % intervals. "
            + "Monte Carlo standard errors stand in "
            + "parentheses, of rates in percentage points, and follow Morris, White and Crowther (2019, table 6); 95 % intervals of rates stand in brackets (Wilson, 1927).");
        yield return new Grid(
            [.. IsSingle(source) ? [] : s_scenario, "Model", "Tested", "Test", "Significant", "That is", "Bias", "Coverage"],
            IsSingle(source) ? 3 : 4,
            [.. source.Rates.Select(r => Row(source, r))]);
        foreach (StatementBlock block in Patterns(source))
        {
            yield return block;
        }
    }

    private static bool IsSingle(StatementSource source) => source.Cells.Length == 1;

    private static ImmutableArray<string> Row(StatementSource source, SummaryRow rate)
    {
        SummaryRow? bias = source.Beside(rate, "", "bias");
        SummaryRow? coverage = source.Beside(rate, rate.Test, "coverage");
        return
        [
            .. IsSingle(source) ? (string[])[] : [Say.Capital(StatementWriter.NameOf(source.Cells.First(c => c.Number == rate.Scenario)))],
            rate.Method,
            Say.Term(rate.Term),
            Short(rate.Test),
            Say.ShortRate(rate) + (rate.Failures > 0 ? $", not made in {Say.Count(rate.Failures, "trial")}" : ""),
            StatementWriter.Meaning(rate),
            bias is { Value: double b, Mcse: double error } ? $"{b.ToString(Digits, CultureInfo.InvariantCulture)} ({error.ToString("G2", CultureInfo.InvariantCulture)})" : "",
            coverage?.Value is null ? "" : Say.ShortRate(coverage),
        ];
    }

    private static IEnumerable<StatementBlock> Patterns(StatementSource source)
    {
        if (source.Joint.IsEmpty)
        {
            yield break;
        }

        yield return new Sentences("All analyses see the same trials. How often their decisions went together, the most frequent first:");
        foreach (IGrouping<int, JointRow> scenario in source.Joint.GroupBy(r => r.Scenario))
        {
            string which = IsSingle(source) ? "" : $"{Say.Capital(StatementWriter.NameOf(source.Cells.First(c => c.Number == scenario.Key)))}: ";
            yield return new ItemList(
            [
                .. scenario.Where(r => r.Count > 0).OrderByDescending(r => r.Count).Take(MostPatterns)
                    .Select(r => $"{which}{Decisions(r.Pattern)}: {Say.ShortRate(r.Share, r.Mcse, r.ConfLow, r.ConfHigh)}"),
            ]);
        }
    }

    // therapist-variance=0;linear=1 → therapist variance not significant, linear significant
    private static string Decisions(string pattern) => string.Join(", ", pattern.Split(';').Select(part =>
        part.Split('=') is [string name, string decision] ? $"{name.Replace('-', ' ')} {(decision == "1" ? "significant" : "not significant")}" : part));

    private static string Short(string test) => test switch
    {
        "f-exact" => "exact F",
        "rlrt-mixture" => "restricted likelihood ratio",
        "lrt-mixture" or "lrt" => "likelihood ratio",
        "t-satterthwaite" => "t, Satterthwaite",
        "t-kenward-roger" => "t, Kenward–Roger",
        "wald-z" => "Wald z",
        "joint-wald" => "Wald chi-squared",
        "t-hc3" => "t, HC3",
        "t-cr2" => "t, CR2",
        "t-correlation" => "t",
        "bootstrap" => "likelihood ratio, bootstrap",
        "two-lines" => "two lines",
        "lind-mehlum" => "Lind and Mehlum",
        _ => test,
    };
}
