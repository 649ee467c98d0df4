using System.Security.Cryptography;
using System.Text;
using TherapistEffectSim.Files.Results;

namespace TherapistEffectSim.Files.Tests.Results;

public sealed class ResultFolderTests : IDisposable
{
    private readonly string _root = Path.Combine(Path.GetTempPath(), $"tes-{Guid.NewGuid():N}");

    private string Results => Path.Combine(_root, "results", "study");

    public void Dispose()
    {
        if (Directory.Exists(_root))
        {
            Directory.Delete(_root, recursive: true);
        }
    }

    [Fact]
    public void Open_OfAnAbsentFolder_WritesNothingYet()
    {
        using ResultFolder folder = ResultFolder.Open(Results, "abc");

        Assert.False(Directory.Exists(_root));
    }

    [Fact]
    public void Commit_IntoAnAbsentOrEmptyFolder_PutsFilesAndTheirHashesInPlace()
    {
        Directory.CreateDirectory(Results);

        Run("abc", ("summary.csv", "a\n1\n"), ("study.yaml", "name: x\n"));

        Assert.Equal(["manifest.json", "study.yaml", "summary.csv"], Names());
        Assert.Equal("a\n1\n"u8.ToArray(), File.ReadAllBytes(Path.Combine(Results, "summary.csv")));
        Manifest manifest = Manifest.Parse(File.ReadAllText(Path.Combine(Results, "manifest.json")));
        Assert.Equal(RunStatus.Complete, manifest.Status);
        Assert.Equal(["study.yaml", "summary.csv"], manifest.Files.Keys);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("a\n1\n"))), manifest.Files["summary.csv"]);
    }

    [Fact]
    public void Create_BeforeTheCommit_ShowsNoFileUnderItsName()
    {
        using ResultFolder folder = ResultFolder.Open(Results, "abc");
        folder.Create("summary.csv").Write("a");

        Assert.Equal([$".summary.csv.{Environment.ProcessId}.tmp"], Names());
    }

    [Fact]
    public void Dispose_WithoutACommit_TakesAwayFilesAndFolders()
    {
        using (ResultFolder folder = ResultFolder.Open(Results + Path.DirectorySeparatorChar, "abc"))
        {
            folder.Create("summary.csv").Write("a");
            folder.Create("replicates.csv").Write(new string('x', 100_000));
        }

        Assert.False(Directory.Exists(_root));
    }

    [Fact]
    public void Dispose_WithoutACommit_LeavesEarlierResultsAsTheyWere()
    {
        Run("abc", ("summary.csv", "first"));
        string manifest = File.ReadAllText(Path.Combine(Results, "manifest.json"));

        using (ResultFolder folder = ResultFolder.Open(Results, "abc"))
        {
            folder.Create("summary.csv").Write("second");
        }

        Assert.Equal(["manifest.json", "summary.csv"], Names());
        Assert.Equal("first", File.ReadAllText(Path.Combine(Results, "summary.csv")));
        Assert.Equal(manifest, File.ReadAllText(Path.Combine(Results, "manifest.json")));
    }

    [Fact]
    public void Open_OfCompleteResultsOfTheStudy_ReplacesThemFileByFile()
    {
        Run("abc", ("summary.csv", "first"), ("replicates.csv", "kept"));

        Run("abc", ("summary.csv", "second"), ("joint.csv", "new"));

        Assert.Equal(["joint.csv", "manifest.json", "summary.csv"], Names());
        Assert.Equal("second", File.ReadAllText(Path.Combine(Results, "summary.csv")));
    }

    [Fact]
    public void Open_OfResultsOfAnotherStudy_IsRefusedEvenWithForce()
    {
        Run("abc", ("summary.csv", "first"));

        AssertRefused("{0} must hold nothing but results of this study, but holds those of another one: choose another folder with --out.", "other");
        AssertRefused(
            "{0} must hold nothing but results of this study, but holds those of another one: choose another folder with --out.",
            "other",
            UnfinishedResults.StartAgain);
    }

    [Fact]
    public void Open_OfAFolderWithForeignFiles_NamesTheFirst()
    {
        Run("abc", ("summary.csv", "first"));
        File.WriteAllText(Path.Combine(Results, "thesis.docx"), "years of work");

        AssertRefused("{0} must hold nothing but results of this study, but holds thesis.docx.");
        Assert.Equal("years of work", File.ReadAllText(Path.Combine(Results, "thesis.docx")));
    }

    [Theory]
    [InlineData("summary.csv")]
    [InlineData("notes")]
    public void Open_OfAFolderWithFolders_IsRefused(string name)
    {
        Directory.CreateDirectory(Path.Combine(Results, name));

        AssertRefused($"{{0}} must hold nothing but results of this study, but holds {name}.");
    }

    [Fact]
    public void Open_OfAFile_IsRefused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Results)!);
        File.WriteAllText(Results, "");

        AssertRefused("{0} must be a folder for results, but is a file.");
    }

    [Fact]
    public void Open_OfResultsWithoutManifest_IsRefused()
    {
        Directory.CreateDirectory(Results);
        File.WriteAllText(Path.Combine(Results, "summary.csv"), "");

        AssertRefused("{0} holds summary.csv without a manifest.json, so that it cannot be told which study it belongs to.");
    }

    [Fact]
    public void Open_WithAManifestThatCannotBeRead_IsRefused()
    {
        Directory.CreateDirectory(Results);
        string manifest = Path.Combine(Results, "manifest.json");
        File.WriteAllText(manifest, "{");

        AssertRefused($"{manifest} is no manifest that this version can read, so that it cannot be told which study it belongs to.");
    }

    [Fact]
    public void Open_OfAnInterruptedRun_IsRefusedUnlessForced()
    {
        using (ResultFolder folder = ResultFolder.Open(Results, "abc"))
        {
            folder.Create("summary.csv").Write("half");
            folder.Commit(ManifestTests.Typical with { Status = RunStatus.Interrupted });
        }

        AssertRefused("{0} holds the files of a run that did not end or is still going on: add --resume to go on, or --force to start again.");
        Run("abc", UnfinishedResults.StartAgain, ("summary.csv", "whole"));
        Assert.Equal("whole", File.ReadAllText(Path.Combine(Results, "summary.csv")));
    }

    [Fact]
    public void Open_WhereARunWasKilled_IsRefusedUnlessForced()
    {
        Directory.CreateDirectory(Results);
        File.WriteAllText(Path.Combine(Results, ".summary.csv.1.tmp"), "half");

        AssertRefused("{0} holds the files of a run that did not end or is still going on: add --resume to go on, or --force to start again.");
        Run("abc", UnfinishedResults.StartAgain, ("summary.csv", "whole"));
        Assert.Equal(["manifest.json", "summary.csv"], Names());
    }

    [Fact]
    public void Open_WhereACommitDiedBetweenTwoFiles_SeesAnUnfinishedRun()
    {
        using (ResultFolder folder = ResultFolder.Open(Results, "abc"))
        {
            folder.Create("summary.csv").Write("new");
            folder.Create("joint.csv").Write("new");
            Directory.CreateDirectory(Path.Combine(Results, "joint.csv")); // so that the second file cannot be put in place

            Assert.ThrowsAny<Exception>(() => folder.Commit(ManifestTests.Typical));
        }

        Directory.Delete(Path.Combine(Results, "joint.csv"));
        Assert.Equal(["manifest.json", "summary.csv"], Names());
        AssertRefused("{0} holds the files of a run that did not end or is still going on: add --resume to go on, or --force to start again.");
    }

    [Fact]
    public void Open_BelowAFile_IsRefused()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Results)!);
        string file = Results + ".txt";
        File.WriteAllText(file, "mine");

        ResultFolderException error = Assert.Throws<ResultFolderException>(() => ResultFolder.Open(Path.Join(file, "a", "b"), "abc"));

        Assert.Equal($"{Path.Join(file, "a", "b")} must be a folder for results, but {Path.GetFullPath(file)} above it is a file.", error.Message);
    }

    [Theory]
    [InlineData("manifest.json", "is none of them")]
    [InlineData("../summary.csv", "is none of them")]
    [InlineData("summary.csv", "has been created")]
    public void Create_UnderANameThatIsNotFree_IsRefused(string name, string finding)
    {
        using ResultFolder folder = ResultFolder.Open(Results, "abc");
        folder.Create("summary.csv");

        ArgumentException error = Assert.Throws<ArgumentException>(() => folder.Create(name));
        Assert.StartsWith($"A result file must have one of the fixed names, each once, but {name} {finding}.", error.Message);
    }

    private string[] Names() => [.. Directory.EnumerateFileSystemEntries(Results).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private void Run(string identity, params (string Name, string Text)[] files) => Run(identity, UnfinishedResults.Refuse, files);

    private void Run(string identity, UnfinishedResults unfinished, params (string Name, string Text)[] files)
    {
        using ResultFolder folder = ResultFolder.Open(Results, identity, unfinished);
        foreach ((string name, string text) in files)
        {
            folder.Create(name).Write(text);
        }

        folder.Commit(ManifestTests.Typical with { StudyIdentity = identity });
    }

    private void AssertRefused(string message, string identity = "abc", UnfinishedResults unfinished = UnfinishedResults.Refuse)
    {
        ResultFolderException error = Assert.Throws<ResultFolderException>(() => ResultFolder.Open(Results, identity, unfinished));

        Assert.Equal(message.Replace("{0}", Results, StringComparison.Ordinal), error.Message);
        Assert.Equal(3, error.ExitCode);
    }
}
