using System.Globalization;
using System.Text.Json;

namespace TherapistEffectSim.Cli.Tests;

public sealed class SummariseTests
{
    // Worked by hand: true value 1, half-width 0.98 around 0.5, 1, 2 and 2.5; one failure.
    private const string Estimates = "method,estimate,std_error\nz,0.5,0.5\nz,1,0.5\nz,2,0.5\nz,2.5,0.5\nz,,\nother,1,0.25\nother,1.5,0.25\n";

    [Theory]
    [InlineData("summarise-table", "table")]
    [InlineData("summarise-csv", "csv")]
    [InlineData("summarise-json", "json")]
    public void Summarise_OfTwoMethods_PrintsTheApprovedText(string name, string format)
    {
        CommandRun run = CommandRun.OfInput(Estimates, "summarise", "-", "--true", "1", "--format", format);

        ApprovedText.AssertEqual(name, run.Output);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("rejection_rate", 3 / 5.0, 5)]
    [InlineData("bias", 0.5, 4)]
    [InlineData("mean_squared_error", 3.5 / 4, 4)]
    [InlineData("coverage", 0.5, 4)]
    [InlineData("failure_rate", 1 / 5.0, 5)]
    public void Summarise_OfAFewEstimates_GivesTheMeasuresWorkedOutByHand(string measure, double value, int replicates)
    {
        JsonElement row = Measure(CommandRun.OfInput(Estimates, "summarise", "-", "--true", "1", "--format", "json"), "z", measure);

        Assert.Equal(value, row.GetProperty("value").GetDouble(), 14);
        Assert.Equal((replicates, 1), (row.GetProperty("replicates").GetInt32(), row.GetProperty("failures").GetInt32()));
        Assert.True(row.GetProperty("mcse").GetDouble() > 0);
    }

    [Fact]
    public void Summarise_AtAnotherLevel_UsesItsQuantiles()
    {
        // t on 10 df: 2.228 at 0.05, 3.169 at 0.01. Estimates 2.5 and 3.5 standard errors from 0.
        const string File = "estimate,std_error,df\n2.5,1,10\n3.5,1,10\n";

        double Rate(string alpha) =>
            Measure(CommandRun.OfInput(File, "summarise", "-", "--true", "-0.5", "--alpha", alpha, "--format", "json"), "", "rejection_rate")
                .GetProperty("value").GetDouble();

        Assert.Equal((1.0, 0.5), (Rate("0.05"), Rate("0.01")));
    }

    [Fact]
    public void Summarise_AsTable_PrintsValuesToTheDigitsOfTheirMonteCarloError()
    {
        string file = "estimate,std_error\n" + string.Join('\n', Enumerable.Range(0, 1000).Select(i =>
            string.Create(CultureInfo.InvariantCulture, $"{0.3 + (0.1 * Math.Sin(i))},0.07")));

        string output = CommandRun.OfInput(file, "summarise", "-", "--true", "0.2").Output;

        // SD of a sine of amplitude 0.1 is 0.0707, so that the MCSE of the bias is 0.0022.
        Assert.Matches(@"\n bias +0\.100\d +0\.0022 ", output);
    }

    [Theory]
    [InlineData("estimate\n1\n", "FILE:1: there must be a column \"std_error\", but the columns are \"estimate\".\n")]
    [InlineData("estimate,std_error\n1,x\n", "FILE:2: std_error must be a number >= 0 or NA, but was \"x\".\n")]
    [InlineData("estimate,std_error,df\n1,1,0\n", "FILE: df must be a number > 0 or NA, but is 0 in row 1 below the header.\n")]
    [InlineData(
        "estimate,std_error,term\n1,1,a\n1,1,b\n",
        "FILE: all estimates must have one true value, so term must be the same in all rows, but has 2 values: \"a\", \"b\". Keep the rows of one.\n")]
    public void Summarise_OfAFileThatCannotBeUsed_SaysWhereAndWhatIsAccepted(string file, string message) =>
        Assert.Equal(
            new CommandRun(ExitCode.InvalidInput, "", message.Replace("FILE", "standard input", StringComparison.Ordinal)),
            CommandRun.OfInput(file, "summarise", "-", "--true", "1"));

    private static JsonElement Measure(CommandRun run, string method, string measure)
    {
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return document.RootElement.GetProperty("measures").EnumerateArray()
            .Single(row => row.GetProperty("method").GetString() == method && row.GetProperty("measure").GetString() == measure)
            .Clone();
    }
}
