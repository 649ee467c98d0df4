using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace TherapistEffectSim.Cli;

/// <summary>A command whose help ends with more than the list of its options.</summary>
internal sealed class ExplainedCommand(string name, string description) : Command(name, description)
{
    /// <summary>Complete command lines that a reader may copy.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    /// <summary>What the results mean; lines of at most 96 characters.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>The usual help, then notes and examples.</summary>
internal sealed class ExplainedHelp(HelpAction usual, string programName, TextWriter output, IReadOnlyList<string> rootExamples)
    : SynchronousCommandLineAction
{
    private const int Width = 100;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        using StringWriter text = new();
        usual.MaxWidth = Width;
        parseResult.InvocationConfiguration.Output = text;
        usual.Invoke(parseResult);
        parseResult.InvocationConfiguration.Output = output;
        string processName = $"  {parseResult.RootCommandResult.Command.Name}";
        foreach (string line in text.ToString().Trim().Split('\n'))
        {
            // The library names the process, which is another one when the command runs inside a test.
            string named = line.StartsWith(processName, StringComparison.Ordinal) ? $"  {programName}{line[processName.Length..]}" : line;
            output.WriteLine(named.TrimEnd());
        }

        ExplainedCommand? command = parseResult.CommandResult.Command as ExplainedCommand;
        Section("Notes", command?.Notes ?? []);
        Section("Examples", command?.Examples ?? rootExamples);
        return ExitCode.Done;
    }

    private void Section(string title, IReadOnlyList<string> lines)
    {
        if (lines.Count == 0)
        {
            return;
        }

        output.WriteLine();
        output.WriteLine($"{title}:");
        foreach (string line in lines)
        {
            output.WriteLine($"  {line}");
        }
    }
}
