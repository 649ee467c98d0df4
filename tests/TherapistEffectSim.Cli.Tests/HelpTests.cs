namespace TherapistEffectSim.Cli.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData("help")]
    [InlineData("help-run", "run")]
    [InlineData("help-merge", "merge")]
    [InlineData("help-slurm", "slurm")]
    [InlineData("help-plan", "plan")]
    [InlineData("help-simulate", "simulate")]
    [InlineData("help-validate", "validate")]
    [InlineData("help-schema", "schema")]
    [InlineData("help-scenarios", "scenarios")]
    [InlineData("help-scenarios-show", "scenarios", "show")]
    [InlineData("help-scenarios-copy", "scenarios", "copy")]
    [InlineData("help-fit", "fit")]
    [InlineData("help-summarise", "summarise")]
    [InlineData("help-report", "report")]
    [InlineData("help-teach", "teach")]
    [InlineData("help-calibrate", "calibrate")]
    [InlineData("help-statement", "statement")]
    [InlineData("help-verify", "verify")]
    [InlineData("help-completion", "completion")]
    public void Help_OfEachCommand_IsTheApprovedText(string name, params string[] command)
    {
        CommandRun run = CommandRun.Of([.. command, "--help"]);

        ApprovedText.AssertEqual(name, run.Output);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public void Help_OfAnyCommand_FitsATerminalOfAHundredColumns() =>
        Assert.All(
            ((string[])["", "run", "merge", "slurm", "plan", "simulate", "validate", "schema", "scenarios", "scenarios show", "scenarios copy", "fit", "summarise", "report", "teach", "calibrate", "statement", "verify", "completion"])
                .SelectMany(command => CommandRun.Of($"{command} --help".Split(' ', StringSplitOptions.RemoveEmptyEntries)).Output.Split('\n')),
            line => Assert.InRange(line.Length, 0, 102));

    [Fact]
    public void Version_IsOneLineWithTheCommit()
    {
        CommandRun run = CommandRun.Of("--version");

        Assert.Matches(@"^tes \d+\.\d+\.\d+(\+[0-9a-f]+)?\n$", run.Output);
        Assert.Equal(0, run.ExitCode);
    }
}
