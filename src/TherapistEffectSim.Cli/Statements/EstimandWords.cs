using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>What the analyses aim at, with the true values.</summary>
internal static class EstimandWords
{
    private const string Digits = "G4";

    public static IEnumerable<StatementBlock> Of(StatementSource source)
    {
        (string Method, string Term)[] targets = [.. source.Rates.Select(r => (r.Method, r.Term)).Distinct()];
        yield return new Sentences(
            "The true value of a coefficient is the one that the model would find in an endless trial without loss in which each alliance is known without error; that of a therapist variance is what the model "
            + "leaves between therapists there. What unreliable means, loss or confounding change is therefore counted as bias.");
        yield return new ItemList([.. targets.Select(t => $"{Say.Capital(Say.Term(t.Term))} ({t.Method}): {Truth(source, t.Method, t.Term)}")]);
    }

    private static string Truth(StatementSource source, string method, string term)
    {
        ImmutableArray<(Cell Cell, double? Value)> truths =
            [.. source.Cells.Select(cell => (cell, source.Rates.FirstOrDefault(r => r.Scenario == cell.Number && r.Method == method && r.Term == term)?.TrueValue))];
        if (truths.All(t => t.Value is null))
        {
            return "true value not known";
        }

        return truths.Select(t => Text(t.Value)).Distinct().Count() == 1
            ? $"true value {Text(truths[0].Value)}"
            : $"true values {string.Join(", ", truths.Select(t => $"{Text(t.Value)} in scenario {t.Cell.Number}"))}";
    }

    private static string Text(double? value) => value is double number ? number.ToString(Digits, CultureInfo.InvariantCulture) : "not known";
}
