using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Cli.Tests;

/// <summary>What holds for every built-in story, also those that are added later.</summary>
public sealed class BuiltInStoryTests
{
    public static TheoryData<string> Names() => [.. BuiltInStory.All.Select(story => story.Name)];

    [Fact]
    public void All_AreTheExperiments() => Assert.Equal(
        Directory.GetFiles(Path.GetDirectoryName(StudyText.Experiment("quickstart"))!, "*.yaml").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).Select(name => name + ".yaml"),
        BuiltInStory.All.Select(story => story.FileName));

    [Theory]
    [MemberData(nameof(Names))]
    public void Show_OfEachStory_PrintsTheFileAsItIs(string name) =>
        Assert.Equal(new CommandRun(ExitCode.Done, File.ReadAllText(StudyText.Experiment(name)), ""), CommandRun.Of("scenarios", "show", name));

    [Theory]
    [MemberData(nameof(Names))]
    public void EachStory_SaysItsNameQuestionSourceAndAssumptions(string name)
    {
        StudyFile file = StudyFile.Load(StudyText.Experiment(name));
        string comments = string.Join('\n', File.ReadLines(StudyText.Experiment(name)).TakeWhile(line => line.StartsWith('#')));

        Assert.Equal(name, file.Name);
        Assert.EndsWith("?", file.Question);
        Assert.Contains("Source:", comments, StringComparison.Ordinal);
        Assert.Contains("Assum", comments, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EachStory_IsValidAndRuns(string name)
    {
        using TemporaryFolder folder = new();
        string study = folder.At($"{name}.yaml");
        Assert.Equal(ExitCode.Done, CommandRun.Of("scenarios", "copy", name, study).ExitCode);

        CommandRun validation = CommandRun.Of("validate", study);
        CommandRun run = CommandRun.Of("run", study, "--replicates", "64", "--out", folder.At("out"));

        Assert.Equal((ExitCode.Done, ""), (validation.ExitCode, validation.Error));
        Assert.True(run.ExitCode == ExitCode.Done, run.Error);
        Assert.StartsWith($"{name}: ", run.Output);
        Assert.Contains("out/summary.csv", folder.Content);
    }
}
