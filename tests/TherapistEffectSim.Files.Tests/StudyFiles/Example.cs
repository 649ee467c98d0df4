using TherapistEffectSim.Files.StudyFiles;

namespace TherapistEffectSim.Files.Tests.StudyFiles;

/// <summary>Study files that the tests read, and the shortest way to do it.</summary>
internal static class Example
{
    /// <summary>The documented study file.</summary>
    public const string Text = """
        name: curve-and-caseload
        question: How many therapists show an inverted U?
        seed: 2009
        replicates: 10000
        alpha: 0.05
        scenario:
          trial: {arms: [usual, motivational], sites: 5, therapists: 30, caseload: {mean: 15.4, cv: 0.8}}
          therapists: {outcome-icc: 0.02}
          allocation: {kind: random}
          alliance: {observed-therapist-icc: 0.0625, reliability: 0.77, assessments: 1}
          outcome:
            between: {shape: quadratic, linear: 0.0, curvature: 0.15}
            within: {shape: none}
            arm-effect: 0.2
            severity: -0.3
          attrition:
            alliance: {rate: 0.308}
            outcome: {rate: 0.194, depends-on: {severity: 0.3}}
        methods:
          - null-model
          - linear
          - quadratic
          - {name: own, formula: "outcome ~ arm + alliance + (1 | therapist)", estimate: reml,
             tests: [{term: alliance, by: t-satterthwaite}, {variance: therapist, by: f-exact}]}
        joint:
          - {name: therapist-variance, method: null-model, variance: therapist, by: f-exact}
          - {name: curve, method: quadratic, term: "I(alliance_between^2)", by: t-satterthwaite}
        grid:
          scenario.trial.therapists: [15, 30, 60, 120]
          scenario.therapists.outcome-icc: {from: 0, to: 0.1, by: 0.05}
        zip: []
        exclude: []

        """;

    /// <summary>A study of one cell without anything that has a default.</summary>
    public const string Small = """
        name: small
        scenario:
          trial: {therapists: 30, caseload: 10}
          therapists: {outcome-icc: 0.05}
          alliance: {therapist-icc: 0.1}

        """;

    public static StudyFile Read(string text) => StudyFile.Read(new StringReader(text), "study.yaml");

    /// <summary>The small study with more lines at its end.</summary>
    public static StudyFile ReadSmallWith(string more) => Read(Small + more);

    /// <summary>The lines of the message for a text with mistakes.</summary>
    public static string[] ErrorsOf(string text) => Assert.Throws<StudyFileException>(() => Read(text)).Message.Split('\n');

    /// <summary>The one line of the message for the small study with a text replaced.</summary>
    public static string ErrorOfSmall(string from, string to)
    {
        Assert.Contains(from, Small, StringComparison.Ordinal);
        return Assert.Single(ErrorsOf(Small.Replace(from, to, StringComparison.Ordinal)));
    }
}
