namespace TherapistEffectSim.Cli.Tests;

/// <summary>Bad input: one clear message each, and no file left behind.</summary>
public sealed class RunErrorTests
{
    private const string Methods = "[null-model, linear]";

    [Theory]
    [InlineData("trial: {therapists: 20, caseload: 10}", "trial: {therapists: 20, caseload: 10", "STUDY:5:35: is not readable as YAML: what follows here cannot be understood.\n")]
    [InlineData("  trial:", "\ttrial:", "STUDY:5:1: is not readable as YAML: the line is indented with a tab; indent with blanks.\n")]
    [InlineData("outcome-icc", "outcome-ic", "STUDY:6:16: scenario.therapists.outcome-ic: unknown key 'outcome-ic'; did you mean 'outcome-icc'? Known keys: outcome-icc, outcome-icc-total, correlations, contamination, selection, training, training-of, distribution, arm-effect-sd.\n")]
    [InlineData("therapists: 20", "therapists: twenty", "STUDY:5:23: scenario.trial.therapists: must be a whole number in [1, 1000000], but was 'twenty'.\n")]
    [InlineData("slope: 0.2}", "slope: 0.2}\n    residual-sd: -1", "STUDY:10:18: scenario.outcome.residual-sd: must be a number in [0.001, 1000000], but was -1.\n")]
    [InlineData("outcome-icc: 0.05", "outcome-icc: 1", "STUDY:6:29: scenario.therapists.outcome-icc: must be a number in [0, 1), but was 1.\n")]
    [InlineData("outcome-icc: 0.05", "outcome-icc: -0.05", "STUDY:6:29: scenario.therapists.outcome-icc: must be a number in [0, 1), but was -0.05.\n")]
    [InlineData("therapists: 20", "therapists: 0", "STUDY:5:23: scenario.trial.therapists: must be a whole number in [1, 1000000], but was 0.\n")]
    [InlineData("caseload: 10", "caseload: 0", "STUDY:5:37: scenario.trial.caseload: must be a whole number in [1, 100000], but was 0.\n")]
    [InlineData("methods:", "  attrition: {outcome: {rate: 1}}\nmethods:", "STUDY:10:31: scenario.attrition.outcome.rate: must be a number in [0, 1), but was 1.\n")]
    [InlineData("0.05", "0,05", "STUDY:6:31: scenario.therapists.05: unknown key '05'; a decimal takes a point, as in 0.05. Known keys: outcome-icc, outcome-icc-total, correlations, contamination, selection, training, training-of, distribution, arm-effect-sd.\n")]
    [InlineData("linear, slope", "quadratic, curvature: 1, slope", "STUDY:9:47: scenario.outcome.between.slope: unknown key 'slope', which belongs to another variant. Known keys: shape, slope-sd, slope-correlation, linear, curvature, optimum.\n")]
    [InlineData(Methods, "[\"outcome ~ alliance\"]", "STUDY:10:11: methods[1]: a formula needs a name: {name: own, formula: \"outcome ~ alliance\"}.\n")]
    [InlineData("caseload: 10", "caseload: 10, sites:5", "STUDY:5:41: scenario.trial.sites:5: unknown key 'sites:5'; a colon needs a blank after it. Known keys: arms, sites, nesting, therapists, per-arm, without-therapists, caseload.\n")]
    [InlineData("name: line", "name: ../line", "STUDY:1:7: name: must be made of letters, digits, '-', '_' and '.', begin with a letter, digit or '_', not end in '.', and have at most 100 characters, but was '../line'.\n")]
    [InlineData("replicates: 64", "replicates: 0", "STUDY:3:13: replicates: must be a whole number in [1, 1000000000], but was 0.\n")]
    [InlineData(Methods, "[nul-model]", "STUDY:10:11: methods[1]: must be one of null-model, linear, between-within, quadratic, raw-alliance, ols-ignoring-therapist, therapist-means, correlations, contextual, case-mix-adjusted, adherence-curve, moderated, growth, growth-ignoring-therapist, slopes, slope-means, but was 'nul-model'; did you mean 'null-model'?\n")]
    [InlineData("methods:", "grid: {scenario.trial.therapist: [1, 2]}\nmethods:", "STUDY:10:8: grid.scenario.trial.therapist: unknown path 'scenario.trial.therapist'; did you mean 'scenario.trial.therapists'? A path is the keys down to the value, joined by dots.\n")]
    public void Run_OfAStudyWithAMistake_SaysWhereAndWhatIsAccepted(string from, string to, string message) => AssertRefused(from, to, message);

    [Theory]
    [InlineData(
        "[{name: own, formula: \"outcome ~ (alliance + (1 | therapist)\"}]",
        "STUDY:10:70: methods[1].formula: The formula ends at column 38. The parenthesis opened at column 11 must be closed with ')'.\n")]
    [InlineData(
        "[{name: own, formula: \"outcome ~ aliance + (1 | therapist)\"}]",
        "STUDY: method own: The data have no column 'aliance', which was found at column 11. Did you mean 'alliance'?\noutcome ~ aliance + (1 | therapist)\n          ^\n")]
    [InlineData(
        "[{name: own, formula: \"outcome ~ alliance + (1 + alliance | therapist)\", tests: [{term: alliance, by: t-cr2}]}]",
        "STUDY: method own: t-cr2 is not available for models with (1 + alliance | therapist); a coefficient is tested there by wald-z, t-satterthwaite, t-kenward-roger or lrt, several together by joint-wald.\n")]
    [InlineData(
        "[{name: own, formula: \"outcome ~ alliance + (1 + alliance | therapist)\", tests: [{variance: slope, by: rlrt-mixture}]}]",
        "STUDY: method own: variance must be one of therapist, alliance | therapist, but was slope.\n")]
    [InlineData(
        "[{name: own, formula: \"outcome ~ alliance + (1 | patient)\"}]",
        "STUDY: method own: patient has 200 levels in 200 complete rows; a random intercept needs more rows than levels.\n")]
    [InlineData(
        "[{name: own, formula: \"outcome ~ week\"}]",
        "STUDY: method own: the column week belongs to repeated measurements (outcome.kind: growth), but the scenario has one outcome per patient.\n")]
    [InlineData(
        "[growth]",
        "STUDY: method growth: the preset growth is for outcome.kind: growth; with one outcome per patient take one of null-model, linear, between-within, quadratic, raw-alliance, ols-ignoring-therapist, therapist-means, correlations, contextual, case-mix-adjusted, adherence-curve, moderated, or a formula.\n")]
    [InlineData(
        "[{preset: linear, tests: [{term: alliance_betwen, by: wald-z}]}]",
        "STUDY: method linear: the model has no coefficient alliance_betwen. Its coefficients are (Intercept), alliance_between, alliance_within; did you mean alliance_between?\n")]
    [InlineData(
        "[{preset: linear, tests: [{term: alliance_between, by: f-exact}]}]",
        "STUDY:10:65: methods[1].tests[1].by: f-exact tests a variance, not a term; here it must be one of wald-z, t-satterthwaite, t-kenward-roger, t-hc3, t-cr2, t-correlation, joint-wald, lrt, bootstrap, two-lines, lind-mehlum.\n")]
    [InlineData(
        "[{preset: linear, estimate: ml, tests: [{term: alliance_between, by: t-kenward-roger}]}]",
        "STUDY: method linear: t-kenward-roger adjusts the standard errors too, and is for fits by reml; leave estimate out, or use t-satterthwaite.\n")]
    [InlineData(
        "[{preset: ols-ignoring-therapist, tests: [{variance: therapist, by: f-exact}]}]",
        "STUDY: method ols-ignoring-therapist: the variance of therapist cannot be tested, because the model has no random intercept.\n")]
    [InlineData(
        "[{preset: linear, tests: [{term: alliance_between, by: wald-z, alternative: less}, {term: alliance_between, by: wald-z, alternative: greater}]}]",
        "STUDY: method linear: alliance_between is tested by wald-z twice, and the results would not tell which is which; give the second test to a method of its own name.\n")]
    [InlineData("[linear, linear]", "STUDY:10:19: methods[2]: the name 'linear' is taken; give another name.\n")]
    public void Run_OfAMethodThatCannotBeCarriedOut_NamesItAndWhatIsAccepted(string methods, string message) => AssertRefused(Methods, methods, message);

    [Theory]
    [InlineData("therapists: 1, caseload: 10", "null-model", "STUDY: method null-model: a random intercept needs at least 2 therapists, but scenario 1 has 1.\n")]
    [InlineData(
        "therapists: 20, caseload: 1",
        "linear",
        "STUDY: method linear: a random intercept needs more patients than therapists, but scenario 1 has 20 patients of 20 therapists.\n")]
    [InlineData(
        "therapists: 3, caseload: {total: 4, cv: 0}",
        "quadratic",
        "STUDY: method quadratic: the model needs more rows than columns, but scenario 1 has 4 patients for 4 columns ((Intercept), alliance_between, I(alliance_between^2), alliance_within).\n")]
    [InlineData(
        "therapists: 2, caseload: 10",
        "therapist-means",
        "STUDY: method therapist-means: the model needs more rows than columns, but scenario 1 has 2 therapists for 2 columns ((Intercept), alliance_between).\n")]
    public void Run_OfATrialTooSmallForAModel_SaysWhatTheModelNeeds(string trial, string method, string message) =>
        AssertRefused("therapists: 20, caseload: 10", trial, message, study => study.Replace(Methods, $"[{method}]", StringComparison.Ordinal));

    [Fact]
    public void Run_OfAOneSidedTestAtALevelAboveAHalf_IsRefused() => AssertRefused(
        Methods,
        "[{preset: linear, tests: [{term: alliance_between, by: wald-z, alternative: less}]}]\nalpha: 0.6",
        "STUDY: method linear: a one-sided test needs an alpha below 0.5, but alpha is 0.6.\n");

    [Fact]
    public void Run_OfAGridWithOneScenarioTooSmall_NamesTheScenario() => AssertRefused(
        "methods:",
        "grid: {scenario.trial.therapists: [4, 2, 1]}\nmethods:",
        "STUDY: method null-model: a random intercept needs at least 2 therapists, but scenario 3 has 1.\n");

    [Fact]
    public void Run_OfAStudyWithSeveralMistakes_SaysAllAtOnce()
    {
        using TemporaryFolder folder = new();
        string study = folder.Write("study.yaml", StudyText.Line.Replace("caseload: 10", "caseload: 0", StringComparison.Ordinal).Replace("seed: 1", "seed: -1", StringComparison.Ordinal));

        CommandRun run = CommandRun.Of("run", study, "--out", folder.At("out"));

        Assert.Equal((ExitCode.InvalidInput, 2), (run.ExitCode, run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("validate")]
    [InlineData("simulate")]
    public void AnyCommand_OfAMissingStudy_NamesIt(string command) =>
        Assert.Equal(new CommandRun(ExitCode.InvalidInput, "", "no-such-study.yaml: does not exist.\n"), CommandRun.Of(command, "no-such-study.yaml"));

    [Theory]
    [InlineData("run", "met-cau-2009")]
    [InlineData("run", "no-such-folder/met-cau-2009.yaml")]
    [InlineData("validate", "met-cau-2009.yaml")]
    [InlineData("simulate", "met-cau-2009")]
    public void AnyCommand_OfABuiltInStoryThatIsNoFile_SaysHowToHaveTheFile(string command, string study) => Assert.Equal(
        new CommandRun(
            ExitCode.InvalidInput,
            "",
            $"{study}: there is no such file. To have the built-in story met-cau-2009 as a file: tes scenarios copy met-cau-2009\n"),
        CommandRun.Of(command, study));

    [Theory]
    [InlineData("--replicates must be a whole number in [1, 1000000000], but was '0'.\n", "--replicates", "0")]
    [InlineData("--replicates must be a whole number in [1, 1000000000], but was '1e4'.\n", "--replicates", "1e4")]
    [InlineData("--threads must be a whole number in [1, 1024], but was '0'.\n", "--threads", "0")]
    [InlineData("--seed must be a whole number in [0, 18446744073709551615], but was '-1'.\n", "--seed", "-1")]
    [InlineData("--seed must be a whole number in [0, 18446744073709551615], but was 'x'.\n", "--seed", "x")]
    [InlineData("--out must name a folder, but is empty.\n", "--out", "")]
    [InlineData("'--replicate' is no command, option or argument of tes run. Did you mean --replicates?\n", "--replicate", "3")]
    public void Run_WithAWrongOption_SaysWhatIsAccepted(string message, params string[] options) =>
        Assert.Equal(new CommandRun(ExitCode.InvalidInput, "", message + "Help: tes run --help\n"), CommandRun.Of(["run", "study.yaml", .. options]));

    private static void AssertRefused(string from, string to, string message, Func<string, string>? change = null)
    {
        using TemporaryFolder folder = new();
        Assert.Contains(from, StudyText.Line, StringComparison.Ordinal);
        string text = StudyText.Line.Replace(from, to, StringComparison.Ordinal);
        string study = folder.Write("study.yaml", change is null ? text : change(text));
        string[][] commands = [["run", study, "--out", folder.At("out")], ["validate", study], ["simulate", study]];
        foreach (string[] command in commands)
        {
            Assert.Equal(new CommandRun(ExitCode.InvalidInput, "", message.Replace("STUDY", study, StringComparison.Ordinal)), CommandRun.Of(command));
        }

        Assert.Equal(["study.yaml"], folder.Content);
    }
}
