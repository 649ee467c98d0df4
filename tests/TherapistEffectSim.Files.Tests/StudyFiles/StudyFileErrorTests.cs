using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Files.Tests.StudyFiles;

/// <summary>The words of the messages, which are part of the contract.</summary>
public sealed class StudyFileErrorTests
{
    private const string KnownKeys =
        "Known keys: name, question, seed, replicates, alpha, random-numbers, sampling, scenario, methods, joint, grid, zip, variants, exclude, plan.";

    [Fact]
    public void Load_OfAMissingFile_SaysSo() =>
        Assert.Equal("nowhere/study.yaml: does not exist.", MessageOfLoad("nowhere/study.yaml"));

    [Fact]
    public void Load_OfAFolder_SaysSo() =>
        Assert.Equal($"{AppContext.BaseDirectory}: is a folder, not a file.", MessageOfLoad(AppContext.BaseDirectory));

    [Fact]
    public void Load_OfBytesThatAreNotText_SaysSo()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "not-utf-8.yaml");
        File.WriteAllBytes(path, [0x6e, 0x3a, 0x20, 0xff, 0xfe, 0x0a]);

        Assert.Equal($"{path}: is not text in UTF-8.", MessageOfLoad(path));
    }

    [Theory]
    [InlineData("", "study.yaml: is empty; a study needs at least name and scenario.")]
    [InlineData("# nothing\n", "study.yaml: is empty; a study needs at least name and scenario.")]
    [InlineData("a: [1, 2", "study.yaml:2:1: is not readable as YAML: While parsing a flow sequence, did not find expected ',' or ']'.")]
    [InlineData("name: x\n  y: 2\n", "study.yaml:2:4: is not readable as YAML: While scanning a plain scalar value, found invalid mapping.")]
    [InlineData("name: \"\\UFFFFFFFF\"", "study.yaml:1:5: is not readable as YAML: what follows here cannot be understood.")]
    [InlineData("- a\n- b", "study.yaml:1:1: must be a map with keys such as name and scenario, but was a list.")]
    [InlineData("just text", "study.yaml:1:1: must be a map with keys such as name and scenario, but was 'just text'.")]
    public void Read_OfTextThatIsNoMap_SaysWhatItIs(string text, string expected) => Assert.Equal(expected, Assert.Single(Example.ErrorsOf(text)));

    [Theory]
    [InlineData("alhpa: 0.1", "6:1: alhpa: unknown key 'alhpa'; did you mean 'alpha'? " + KnownKeys)]
    [InlineData("colour: red", "6:1: colour: unknown key 'colour'. " + KnownKeys)]
    [InlineData("plan: {}", "6:7: plan.target: is missing; give a map with the keys power, interval-width, coverage, mcse, tests.")]
    [InlineData("redraw-predictors: 1", "6:1: redraw-predictors: is not available in this version.")]
    [InlineData("name: again", "6:1: name: is given twice; the first is on line 1.")]
    [InlineData("seed: &s 1", "6:7: seed: anchors (&s) are not accepted; write the value out where it is needed.")]
    [InlineData("seed: *s", "6:7: seed: aliases (*s) are not accepted; write the value out.")]
    [InlineData("seed: !!int 1", "6:7: seed: tags (tag:yaml.org,2002:int) are not accepted; write the plain value.")]
    [InlineData("<<: {seed: 1}", "6:1: merge keys (<<) are not accepted; write the keys out.")]
    [InlineData("? [a, b]\n: 1", "6:3: a key must be a word, but was a list.")]
    [InlineData("---\nname: other", "6:1: holds a second document; a study is one document, without '---' in between.")]
    [InlineData("seed: -1", "6:7: seed: must be a whole number in [0, 18446744073709551615], but was -1.")]
    [InlineData("seed: 18446744073709551616", "6:7: seed: must be a whole number in [0, 18446744073709551615], but was 18446744073709551616.")]
    [InlineData("seed:", "6:6: seed: must be a whole number in [0, 18446744073709551615], but has no value.")]
    [InlineData("replicates: 0", "6:13: replicates: must be a whole number in [1, 1000000000], but was 0.")]
    [InlineData("replicates: 10.5", "6:13: replicates: must be a whole number in [1, 1000000000], but was 10.5.")]
    [InlineData("replicates: '10'", "6:13: replicates: must be a whole number in [1, 1000000000], or {min, max, target-mcse}, but was '10' (without quotes it would be a number).")]
    [InlineData("replicates: {min: 1, max: 5000, target-mcse: 0.01}", "6:19: replicates.min: must be a whole number in [1000, 1000000000], but was 1.")]
    [InlineData("replicates: {max: 5000}", "6:13: replicates.target-mcse: is missing; give a number in [1E-05, 0.1].")]
    [InlineData("replicates: {min: 2000, max: 1000, target-mcse: 0.01}", "6:30: replicates.max: must be at least min, 2000, but was 1000.")]
    [InlineData("alpha: 1", "6:8: alpha: must be a number in (0, 1), but was 1.")]
    [InlineData("alpha: .nan", "6:8: alpha: must be a number in (0, 1), but was .nan.")]
    [InlineData("random-numbers: comon", "6:17: random-numbers: must be one of common, independent, but was 'comon'; did you mean 'common'?")]
    [InlineData("question: 42", "6:11: question: must be text, but was 42 (in quotes it would be text).")]
    [InlineData("methods: linear", "6:10: methods: must be a list, each item one of null-model, linear, between-within, quadratic, raw-alliance, "
        + "ols-ignoring-therapist, therapist-means, correlations, contextual, case-mix-adjusted, adherence-curve, moderated, growth, growth-ignoring-therapist, slopes, slope-means, or a map with the keys name, preset, formula, adjust, moderator, rows, estimate, reliability, tests, true-values, but was 'linear'.")]
    [InlineData("methods: []", "6:10: methods: must list at least one method, but is empty.")]
    [InlineData("methods: [linear, linear]", "6:19: methods[2]: the name 'linear' is taken; give another name.")]
    [InlineData("methods: [linaer]", "6:11: methods[1]: must be one of null-model, linear, between-within, quadratic, raw-alliance, "
        + "ols-ignoring-therapist, therapist-means, correlations, contextual, case-mix-adjusted, adherence-curve, moderated, growth, growth-ignoring-therapist, slopes, slope-means, but was 'linaer'; did you mean 'linear'?")]
    [InlineData("methods: [{name: m}]", "6:11: methods[1]: takes exactly one of preset and formula, but has neither.")]
    [InlineData("methods: [{formula: outcome ~ 1}]", "6:11: methods[1].name: is missing; a method with a formula needs a name for the result files.")]
    [InlineData("methods: [{name: m, formula: outcome ~ 1, adjust: [severity]}]",
        "6:51: methods[1].adjust: belongs to presets; write the columns into the formula.")]
    [InlineData("methods: [{preset: linear, reliability: true}]", "6:41: methods[1].reliability: must be one of known, estimated, but was true.")]
    [InlineData("methods: [{preset: linear, tests: [{term: alliance, by: f-exact}]}]",
        "6:57: methods[1].tests[1].by: f-exact tests a variance, not a term; here it must be one of wald-z, t-satterthwaite, t-kenward-roger, t-hc3, t-cr2, t-correlation, joint-wald, lrt, bootstrap, two-lines, lind-mehlum.")]
    [InlineData("methods: [{preset: linear, tests: [{by: lrt}]}]", "6:36: methods[1].tests[1]: takes exactly one of term and variance, but has neither.")]
    [InlineData("methods: [{preset: linear, tests: [{variance: therapist, by: f-exact, alternative: less}]}]",
        "6:84: methods[1].tests[1].alternative: must be left out for a variance, which is always tested upwards.")]
    [InlineData("methods: [{preset: linear, tests: [{term: alliance_within, by: lrt, shape: u}]}]",
        "6:76: methods[1].tests[1].shape: belongs to two-lines and lind-mehlum; leave it out for lrt.")]
    [InlineData("methods: [{preset: linear, tests: [{term: alliance_within, by: two-lines, alternative: less}]}]",
        "6:88: methods[1].tests[1].alternative: must be left out for two-lines, which takes shape: inverted-u or u.")]
    [InlineData("methods: [{preset: linear, tests: [{term: alliance_within, by: two-lines, shape: tent}]}]",
        "6:82: methods[1].tests[1].shape: must be one of inverted-u, u, but was 'tent'.")]
    [InlineData("joint: [{name: a, method: linear, term: alliance_within, by: wald-z}]",
        "6:8: joint: must list 2 to 6 tests, or none for the default three, but has 1.")]
    [InlineData("joint: [{name: a, method: linear, term: x, by: wald-z}, {name: b, method: lineer, term: x, by: wald-z}]",
        "6:75: joint[2].method: must be one of null-model, linear, quadratic, but was 'lineer'; did you mean 'linear'?")]
    public void Read_OfALineWithAMistake_NamesPlaceFindingAndWhatIsAccepted(string line, string expected) =>
        Assert.Equal("study.yaml:" + expected, Assert.Single(Example.ErrorsOf(Example.Small + line)));

    [Theory]
    [InlineData("name: small", "name: a/b", "1:7: name: must be made of letters, digits, '-', '_' and '.', begin with a letter, digit or '_', "
        + "not end in '.', and have at most 100 characters, but was 'a/b'.")]
    [InlineData("name: small\n", "", "1:1: name: is missing; give text.")]
    [InlineData("caseload: 10", "caseload: 0", "3:37: scenario.trial.caseload: must be a whole number in [1, 100000], but was 0.")]
    [InlineData("caseload: 10", "caseload: many", "3:37: scenario.trial.caseload: must be a whole number in [1, 100000], "
        + "a list with one such number for each therapist, {mean, cv} or {total, cv}, but was 'many'.")]
    [InlineData("caseload: 10", "caseload: {mean: 4}", "3:37: scenario.trial.caseload.cv: is missing; give a number in [0, 10].")]
    [InlineData("caseload: 10", "caseload: [1, 2]", "3:37: scenario.trial.caseload: caseload lists 2 therapists, but the trial has 30.")]
    [InlineData("therapists: 30", "therapists: 0", "3:23: scenario.trial.therapists: must be a whole number in [1, 1000000], but was 0.")]
    [InlineData("therapists: 30, ", "", "3:10: scenario.trial.therapists: therapists is missing: give the number of therapists, or per-arm.")]
    [InlineData("therapists: 30", "arms: [a, b], per-arm: {a: 1000000, b: 1000000}",
        "3:34: scenario.trial.per-arm: per-arm must add up to at most 1000000 therapists, but adds up to 2000000.")]
    [InlineData("therapists: 30", "nesting: crossed, therapists: 30",
        "3:20: scenario.trial.nesting: nesting: crossed needs more than one arm, but the trial has 1.")]
    [InlineData("therapists: 30", "nesting: nested, therapists: 30", "3:20: scenario.trial.nesting: must be one of within-arm, crossed, but was 'nested'.")]
    [InlineData("therapists: 30", "arms: [a, b], nesting: crossed, per-arm: {a: 1, b: 1}",
        "3:52: scenario.trial.per-arm: per-arm is for therapists within arms: with nesting: crossed each therapist treats in every arm; give therapists.")]
    [InlineData("therapists: 30", "arms: [a, b], nesting: crossed, therapists: 5, without-therapists: {a: 9}",
        "3:78: scenario.trial.without-therapists: without-therapists is for therapists within arms: with nesting: crossed each therapist treats in every arm.")]
    [InlineData("therapists: 30", "therapists: 30, without-therapists: {treatment: 9}",
        "3:47: scenario.trial.without-therapists: without-therapists must leave at least one arm with therapists, but names all arms.")]
    [InlineData("therapists: 30", "therapists: 30, without-therapists: {control: 9}",
        "3:47: scenario.trial.without-therapists: without-therapists names the arm 'control', but the arms are treatment.")]
    [InlineData("therapists: 30", "arms: [a, b], per-arm: {a: 5, b: 5}, without-therapists: {a: 9}",
        "3:34: scenario.trial.per-arm: per-arm must not name an arm of without-therapists, but names 'a'.")]
    [InlineData("therapists: 30", "arms: [a, b], therapists: 30, without-therapists: {a: 0}",
        "3:65: scenario.trial.without-therapists.a: must be a whole number in [1, 1000000], but was 0.")]
    [InlineData("therapists: 30", "arms: [a, b], therapists: 30, without-therapists: {a: 999999}",
        "3:61: scenario.trial.without-therapists: without-therapists and therapists must add up to at most 1000000, but add up to 1000029.")]
    [InlineData("therapists: 30", "arms: [a, b, c], therapists: 1, without-therapists: {a: 5}",
        "3:40: scenario.trial.therapists: therapists must be at least the number of arms that have therapists (2), but was 1.")]
    [InlineData("outcome-icc: 0.05", "outcome-icc: 0.05, arm-effect-sd: 0.1",
        "4:50: scenario.therapists.arm-effect-sd: arm-effect-sd above 0 needs trial.nesting: crossed and exactly two arms, but therapists treat in one arm each and the trial has 1.")]
    [InlineData("therapists: 30", "terapists: 30", "3:11: scenario.trial.terapists: unknown key 'terapists'; did you mean 'therapists'? "
        + "Known keys: arms, sites, nesting, therapists, per-arm, without-therapists, caseload.")]
    [InlineData("outcome-icc: 0.05", "outcome-icc: 1", "4:29: scenario.therapists.outcome-icc: must be a number in [0, 1), but was 1.")]
    [InlineData("outcome-icc: 0.05", "outcome-icc: 1e999", "4:29: scenario.therapists.outcome-icc: must be a number in [0, 1), but was 1e999.")]
    [InlineData("outcome-icc: 0.05", "outcome-icc: 0.05, distribution: 1", "4:49: scenario.therapists.distribution: must be a map with kind: one of normal, t, skewed, but was 1.")]
    [InlineData("0.1}\n", "0.1, reverse-causation: [1]}\n", "5:53: scenario.alliance.reverse-causation: must be a number in [-1, 1], or {early, late}, but was a list.")]
    [InlineData("0.1}\n", "0.1, validity: 0.5}\n", "5:13: scenario.alliance.rater: rater-icc and validity are for rater: therapist; the patients' ratings measure the true alliance itself.")]
    [InlineData("0.1}\n", "0.1, instrument: {min: 6, max: 1, mean: 5, sd: 1}}\n", "5:60: scenario.alliance.instrument.max: max must be above min (6), but was 1.")]
    [InlineData("0.1}\n", "0.1, severity: -1}\n", "5:44: scenario.alliance.severity: severity and the traits bring about a variance of 1 in the alliance within therapists, which is only 0.9.")]
    [InlineData("0.1}\n", "0.1}\n  traits: {bad name: {}}\n", "6:22: scenario.traits.bad name: a trait's name is made of letters, digits and '-' and begins with a letter, but was 'bad name'.")]
    [InlineData("0.1}\n", "0.1}\n  allocation: {kind: sorted, of: prognosis}\n", "6:34: scenario.allocation.of: of must be severity or the name of a trait, but was 'prognosis'.")]
    [InlineData("outcome-icc: 0.05", "outcome-icc: 0.05, reliability: 0.9", "4:35: scenario.therapists.reliability: unknown key 'reliability'; "
        + "did you mean 'scenario.alliance.reliability'? Known keys: outcome-icc, outcome-icc-total, correlations, contamination, selection, training, training-of, distribution, arm-effect-sd.")]
    [InlineData("{therapist-icc: 0.1}", "{}", "5:13: scenario.alliance: alliance takes exactly one of therapist-icc and observed-therapist-icc.")]
    [InlineData("{therapist-icc: 0.1}", "good", "5:13: scenario.alliance: must be a map with the keys therapist-icc, observed-therapist-icc, "
        + "reliability, assessments, therapist-mean, missing-assessments, severity, reverse-causation, timing, rater, rater-icc, validity, instrument, but was 'good'.")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {residual-sd: -1}", "6:26: scenario.outcome.residual-sd: must be a number in [0.001, 1000000], but was -1.")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {residual-sd: {a: 1}}",
        "6:26: scenario.outcome.residual-sd: residual-sd names the arm 'a', but the arms are treatment.")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {kind: growth}", "6:12: scenario.outcome.weeks: is missing; give a list, each item a number in [-1000, 10000].")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {kind: grow}", "6:19: scenario.outcome.kind: must be one of endpoint, growth, but was 'grow'; did you mean 'growth'?")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {between: {slope: 1}}",
        "6:22: scenario.outcome.between.shape: is missing; give one of none, linear, quadratic, inverted-u, plateau, points.")]
    [InlineData("0.1}\n", "0.1}\n  outcome:\n    within:\n      slope: 1\n",
        "7:5: scenario.outcome.within.shape: is missing; give one of none, linear, quadratic, inverted-u, plateau, points.")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {between: {shape: platau, knee: 1}}", "6:30: scenario.outcome.between.shape: "
        + "must be one of none, linear, quadratic, inverted-u, plateau, points, but was 'platau'; did you mean 'plateau'?")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {between: {shape: plateau, slope: 1}}",
        "6:22: scenario.outcome.between.knee: is missing; give a number in [-100, 100].")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {within: {shape: points, points: 3}}", "6:45: scenario.outcome.within.points: "
        + "must be a list, each item two numbers [s, f] with s in [-100, 100] and f in [-1000000, 1000000], but was 3.")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {within: {shape: points, points: [[0, 1], [1, 2, 3]]}}", "6:54: scenario.outcome.within.points[2]: "
        + "must be two numbers [s, f] with s in [-100, 100] and f in [-1000000, 1000000], but was a list.")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {within: {shape: points, points: [[0, 1], [200, 2]]}}",
        "6:55: scenario.outcome.within.points[2][1]: must be a number in [-100, 100], but was 200.")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {within: {shape: points, points: [[0, 1], [1, high]]}}",
        "6:58: scenario.outcome.within.points[2][2]: must be a number in [-1000000, 1000000], but was 'high'.")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {within: {shape: points, points: [[0, 1]]}}",
        "6:21: scenario.outcome.within: points must list 2 to 64 points, but lists 1.")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {within: {shape: points, points: [[0, 1], [0.5, 2], [0.5, 3]]}}",
        "6:21: scenario.outcome.within: points must ascend in s, but 0.5 follows 0.5.")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {arm-effect: 1e9}",
        "6:25: scenario.outcome.arm-effect: must be a number in [-1000000, 1000000] in outcome units, or {d, standardiser}, but was 1e9.")]
    [InlineData("0.1}\n", "0.1}\n  outcome: {arm-effect: {d: 0.5}}",
        "6:25: scenario.outcome.arm-effect.standardiser: is missing; give one of residual, within, total.")]
    [InlineData("0.1}\n", "0.1}\n  attrition: {alliance: {rate: 1}}", "6:32: scenario.attrition.alliance.rate: must be a number in [0, 1), but was 1.")]
    [InlineData("0.1}\n", "0.1}\n  allocation: {kind: case-mix}", "6:15: scenario.allocation.correlation: is missing; give a number in [-1, 1].")]
    [InlineData("0.1}\n", "0.1}\n  allocation: {kind: mixed}", "6:22: scenario.allocation.kind: must be one of random, case-mix, sorted, but was 'mixed'.")]
    public void Read_OfAScenarioWithAMistake_NamesPlaceFindingAndWhatIsAccepted(string from, string to, string expected) =>
        Assert.Equal("study.yaml:" + expected, Example.ErrorOfSmall(from, to));

    [Fact]
    public void Read_OfAFileWithSeveralMistakes_ListsAllInTheOrderOfTheFile() => Assert.Equal(
        [
            "study.yaml:1:1: nmae: unknown key 'nmae'; did you mean 'name'? " + KnownKeys,
            "study.yaml:1:1: name: is missing; give text.",
            "study.yaml:3:23: scenario.trial.therapists: must be a whole number in [1, 1000000], but was 0.",
            "study.yaml:4:29: scenario.therapists.outcome-icc: must be a number in [0, 1), but was -0.05.",
            "study.yaml:6:8: alpha: must be a number in (0, 1), but was 'high'.",
            "study.yaml:8:3: grid.scenario.trial.site: unknown path 'scenario.trial.site'; did you mean 'scenario.trial.sites'? "
            + "A path is the keys down to the value, joined by dots.",
        ],
        Example.ErrorsOf(Example.Small
            .Replace("name", "nmae", StringComparison.Ordinal)
            .Replace("therapists: 30", "therapists: 0", StringComparison.Ordinal)
            .Replace("0.05", "-0.05", StringComparison.Ordinal)
            + "alpha: high\ngrid:\n  scenario.trial.site: [1, 2]\n"));

    [Theory]
    [InlineData("formula: outcome ~ bad", 40)]
    [InlineData("formula: \"outcome ~ bad\"", 41)]
    [InlineData("formula: 'outcome ~ bad'", 41)]
    [InlineData("formula: \"outcome \\x7e bad\"", 30)]
    public void Read_WithACheckOfFormulas_PlacesTheirMistakesInTheFile(string formula, int column)
    {
        string text = Example.Small + "methods: [{name: a, " + formula + "}]";

        StudyFileException error = Assert.Throws<StudyFileException>(() => StudyFile.Read(
            new StringReader(text), "study.yaml", f => (f.IndexOf("bad", StringComparison.Ordinal), "has no column 'bad'.")));

        StudyFileProblem problem = Assert.Single(error.Problems);
        Assert.Equal(new("study.yaml", 6, column, "methods[1].formula", "has no column 'bad'."), problem);
    }

    [Fact]
    public void Read_OfEverythingThatALaterVersionBrings_SaysThatItIsNotAvailable()
    {
        foreach (string entry in LaterVersions.Table)
        {
            string[] parts = entry.Split('=');
            string path = parts[0].Replace("attrition.*", "attrition.alliance", StringComparison.Ordinal).Replace("*", "between", StringComparison.Ordinal);
            string value = parts.Length == 1 ? "1" : parts[1] is "{}" ? "{a: 1}" : parts[1];
            string text = path.Split('.').Reverse().Aggregate(value, (below, key) => key switch
            {
                "methods" or "tests" or "joint" => $"{{{key}: [{below}]}}",
                "slope-sd" or "slope-correlation" => $"{{shape: linear, {key}: {below}}}",
                _ => $"{{{key}: {below}}}",
            });

            Assert.Contains(
                Assert.Throws<StudyFileException>(() => Example.Read(text)).Problems,
                p => p.Message.Contains("not available in this version", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Intervals_OfTheFile_AreThoseOfTheStudy()
    {
        static Dictionary<string, string> IntervalsOf(Type type) => Vocabulary.KeysOf(type)
            .Where(k => k.Interval is not null)
            .ToDictionary(k => k.Key, k => k.Interval!.Describe(integer: false));

        Dictionary<string, string> ofFile = IntervalsOf(typeof(StudyContent));
        ofFile.Add("replicates", IntervalsOf(typeof(Design.FixedReplicates))["count"]);
        Assert.Equal(IntervalsOf(typeof(Design.Study)), ofFile);
    }

    private static string MessageOfLoad(string path) => Assert.Throws<StudyFileException>(() => StudyFile.Load(path)).Message;
}
