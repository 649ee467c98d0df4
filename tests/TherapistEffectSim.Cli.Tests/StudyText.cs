namespace TherapistEffectSim.Cli.Tests;

/// <summary>Study files for the tests of commands.</summary>
internal static class StudyText
{
    /// <summary>One scenario with a straight line; 64 replicates take some milliseconds.</summary>
    public const string Line = """
        name: line
        seed: 1
        replicates: 64
        scenario:
          trial: {therapists: 20, caseload: 10}
          therapists: {outcome-icc: 0.05}
          alliance: {therapist-icc: 0.1}
          outcome:
            between: {shape: linear, slope: 0.2}
        methods: [null-model, linear]

        """;

    /// <summary>Three scenarios with all that a study may have.</summary>
    public const string Grid = """
        name: grid
        question: What is lost with the patients?
        seed: 2009
        replicates: 150
        scenario:
          trial: {arms: [control, treatment], sites: 2, therapists: 16, caseload: {mean: 8, cv: 0.8}}
          therapists: {outcome-icc: 0.1}
          alliance: {therapist-icc: 0.2, reliability: 0.8}
          outcome:
            between: {shape: quadratic, linear: 0.2, curvature: 0.2}
            within: {shape: linear, slope: 0.1}
            severity: -0.3
            site-icc: 0.02
            arm-effect: 0.2
          attrition:
            alliance: {rate: 0.1}
            outcome: {rate: 0.2, depends-on: {severity: 0.5}}
        methods:
          - null-model
          - {preset: linear, adjust: [severity]}
          - quadratic
          - {name: own, formula: "outcome ~ arm + alliance + (1 | therapist)", estimate: ml, tests: [{term: alliance, by: lrt}, {term: alliance, by: wald-z, alternative: greater}, {variance: therapist, by: lrt-mixture}]}
          - therapist-means
          - correlations
        grid:
          scenario.attrition.outcome.rate: [0, 0.2, 0.5]

        """;

    /// <summary>So many scenarios that nobody waits for the last.</summary>
    public static string Long => Line.Replace("replicates: 64", "replicates: 320", StringComparison.Ordinal)
        + "grid:\n  scenario.trial.therapists: {from: 10, to: 109, by: 1}\n  scenario.outcome.severity: {from: 0, to: 9.9, by: 0.1}\n";

    public static string Experiment(string name) => Path.Join(Repository(), "experiments", $"{name}.yaml");

    public static string Repository()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Join(folder, "TherapistEffectSim.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }
}
