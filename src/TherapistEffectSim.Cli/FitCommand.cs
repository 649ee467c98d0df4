using System.CommandLine;

namespace TherapistEffectSim.Cli;

internal static class FitCommand
{
    public static Command Create(Streams streams)
    {
        Argument<string> data = new("DATA.csv") { Description = "x" };
        ExplainedCommand command = new("fit", "Fits a mixed model.") { Examples = [] };
        command.Arguments.Add(data);
        command.SetAction(parsed => streams.UntilInterrupted(() => ExitCode.Done));
        return command;
    }
}
