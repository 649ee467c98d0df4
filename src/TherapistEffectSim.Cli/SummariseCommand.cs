using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Cli;

/// <summary>What is summarised, and how the result is written.</summary>
/// <param name="File">A CSV file, or - for standard input.</param>
/// <param name="TrueValue">What the estimates aim at.</param>
/// <param name="Alpha">Level of the tests.</param>
/// <param name="Format">How the result is written.</param>
internal sealed record SummariseRequest(string File, double TrueValue, double Alpha, OutputFormat Format);

/// <summary><c>tes summarise</c>: performance measures of estimates that any program has made.</summary>
internal static class SummariseCommand
{
    private const double UsualAlpha = 0.05;

    public static Command Create(Streams streams)
    {
        Argument<string> file = new("FILE.csv")
        {
            Description = "One row per replicate: estimate, std_error and, if there, df, p_value, method. - reads standard input. "
                + "An empty cell or NA is an estimate that failed.",
        };
        Option<double> trueValue = Numbers.Option("--true", "The true value that the estimates aim at.", "T", usual: null, _ => true, "a finite number");
        Option<double> alpha = Numbers.Option(
            "--alpha", "Level of the tests; intervals cover 1 - alpha.", "ALPHA", UsualAlpha, value => value is > 0 and < 1, "a number > 0 and < 1");
        Choice<OutputFormat> format = Choices.Format();
        ExplainedCommand command = new("summarise", "Computes performance measures of a simulation study, each with its Monte Carlo error.")
        {
            Notes =
            [
                "A test rejects if p_value <= alpha; without p_value if estimate/std_error is beyond the t or,",
                "without df, the normal quantile. Replicates that failed count as no rejection.",
                "Measures: Morris, White & Crowther (2019), table 6; type S and M errors only from 50 rejections.",
            ],
            Examples =
            [
                "tes summarise estimates.csv --true 0.3",
                "tes summarise estimates.csv --true 0 --alpha 0.01 --format csv > performance.csv",
            ],
        };
        command.Arguments.Add(file);
        command.Options.Add(trueValue);
        command.Options.Add(alpha);
        command.Options.Add(format.Option);
        command.SetAction(parsed => streams.UntilInterrupted(() => Run(
            new SummariseRequest(
                parsed.GetRequiredValue(file), parsed.GetRequiredValue(trueValue), parsed.GetRequiredValue(alpha), format.In(parsed)),
            streams)));
        return command;
    }

    /// <summary>Summarises and writes.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(SummariseRequest request, Streams streams)
    {
        ImmutableArray<EstimateRecord> records = request.File is Streams.StandardName
            ? EstimateFile.Read(streams.Input, "standard input")
            : EstimateFile.Read(request.File);
        ImmutableArray<SummaryRow> rows = EstimateSummary.Of(records, "", request.TrueValue, request.Alpha);
        switch (request.Format)
        {
            case OutputFormat.Json:
                SummaryText.WriteJson(request.TrueValue, request.Alpha, rows, streams.Output);
                break;
            case OutputFormat.Csv:
                SummaryText.WriteCsv(rows, streams.Output);
                break;
            default:
                streams.Output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Wording.Count(records.Length, "row")}, true value {request.TrueValue}, alpha {request.Alpha}"));
                SummaryText.WriteTable(rows, streams);
                break;
        }

        return ExitCode.Done;
    }
}
