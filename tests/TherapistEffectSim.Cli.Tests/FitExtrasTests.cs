using System.Text.Json;
using MathNet.Numerics.Distributions;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>What <c>tes fit</c> gives beside the estimates, on the yields of dyestuff of Davies and Goldsmith (1972), six batches of five.</summary>
public sealed class FitExtrasTests
{
    private const string Formula = "yield ~ 1 + (1 | batch)";

    private static readonly int[] s_yields =
    [
        1545, 1440, 1440, 1520, 1580, 1540, 1555, 1490, 1560, 1495, 1595, 1550, 1605, 1510, 1560,
        1445, 1440, 1595, 1465, 1545, 1595, 1630, 1515, 1635, 1625, 1520, 1455, 1450, 1480, 1445,
    ];

    private static readonly string s_dyestuff = "batch,yield,x\n" + string.Concat(s_yields.Select((y, i) => $"{(char)('A' + (i / 5))},{y},{i % 5}\n"));

    [Fact]
    public void Profile_OfDyestuff_GivesThePublishedIntervals()
    {
        // Bates (2010), lme4: Mixed-effects modeling with R, section 1.5.1, by maximum likelihood.
        JsonElement[] intervals = [.. Fit(Formula, "--method", "ml", "--profile").GetProperty("profile_intervals").EnumerateArray()];

        Assert.Equal(["sd", "icc", "sd"], intervals.Select(i => i.GetProperty("parameter").GetString()));
        AssertInterval(intervals[0], 37.26, 12.197461, 84.063361, 2e-3);
        AssertInterval(intervals[2], 49.51, 38.229978, 67.657700, 2e-3);

        // The same profile in θ: both ends of the intraclass correlation are where a fit at that ratio is χ² above the minimum.
        Assert.InRange(Number(intervals[1], "conf_low"), 0.01, 0.2837);
        Assert.InRange(Number(intervals[1], "conf_high"), 0.2838, 0.9);
    }

    [Fact]
    public void Tests_OfDyestuff_AreTheFTestAndItsFunctions()
    {
        JsonElement fit = Fit(Formula, "--tests");

        double f = 11271.5 / 2451.25;
        double p = 1 - FisherSnedecor.CDF(5, 24, f);
        double z = 1764.05 / Math.Sqrt(2.0 / 25 * ((11271.5 * 11271.5 / 5) + (2451.25 * 2451.25 / 24)));
        AssertTest(fit, "rlrt-mixture", 6.368955314, 0.5 * (1 - ChiSquared.CDF(1, 6.368955314)));
        AssertTest(fit, "rlrt-exact", 6.368955314, p); // equal eigenvalues: a function of F
        AssertTest(fit, "f-exact", f, p);
        AssertTest(fit, "wald-z", z, 1 - Normal.CDF(0, 1, z));
        AssertTest(Fit(Formula, "--tests", "--method", "ml"), "lrt-mixture", 5.402826094, 0.5 * (1 - ChiSquared.CDF(1, 5.402826094)));
    }

    [Fact]
    public void Bootstrap_OfTheVariance_AgreesWithTheExactTest()
    {
        JsonElement comparison = Fit(Formula, "--compare", "yield ~ 1", "--bootstrap", "2000").GetProperty("comparison");

        // Exact p = 0.0044: at 2,000 data sets the standard error is 0.0015, and 5 of them are a false alarm in a million.
        Assert.Equal("REML", comparison.GetProperty("method").GetString());
        Assert.Equal(6.368955314, Number(comparison, "statistic"), 1e-7);
        Assert.InRange(Number(comparison, "bootstrap_p_value"), 0, 0.0044 + (5 * 0.0015));
        Assert.Equal(0, comparison.GetProperty("bootstrap_failures").GetInt32());
    }

    [Fact]
    public void Compare_OfFixedEffects_FitsBothByMaximumLikelihood()
    {
        JsonElement comparison = Fit("yield ~ x + (1 | batch)", "--compare", Formula).GetProperty("comparison");

        JsonElement full = Fit("yield ~ x + (1 | batch)", "--method", "ml");
        JsonElement reduced = Fit(Formula, "--method", "ml");
        double statistic = Number(reduced, "criterion") - Number(full, "criterion");
        Assert.Equal("ML", comparison.GetProperty("method").GetString());
        Assert.Equal(statistic, Number(comparison, "statistic"), 1e-9);
        Assert.Equal(1 - ChiSquared.CDF(1, statistic), Number(comparison, "p_value"), 1e-9);
    }

    [Theory]
    [InlineData("yield ~ I(x^2) + (1 | batch)", "the model that is compared must be part of the fitted one, but I(x^2) of yield ~ I(x^2) + (1 | batch) is not in yield ~ x + (1 | batch).")]
    [InlineData("yield ~ x + (1 + x | batch)", "the model that is compared must be part of the fitted one, but the random effect x by batch of yield ~ x + (1 + x | batch) is not in yield ~ x + (1 | batch).")]
    [InlineData("yield ~ x + (1 | batch)", "the model that is compared must have fewer parameters than the fitted one, but yield ~ x + (1 | batch) has not.")]
    public void Compare_WithAModelThatIsNoPart_SaysWhatIsNot(string reduced, string message)
    {
        CommandRun run = CommandRun.OfInput(s_dyestuff, "fit", "-", "-f", "yield ~ x + (1 | batch)", "--compare", reduced);

        Assert.Equal((ExitCode.InvalidInput, "", $"standard input: {message}\n"), (run.ExitCode, run.Output, run.Error));
    }

    [Fact]
    public void Bootstrap_WithoutASmallerModel_IsRefused() =>
        Assert.Contains(
            "--bootstrap needs --compare FORMULA",
            CommandRun.OfInput(s_dyestuff, "fit", "-", "-f", Formula, "--bootstrap", "10").Error,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("fit-extras", "table")]
    [InlineData("fit-extras-csv", "csv")]
    public void Fit_WithAllExtras_PrintsTheApprovedText(string name, string format) =>
        ApprovedText.AssertEqual(
            name,
            CommandRun.OfInput(
                s_dyestuff, "fit", "-", "-f", Formula, "--tests", "--profile", "--modes", "--compare", "yield ~ 1", "--bootstrap", "50", "--format", format).Output);

    private static JsonElement Fit(string formula, params string[] options)
    {
        CommandRun run = CommandRun.OfInput(s_dyestuff, ["fit", "-", "-f", formula, "--format", "json", .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return document.RootElement.Clone();
    }

    private static void AssertTest(JsonElement fit, string name, double statistic, double p)
    {
        JsonElement test = fit.GetProperty("variance_tests").EnumerateArray().Single(t => t.GetProperty("test").GetString() == name);
        Assert.Equal(statistic, Number(test, "statistic"), 1e-7 * statistic);
        Assert.Equal(p, Number(test, "p_value"), 1e-8);
    }

    private static void AssertInterval(JsonElement interval, double estimate, double low, double high, double tolerance)
    {
        Assert.Equal(estimate, Number(interval, "estimate"), 0.01);
        Assert.Equal(low, Number(interval, "conf_low"), tolerance);
        Assert.Equal(high, Number(interval, "conf_high"), tolerance);
    }

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();
}
