using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Benchmarks;

/// <summary>The analyses whose tests are made.</summary>
public enum Analyses
{
    /// <summary>Three models by maximum likelihood, four tests.</summary>
    Peers,

    /// <summary>The presets null-model, linear and quadratic with their own tests, by REML.</summary>
    Presets,
}

/// <summary>A leaf of replicates of W2, generated and fitted.</summary>
internal sealed class Leaf
{
    public Leaf(Analyses analyses)
    {
        ImmutableArray<Method> methods = analyses == Analyses.Peers
            ? Workload.PeerMethods
            : [new() { Preset = MethodPreset.NullModel }, new() { Preset = MethodPreset.Linear }, new() { Preset = MethodPreset.Quadratic }];
        Plan = Workload.Plan(Workload.World(TrialSize.W2), methods);
        Values = new(Plan);
        Decisions = new(Plan);
        StudyRunner.Engine(Plan, null).Run(0, LeafValues.Capacity, Values);
    }

    public ScenarioPlan Plan { get; }

    public LeafValues Values { get; }

    public LeafDecisions Decisions { get; }
}
