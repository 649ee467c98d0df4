using System.Globalization;
using System.Text.Json;
using TherapistEffectSim.Files.Results;

namespace TherapistEffectSim.Cli.Tests;

public sealed class SimulateTests
{
    private const double Tolerance = 1e-9; // relative
    private const double Rounding = 1e-12; // of differences between criteria in the hundreds

    private const string Growth = """
        name: growth
        seed: 8
        replicates: 70
        scenario:
          trial: {arms: [control, treatment], therapists: 6, caseload: 5}
          outcome:
            kind: growth
            weeks: [0, 1, 3]
            shares: {patient-icc: 0.5, therapist-icc: 0.1, slope-icc: 0.1, variance-ratio: 0.1}
            dropout: {rate: 0.4}
        methods: [growth, slopes]

        """;

    private const string Curve = """
        name: curve
        seed: 5
        replicates: 70
        scenario:
          trial: {therapists: 25, caseload: 8}
          therapists: {outcome-icc: 0.05}
          alliance: {therapist-icc: 0.2}
          outcome:
            between: {shape: quadratic, curvature: 0.2}
        methods: [null-model, linear, quadratic]

        """;

    private const string Arms = """
        name: arms
        seed: 6
        replicates: 70
        scenario:
          trial: {arms: [control, treatment], sites: 3, therapists: 24, caseload: {mean: 7, cv: 1}}
          therapists: {outcome-icc: 0.3}
          alliance: {therapist-icc: 0.1, reliability: 0.7, assessments: 2}
          outcome:
            between: {shape: linear, slope: 0.3}
            within: {shape: linear, slope: 0.2}
            site-icc: 0.05
            arm-effect: 0.4
        methods: [null-model, linear, quadratic]

        """;

    private const string Losses = """
        name: losses
        seed: 7
        replicates: 70
        scenario:
          trial: {arms: [control, treatment], therapists: 20, caseload: {total: 200, cv: 0.6}}
          therapists: {outcome-icc: 0}
          alliance: {therapist-icc: 0.1}
          outcome:
            severity: -0.4
            between: {shape: none}
          attrition:
            alliance: {rate: 0.2, depends-on: {severity: 0.5}}
            outcome: {rate: 0.3, depends-on: {alliance: -0.5}}
        methods: [null-model, linear, quadratic]

        """;

    [Theory]
    [InlineData(Curve, "1", "1", "automatic", DrawnData.Statistics)]
    [InlineData(Curve, "70", "1", "automatic", DrawnData.Statistics)]
    [InlineData(Curve, "70", "1", "patients", DrawnData.Patients)]
    [InlineData(Arms, "2", "arm + site", "automatic", DrawnData.Statistics)]
    [InlineData(Arms, "66", "arm + site", "automatic", DrawnData.Statistics)]
    [InlineData(Arms, "66", "arm + site", "patients", DrawnData.Patients)]
    [InlineData(Losses, "3", "arm", "automatic", DrawnData.Patients)]
    [InlineData(Losses, "65", "arm", "automatic", DrawnData.Patients)]
    public void Simulate_RefittedByFit_GivesTheRowsOfTheRun(string study, string replicate, string controls, string sampling, DrawnData drawn)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("study.yaml", study);
        CommandRun.Of("run", path, "--out", folder.At("out"), "--keep-replicates", "--sampling", sampling);
        Assert.Equal(drawn, Manifest.Parse(File.ReadAllText(folder.At("out/manifest.json"))).Drawn);
        ResultTable replicates = new(folder.At("out/replicates.csv"));
        string data = CommandRun.Of("simulate", path, "--replicate", replicate, "--sampling", sampling).Output;
        (string Method, string Terms)[] models =
        [
            ("null-model", ""),
            ("linear", " + alliance_between + alliance_within"),
            ("quadratic", " + alliance_between + I(alliance_between^2) + alliance_within"),
        ];
        foreach ((string method, string terms) in models)
        {
            string formula = $"outcome ~ {controls}{terms}";
            JsonElement reml = Fit(data, $"{formula} + (1 | therapist)", "reml");
            JsonElement ml = Fit(data, $"{formula} + (1 | therapist)", "ml");
            foreach (Dictionary<string, string> row in replicates.Where(("replicate", replicate), ("method", method)))
            {
                switch (row["test"])
                {
                    case "t-satterthwaite":
                        JsonElement effect = reml.GetProperty("fixed_effects").EnumerateArray().Single(e => e.GetProperty("term").GetString() == row["term"]);
                        foreach (string column in (string[])["estimate", "std_error", "df", "statistic", "conf_low", "conf_high"])
                        {
                            AssertClose(effect.GetProperty(column).GetDouble(), row[column], column);
                        }

                        break;
                    case "rlrt-mixture":
                        AssertClose(Math.Max(0, Criterion(Fit(data, formula, "reml")) - Criterion(reml)), row["statistic"], "rlrt", 1e-8);
                        AssertClose(Variance(reml), row["estimate"], "variance", 1e-7);
                        break;
                    case "lrt-mixture":
                        AssertClose(Math.Max(0, Criterion(Fit(data, formula, "ml")) - Criterion(ml)), row["statistic"], "lrt", 1e-8);
                        break;
                    default:
                        Assert.Equal("f-exact", row["test"]);
                        break;
                }
            }
        }
    }

    [Fact]
    public void Simulate_OfAllPatients_HasThemAllAndNaWhereNotMeasured()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("study.yaml", Losses);

        string[] all = Lines(CommandRun.Of("simulate", path, "--all-patients"));
        string[] analysed = Lines(CommandRun.Of("simulate", path));

        Assert.Equal(201, all.Length);
        Assert.DoesNotContain(analysed, line => line.Contains("NA", StringComparison.Ordinal));
        int outcome = Array.IndexOf(all[0].Split(','), "outcome");
        int alliance = Array.IndexOf(all[0].Split(','), "alliance");
        string[][] cells = [.. all.Skip(1).Select(line => line.Split(','))];
        Assert.Equal(analysed.Length - 1, cells.Count(c => c[outcome] != "NA" && c[alliance] != "NA"));
        Assert.Contains(cells, c => c[alliance] == "NA");
        Assert.Contains(cells, c => c[outcome] == "NA" && c[alliance] != "NA");
    }

    [Fact]
    public void Simulate_OfARun_HasItsNumberOfPatients()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("study.yaml", Losses.Replace("replicates: 70", "replicates: 1", StringComparison.Ordinal));
        CommandRun.Of("run", path, "--out", folder.At("out"));

        string analysed = new ResultTable(folder.At("out/summary.csv")).Where(("measure", "patients_analysed")).Single()["value"];

        Assert.Equal(analysed, $"{Lines(CommandRun.Of("simulate", path)).Length - 1}");
    }

    // Numbers of the time when patients were all that could be drawn: whoever asks for patients has them still.
    [Fact]
    public void Simulate_OfPatients_GivesTheBitsOfBeforeStatisticsWereDrawn()
    {
        string[] lines = Lines(CommandRun.Of("simulate", StudyText.Experiment("quickstart"), "--sampling", "patients"));

        Assert.Equal(151, lines.Length);
        Assert.Equal(
            "1,1,s1,treatment,-0.5601347272920945,-1.0083254755499602,-0.1960899976700085,-0.8088887875283823,1.4627381880017878,-0.6968795133248765,"
            + "-0.906812152355612,-0.6739360772094506,-0.40553872309800887,-0.6027867524519513,-1.0083254755499602,0.1853576769809978",
            lines[1]);
    }

    // The data have their bits; the last digits of a fit may change with the order of its sums.
    [Theory]
    [InlineData("f-exact", "var(therapist)", 0.06148580018172368, 1.7555445564621226)]
    [InlineData("t-satterthwaite", "alliance_between", 0.35458422791842165, 2.180591968483164)]
    [InlineData("t-satterthwaite", "alliance_within", 0.00859923596348179, 0.08697873993994734)]
    [InlineData("t-satterthwaite", "I(alliance_between^2)", -0.2994565791378906, -0.8213463421852987)]
    public void Run_OfPatients_GivesTheNumbersOfBeforeStatisticsWereDrawn(string test, string term, double estimate, double statistic)
    {
        Dictionary<string, string> patients = Row("patients");
        AssertClose(estimate, patients["estimate"], "estimate", 1e-11);
        AssertClose(statistic, patients["statistic"], "statistic", 1e-10);
        Assert.NotEqual(patients["estimate"], Row("automatic")["estimate"]);

        Dictionary<string, string> Row(string sampling)
        {
            using TemporaryFolder folder = new();
            CommandRun.Of(
                "run", StudyText.Experiment("quickstart"), "--replicates", "1", "--keep-replicates", "--sampling", sampling, "--out", folder.At("out"));
            return new ResultTable(folder.At("out/replicates.csv"))
                .Where(("scenario", "1"), ("term", term), ("test", test))
                .First();
        }
    }

    [Fact]
    public void Simulate_WithAnotherSeed_GivesOtherData()
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("study.yaml", Curve);

        Assert.NotEqual(CommandRun.Of("simulate", path).Output, CommandRun.Of("simulate", path, "--seed", "6").Output);
        Assert.Equal(CommandRun.Of("simulate", path).Output, CommandRun.OfInput(Curve, "simulate", "-", "--seed", "5").Output);
    }

    [Theory]
    [InlineData("STUDY: --scenario must be in [1, 1], but was 2.\n", "--scenario", "2")]
    [InlineData("--scenario must be a whole number in [1, 2147483647], but was '0'.\nHelp: tes simulate --help\n", "--scenario", "0")]
    [InlineData("--replicate must be a whole number in [1, 9223372036854775807], but was '0'.\nHelp: tes simulate --help\n", "--replicate", "0")]
    [InlineData("--replicate must be a whole number in [1, 9223372036854775807], but was 'x'.\nHelp: tes simulate --help\n", "--replicate", "x")]
    public void Simulate_OutOfRange_SaysWhatIsAccepted(string message, params string[] options)
    {
        using TemporaryFolder folder = new();
        string path = folder.Write("study.yaml", Curve);

        Assert.Equal(
            new CommandRun(ExitCode.InvalidInput, "", message.Replace("STUDY", path, StringComparison.Ordinal)),
            CommandRun.Of(["simulate", path, .. options]));
    }

    [Fact]
    public void Simulate_WithoutSeed_SaysWhichWasDrawn()
    {
        CommandRun run = CommandRun.OfInput(Curve.Replace("seed: 5\n", "", StringComparison.Ordinal), "simulate", "-");

        Assert.Matches(@"^No seed is given; drew (\d+)\. Add --seed \1 to have the same data again\.\n$", run.Error);
    }

    private static string[] Lines(CommandRun run) => run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static double Criterion(JsonElement fit) => fit.GetProperty("criterion").GetDouble();

    private static double Variance(JsonElement fit) => fit.GetProperty("random_effects")[0].GetProperty("variance").GetDouble();

    private static JsonElement Fit(string data, string formula, string method)
    {
        CommandRun run = CommandRun.OfInput(data, "fit", "-", "--formula", formula, "--method", method, "--format", "json");
        Assert.Equal(ExitCode.Done, run.ExitCode);
        using JsonDocument document = JsonDocument.Parse(run.Output);
        return document.RootElement.Clone();
    }

    [Fact]
    public void Simulate_OfGrowth_HasARowForEachMeasurementAndASlopeForEachPatient()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("growth.yaml", Growth);
        CommandRun all = CommandRun.Of("simulate", study, "--replicate", "3", "--all-patients");
        CommandRun analysed = CommandRun.Of("simulate", study, "--replicate", "3");
        string data = folder.Write("data.csv", analysed.Output);
        CommandRun slopes = CommandRun.Of("fit", data, "--formula", "slope ~ arm + (1 | therapist)");

        string[] rows = all.Output.TrimEnd('\n').Split('\n');
        Assert.StartsWith("patient,therapist,site,arm,week,after_onset,outcome,slope,alliance,", rows[0], StringComparison.Ordinal);
        Assert.Equal(1 + (6 * 5 * 3), rows.Length);
        string[] measured = [.. rows.Where(row => row.Split(',')[6] != "NA")];
        Assert.Equal(measured, analysed.Output.TrimEnd('\n').Split('\n'));
        Assert.InRange(measured.Length, 40, 88);
        int patients = measured.Count(row => row.Split(',')[7] is not ("NA" or "slope"));
        Assert.Contains($"\n  {patients} observations, therapist: 6 levels\n", slopes.Output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, slopes.ExitCode);
    }

    private static void AssertClose(double expected, string found, string what, double tolerance = Tolerance)
    {
        double value = double.Parse(found, CultureInfo.InvariantCulture);
        Assert.True(
            Math.Abs(value - expected) <= (tolerance * Math.Abs(expected)) + Rounding,
            string.Create(CultureInfo.InvariantCulture, $"{what}: fit says {expected:R}, run says {value:R}."));
    }
}
