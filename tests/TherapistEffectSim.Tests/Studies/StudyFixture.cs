using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>Small studies in one line, run in memory.</summary>
internal static class StudyFixture
{
    public static Study Study(int replicates, ulong seed, ImmutableArray<Method> methods, params Scenario[] scenarios) => new()
    {
        Name = "test",
        Seed = seed,
        Replicates = replicates,
        Methods = methods,
        Cells = [.. scenarios.Select((s, i) => new Cell(i + 1, [new FactorValue("world", $"{i + 1}")], s))],
    };

    public static Method Own(string name, string formula, params TestRequest[] tests) => new() { Name = name, Formula = formula, Tests = [.. tests] };

    public static TestRequest Term(string term, TestKind by) => new() { Term = term, By = by };

    public static TestRequest Variance(TestKind by) => new() { Variance = "therapist", By = by };

    /// <summary>Runs a study and returns its scenarios.</summary>
    public static List<CellResult> Run(Study study, int threads = 2, int? lanes = null, Action<ReplicateRow>? onReplicate = null)
    {
        List<CellResult> cells = [];
        bool complete = StudyRunner.Run(study, new() { Threads = threads, Lanes = lanes, OnCell = cells.Add, OnReplicate = onReplicate }, CancellationToken.None);
        Assert.True(complete);
        return cells;
    }

    /// <summary>One measure of one test.</summary>
    public static SummaryRow Measure(this CellResult cell, string method, string term, string test, string measure) =>
        cell.Summary.Single(r => r.Method == method && r.Term == term && r.Test == test && r.Measure == measure);

    /// <summary>A world of known predictors: therapist_score and patient_score.</summary>
    public static Scenario ScoresWorld(int therapists, int patients, double outcomeIcc, double linear, double square, double within) => new()
    {
        Trial = new() { Therapists = therapists, Caseload = new FixedCaseload { Patients = patients } },
        Therapists = new() { OutcomeIcc = outcomeIcc },
        Alliance = new() { TherapistIcc = 0.1 },
        Outcome = new EndpointOutcome
        {
            Between = new QuadraticShape { Linear = linear, Curvature = -square },
            Within = new LinearShape { Slope = within },
        },
    };
}
