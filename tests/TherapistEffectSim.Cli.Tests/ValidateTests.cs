using System.Text.Json.Nodes;

namespace TherapistEffectSim.Cli.Tests;

public sealed class ValidateTests
{
    [Theory]
    [InlineData("quickstart", "4 scenarios, 3 methods, 10,000 replicates, seed 2009")]
    [InlineData("met-cau-2009", "2 scenarios, 3 methods, 20,000 replicates, seed 2009")]
    public void Validate_OfAnExperiment_SaysWhatItHolds(string experiment, string content)
    {
        string path = StudyText.Experiment(experiment);

        Assert.Equal(new CommandRun(ExitCode.Done, $"{path} is a valid study: {content}.\n", ""), CommandRun.Of("validate", path));
    }

    [Fact]
    public void Validate_OfStandardInputWithoutSeed_SaysThatOneIsDrawn() => Assert.Equal(
        new CommandRun(ExitCode.Done, "standard input is a valid study: 1 scenario, 2 methods, 64 replicates, no seed (one is drawn at each run).\n", ""),
        CommandRun.OfInput(StudyText.Line.Replace("seed: 1\n", "", StringComparison.Ordinal), "validate", "-"));

    [Fact]
    public void Validate_OfEveryShippedExperiment_Succeeds() => Assert.All(
        Directory.GetFiles(Path.Join(StudyText.Repository(), "experiments"), "*.yaml"),
        path => Assert.Equal(ExitCode.Done, CommandRun.Of("validate", path).ExitCode));

    // Whether the schema accepts what the reader accepts is tested where both are made.
    [Fact]
    public void Schema_IsJsonWithTheKeysOfAStudy()
    {
        CommandRun run = CommandRun.Of("schema");

        JsonNode schema = JsonNode.Parse(run.Output)!;
        Assert.Equal((ExitCode.Done, ""), (run.ExitCode, run.Error));
        Assert.EndsWith("}\n", run.Output);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string?)schema["$schema"]);
        Assert.Superset(
            new HashSet<string> { "name", "question", "seed", "replicates", "alpha", "scenario", "methods", "joint", "grid", "zip", "exclude" },
            schema["properties"]!.AsObject().Select(p => p.Key).ToHashSet());
    }
}
