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

    // Of the smallest trial; not of a model without random effects of therapists.
    [Theory]
    [InlineData("[60, 12, 40]", "(1 | therapist)", "Note: together: joint-wald takes the estimated variances as known, so that with 12 therapists it can reject too often; prefer t-kenward-roger or t-satterthwaite for each coefficient.\n")]
    [InlineData("[60, 31, 40]", "(1 | therapist)", "")]
    [InlineData("[12]", "(1 + week | therapist) + (1 + week | therapist:patient)", "Note: together: joint-wald takes the estimated variances as known, so that with 12 therapists it can reject too often; prefer t-kenward-roger or t-satterthwaite for each coefficient.\n")]
    [InlineData("[12]", "(1 + week | therapist:patient)", "")]
    public void Validate_OfJointWaldWithFewTherapists_NotesThatItIsLiberal(string therapists, string random, string note)
    {
        bool isGrowth = random.Contains("week", StringComparison.Ordinal);
        string world = isGrowth
            ? "outcome: {kind: growth, weeks: [0, 1, 2], severity: 1, patients: {intercept-sd: 1, slope-sd: 0.1, correlation: 0}, therapists: {intercept-sd: 0.3, slope-sd: 0.05}}"
            : "therapists: {outcome-icc: 0.05}\n  alliance: {therapist-icc: 0.1}";
        string columns = isGrowth ? "week + severity" : "alliance_between + alliance_within";
        string tested = columns.Replace('+', '&');
        string study = $$"""
            name: few
            seed: 1
            replicates: 64
            scenario:
              trial: {therapists: 12, caseload: 4}
              {{world}}
            methods:
            - name: together
              formula: outcome ~ {{columns}} + {{random}}
              tests: [{term: "{{tested}}", by: joint-wald}]
            grid:
              scenario.trial.therapists: {{therapists}}

            """;

        CommandRun run = CommandRun.OfInput(study, "validate", "-");

        Assert.Equal((ExitCode.Done, note), (run.ExitCode, run.Error));
    }

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
