using System.Collections;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Files.Tests.StudyFiles;

public sealed class CanonicalFormTests
{
    [Fact]
    public void ToYaml_OfAnyStudy_ReadsBackToAnEqualStudyAndToItself() =>
        Prop.ForAll(Studies(), text =>
        {
            StudyFile file = Example.Read(text);
            string yaml = file.ToYaml(11, 22);
            StudyFile again = Example.Read(yaml);

            return Dump(file.ToStudy(11, 22)).Equals(Dump(again.ToStudy(11)), StringComparison.Ordinal).Label("equal studies")
                .And(yaml.Equals(again.ToYaml(11), StringComparison.Ordinal).Label("canonical form is a fixed point"))
                .And(file.Identity(11).Equals(again.Identity(11), StringComparison.Ordinal).Label("equal identities"))
                .Collect(file.ToStudy(1).Cells.Count);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(2009, 17));

    [Fact]
    public void ToYaml_OfTheExample_WritesAllDefaultsOut() => Assert.Equal(
        """
        name: small
        question: ""
        seed: 5
        replicates: 1000
        alpha: 0.05
        random-numbers: common
        sampling: automatic
        scenario:
          trial:
            arms: ["no"]
            sites: 1
            nesting: within-arm
            therapists: 15  # varies
            per-arm: {}
            without-therapists: {}
            caseload: 10
          therapists:
            outcome-icc: 0.05
            correlations:
              alliance-outcome: 0
              alliance-adherence: 0
              outcome-adherence: 0
            contamination:
              share: 0
              of: alliance
              mean: -2
              sd: 1
            selection:
              by: alliance
              keep: 1
            training: 1
            training-of: alliance
            distribution:
              kind: normal
            arm-effect-sd: 0
          allocation:
            kind: random
          traits: {}
          alliance:
            therapist-icc: 0.1
            reliability: 1
            assessments: 1
            therapist-mean: analysed
            missing-assessments: 0
            severity: 0
            reverse-causation: 0
            timing: early
            rater: patient
            validity: 1
          outcome:
            kind: endpoint
            between:  # varies
              shape: none
              slope-sd: 0
              slope-correlation: 0
            within:
              shape: none
              slope-sd: 0
              slope-correlation: 0
            arm-effect: 0
            severity: -0.3
            residual-sd: 1
            distribution:
              kind: normal
            site-icc: 0
            site-by-arm-sd: 0
            moderations:
              severity: 0
              arm: 0
            adherence:
              linear: 0
              curvature: 0
              curvature-by-alliance: 0
              by-severity: 0
          retention:
            sessions: 10
            drop-out: 0
            alliance: 0
            severity: 0
            outcome: 0
          literature:
            alliance: 0
            between: 0
            within: 0
            curvature: 0
            arm-effect: 0
            severity: 0
          attrition:
            alliance:
              rate: 0  # intercept -Infinity
              depends-on:
                severity: 0
                alliance: 0
                true-alliance: 0
                outcome: 0
              therapist-sd: 0
            outcome:
              rate: 0
              depends-on:
                severity: 0
                alliance: 0
                true-alliance: 0
                outcome: 0
              therapist-sd: 0
            therapists: 0
        methods:
          - name: linear
            preset: linear  # outcome ~ 1
            adjust: [severity]
            estimate: reml
            tests:
              - variance: therapist
                by: f-exact
                alternative: two-sided
            true-values:
              "I(x^2)": 1E-05
        joint: []
        grid:
          scenario.trial.therapists: [15, 30]
          scenario.outcome.between:
            - label: flat
              shape: none
              slope-sd: 0
              slope-correlation: 0
            - label: bent
              shape: quadratic
              slope-sd: 0
              slope-correlation: 0
              linear: 0
              curvature: 0.15
              optimum: 0
        zip: []
        exclude:
          - scenario.trial.therapists: 30
            scenario.outcome.between: bent

        """,
        Example.Read("""
            name: small
            scenario:
              trial: {therapists: 30, caseload: 1e1, arms: [no]}
              therapists: {outcome-icc: 5e-2}
              alliance: {therapist-icc: 0.10}
              outcome: {severity: -0.30}
            methods: [{preset: linear, adjust: [severity], tests: [{variance: therapist, by: f-exact}], true-values: {I(x^2): 0.00001}}]
            grid:
              scenario.trial.therapists: {from: 15, to: 30, by: 15}
              scenario.outcome.between: [{label: flat, shape: none}, {shape: quadratic, curvature: 0.150, label: bent}]
            exclude: [{scenario.trial.therapists: 30.0, scenario.outcome.between: bent}]
            """).ToYaml(5, comments: new Dictionary<string, string>
        {
            ["scenario.attrition.alliance.rate"] = "intercept -Infinity",
            ["methods[1].preset"] = "outcome\n~ 1",
        }));

    [Theory]
    [InlineData("question: Why?", true)]
    [InlineData("replicates: 5", true)]
    [InlineData("replicates: {max: 5000, target-mcse: 0.01}", true)]
    [InlineData("alpha: 0.050", true)]
    [InlineData("methods: [null-model, {preset: linear}, {preset: quadratic, estimate: reml}]", true)]
    [InlineData("grid: {scenario.trial.therapists: [30]}", false)]
    [InlineData("alpha: 0.01", false)]
    [InlineData("random-numbers: independent", false)]
    [InlineData("methods: [linear]", false)]
    [InlineData("methods: [null-model, {preset: linear, reliability: known}, quadratic]", false)]
    public void Identity_ChangesWithTheResultsOnly(string line, bool same) =>
        Assert.Equal(same, Example.Read(Example.Small).Identity(1).Equals(Example.ReadSmallWith(line).Identity(1), StringComparison.Ordinal));

    [Fact]
    public void Identity_DependsOnTheSeed() => Assert.NotEqual(Example.Read(Example.Small).Identity(1), Example.Read(Example.Small).Identity(2));

    // A change of this value makes all folders of earlier versions foreign: raise ResultsVersion or repair the canonical form.
    [Fact]
    public void Identity_OfTheExample_IsPinned() =>
        Assert.StartsWith("d8addcb5516ba7030f1446ab0c41b2c7", Example.Read(Example.Text).Identity(2009), StringComparison.Ordinal);

    [Fact]
    public void ScenarioHash_DependsOnTheContentAndNotOnThePlace()
    {
        IReadOnlyList<Cell> few = Example.ReadSmallWith("grid: {scenario.trial.therapists: [15, 30]}").ToStudy(1).Cells;
        IReadOnlyList<Cell> many = Example.ReadSmallWith(
            "grid: {scenario.trial.sites: [1, 2], scenario.trial.therapists: [60, 30, 15]}").ToStudy(1).Cells;

        Assert.Equal(StudyFile.ScenarioHash(few[1].Scenario), StudyFile.ScenarioHash(many[1].Scenario));
        Assert.Equal(6, many.Select(c => StudyFile.ScenarioHash(c.Scenario)).Distinct().Count());
        Assert.Equal(
            StudyFile.ScenarioHash(few[0].Scenario with { Outcome = new EndpointOutcome { Severity = -0.0 } }),
            StudyFile.ScenarioHash(few[0].Scenario with { Outcome = new EndpointOutcome() }));
    }

    // Files of which every key is valid and every rule over several keys holds.
    private static Arbitrary<string> Studies() =>
        (from caseload in Gen.Elements("10", "{mean: 15.4, cv: 0.8}", "{total: 400, cv: 0.3}", "[" + string.Join(", ", Enumerable.Range(1, 30)) + "]")
         from arms in Gen.Elements("", "arms: [a, b], ", "arms: [a, b], nesting: crossed, ", "arms: [a, b], without-therapists: {a: 25}, ", "arms: [usual care, \"o'n: \\\"x\\\" é😀\"], per-arm: {usual care: 16, \"o'n: \\\"x\\\" é😀\": 14}, ")
         from alliance in Gen.Elements("therapist-icc: 0.1", "observed-therapist-icc: 6.25e-2, reliability: 0.77, therapist-mean: measured")
         from between in Shapes()
         from within in Shapes()
         from effect in arms.Length == 0 ? Gen.Constant("0") : Gen.Elements("0.2", "{d: -0.50, standardiser: within}", "{d: 1, standardiser: total}")
         from severity in Number()
         from rate in Gen.Choose(0, 99)
         from question in Gen.Elements("", "question: 'a: b # c'\n", "question: \"tab\\t line\\n {x} \\u2028 \\U0001F600 \\\\\"\n", "question: \"null\"\n", "question: \"12\"\n")
         from methods in Gen.Elements(
             "",
             "methods: [between-within, {name: own, formula: 'outcome ~ arm + (1 | therapist)', tests: [{term: arm, by: lrt, alternative: less}]}]\n",
             "methods: [{preset: linear, reliability: known}, {preset: quadratic, reliability: estimated}]\n",
             "methods: [{preset: quadratic, tests: [{term: I(alliance_between^2), by: two-lines, shape: u}, {term: I(alliance_between^2), by: lind-mehlum}]}]\n",
             "methods: [{preset: quadratic, true-values: {b: 1, a: -2e-7}}, null-model]\njoint:\n- {name: a, method: null-model, variance: therapist, by: f-exact}\n"
             + "- {name: b, method: quadratic, term: x, by: wald-z}\n")
         from grid in Gen.Elements(
             "",
             "grid: {scenario.trial.sites: [3, 2], scenario.outcome.site-icc: {from: 0, to: 0.3, by: 0.1}}\nexclude: [{scenario.trial.sites: 2, scenario.outcome.site-icc: 0}]\n",
             "grid: {scenario.outcome.within: [{label: 'no', shape: none}, {label: b c, shape: linear, slope: 0.3}]}\n",
             "grid: {scenario.alliance.reverse-causation.late: [0, 0.3]}\n",
             "variants: [{label: 'no', scenario.trial.caseload: 12}, {label: b c, scenario.alliance.reliability: 0.3, scenario.outcome.between: {shape: linear, slope: 1}}]\ngrid: {scenario.alliance.assessments: [1, 2]}\nexclude: [{variant: base, scenario.alliance.assessments: 1}]\n",
             "grid: {scenario.alliance.therapist-mean: [measured, analysed]}\nzip: [{scenario.attrition.outcome.rate: [0.5, 0.25], scenario.attrition.outcome.depends-on.severity: [1, 2]}]\n")
         select question + methods + grid + "name: a_1.b-2\nscenario:\n"
             + $"  trial: {{{arms}therapists: 30, caseload: {caseload}}}\n  therapists: {{outcome-icc: 0.05}}\n  alliance: {{{alliance}}}\n"
             + $"  outcome: {{between: {between}, within: {within}, arm-effect: {effect}, severity: {severity}}}\n"
             + $"  attrition: {{alliance: {{rate: 0.{rate:00}, depends-on: {{severity: {severity}}}}}}}\n")
        .ToArbitrary();

    private static Gen<string> Shapes() =>
        from number in Number()
        from shape in Gen.Elements("shape: none", $"shape: linear, slope: {number}", $"shape: quadratic, curvature: {number}, optimum: 0.5", "shape: inverted-u, loss-at-2sd: 0.60",
            $"shape: plateau, slope: {number}, knee: 0.5", $"shape: points, points: [[-2, {number}], [0, 0.20], [2e0, {number}]]")
        select $"{{{shape}}}";

    private static Gen<string> Number() =>
        from mantissa in Gen.Choose(-19_999, 19_999)
        from form in Gen.Elements("0.0000", "0.00000000", "E3")
        select (mantissa / 10000.0).ToString(form, CultureInfo.InvariantCulture);

    // All properties that can be set, in an own walk over the records, collections item by item.
    private static string Dump(object? value) => value switch
    {
        null => "null",
        string text => '"' + text + '"',
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        IDictionary map => "{" + string.Join(", ", map.Keys.Cast<string>().Order().Select(k => $"{k}: {Dump(map[k])}")) + "}",
        IEnumerable items => "[" + string.Join(", ", items.Cast<object>().Select(Dump)) + "]",
        _ => value.GetType().Name + "(" + string.Join(", ", value.GetType().GetProperties().Where(p => p.CanWrite).Select(p => $"{p.Name} = {Dump(p.GetValue(value))}")) + ")",
    };
}
