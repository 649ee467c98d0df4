using System.Globalization;
using TherapistEffectSim.Files.Results;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>Shards, and what joins them.</summary>
public sealed class MergeTests
{
    // Orders, folders and the shard that is run twice are drawn anew in each round; TES_SHARD_ROUNDS and TES_SHARD_REPLICATES ask for more, in benchmarks/long.sh.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Merge_OfSevenShardsInAnyOrderAndFolder_GivesTheBytesOfOneRun(bool keep)
    {
        int rounds = Asked("TES_SHARD_ROUNDS", usual: 1);
        using TemporaryFolder folder = new();
        string study = folder.Write("grid.yaml", StudyText.Grid);
        string[] options = ["--replicates", $"{Asked("TES_SHARD_REPLICATES", usual: 500)}", .. keep ? (string[])["--keep-replicates"] : []];
        CommandRun whole = CommandRun.Of(["run", study, "--out", folder.At("whole"), .. options]);
        SortedDictionary<string, string> expected = ResultFiles.Of(folder.At("whole"));
        Random random = new(2009);
        for (int round = 0; round < rounds; round++)
        {
            int twice = random.Next(1, 8);
            int[] shards = [1, 2, 3, 4, 5, 6, 7, twice];
            random.Shuffle(shards);
            HashSet<int> done = [];
            foreach (int shard in shards)
            {
                // The shard that is run twice is in both folders.
                string name = shard == twice ? (done.Add(shard) ? "a" : "b") : random.Next(2) == 0 ? "a" : "b";
                CommandRun run = CommandRun.Of(["run", study, "--out", folder.At(name), .. options, "--shard", $"{shard}/7", "--threads", $"{random.Next(1, 5)}"]);
                Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Output));
            }

            CommandRun merged = CommandRun.Of("merge", folder.At("b"), folder.At("a"), "--out", folder.At("merged"));

            Assert.Equal(new CommandRun(ExitCode.Done, whole.Output, $"Results in {folder.At("merged")}.\n"), merged);
            Assert.Equal(expected, ResultFiles.Of(folder.At("merged")));
            Directory.Delete(folder.At("a"), recursive: true);
            Directory.Delete(folder.At("b"), recursive: true);
            Directory.Delete(folder.At("merged"), recursive: true);
        }
    }

    [Fact]
    public void Merge_OfAnIncompleteStudy_NamesWhatIsMissing()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line);
        string[] options = ["run", study, "--replicates", "300", "--out", folder.At("out")];
        CommandRun.Of([.. options, "--shard", "1/3"]);
        CommandRun.Of([.. options, "--shard", "3/3"]);
        byte[] third = File.ReadAllBytes(folder.At("out/checkpoint-3-of-3.bin"));
        File.WriteAllBytes(folder.At("out/checkpoint-3-of-3.bin"), third[..^1]);

        CommandRun refused = CommandRun.Of("merge", folder.At("out"));

        Assert.Equal(
            new CommandRun(
                ExitCode.Failed,
                "",
                "Shard 2/3 is missing.\nShard 3/3 is damaged: it has 64 of 108 replicates.\nThe study is not complete: run what is missing, with --resume, or add --allow-partial.\n"),
            refused);
        Assert.Equal(["checkpoint-1-of-3.bin", "checkpoint-3-of-3.bin"], Directory.GetFiles(folder.At("out")).Select(f => Path.GetFileName(f)).Order());

        CommandRun partial = CommandRun.Of("merge", folder.At("out"), "--allow-partial");

        Assert.Equal(ExitCode.Done, partial.ExitCode);
        Assert.EndsWith($"Results of 128 of 300 replicates in {folder.At("out")}.\n", partial.Error);
        Assert.Equal(RunStatus.Interrupted, Manifest.Parse(File.ReadAllText(folder.At("out/manifest.json"))).Status);
        Assert.Equal(
            "128", new ResultTable(folder.At("out/summary.csv")).Where(("measure", "patients_analysed")).Single()["replicates"]);

        // What is missing can be run without splitting it, too.
        Assert.Equal(ExitCode.Done, CommandRun.Of([.. options, "--resume"]).ExitCode);
        CommandRun.Of("run", study, "--replicates", "300", "--out", folder.At("whole"));
        Assert.Equal(ResultFiles.Of(folder.At("whole")), ResultFiles.Of(folder.At("out")));
    }

    [Theory]
    [InlineData("belong to different studies", "--seed", "2", "--shard", "2/2")]
    [InlineData("split the study into different numbers of shards", "--shard", "2/3")]
    [InlineData("are of runs with 300 and 400 replicates per scenario", "--replicates", "400", "--shard", "2/2")]
    [InlineData("are of runs with and without --keep-replicates", "--keep-replicates", "--shard", "2/2")]
    public void Merge_OfShardsThatDoNotBelongTogether_IsRefusedWith3(string difference, params string[] options)
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line.Replace("replicates: 64", "replicates: 300", StringComparison.Ordinal));
        CommandRun.Of("run", study, "--out", folder.At("a"), "--shard", "1/2");
        CommandRun.Of(["run", study, "--out", folder.At("b"), .. options]);
        string second = Directory.GetFiles(folder.At("b")).Single();

        CommandRun run = CommandRun.Of("merge", folder.At("a"), folder.At("b"), "--out", folder.At("out"));

        Assert.Equal(
            new CommandRun(ExitCode.OtherStudy, "", $"{folder.At("a/checkpoint-1-of-2.bin")} and {second} cannot be joined: they {difference}.\n"), run);
        Assert.False(Directory.Exists(folder.At("out")));
    }

    [Theory]
    [InlineData("--shard must be K/M, whole numbers with 1 <= K <= M <= 100000, but was '3'.\nHelp: tes run --help\n", "3")]
    [InlineData("--shard must be K/M, whole numbers with 1 <= K <= M <= 100000, but was '0/3'.\nHelp: tes run --help\n", "0/3")]
    [InlineData("--shard must be K/M, whole numbers with 1 <= K <= M <= 100000, but was '4/3'.\nHelp: tes run --help\n", "4/3")]
    [InlineData("STUDY: 64 replicates can be split into at most 1 shards, whole blocks of 64, but --shard is 1/2.\n", "1/2")]
    public void Run_OfAShardThatDoesNotExist_SaysWhatIsAccepted(string message, string shard)
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line);

        Assert.Equal(
            new CommandRun(ExitCode.InvalidInput, "", message.Replace("STUDY", study, StringComparison.Ordinal)),
            CommandRun.Of("run", study, "--out", folder.At("out"), "--shard", shard));
        Assert.Equal(["line.yaml"], folder.Content);
    }

    [Theory]
    [InlineData("replicates: 64", "replicates: {max: 5000, target-mcse: 0.01}", "STUDY: a study with target-mcse cannot be split into shards, because a scenario's precision is known only as a whole; give --replicates N.\n")]
    [InlineData("seed: 1\n", "", "STUDY: a shard needs the seed of the others, but none is given: write seed: ")]
    public void Run_OfAShardOfAStudyThatCannotBeSplit_SaysWhy(string from, string to, string message)
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line.Replace(from, to, StringComparison.Ordinal));

        CommandRun run = CommandRun.Of("run", study, "--out", folder.At("out"), "--shard", "1/1");

        Assert.Equal(ExitCode.InvalidInput, run.ExitCode);
        Assert.StartsWith(message.Replace("STUDY", study, StringComparison.Ordinal), run.Error);
    }

    [Fact]
    public void Run_OfAShardThatIsThere_NeedsResume()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("line.yaml", StudyText.Line);
        string[] command = ["run", study, "--out", folder.At("out"), "--shard", "1/1"];
        CommandRun.Of(command);

        Assert.Equal(
            new CommandRun(ExitCode.OtherStudy, "", $"{folder.At("out")} holds checkpoint-1-of-1.bin, what a run of this shard has done: add --resume to go on, or --force to start again.\n"),
            CommandRun.Of(command));
        Assert.StartsWith("Goes on after 64 of 64 replicates.\nShard 1/1 is done: 64 replicates in ", CommandRun.Of([.. command, "--resume"]).Error);
        Assert.StartsWith($"--force discards 64 finished replicates in {folder.At("out")}.\nShard 1/1 is done: 64 replicates in ", CommandRun.Of([.. command, "--force"]).Error);
    }

    [Fact]
    public void Merge_OfNoShards_SaysSo()
    {
        using TemporaryFolder folder = new();
        Assert.Equal(
            new CommandRun(ExitCode.InvalidInput, "", $"{folder.Path}: there is no checkpoint of a shard, such as checkpoint-1-of-4.bin.\n"), CommandRun.Of("merge", folder.Path));
        Assert.Equal(
            new CommandRun(ExitCode.InvalidInput, "", "nowhere must be a folder with checkpoints of shards, but is not there.\n"), CommandRun.Of("merge", "nowhere"));
    }

    private static int Asked(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out int asked) ? asked : usual;
}
