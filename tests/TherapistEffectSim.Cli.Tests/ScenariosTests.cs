using System.Text.Json.Nodes;

namespace TherapistEffectSim.Cli.Tests;

/// <summary><c>tes scenarios</c>: list, show, copy.</summary>
public sealed class ScenariosTests
{
    private const string Known = "Did you mean met-cau-2009, met-cau-2009-growth, met-cau-null or met-cau-within-parabola?";

    [Fact]
    public void Scenarios_AsTable_HasAllNamesInOrderAndFitsEightyColumns()
    {
        CommandRun run = CommandRun.Of("scenarios");

        string[] lines = run.Output.TrimEnd('\n').Split('\n');
        string[] names = [.. lines.Skip(2).Where(line => line[1] != ' ').Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0])];
        Assert.Equal(BuiltInStory.All.Select(story => story.Name), names);
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.Matches(@"^ Name +Question\n─+\n", run.Output);
        Assert.Equal(
            (ExitCode.Done, "To read one: tes scenarios show NAME. To have it as a file: tes scenarios copy NAME\n"), (run.ExitCode, run.Error));
    }

    [Fact]
    public void Scenarios_AsCsv_HasOneLineForEachStory()
    {
        CommandRun run = CommandRun.Of("scenarios", "--format", "csv");

        string[] lines = run.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(("name,question", BuiltInStory.All.Length + 1), (lines[0], lines.Length));
        Assert.Contains("quickstart,Patients of average relationship builders do best. What does a straight line see of it?", lines);
        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Error));
    }

    [Fact]
    public void Scenarios_AsJson_HasNameAndQuestionOfEachStory()
    {
        CommandRun run = CommandRun.Of("scenarios", "--format", "json");

        JsonArray stories = JsonNode.Parse(run.Output)!.AsArray();
        Assert.Equal(BuiltInStory.All.Select(story => story.Name), stories.Select(story => (string?)story!["name"]));
        Assert.All(stories, story => Assert.EndsWith("?", (string?)story!["question"]));
        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Error));
    }

    [Theory]
    [InlineData("'quikstart' is no built-in story. Did you mean quickstart?", "quikstart")]
    [InlineData("'Quickstart' is no built-in story. Did you mean quickstart?", "Quickstart")]
    [InlineData("'quickstart.yaml' is no built-in story. Did you mean quickstart?", "quickstart.yaml")]
    [InlineData($"'met-cau' is no built-in story. {Known}", "met-cau")]
    [InlineData("'psychoanalysis' is no built-in story. To list them: tes scenarios", "psychoanalysis")]
    public void ShowAndCopy_OfAnUnknownName_SayTheNearestNames(string message, string name) => Assert.All(
        (string[])["show", "copy"],
        command => Assert.Equal(
            new CommandRun(ExitCode.InvalidInput, "", $"{message}\nHelp: tes scenarios {command} --help\n"), CommandRun.Of("scenarios", command, name)));

    [Theory]
    [InlineData("'sow' is no command, option or argument of tes scenarios. Did you mean show?\nHelp: tes scenarios --help\n", "sow", "quickstart")]
    [InlineData("'--forc' is no command, option or argument of tes scenarios copy. Did you mean --force?\nHelp: tes scenarios copy --help\n", "copy", "quickstart", "--forc")]
    [InlineData("PATH must name a file or a folder, but was ''. To print a story: tes scenarios show NAME\nHelp: tes scenarios copy --help\n", "copy", "quickstart", "")]
    [InlineData("PATH must name a file or a folder, but was '-'. To print a story: tes scenarios show NAME\nHelp: tes scenarios copy --help\n", "copy", "quickstart", "-")]
    public void Scenarios_WithWrongUsage_SaysWhatIsKnown(string message, params string[] args) =>
        Assert.Equal(new CommandRun(ExitCode.InvalidInput, "", message), CommandRun.Of(["scenarios", .. args]));

    [Fact]
    public void Copy_ToAFile_WritesItAndSaysWhatToTypeNext()
    {
        using TemporaryFolder folder = new();
        string file = folder.At("my trial.yaml");

        Assert.Equal(new CommandRun(ExitCode.Done, "", $"Wrote {file}. Next: tes run \"{file}\"\n"), CommandRun.Of("scenarios", "copy", "quickstart", file));
        Assert.Equal(File.ReadAllBytes(StudyText.Experiment("quickstart")), File.ReadAllBytes(file));
    }

    [Fact]
    public void Copy_ToAFolder_WritesAFileOfTheStorysName()
    {
        using TemporaryFolder folder = new();

        CommandRun run = CommandRun.Of("scenarios", "copy", "quickstart", folder.Path);

        Assert.Equal((ExitCode.Done, $"Wrote {folder.At("quickstart.yaml")}. Next: tes run {folder.At("quickstart.yaml")}\n"), (run.ExitCode, run.Error));
        Assert.Equal(["quickstart.yaml"], folder.Content);
    }

    [Fact]
    public void Copy_ToAFileThatExists_ReplacesItOnlyWithForce()
    {
        using TemporaryFolder folder = new();
        string file = folder.Write("quickstart.yaml", $"name: mine\n{new string('#', 100_000)}\n");

        Assert.Equal(
            new CommandRun(ExitCode.InvalidInput, "", $"{file}: exists already; --force replaces it.\n"), CommandRun.Of("scenarios", "copy", "quickstart", folder.Path));
        Assert.StartsWith("name: mine\n", File.ReadAllText(file));
        Assert.Equal(ExitCode.Done, CommandRun.Of("scenarios", "copy", "quickstart", folder.Path, "--force").ExitCode);
        Assert.Equal(File.ReadAllBytes(StudyText.Experiment("quickstart")), File.ReadAllBytes(file));
    }

    [Theory]
    [InlineData("none/mine.yaml")]
    [InlineData("none/")]
    public void Copy_IntoAFolderThatDoesNotExist_NamesTheFolder(string path)
    {
        using TemporaryFolder folder = new();
        string file = folder.At(path);

        Assert.Equal(
            new CommandRun(ExitCode.InvalidInput, "", $"{file}: there is no folder {folder.At("none")}.\n"), CommandRun.Of("scenarios", "copy", "quickstart", file));
        Assert.Empty(folder.Content);
    }
}
