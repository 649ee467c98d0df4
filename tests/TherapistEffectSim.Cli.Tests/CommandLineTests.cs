using TherapistEffectSim.Formulas;

namespace TherapistEffectSim.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("Required command was not provided.\nHelp: tes --help\n")]
    [InlineData("'fti' is no command, option or argument of tes. Did you mean fit?\nHelp: tes --help\n", "fti", "x")]
    [InlineData("Option '--formula' is required.\nRequired argument missing for command: 'fit'.\nHelp: tes fit --help\n", "fit")]
    [InlineData(
        "'--formla' is no command, option or argument of tes fit. Did you mean --formula?\nHelp: tes fit --help\n",
        "fit", "a.csv", "--formla", "y ~ x")]
    [InlineData("'b.csv' is no command, option or argument of tes fit. Known are --formula, --method, --df, --modes, --tests, --profile, --compare, --bootstrap, --seed and --format.\nHelp: tes fit --help\n", "fit", "a.csv", "b.csv", "-f", "y ~ x")]
    [InlineData("--method must be reml or ml, but was 'REML'.\nHelp: tes fit --help\n", "fit", "a.csv", "-f", "y ~ x", "--method", "REML")]
    [InlineData("--format must be table, json or csv, but was 'xml'.\nHelp: tes fit --help\n", "fit", "a.csv", "-f", "y ~ x", "--format", "xml")]
    [InlineData(
        "--df must be satterthwaite, kenward-roger or none, but was 'kr'.\nHelp: tes fit --help\n",
        "fit", "a.csv", "-f", "y ~ x", "--df", "kr")]
    [InlineData("--alpha must be a number > 0 and < 1, but was '5'.\nHelp: tes summarise --help\n", "summarise", "a.csv", "--true", "0", "--alpha", "5")]
    [InlineData("--true must be a finite number, but was 'none'.\nHelp: tes summarise --help\n", "summarise", "a.csv", "--true", "none")]
    public void Run_WithWrongUsage_SaysItOnTheErrorStreamOnlyAndReturns2(string message, params string[] args) =>
        Assert.Equal(new CommandRun(ExitCode.InvalidInput, "", message), CommandRun.Of(args));

    [Fact]
    public void Run_WhenInterrupted_Returns130()
    {
        using CancellationTokenSource interruption = new();
        using StringReader input = new("");
        using StringWriter output = new();
        using StringWriter error = new();
        interruption.Cancel();

        int code = CommandLine.Run(["fit", "-", "-f", "y ~ x"], new Streams(input, output, error, interruption.Token));

        Assert.Equal((ExitCode.Interrupted, ""), (code, output.ToString()));
    }

    [Fact]
    public void Run_WhenTheOutputCannotBeWritten_Returns1()
    {
        using StringReader input = new("x,y\n1,2\n2,2.5\n3,4\n");
        using StringWriter error = new() { NewLine = "\n" };
        using FullDisk output = new();

        int code = CommandLine.Run(["fit", "-", "-f", "y ~ x"], new Streams(input, output, error, CancellationToken.None));

        Assert.Equal((ExitCode.Failed, "tes: No space left on device\n"), (code, error.ToString()));
    }

    [Fact]
    public void Of_AnUnknownException_AsksForAReportWithTheStackAndReturns70()
    {
        using StringWriter error = new() { NewLine = "\n" };

        int code = FailureReport.Of(new InvalidOperationException("Sums cannot be joined."), error);

        Assert.Equal(ExitCode.Fault, code);
        Assert.StartsWith($"tes: this is a fault of the program, {ProductVersion.Text}. Please report it, with the command and these lines.\n", error.ToString());
        Assert.Contains("System.InvalidOperationException: Sums cannot be joined.", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_AFormulaError_PointsAtThePlace()
    {
        using StringWriter error = new() { NewLine = "\n" };

        int code = FailureReport.Of(Assert.Throws<FormulaException>(() => Formula.Parse("y ~ x + ")), error);

        Assert.Equal(ExitCode.InvalidInput, code);
        Assert.EndsWith("\n  y ~ x + \n          ^\n", error.ToString());
    }

    private sealed class FullDisk : StringWriter
    {
        public override void Write(string? value) => throw new IOException("No space left on device");

        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
