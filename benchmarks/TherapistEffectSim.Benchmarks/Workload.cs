using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>Size of a trial, as therapists by patients of each.</summary>
public enum TrialSize
{
    /// <summary>30 × 10.</summary>
    W1,

    /// <summary>100 × 20.</summary>
    W2,

    /// <summary>500 × 50.</summary>
    W3,
}

/// <summary>How patients are spread over therapists.</summary>
public enum Spread
{
    /// <summary>All caseloads equal: fits have a closed form.</summary>
    Equal,

    /// <summary>Caseloads from half to one and a half times the mean: fits iterate.</summary>
    Unequal,
}

/// <summary>The world and the analyses of the benchmarks.</summary>
/// <remarks>
/// Alliance ICC .1, outcome ICC .05, y = .3 A − .25 (A² − 1) + .2 P + U + e with A, P ~ N(0, 1): <c>peers/common.R</c> has the same.
/// Null, linear and quadratic model by maximum likelihood; likelihood ratio of the square and Wald tests.
/// </remarks>
internal static class Workload
{
    /// <summary>Name of the tested coefficient.</summary>
    public const string Square = "I(alliance_between^2)";

    /// <summary>The world.</summary>
    public static Scenario World(TrialSize size, Spread spread = Spread.Equal) => new()
    {
        Trial = new() { Therapists = Size(size).Therapists, Caseload = Caseloads(size, spread) },
        Therapists = new() { OutcomeIcc = 0.05 },
        Alliance = new() { TherapistIcc = 0.1 },
        Outcome = new EndpointOutcome
        {
            Between = new QuadraticShape { Linear = 0.3, Curvature = 0.25 },
            Within = new LinearShape { Slope = 0.2 },
        },
    };

    /// <summary>The world with a fifth of the patients lost, those with low outcomes more often.</summary>
    public static Scenario WithLoss(Scenario world) =>
        world with { Attrition = new() { Outcome = new() { Rate = 0.2, DependsOn = new() { Outcome = -0.5 } } } };

    /// <summary>The models of the peers.</summary>
    public static ImmutableArray<Method> PeerMethods { get; } =
    [
        new() { Preset = MethodPreset.NullModel, Estimate = Criterion.Ml, Tests = [new() { Variance = "therapist", By = TestKind.LrtMixture }] },
        new() { Preset = MethodPreset.Linear, Estimate = Criterion.Ml, Tests = [Test("alliance_between", TestKind.WaldZ)] },
        new() { Preset = MethodPreset.Quadratic, Estimate = Criterion.Ml, Tests = [Test(Square, TestKind.Lrt), Test(Square, TestKind.WaldZ)] },
    ];

    /// <summary>The models of a study that names none, by REML with their own tests.</summary>
    public static ImmutableArray<Method> DefaultMethods { get; } =
        [new() { Preset = MethodPreset.NullModel }, new() { Preset = MethodPreset.Linear }, new() { Preset = MethodPreset.Quadratic }];

    /// <summary>One model by one criterion.</summary>
    public static ImmutableArray<Method> Quadratic(Criterion criterion) =>
        [new() { Preset = MethodPreset.Quadratic, Estimate = criterion, Tests = [Test(Square, TestKind.TSatterthwaite)] }];

    /// <summary>A study of one scenario.</summary>
    public static Study Study(Scenario world, ImmutableArray<Method> methods, int replicates = 1) => new()
    {
        Name = "benchmark",
        Seed = 20240501,
        Replicates = replicates,
        Methods = methods,
        Cells = [new Cell(1, [], world)],
    };

    /// <summary>What is done with each replicate of a study of one scenario.</summary>
    /// <param name="world">The world.</param>
    /// <param name="methods">The analyses.</param>
    /// <param name="withoutPatients">Whether therapists' statistics are drawn instead of patients.</param>
    public static ScenarioPlan Plan(Scenario world, ImmutableArray<Method> methods, bool withoutPatients = false)
    {
        Study study = Study(world, methods);
        return ScenarioPlanner.Plan(study, study.Cells[0], withoutPatients ? StudySampling.Inspect(study) : Drawing.Patients);
    }

    private static TestRequest Test(string term, TestKind by) => new() { Term = term, By = by };

    private static (int Therapists, int Patients) Size(TrialSize size) => size switch
    {
        TrialSize.W1 => (30, 10),
        TrialSize.W2 => (100, 20),
        _ => (500, 50),
    };

    private static Caseload Caseloads(TrialSize size, Spread spread)
    {
        (int therapists, int patients) = Size(size);
        if (spread == Spread.Equal)
        {
            return new FixedCaseload { Patients = patients };
        }

        // n/2, n/2 + 1, …, 3n/2, round and round.
        int lowest = patients / 2;
        return new ListedCaseload { Patients = [.. Enumerable.Range(0, therapists).Select(j => lowest + (j % (patients + 1)))] };
    }
}
