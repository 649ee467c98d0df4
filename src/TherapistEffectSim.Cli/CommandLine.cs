using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Cli;

/// <summary>The program as a function of its arguments and streams.</summary>
internal static class CommandLine
{
    private const string Name = "tes";

    private const string Description =
        "Could a psychotherapy trial detect that therapists differ, and whether the alliance matters?";

    private static readonly string[] s_examples =
    [
        "tes scenarios",
        "tes scenarios copy quickstart",
        "tes run quickstart.yaml --report",
        "tes plan experiments/plan-therapists.yaml",
        "tes fit trial.csv --formula \"outcome ~ arm + alliance + (1 | therapist)\"",
        "tes summarise estimates.csv --true 0.3",
        "tes calibrate pilot.csv --out trial.yaml",
        "tes statement results/quickstart --scenario 3",
        "tes teach",
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
            MergeCommand.Create(streams),
            SlurmCommand.Create(streams),
            PlanCommand.Create(streams),
            SimulateCommand.Create(streams),
            ValidateCommand.Create(streams),
            SchemaCommand.Create(streams),
            ScenariosCommand.Create(streams),
            FitCommand.Create(streams),
            SummariseCommand.Create(streams),
            ReportCommand.Create(streams),
            TeachCommand.Create(streams),
            CalibrateCommand.Create(streams),
            StatementCommand.Create(streams),
            VerifyCommand.Create(streams),
            CompletionCommand.Create(streams),
        };
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction(streams.Output);
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new ExplainedHelp((HelpAction)help.Action!, Name, streams.Output, s_examples);
        return root;
    }

    private static int Invoke(ParseResult parsed, Streams streams)
    {
        if (StrayOption(parsed) is string stray)
        {
            return Refuse(parsed, [stray], streams);
        }

        // By itself this action would print the whole help to standard output, in colour, and return 1.
        if (parsed.Action is ParseErrorAction)
        {
            return Refuse(parsed, Mistakes(parsed), streams);
        }

        return parsed.Invoke(new InvocationConfiguration
        {
            Output = streams.Output,
            Error = streams.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    private static int Refuse(ParseResult parsed, IEnumerable<string> mistakes, Streams streams)
    {
        foreach (string mistake in mistakes)
        {
            streams.Say(mistake);
        }

        streams.Say($"Help: {NameOf(parsed.CommandResult)} --help");
        return ExitCode.InvalidInput;
    }

    // The parser takes an option that it does not know for the name of a file.
    private static string? StrayOption(ParseResult parsed) =>
        parsed.Tokens.FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal)) is Token stray
            ? Unknown(stray.Value, parsed.CommandResult)
            : null;

    private static IEnumerable<string> Mistakes(ParseResult parsed) =>
        parsed.UnmatchedTokens is [string first, ..]
            ? [Unknown(first, parsed.CommandResult)]
            : parsed.Errors.Select(error => error.Message).Distinct();

    private static string Unknown(string word, CommandResult command)
    {
        string[] known =
            [.. command.Command.Subcommands.Select(subcommand => subcommand.Name), .. command.Command.Options.Select(option => option.Name)];
        string suggestion = NearestName.Find(word, known) is string nearest ? $"Did you mean {nearest}?" : $"Known are {Wording.List(known, "and")}.";
        return $"'{word}' is no command, option or argument of {NameOf(command)}. {suggestion}";
    }

    private static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : Name;

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
