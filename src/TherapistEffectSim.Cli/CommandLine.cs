using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace TherapistEffectSim.Cli;

/// <summary>The program as a function of its arguments and streams.</summary>
internal static class CommandLine
{
    private const string Name = "tes";

    private const string Description =
        "Could a psychotherapy trial detect that therapists differ, and whether the alliance matters?";

    private const int ShortestSuggestion = 2;

    private static readonly string[] s_examples =
    [
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
            FitCommand.Create(streams),
            SummariseCommand.Create(streams),
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

        if (parsed.Action is not ParseErrorAction refusal)
        {
            return parsed.Invoke(Configuration(streams.Output, streams.Error));
        }

        // By itself it would print the whole help to standard output and return 1.
        refusal.ShowHelp = false;
        using StringWriter message = new();
        parsed.Invoke(Configuration(message, message));
        return Refuse(parsed, Mistakes(parsed, message.ToString()), streams);
    }

    private static int Refuse(ParseResult parsed, IEnumerable<string> mistakes, Streams streams)
    {
        foreach (string mistake in mistakes)
        {
            streams.Say(mistake);
        }

        streams.Say($"Help: {NameOf(parsed.CommandResult.Command)} --help");
        return ExitCode.InvalidInput;
    }

    // The parser takes an option that it does not know for the name of a file.
    private static string? StrayOption(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        return parsed.Tokens.FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal)) is Token stray
            ? $"'{stray.Value}' is no option of {NameOf(command)}. Its options are {Wording.List([.. command.Options.Select(option => option.Name)], "and")}."
            : null;
    }

    // The parser's own words repeat a mistyped option as three mistakes, and take -h for a likely meaning of anything short.
    private static IEnumerable<string> Mistakes(ParseResult parsed, string parserMessage)
    {
        if (parsed.UnmatchedTokens is not [string first, ..])
        {
            return parsed.Errors.Select(error => error.Message).Distinct();
        }

        string[] near = [.. parserMessage.ReplaceLineEndings("\n").Split('\n')
            .SkipWhile(line => !line.StartsWith($"'{first}'", StringComparison.Ordinal))
            .Skip(1)
            .TakeWhile(line => line.Length > 0 && line[0] != '\'')
            .Where(line => line.Length > ShortestSuggestion)];
        string suggestion = near.Length == 0 ? "" : $" Did you mean {Wording.List(near, "or")}?";
        return [$"'{first}' is no command, option or argument of {NameOf(parsed.CommandResult.Command)}.{suggestion}"];
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
