namespace TherapistEffectSim.Cli.Tests;

/// <summary>What a command line did.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    public static CommandRun Of(params string[] args) => OfInput("", args);

    public static CommandRun OfInput(string standardInput, params string[] args)
    {
        using StringReader input = new(standardInput);
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        int code = CommandLine.Run(args, input, output, error);
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}
