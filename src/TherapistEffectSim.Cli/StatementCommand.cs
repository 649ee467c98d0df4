using System.CommandLine;
using TherapistEffectSim.Cli.Statements;

namespace TherapistEffectSim.Cli;

/// <summary><c>tes statement</c>: what was simulated and what came out, for a protocol or a preregistration.</summary>
internal static class StatementCommand
{
    public static Command Create(Streams streams)
    {
        Argument<string> folder = new("DIR") { Description = "A result folder of tes run." };
        Choice<Func<Statement, string>> format = new(
            "--format", "How the text is written.", ("markdown", StatementText.Markdown), ("text", StatementText.Plain));
        Option<int?> scenario = WholeNumber.Of<int?>("--scenario", 1, int.MaxValue, "Number of the scenario to speak of, from 1 [default: all]", "N");
        ExplainedCommand command = new("statement", "Writes the sample-size and simulation paragraphs for a protocol, from a result folder.")
        {
            Notes =
            [
                "Headings: aims, data-generating mechanisms, estimands, methods, performance measures (ADEMP;",
                "Morris, White & Crowther 2019). Every assumption, Monte Carlo errors, version, seed, references.",
                "The text says only what the folder shows: check it, and add why the assumptions are plausible.",
            ],
            Examples =
            [
                "tes statement results/quickstart --scenario 3 > sample-size.md",
                "tes statement results/met-cau-2009 --format text",
            ],
        };
        command.Arguments.Add(folder);
        command.Options.Add(scenario);
        command.Options.Add(format.Option);
        command.SetAction(parsed => streams.UntilInterrupted(() =>
            Run(parsed.GetRequiredValue(folder), parsed.GetValue(scenario), format.In(parsed), streams)));
        return command;
    }

    /// <summary>Writes the statement.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string folder, int? scenario, Func<Statement, string> format, Streams streams)
    {
        streams.Output.Write(format(StatementWriter.Of(StatementSource.Read(folder, scenario, streams))));
        return ExitCode.Done;
    }
}
