using System.Globalization;
using Spectre.Console;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Cli;

/// <summary>Performance measures as table, JSON or CSV.</summary>
internal static class SummaryText
{
    private const int DigitsOfMcse = 2;
    private const int DigitsWithoutMcse = 4;

    /// <summary>One block per method; numbers have the digits that their Monte Carlo error leaves. Measures that cannot be told are left out.</summary>
    public static void WriteTable(IReadOnlyList<SummaryRow> rows, Streams streams)
    {
        foreach (IGrouping<string, SummaryRow> method in rows.GroupBy(row => row.Method, StringComparer.Ordinal))
        {
            streams.Output.WriteLine();
            if (method.Key.Length > 0)
            {
                streams.Output.WriteLine($"Method {method.Key}");
            }

            Table table = PlainTable.Create("Measure");
            table.AddNumbers("Value", "MCSE", "95 % MC interval", "Replicates", "Failures");
            foreach (SummaryRow row in method.Where(row => row.Value is not null))
            {
                table.AddTexts(
                    row.Measure,
                    Number(row.Value, row.Mcse),
                    Number(row.Mcse, row.Mcse),
                    row.ConfLow is null ? "" : $"{Number(row.ConfLow, row.Mcse)} to {Number(row.ConfHigh, row.Mcse)}",
                    row.Replicates.ToString(CultureInfo.InvariantCulture),
                    row.Failures.ToString(CultureInfo.InvariantCulture));
            }

            streams.Write(table);
            string[] unknown = [.. method.Where(row => row.Value is null).Select(row => row.Measure)];
            if (unknown.Length > 0)
            {
                streams.Output.WriteLine($"  Cannot be told from these replicates: {string.Join(", ", unknown)}.");
            }
        }
    }

    public static void WriteCsv(IEnumerable<SummaryRow> rows, TextWriter output)
    {
        CsvRow csv = new(output);
        csv.Add(["method", "true_value", "measure", "value", "mcse", "conf_low", "conf_high", "replicates", "failures"]).End();
        foreach (SummaryRow row in rows)
        {
            csv.Add(row.Method)
                .Add(row.TrueValue)
                .Add(row.Measure)
                .Add(row.Value)
                .Add(row.Mcse)
                .Add(row.ConfLow)
                .Add(row.ConfHigh)
                .Add(row.Replicates)
                .Add(row.Failures)
                .End();
        }
    }

    public static void WriteJson(double trueValue, double alpha, IEnumerable<SummaryRow> rows, TextWriter output) => JsonText.Write(output, json =>
    {
        json.WriteStartObject();
        json.WriteNumber("true_value", trueValue);
        json.WriteNumber("alpha", alpha);
        json.WriteStartArray("measures");
        foreach (SummaryRow row in rows)
        {
            json.WriteStartObject();
            json.WriteString("method", row.Method);
            json.WriteString("measure", row.Measure);
            json.WriteNumber("value", row.Value);
            json.WriteNumber("mcse", row.Mcse);
            json.WriteNumber("conf_low", row.ConfLow);
            json.WriteNumber("conf_high", row.ConfHigh);
            json.WriteNumber("replicates", row.Replicates);
            json.WriteNumber("failures", row.Failures);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    });

    private static string Number(double? value, double? mcse) => (value, mcse) switch
    {
        (null, _) => "",
        (double known, double error) => Wording.Rounded(known, error, DigitsOfMcse),
        (double known, _) => Wording.Rounded(known, known, DigitsWithoutMcse),
    };
}
