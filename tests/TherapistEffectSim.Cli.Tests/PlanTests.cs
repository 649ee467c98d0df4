namespace TherapistEffectSim.Cli.Tests;

/// <summary><c>tes plan</c>: what it prints, what it writes, and how it ends.</summary>
public sealed class PlanTests
{
    private const string Study = """
        name: size
        question: How many therapists?
        seed: 8
        scenario:
          trial: {therapists: 30, caseload: 10}
          therapists: {outcome-icc: 0.1}
          alliance: {therapist-icc: 0.1}
        methods: [null-model]
        plan:
          target: {power: 0.8, tests: [{method: null-model, variance: therapist, by: f-exact}]}
          vary: {scenario.trial.therapists: {from: 10, to: 80}}
          replicates: 20000

        """;

    private static readonly string[] s_files = ["curve.csv", "evaluations.csv", "manifest.json", "plan.csv", "plan.json", "study.yaml"];

    [Fact]
    public void Plan_OfOneDimension_SaysTheAnswerWithItsUncertainty()
    {
        using TemporaryFolder folder = new();
        string study = folder.At("size.yaml");
        File.WriteAllText(study, Study + "  sensitivity: {scenario.therapists.outcome-icc: [0.2]}\n  curve: {scenario.trial.caseload: [5, 20]}\n");

        CommandRun run = CommandRun.Of("plan", study, "--out", folder.At("out"));

        Assert.Equal(ExitCode.Done, run.ExitCode);
        ApprovedText.AssertEqual("plan-size", run.Output);
        Assert.Equal(s_files.Select(name => $"out/{name}"), folder.Content.Where(name => name.StartsWith("out/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        ApprovedText.AssertEqual("plan-size-csv", File.ReadAllText(folder.At("out/plan.csv")) + File.ReadAllText(folder.At("out/curve.csv")));
        ApprovedText.AssertEqual("plan-size-json", File.ReadAllText(folder.At("out/plan.json")));
    }

    [Fact]
    public void Plan_OfTwoDimensions_SaysTheCheapest()
    {
        CommandRun run = Run(Study
            .Replace("to: 80}}", "to: 80}, scenario.trial.caseload: {from: 5, to: 20, by: 5}}", StringComparison.Ordinal)
            .Replace("  replicates", "  cost: {therapist: 100, patient: 10}\n  replicates", StringComparison.Ordinal));

        Assert.Equal(ExitCode.Done, run.ExitCode);
        ApprovedText.AssertEqual("plan-cost", run.Output);
    }

    [Fact]
    public void Plan_OfATargetOutOfReach_EndsWithOneAndSaysWhy()
    {
        CommandRun run = Run(Study.Replace("to: 80", "to: 12", StringComparison.Ordinal));

        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("The target cannot be reached within the range: with 12 therapists, 120 patients in all, power is ", run.Output, StringComparison.Ordinal);
        Assert.Contains("\nWhat limits power, with 12 therapists:\n", run.Output, StringComparison.Ordinal);
        Assert.Contains("ten times the patients of each therapist", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_OverTheBudget_EndsWithOneAndSaysWhatItBuys()
    {
        CommandRun run = Run(Study + "  cost: {patient: 1}\n  budget: 150\n");

        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("The budget of 150 is too small: ", run.Output, StringComparison.Ordinal);
        Assert.Contains("The best that it buys is 15 therapists, for 150:", run.Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mcse: 0.005", "vary: {scenario.trial.therapists: {from: 10, to: 80}}", "", ExitCode.Done, "You need ")]
    [InlineData("power: 0.8", "scenario.trial.therapists: {from: 10, to: 80}", "scenario.outcome.between.slope: {from: 0, to: 1}", ExitCode.InvalidInput, "scenario.outcome.between.shape: is missing")]
    public void Plan_OfAnotherQuestion_AnswersOrSaysWhyNot(string target, string replaced, string by, int code, string message)
    {
        CommandRun run = Run(Study.Replace("power: 0.8", target, StringComparison.Ordinal).Replace(replaced, by, StringComparison.Ordinal).Replace("  \n", "", StringComparison.Ordinal));

        Assert.Contains(message, run.Output + run.Error, StringComparison.Ordinal);
        Assert.Equal(code, run.ExitCode);
    }

    [Theory]
    [InlineData("plan:", "plans:", "unknown key 'plans'; did you mean 'plan'?")]
    [InlineData("power: 0.8, ", "", "study.yaml:10:11: plan.target: takes exactly one of power, interval-width, coverage, mcse, but has none.")]
    [InlineData("power: 0.8", "power: 0.8, coverage: 0.9", "takes exactly one of power, interval-width, coverage, mcse, but has 2.")]
    [InlineData("power: 0.8", "coverage: 0.9", "plan.target: f-exact has no confidence interval; a target of coverage takes wald-z, t-satterthwaite, t-kenward-roger, t-hc3 or t-cr2.")]
    [InlineData("by: f-exact", "by: t-cr2", "t-cr2 tests a term, not a variance")]
    [InlineData("method: null-model,", "method: linear,", "no method linear tests the variance of therapist by f-exact. The methods make {method: null-model, variance: therapist, by: f-exact}; ")]
    [InlineData("from: 10, to: 80", "from: 80, to: 10", "study.yaml:11:52: plan.vary.scenario.trial.therapists.to: must be above from, 80, but was 10.")]
    [InlineData("from: 10, to: 80", "from: 10.5, to: 80", "plan.vary.scenario.trial.therapists.from: must be a whole number, because the values of scenario.trial.therapists are, but was 10.5.")]
    [InlineData("from: 10, to: 80", "from: 10, to: 1e300", "plan.vary.scenario.trial.therapists.to: must be a number in [-1000000000, 1000000000], but was 1e300.")]
    [InlineData("from: 10, to: 80", "from: 10, to: 80, by: 1e-300", "plan.vary.scenario.trial.therapists.by: must be a number in [1E-09, 1000000000], but was 1e-300.")]
    [InlineData("scenario.trial.therapists: {from: 10, to: 80}", "scenario.therapists.outcome-icc: {from: 0, to: 1e-300}", "must hold 2 to 1,000,000 values, but 1 of [0, 1E-300]")]
    [InlineData("from: 10, to: 80", "from: 10, to: 15, multiple-of: 8", "must hold 2 to 1,000,000 values, but none of [10, 15] is one that is accepted.")]
    [InlineData("scenario.trial.therapists: {from", "scenario.trial.therapist: {from", "unknown path 'scenario.trial.therapist'; did you mean 'scenario.trial.therapists'?")]
    [InlineData("scenario.trial.therapists: {from", "scenario.trial.nesting: {from", "must be the path of a number, but scenario.trial.nesting takes one of within-arm, crossed.")]
    [InlineData("from: 10", "from: 0", "scenario.trial.therapists: must be a whole number in [1, 1000000], but was 0 (trial_therapists = 0).")]
    [InlineData("from: 10", "from: 1", "method null-model: a random intercept needs at least 2 therapists")]
    [InlineData("to: 80}", "to: 80}, scenario.trial.caseload: {from: 5, to: 9}", "plan.vary names several paths, so that many designs reach the target; say under plan.cost which is best")]
    [InlineData("  replicates: 20000", "  budget: 100", "plan.budget needs plan.cost.")]
    [InlineData("  replicates: 20000", "  replicates: 10", "plan.replicates: must be a whole number in [20000, 1000000000], but was 10.")]
    [InlineData("  replicates: 20000", "  sensitivity: {scenario.trial.therapists: [10]}", "must not vary what plan.vary does, scenario.trial.therapists.")]
    [InlineData("methods:", "grid: {scenario.trial.sites: [1, 2]}\nmethods:", "has 2 scenarios, but a plan is that of one")]
    public void Plan_OfAContradiction_NamesItAndWritesNothing(string replaced, string by, string message)
    {
        using TemporaryFolder folder = new();
        string study = folder.At("study.yaml");
        File.WriteAllText(study, Study.Replace(replaced, by, StringComparison.Ordinal));

        CommandRun run = CommandRun.Of("plan", study, "--out", folder.At("out"));

        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Equal((ExitCode.InvalidInput, ""), (run.ExitCode, run.Output));
        Assert.Equal(["study.yaml"], folder.Content);
    }

    [Fact]
    public void Plan_WithoutAPlan_SaysHowToAskForOne()
    {
        CommandRun run = Run(StudyText.Line);

        Assert.Equal(ExitCode.InvalidInput, run.ExitCode);
        Assert.Contains("has no plan: it says what the trial must reach and what may vary", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_ThatIsInterrupted_KeepsWhatItFound_AndResumesToTheSameAnswer()
    {
        using TemporaryFolder folder = new();
        string study = folder.At("size.yaml");
        File.WriteAllText(study, Study);
        CommandRun undisturbed = CommandRun.Of("plan", study, "--out", folder.At("whole"));
        using StringWriter output = new();
        using StringWriter error = new();

        int code = CommandLine.Run(["plan", study, "--out", folder.At("out")], new Streams(TextReader.Null, output, error, new CancellationToken(canceled: true)));

        Assert.Equal((ExitCode.Interrupted, ""), (code, output.ToString()));
        Assert.Contains("--resume goes on, --force starts again.", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(["evaluations.csv", "manifest.json", "study.yaml"], Directory.GetFiles(folder.At("out")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        CommandRun refused = CommandRun.Of("plan", study, "--out", folder.At("out"));
        Assert.Equal(ExitCode.OtherStudy, refused.ExitCode);
        Assert.Contains("add --resume to go on, or --force to start again.", refused.Error, StringComparison.Ordinal);
        string[] found = File.ReadAllLines(folder.At("whole/evaluations.csv"));
        File.WriteAllLines(folder.At("out/evaluations.csv"), found.Take(found.Length / 2)); // as if it had come half-way
        CommandRun resumed = CommandRun.Of("plan", study, "--out", folder.At("out"), "--resume");
        Assert.Equal((ExitCode.Done, undisturbed.Output), (resumed.ExitCode, resumed.Output));
        foreach (string name in s_files.Where(name => name != "manifest.json"))
        {
            Assert.Equal(File.ReadAllText(folder.At($"whole/{name}")), File.ReadAllText(folder.At($"out/{name}")));
        }
    }

    private static CommandRun Run(string text)
    {
        using TemporaryFolder folder = new();
        string study = folder.At("study.yaml");
        File.WriteAllText(study, text);
        return CommandRun.Of("plan", study, "--out", folder.At("out"));
    }
}
