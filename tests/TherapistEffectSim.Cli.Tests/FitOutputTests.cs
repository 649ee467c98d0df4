using System.Globalization;
using System.Text.Json;

namespace TherapistEffectSim.Cli.Tests;

public sealed class FitOutputTests
{
    // Six therapists; one missing outcome; twice depends on alliance, and rooms do not differ.
    private const string Trial = """
        therapist,arm,alliance,twice,outcome,room
        1,usual,0.5,1,1.25,q
        1,usual,-0.25,-0.5,0.5,p
        1,usual,0.125,0.25,0.75,q
        2,usual,1.125,2.25,0.5,p
        2,usual,0.375,0.75,-0.25,q
        2,usual,-0.875,-1.75,NA,p
        3,usual,0.25,0.5,2,q
        3,usual,0.75,1.5,2.25,p
        4,motivational,-0.375,-0.75,1.125,q
        4,motivational,0.625,1.25,1.5,p
        5,motivational,1.5,3,3,q
        5,motivational,0.25,0.5,2.125,p
        6,motivational,-1.25,-2.5,0.125,q
        6,motivational,0.5,1,1.5,p

        """;

    // Four therapists with three patients each, four visits.
    private static readonly string s_visits = "therapist,patient,week,outcome\n" + string.Concat(
        from patient in Enumerable.Range(0, 12)
        from week in Enumerable.Range(0, 4)
        select string.Create(
            CultureInfo.InvariantCulture,
            $"t{patient / 3},p{patient},{week},{Math.Round(10 - (0.8 * week) + (2 * Math.Sin(5 * patient)) + Math.Cos(3 * (patient / 3)) + (week * Math.Sin(7 * patient) / 2) + Math.Sin(11 * (patient + (13 * week))), 2)}\n"));

    [Theory]
    [InlineData("fit-nested", "--df", "kenward-roger", "--modes")]
    [InlineData("fit-nested-csv", "--format", "csv", "--modes")]
    [InlineData("fit-nested-json", "--format", "json")]
    public void Fit_OfVisitsOfPatientsOfTherapists_PrintsTheApprovedText(string name, params string[] options)
    {
        CommandRun run = CommandRun.OfInput(s_visits, ["fit", "-", "--formula", "outcome ~ week + (1 | therapist) + (1 + week | patient)", .. options]);

        ApprovedText.AssertEqual(name, run.Output);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("fit-mixed", "outcome ~ arm + alliance + twice + (1 | therapist)")]
    [InlineData("fit-normal", "outcome ~ arm * alliance + (1 | therapist)", "--method", "ml", "--df", "none")]
    [InlineData("fit-singular", "outcome ~ alliance + I(alliance^2) + (1 | room)")]
    [InlineData("fit-ols", "outcome ~ 0 + arm")]
    [InlineData("fit-mixed-csv", "outcome ~ arm + alliance + twice + (1 | therapist)", "--format", "csv")]
    [InlineData("fit-mixed-json", "outcome ~ arm + alliance + twice + (1 | therapist)", "--format", "json")]
    public void Fit_OfASmallTrial_PrintsTheApprovedText(string name, string formula, params string[] options)
    {
        CommandRun run = CommandRun.OfInput(Trial, ["fit", "-", "--formula", formula, .. options]);

        ApprovedText.AssertEqual(name, run.Output);
        Assert.Equal((0, "standard input: 1 row of 14 left out, with NA in a column of the formula.\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public void Fit_AsTable_HasNoEscapeSequencesAndNoBlanksAtLineEnds()
    {
        string output = CommandRun.OfInput(Trial, "fit", "-", "--formula", "outcome ~ arm + (1 | therapist)").Output;

        Assert.DoesNotContain('\u001b', output);
        Assert.DoesNotContain(" \n", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_AsJson_HasTheAgreedKeys()
    {
        using JsonDocument fit = JsonDocument.Parse(
            CommandRun.OfInput(Trial, "fit", "-", "--formula", "outcome ~ arm + (1 | therapist)", "--format", "json").Output);

        Assert.Equal(
            [
                "formula", "method", "observations", "incomplete_rows", "groups", "fixed_effects", "random_effects", "correlations", "residual_sd",
                "log_likelihood", "criterion", "aic", "bic", "converged", "singular", "dropped_terms",
            ],
            fit.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            ["term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"],
            fit.RootElement.GetProperty("fixed_effects")[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            ["group", "term", "variance", "sd"],
            fit.RootElement.GetProperty("random_effects")[0].EnumerateObject().Select(property => property.Name));
        Assert.Equal(6, fit.RootElement.GetProperty("groups").GetProperty("therapist").GetInt32());
    }

    [Fact]
    public void Fit_AsCsv_GivesTheNumbersOfTheJson()
    {
        string[] args = ["fit", "-", "--formula", "outcome ~ arm + (1 | therapist)", "--format"];
        using JsonDocument fit = JsonDocument.Parse(CommandRun.OfInput(Trial, [.. args, "json"]).Output);
        string[][] rows = [.. CommandRun.OfInput(Trial, [.. args, "csv"]).Output.TrimEnd().Split('\n').Select(line => line.Split(','))];

        string[] fromJson = [.. fit.RootElement.GetProperty("fixed_effects")[1].EnumerateObject().Skip(1).Select(property => property.Value.GetRawText())];

        Assert.Equal(["fixed", "", "armusual", .. fromJson], rows[2]);
        Assert.Equal(["ran_pars", "Residual", "sd__Observation", fit.RootElement.GetProperty("residual_sd").GetRawText()], rows[^1].Take(4));
    }
}
