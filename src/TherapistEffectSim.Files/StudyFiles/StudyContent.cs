using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Files.StudyFiles;

/// <summary>The keys at the top of a study file. The scenario and what varies in it stay nodes: they are bound cell by cell.</summary>
internal sealed record StudyContent
{
    [Description("Short name: letters, digits, '-', '_' and '.'. The result folder is called after it.")]
    public required string Name { get; init; }

    [Description("What the study asks, in one or two sentences.")]
    public string Question { get; init; } = "";

    [Description("Key of all random numbers of the study. Without it one is drawn and printed.")]
    public ulong? Seed { get; init; }

    [Description("Replicates per scenario: a number, or {min, max, target-mcse} for as many as its rejection rates need.")]
    public ReplicateRule Replicates { get; init; } = new FixedReplicates { Count = 1000 };

    [Description("Nominal level of all tests.")]
    [Interval(0, 1, LowOpen = true, HighOpen = true)]
    public double Alpha { get; init; } = 0.05;

    [Description("common: all scenarios share their draws, so that contrasts are precise. independent: each draws for itself.")]
    public RandomNumbers RandomNumbers { get; init; } = RandomNumbers.Common;

    [Description("automatic: means and sums within therapists are drawn from their exact distribution where the analyses of all scenarios see nothing else, so that the time grows with therapists, not with patients. patients: always drawn one by one.")]
    public Sampling Sampling { get; init; } = Sampling.Automatic;

    [Description("The world: one data-generating mechanism, varied by grid and zip.")]
    public required Node Scenario { get; init; }

    [Description("Analyses that every data set undergoes: presets by name, or formulas with tests.")]
    public ImmutableArray<Method> Methods { get; init; } =
    [
        MethodForm.OfPreset(MethodPreset.NullModel),
        MethodForm.OfPreset(MethodPreset.Linear),
        MethodForm.OfPreset(MethodPreset.Quadratic),
    ];

    [Description("Two to six tests whose patterns of decisions are counted. Without it: therapist variance, slope and curve.")]
    public ImmutableArray<JointTest> Joint { get; init; } = [];

    [Description("Values by path, crossed in this order; the last varies fastest.")]
    public Node? Grid { get; init; }

    [Description("Maps of lists of equal length that vary together, crossed after the grid.")]
    public Node? Zip { get; init; }

    [Description("Worlds that each change some values of the scenario, one reason at a time: maps of a label and of values by path. The scenario as it stands is the variant base; crossed after grid and zip.")]
    public Node? Variants { get; init; }

    [Description("Cells to leave out: those that match all values of an item.")]
    public Node? Exclude { get; init; }

    [Description("For tes plan: what the trial must reach, and what may be chosen to reach it.")]
    public PlanContent? Plan { get; init; }
}
