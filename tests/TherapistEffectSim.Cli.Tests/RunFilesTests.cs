using System.Text.Json.Nodes;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>What stands in the files of a result folder.</summary>
public sealed class RunFilesTests : IClassFixture<RunFilesTests.GridRun>
{
    private const string Factor = "attrition_outcome_rate";

    // The tests of the study, by method and term.
    private static readonly (string Method, string Term, string Test)[] s_tests =
    [
        ("null-model", "var(therapist)", "f-exact"),
        ("null-model", "var(therapist)", "rlrt-mixture"),
        ("null-model", "var(therapist)", "lrt-mixture"),
        ("linear", "alliance_between", "t-satterthwaite"),
        ("linear", "alliance_within", "t-satterthwaite"),
        ("quadratic", "alliance_between", "t-satterthwaite"),
        ("quadratic", "I(alliance_between^2)", "t-satterthwaite"),
        ("quadratic", "alliance_within", "t-satterthwaite"),
        ("own", "var(therapist)", "lrt-mixture"),
        ("own", "alliance", "lrt"),
        ("own", "alliance", "wald-z"),
        ("therapist-means", "alliance_between", "t-satterthwaite"),
        ("correlations", "cor(total)", "t-correlation"),
        ("correlations", "cor(between)", "t-correlation"),
        ("correlations", "cor(within)", "t-correlation"),
    ];

    private static readonly string[] s_ofTest =
        ["rejection_rate", "rejection_rate_true_sign", "model_se", "relative_error_model_se", "coverage", "type_s", "type_m"];

    private static readonly string[] s_ofTerm =
        ["bias", "relative_bias", "median_bias", "empirical_se", "mean_squared_error", "singular_rate", "failure_rate"];

    private readonly ResultTable _summary;
    private readonly ResultTable _replicates;

    public RunFilesTests(GridRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        Folder = run.Out;
        _summary = new(Path.Join(Folder, "summary.csv"));
        _replicates = new(Path.Join(Folder, "replicates.csv"));
    }

    private string Folder { get; }

    [Theory]
    [InlineData("summary.csv", $"{Factor},scenario,method,term,test,true_value,rejection_means,measure,value,mcse,conf_low,conf_high,replicates,failures")]
    [InlineData("joint.csv", $"scenario,{Factor},pattern,count,share,mcse,conf_low,conf_high,replicates,failures")]
    [InlineData("joint-pairs.csv", $"scenario,{Factor},a,b,both,only_a,only_b,neither,difference,difference_mcse,conf_low,conf_high")]
    [InlineData("replicates.csv", "scenario,replicate,method,term,test,estimate,std_error,df,statistic,p_value,conf_low,conf_high,status")]
    public void File_BeginsWithItsColumns(string file, string header) => Assert.Equal(header, new ResultTable(Path.Join(Folder, file)).Header);

    [Fact]
    public void Summary_OfEachScenario_HasEveryMeasureWhereItApplies()
    {
        HashSet<string> expected = ["||patients_analysed|", "||therapists_analysed|"];
        foreach ((string method, string term, string test) in s_tests)
        {
            expected.UnionWith(s_ofTerm.Select(measure => $"{method}|{term}|{measure}|"));
            expected.UnionWith(s_ofTest.Select(measure => $"{method}|{term}|{measure}|{test}"));
            if (test is "t-satterthwaite" or "wald-z" or "t-hc3" or "t-cr2")
            {
                expected.Add($"{method}|{term}|bias_eliminated_coverage|{test}");
            }
        }

        foreach (string method in (string[])["null-model", "own"])
        {
            expected.UnionWith(((string[])["icc_mean", "icc_q05", "icc_q50", "icc_q95"]).Select(measure => $"{method}|icc(therapist)|{measure}|"));
        }

        foreach (string term in (string[])["cor(total)", "cor(between)", "cor(within)"])
        {
            expected.UnionWith(((string[])["estimate_mean", "negative_rate"]).Select(measure => $"correlations|{term}|{measure}|"));
        }

        expected.UnionWith(((string[])["vertex_inside", "inverted_u_shown"]).Select(measure => $"quadratic|I(alliance_between^2)|{measure}|"));

        for (int scenario = 1; scenario <= 3; scenario++)
        {
            string[] found =
            [
                .. _summary.Where(("scenario", $"{scenario}")).Select(row => $"{row["method"]}|{row["term"]}|{row["measure"]}|{row["test"]}"),
            ];

            // Variances that no test asks for have their estimates in the summary too.
            string[] untested = [.. found.Except(expected)];
            Assert.All(untested, row => Assert.Matches(@"^(linear|quadratic)\|(var|icc)\(therapist\)\|.*\|$", row));
            Assert.Empty(expected.Except(found));
            Assert.Equal(found.Length, found.Distinct().Count());
        }

        // Where patients are lost no power is known without simulation.
        Assert.Equal(
            MeasureDefinition.All.Select(m => m.Name).Where(name => !name.StartsWith("analytic_power", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
            _summary.Rows.Select(row => row["measure"]).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Summary_NeverPrintsAMonteCarloErrorOfZero() =>
        Assert.All(_summary.Rows, row => Assert.True(row["mcse"].Length == 0 || ResultTable.Number(row["mcse"]) > 0));

    [Fact]
    public void Summary_HasTheValuesOfTheFactor() =>
        Assert.Equal(["1 0", "2 0.2", "3 0.5"], _summary.Rows.Select(row => $"{row["scenario"]} {row[Factor]}").Distinct());

    [Fact]
    public void Replicates_AreAllTestsOfAllReplicatesInOrder()
    {
        (string, string, string, string, string)[] expected =
        [
            .. from scenario in Enumerable.Range(1, 3)
               from replicate in Enumerable.Range(1, 150)
               from test in s_tests
               select ($"{scenario}", $"{replicate}", test.Method, test.Term, test.Test),
        ];

        Assert.Equal(expected, _replicates.Rows.Select(row => (row["scenario"], row["replicate"], row["method"], row["term"], row["test"])));
    }

    [Fact]
    public void Replicates_GiveTheRejectionRatesOfTheSummary()
    {
        foreach (Dictionary<string, string> row in _summary.Where(("measure", "rejection_rate")))
        {
            int rejections = Of(row).Count(r => r["p_value"].Length > 0 && ResultTable.Number(r["p_value"]) < 0.05);
            int failures = Of(row).Count(r => r["status"] is not ("ok" or "singular"));

            Assert.Equal(ResultTable.Number(row["value"]), rejections / 150.0, 12);
            Assert.Equal(row["failures"], $"{failures}");
        }
    }

    [Fact]
    public void Replicates_GiveBiasAndCoverageOfTheSummary()
    {
        foreach (Dictionary<string, string> row in _summary.Where(("measure", "coverage"), ("test", "t-satterthwaite")))
        {
            Dictionary<string, string>[] made = [.. Of(row).Where(r => r["estimate"].Length > 0)];
            double truth = ResultTable.Number(row["true_value"]);
            Dictionary<string, string> bias = _summary.Where(
                ("measure", "bias"), ("scenario", row["scenario"]), ("method", row["method"]), ("term", row["term"])).Single();

            Assert.Equal(ResultTable.Number(bias["value"]), made.Average(r => ResultTable.Number(r["estimate"])) - truth, 10);
            Assert.Equal(
                ResultTable.Number(row["value"]),
                made.Average(r => ResultTable.Number(r["conf_low"]) <= truth && truth <= ResultTable.Number(r["conf_high"]) ? 1.0 : 0),
                12);
        }
    }

    [Fact]
    public void Replicates_OfAOneSidedTest_HaveOneSidedProbabilities() => Assert.All(
        _replicates.Where(("test", "wald-z")),
        row => Assert.Equal(ResultTable.Number(row["statistic"]) > 0, ResultTable.Number(row["p_value"]) < 0.5));

    [Fact]
    public void Joint_AgreesWithTheReplicates()
    {
        ResultTable joint = new(Path.Join(Folder, "joint.csv"));
        (string Name, string Method, string Term, string Test)[] members =
        [
            ("therapist-variance", "null-model", "var(therapist)", "f-exact"),
            ("linear", "linear", "alliance_between", "t-satterthwaite"),
            ("curve", "quadratic", "I(alliance_between^2)", "t-satterthwaite"),
        ];
        foreach (string scenario in (string[])["1", "2", "3"])
        {
            Dictionary<string, int> patterns = Enumerable.Range(0, 150)
                .Select(i => string.Join(';', members.Select(m => $"{m.Name}={Rejects(scenario, m, i)}")))
                .GroupBy(p => p)
                .ToDictionary(g => g.Key, g => g.Count());

            Assert.Equal(8, joint.Where(("scenario", scenario)).Count());
            Assert.All(joint.Where(("scenario", scenario)), row => Assert.Equal($"{patterns.GetValueOrDefault(row["pattern"])}", row["count"]));
        }

        Dictionary<string, string> pair = new ResultTable(Path.Join(Folder, "joint-pairs.csv")).Where(("scenario", "2"), ("a", "linear"), ("b", "curve")).Single();
        Assert.Equal(
            $"{Enumerable.Range(0, 150).Count(i => Rejects("2", members[1], i) == 1 && Rejects("2", members[2], i) == 0)}", pair["only_a"]);
    }

    [Fact]
    public void Manifest_HashesTheFilesAndHoldsWhatWasSolved()
    {
        JsonNode manifest = JsonNode.Parse(File.ReadAllText(Path.Join(Folder, "manifest.json")))!;
        foreach ((string file, JsonNode? hash) in manifest["files"]!.AsObject())
        {
            Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Join(Folder, file)))), (string?)hash);
        }

        Assert.Equal(5, manifest["files"]!.AsObject().Count);

        // Nothing is solved where the rate is 0.
        Assert.Equal([true, false, false], manifest["solved-constants"]!["attrition.outcome.intercept"]!.AsArray().Select(v => v is null));
    }

    private IEnumerable<Dictionary<string, string>> Of(Dictionary<string, string> row) => _replicates.Where(
        ("scenario", row["scenario"]), ("method", row["method"]), ("term", row["term"]), ("test", row["test"]));

    private int Rejects(string scenario, (string Name, string Method, string Term, string Test) test, int index)
    {
        int position = Array.FindIndex(s_tests, t => t == (test.Method, test.Term, test.Test));
        string p = _replicates.Rows[((((int.Parse(scenario, System.Globalization.CultureInfo.InvariantCulture) - 1) * 150) + index) * s_tests.Length) + position]["p_value"];
        return p.Length > 0 && ResultTable.Number(p) < 0.05 ? 1 : 0;
    }

    /// <summary>One run of the grid that all tests read.</summary>
    public sealed class GridRun : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public GridRun()
        {
            CommandRun run = CommandRun.Of("run", _folder.Write("grid.yaml", StudyText.Grid), "--out", Out, "--keep-replicates");
            Assert.Equal(ExitCode.Done, run.ExitCode);
        }

        public string Out => _folder.At("out");

        public void Dispose() => _folder.Dispose();
    }
}
