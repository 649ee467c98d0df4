using TherapistEffectSim.Files.Results;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>The life of a result folder.</summary>
public sealed class RunFolderTests
{
    private static readonly string[] s_files = ["checkpoint-1-of-1.bin", "joint-pairs.csv", "joint.csv", "manifest.json", "study.yaml", "summary.csv"];

    [Fact]
    public void Run_IntoAnAbsentFolder_WritesTheSixFiles()
    {
        using TemporaryFolder folder = new();

        CommandRun run = RunLine(folder);

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Equal([.. s_files.Select(f => $"out/{f}").Prepend("line.yaml").Append("out").Order(StringComparer.Ordinal)], folder.Content);
        Assert.Matches(@"^Results in .*out \(\d+\.\d s\)\.\n$", run.Error);
        Assert.Equal(RunStatus.Complete, ManifestOf(folder).Status);
    }

    [Fact]
    public void Run_OfACompleteStudyAgain_ReplacesItWithTheSameBytes()
    {
        using TemporaryFolder folder = new();
        RunLine(folder, "--keep-replicates");
        byte[] before = File.ReadAllBytes(folder.At("out/summary.csv"));
        File.WriteAllText(folder.At("out/summary.csv"), "");

        CommandRun run = RunLine(folder);

        Assert.Equal(ExitCode.Done, run.ExitCode);
        Assert.Equal(s_files, Directory.GetFiles(folder.At("out")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.NotEqual(0, new FileInfo(folder.At("out/summary.csv")).Length);

        // Bias-eliminated coverage was there only with the replicates.
        Assert.Equal(
            File.ReadAllLines(folder.At("out/summary.csv")),
            System.Text.Encoding.UTF8.GetString(before).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(l => !l.Contains("bias_eliminated", StringComparison.Ordinal)));
    }

    [Fact]
    public void Run_OfFewerThanTwoJointTests_LeavesTheJointFilesWithTheirHeadersOnly()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line.Replace("[null-model, linear]", "[linear]", StringComparison.Ordinal));

        CommandRun run = CommandRun.Of("run", study, "--out", folder.At("out"));

        Assert.DoesNotContain("On the same trials", run.Output, StringComparison.Ordinal);
        Assert.Empty(new ResultTable(folder.At("out/joint.csv")).Rows);
        Assert.Empty(new ResultTable(folder.At("out/joint-pairs.csv")).Rows);
    }

    [Fact]
    public void Run_WithMoreReplicates_IsTheSameStudy()
    {
        using TemporaryFolder folder = new();
        RunLine(folder);

        Assert.Equal(ExitCode.Done, RunLine(folder, "--replicates", "100").ExitCode);
        Assert.Equal(100, ManifestOf(folder).Replicates);
        Assert.Contains("\nreplicates: 100\n", File.ReadAllText(folder.At("out/study.yaml")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seed", "2")]
    [InlineData("--seed", "2", "--force")]
    public void Run_IntoTheFolderOfAnotherStudy_IsRefusedWith3AndTouchesNothing(params string[] options)
    {
        using TemporaryFolder folder = new();
        RunLine(folder);
        Dictionary<string, byte[]> before = Bytes(folder);

        CommandRun run = RunLine(folder, options);

        Assert.Equal(
            new CommandRun(ExitCode.OtherStudy, "", $"{folder.At("out")} must hold nothing but results of this study, but holds those of another one: choose another folder with --out.\n"),
            run);
        Assert.Equal(before, Bytes(folder));
    }

    [Fact]
    public void Run_IntoAFolderWithForeignFiles_IsRefusedWith3()
    {
        using TemporaryFolder folder = new();
        Directory.CreateDirectory(folder.At("out"));
        folder.Write("out/notes.txt", "mine");

        CommandRun run = RunLine(folder, "--force");

        Assert.Equal(new CommandRun(ExitCode.OtherStudy, "", $"{folder.At("out")} must hold nothing but results of this study, but holds notes.txt.\n"), run);
        Assert.Equal("mine", File.ReadAllText(folder.At("out/notes.txt")));
        Assert.Equal(["line.yaml", "out", "out/notes.txt"], folder.Content);
    }

    [Theory]
    [InlineData("out", "OUT must be a folder for results, but is a file.\n")]
    [InlineData("out/line", "OUT/line must be a folder for results, but OUT above it is a file.\n")]
    public void Run_WithAFileInPlaceOfTheFolder_IsRefusedWith3(string path, string message)
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("out", "mine");

        CommandRun run = CommandRun.Of("run", folder.Write("line.yaml", StudyText.Line), "--out", folder.At(path));

        Assert.Equal(new CommandRun(ExitCode.OtherStudy, "", message.Replace("OUT", file, StringComparison.Ordinal)), run);
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Fact]
    public void Run_OverUnfinishedResults_NeedsForce()
    {
        using TemporaryFolder folder = new();
        RunLine(folder);
        string manifest = File.ReadAllText(folder.At("out/manifest.json"));
        folder.Write("out/manifest.json", manifest.Replace("\"complete\"", "\"interrupted\"", StringComparison.Ordinal));

        Assert.Equal(
            new CommandRun(ExitCode.OtherStudy, "", $"{folder.At("out")} holds the files of a run that did not end or is still going on: add --resume to go on, or --force to start again.\n"),
            RunLine(folder));
        Assert.Equal(ExitCode.Done, RunLine(folder, "--force").ExitCode);
        Assert.Equal(RunStatus.Complete, ManifestOf(folder).Status);
    }

    [Fact]
    public void Run_Dry_WritesNothingAndSaysWhatWouldBeRun()
    {
        using TemporaryFolder folder = new();

        CommandRun run = RunLine(folder, "--dry-run", "--threads", "2");

        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Error));
        Assert.StartsWith(
            $"line: 1 scenario, 64 replicates each, seed 1\nResults would go to {folder.At("out")}.\n"
            + "Drawn: statistics of therapists, from their exact distribution.\n"
            + "  null-model: outcome ~ 1 + (1 | therapist)\n  linear: outcome ~ alliance_between + alliance_within + (1 | therapist)\n",
            run.Output);
        Assert.Matches(@"\n(About .*|Less than a second) on 2 threads, judged from [0-9,]+ replicates of 1 scenario\.\n(Less than 0\.01|0\.\d\d) core hours; no need for shards\.\n$", run.Output);
        Assert.Equal(["line.yaml"], folder.Content);
    }

    [Fact]
    public void Run_DryWithBootstraps_SaysWhatTheyRefitAndThatTheTimeIncludesIt()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("boot.yaml", StudyText.Line.Replace(
            "[null-model, linear]",
            """

            - null-model
            - name: tested
              formula: outcome ~ alliance_between + (1 | therapist)
              tests: [{variance: therapist, by: bootstrap}, {term: alliance_between, by: wald-z}, {term: alliance_between, by: bootstrap}]
            """,
            StringComparison.Ordinal));

        Assert.Matches(
            @"\n  tested: outcome ~ alliance_between \+ \(1 \| therapist\)\n"
            + @"  tested, var\(therapist\): bootstrap refits the model up to 999 times in each replicate\.\n"
            + @"  tested, alliance_between: bootstrap refits the models with and without it up to 999 times in each replicate\.\n"
            + @".* on 1 thread, judged from [0-9,]+ replicates of 1 scenario, bootstrap included\.\n",
            CommandRun.Of("run", study, "--out", folder.At("out"), "--dry-run", "--threads", "1").Output);
    }

    [Fact]
    public void Run_DryOfALongStudy_SaysHowManyShards()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line.Replace("therapists: 20", "therapists: 2000", StringComparison.Ordinal));

        Assert.Matches(
            @"\n[\d.,]+ core hours: \d+ shards of about [01]\.\d hours with 1 thread each\.\n$",
            CommandRun.Of("run", study, "--dry-run", "--threads", "1", "--replicates", "1000000000", "--sampling", "patients").Output);
    }

    // Of a file that asks for patients: the option goes before it.
    [Theory]
    [InlineData("study", "Drawn: patients, one by one.", DrawnData.Patients, "patients")]
    [InlineData("automatic", "Drawn: statistics of therapists, from their exact distribution.", DrawnData.Statistics, "automatic")]
    [InlineData("patients", "Drawn: patients, one by one.", DrawnData.Patients, "patients")]
    public void Run_WithSampling_SaysWhatIsDrawnAndStoresIt(string option, string line, DrawnData drawn, string stored)
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line + "sampling: patients\n");

        Assert.Contains($"\n{line}\n", CommandRun.Of("run", study, "--out", folder.At("out"), "--sampling", option, "--dry-run").Output, StringComparison.Ordinal);
        CommandRun.Of("run", study, "--out", folder.At("out"), "--sampling", option);

        Assert.Equal(drawn, ManifestOf(folder).Drawn);
        Assert.Contains($"\nsampling: {stored}\n", File.ReadAllText(folder.At("out/study.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_OfAStudyWhoseAnalysesSeePatients_DrawsThem()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("losses.yaml", StudyText.Line.Replace("methods:", "  attrition: {outcome: {rate: 0.2}}\nmethods:", StringComparison.Ordinal));

        Assert.Contains("\nDrawn: patients, one by one.\n", CommandRun.Of("run", study, "--dry-run").Output, StringComparison.Ordinal);
        CommandRun.Of("run", study, "--out", folder.At("out"), "--sampling", "automatic");

        Assert.Equal(DrawnData.Patients, ManifestOf(folder).Drawn);
    }

    [Fact]
    public void Run_WithOtherSampling_IsAnotherStudy()
    {
        using TemporaryFolder folder = new();
        RunLine(folder);

        Assert.Equal(ExitCode.OtherStudy, RunLine(folder, "--sampling", "patients").ExitCode);
    }

    [Fact]
    public void Run_WithASeed_TakesItInsteadOfTheFiles()
    {
        using TemporaryFolder folder = new();
        RunLine(folder, "--seed", "77");

        Assert.Equal(77UL, ManifestOf(folder).Seed);
        Assert.Contains("\nseed: 77\n", File.ReadAllText(folder.At("out/study.yaml")), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithoutSeed_DrawsOneSaysItAndStoresIt()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line.Replace("seed: 1\n", "", StringComparison.Ordinal));

        CommandRun run = CommandRun.Of("run", study, "--out", folder.At("out"));

        ulong seed = ManifestOf(folder).Seed;
        Assert.StartsWith($"No seed is given; drew {seed}. Write seed: {seed} into the study to have the same numbers again.\n", run.Error);
        Assert.Contains($"\nseed: {seed}\n", File.ReadAllText(folder.At("out/study.yaml")), StringComparison.Ordinal);
        Assert.Equal(ExitCode.OtherStudy, CommandRun.Of("run", study, "--out", folder.At("out")).ExitCode);
    }

    [Fact]
    public void Run_OfTheStudyThatAFolderHolds_GivesTheSameBytes()
    {
        using TemporaryFolder folder = new();
        CommandRun.Of("run", folder.Write("grid.yaml", StudyText.Grid), "--out", folder.At("a"));

        Assert.Equal(ExitCode.Done, CommandRun.Of("run", folder.At("a/study.yaml"), "--out", folder.At("b")).ExitCode);

        foreach (string file in s_files.Where(f => f is not ("manifest.json" or "checkpoint-1-of-1.bin")))
        {
            Assert.Equal(File.ReadAllText(folder.At($"a/{file}")), File.ReadAllText(folder.At($"b/{file}")));
        }
    }

    [Fact]
    public void Run_OfStandardInput_IsTheRunOfTheFile()
    {
        using TemporaryFolder folder = new();
        CommandRun file = RunLine(folder);

        CommandRun input = CommandRun.OfInput(StudyText.Line, "run", "-", "--out", folder.At("input"));

        Assert.Equal((ExitCode.Done, file.Output), (input.ExitCode, input.Output));
        Assert.Equal(File.ReadAllText(folder.At("out/summary.csv")), File.ReadAllText(folder.At("input/summary.csv")));
    }

    [Fact]
    public void Run_WithIndependentRandomNumbers_DrawsAnewInEachScenarioButNotByItsPlace()
    {
        using TemporaryFolder folder = new();
        string[] Rates(string name, string randomNumbers, string arms)
        {
            string text = StudyText.Line.Replace("seed: 1\n", $"seed: 1\nrandom-numbers: {randomNumbers}\n", StringComparison.Ordinal)
                + $"grid: {{scenario.outcome.residual-sd: {arms}}}\n";
            CommandRun.Of("run", folder.Write(name, text), "--out", folder.At($"{name}-out"));
            return [.. new ResultTable(folder.At($"{name}-out/summary.csv"))
                .Where(("measure", "rejection_rate"), ("method", "null-model"), ("test", "f-exact"))
                .OrderBy(row => row["outcome_residual_sd"], StringComparer.Ordinal)
                .Select(row => row["value"])];
        }

        string[] independent = Rates("a", "independent", "[1, 1.0001, 1.0002, 1.0003]");

        Assert.Single(Rates("b", "common", "[1, 1.0001, 1.0002, 1.0003]").Distinct());
        Assert.NotEqual(1, independent.Distinct().Count());
        Assert.Equal(independent, Rates("c", "independent", "[1.0003, 1, 1.0002, 1.0001]"));
    }

    private static CommandRun RunLine(TemporaryFolder folder, params string[] options) =>
        CommandRun.Of(["run", folder.Write("line.yaml", StudyText.Line), "--out", folder.At("out"), .. options]);

    private static Manifest ManifestOf(TemporaryFolder folder) => Manifest.Parse(File.ReadAllText(folder.At("out/manifest.json")));

    private static Dictionary<string, byte[]> Bytes(TemporaryFolder folder) =>
        Directory.GetFiles(folder.At("out")).ToDictionary(f => f, File.ReadAllBytes);
}
