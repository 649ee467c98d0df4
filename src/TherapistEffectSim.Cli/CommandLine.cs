using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TherapistEffectSim.Cli;

/// <summary>The program as a function of its arguments and streams.</summary>
internal static class CommandLine
{
    private const string Name = "tes";

    private const string Description =
        "Could a psychotherapy trial detect that therapists differ, and whether the alliance matters?";

    private static readonly string[] s_examples =
    [
        "tes run experiments/quickstart.yaml",
        "tes fit trial.csv --formula \"outcome ~ arm + alliance + (1 | therapist)\"",
        "tes summarise estimates.csv --true 0.3",
    ];

    /// <summary>Runs a command whose streams no signal interrupts.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> args, TextReader input, TextWriter output, TextWriter error) =>
        Run(args, new Streams(input, output, error, CancellationToken.None));

    /// <summary>Runs a command.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> args, Streams streams)
    {
        try
        {
            int code = Invoke(Root(streams).Parse(args), streams);
            streams.Output.Flush();
            return code;
        }
        catch (Exception e)
        {
            return FailureReport.Of(e, streams.Error);
        }
    }

    private static RootCommand Root(Streams streams)
    {
        RootCommand root = new(Description)
        {
            RunCommand.Create(streams),
            SimulateCommand.Create(streams),
            ValidateCommand.Create(streams),
            SchemaCommand.Create(streams),
            FitCommand.Create(streams),
            SummariseCommand.Create(streams),
        };
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction(streams.Output);
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExplainedHelp((HelpAction)help.Action!, streams.Output, s_examples);
        return root;
    }

    private static int Invoke(ParseResult parsed, Streams streams)
    {
        if (parsed.Action is not ParseErrorAction refusal)
        {
            return parsed.Invoke(Configuration(streams.Output, streams.Error));
        }

        // By itself it would print the whole help to standard output and return 1.
        refusal.ShowHelp = false;
        using StringWriter message = new();
        parsed.Invoke(Configuration(message, message));
        streams.Say(message.ToString().Trim());
        streams.Say($"Help: {NameOf(parsed.CommandResult.Command)} --help");
        return ExitCode.InvalidInput;
    }

    private static InvocationConfiguration Configuration(TextWriter output, TextWriter error) =>
        new() { Output = output, Error = error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };

    private static string NameOf(Command command) => command is RootCommand ? Name : $"{Name} {command.Name}";

    private sealed class VersionAction(TextWriter output) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            output.WriteLine(ProductVersion.Text);
            return ExitCode.Done;
        }
    }
}
