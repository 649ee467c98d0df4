using System.CommandLine;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Reports.Charts;
using TherapistEffectSim.Reports.Page;

namespace TherapistEffectSim.Cli;

/// <summary><c>tes report</c>: one HTML file of a result folder, or the specifications of its charts.</summary>
internal static class ReportCommand
{
    private const string SpecificationsEnding = "-specs"; // of the folder beside the results

    public static Command Create(Streams streams)
    {
        Argument<string> folder = new("DIR") { Description = "The result folder of tes run." };
        Option<string?> file = new("--out", "-o") { Description = "The file to write; - writes to standard output [default: DIR/report.html]", HelpName = "FILE" };
        Option<string?> specs = new("--specs")
        {
            Description = "Instead, write the Vega-Lite specifications of the charts into a folder [default: DIR-specs]",
            HelpName = "FOLDER",
            Arity = ArgumentArity.ZeroOrOne,
        };
        ExplainedCommand command = new("report", "Makes one HTML file of a result folder: charts, tables, warnings, methods paragraph.")
        {
            Notes =
            [
                "The file needs no network. Each chart has its numbers below it, and is saved as SVG or PNG.",
                "The specifications (*.vl.json) hold their data: vegawidget in R and Altair in Python draw them.",
            ],
            Examples = ["tes report results/quickstart", "tes report results/quickstart --specs"],
        };
        command.Arguments.Add(folder);
        command.Options.Add(file);
        command.Options.Add(specs);
        command.SetAction(parsed => parsed.GetResult(specs) is null
            ? Run(parsed.GetRequiredValue(folder), parsed.GetValue(file), streams)
            : WriteSpecifications(parsed.GetRequiredValue(folder), parsed.GetValue(specs), streams));
        return command;
    }

    /// <summary>Writes the report.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string folder, string? file, Streams streams)
    {
        if (ChartLibrary.Missing is string missing)
        {
            streams.Say(missing);
            return ExitCode.Failed;
        }

        string html = ReportPage.Of(StoredResults.Read(folder));
        if (file is Streams.StandardName)
        {
            streams.Output.Write(html);
            return ExitCode.Done;
        }

        string path = file ?? Path.Join(folder, "report.html");
        WholeFile.Write(path, html);
        streams.Say($"Report in {path}: open it in a browser.");
        return ExitCode.Done;
    }

    private static int WriteSpecifications(string folder, string? target, Streams streams)
    {
        (string Name, string Text)[] files = [.. ReportPage.Specifications(StoredResults.Read(folder))];
        string path = target ?? Path.TrimEndingDirectorySeparator(folder) + SpecificationsEnding;
        Directory.CreateDirectory(path);
        foreach ((string name, string text) in files)
        {
            WholeFile.Write(Path.Join(path, name), text);
        }

        streams.Say($"{Wording.Count(files.Length, "specification")} in {path}: {string.Join(", ", files.Select(f => f.Name))}.");
        return ExitCode.Done;
    }
}
