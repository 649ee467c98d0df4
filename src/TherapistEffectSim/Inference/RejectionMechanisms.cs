using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>What can make a test of a zero target reject.</summary>
/// <param name="Name">As results name it.</param>
/// <param name="Reaches">Whether it is in the world and can reach what is tested.</param>
internal sealed record RejectionMechanism(string Name, Func<TestedTerm, bool> Reaches);

/// <summary>The table of what can make a test of a zero target reject, one line a mechanism.</summary>
/// <remarks>
/// Rather too many mechanisms are named than too few. Arms and sites are randomised: only what itself differs between arms reaches them.
/// </remarks>
internal static class RejectionMechanisms
{
    /// <summary>The table.</summary>
    public static ImmutableArray<RejectionMechanism> All { get; } =
    [
        new("between-therapist slope", tested =>
            tested.World.Components.Between.HasSlope
            && ((tested.IsBetweenAlliance && !tested.Represented.BetweenSlope) || (tested.IsVariance && tested.ObservesBetween))),

        // A curve in an unreliable mean is represented only in part: the rest spreads the outcome most at the ends.
        new("between-therapist curve", tested =>
            tested.World.Components.Between.IsCurved
            && ((tested.IsBetweenAlliance && !tested.Represented.BetweenCurve)
                || ((tested.IsBetweenAlliance || tested.IsVariance) && tested.ObservesBetween))),

        // An observed mean holds the mean of its patients' deviations, and so their effect.
        new("within-therapist slope", tested =>
            tested.World.Components.Within.HasSlope
            && ((tested.IsWithinAlliance && !tested.Represented.WithinSlope)
                || (tested.IsBetweenAlliance && tested.ObservesBetween)
                || (tested.IsVariance && (tested.ObservesBetween || tested.ObservesWithin)))),
        new("within-therapist curve", tested =>
            tested.World.Components.Within.IsCurved
            && ((tested.IsWithinAlliance && (!tested.Represented.WithinCurve || tested.ObservesWithin))
                || (tested.IsBetweenAlliance && tested.ObservesBetween)
                || (tested.IsVariance && (tested.ObservesBetween || tested.ObservesWithin)))),
        new("reverse causation", ReverseCausation),
        new("non-random allocation", NonRandomAllocation),
        new("confounding of the alliance", Confounding),
        new("moderation of the alliance", Moderation),
        new("adherence", Adherence),
        new("retention", tested =>
            tested.World.Scenario.Retention is { Outcome: not 0, DropOut: > 0 } and not { Alliance: 0, Severity: 0 } && !tested.IsRandomised),

        // Slopes that differ link the residuals of a therapist wherever the deviations are not 0.
        new("slopes that differ between therapists", tested =>
            ((EndpointOutcome)tested.World.Scenario.Outcome).Within.SlopeSd > 0
            && (tested.IsVariance || tested.IsWithinAlliance || tested.ObservesAlliance)),
        new("literature", LiteratureOfEffects),
        new("residual SDs of the arms", tested =>
            tested.World.Components.ArmResidualSd.Distinct().Count() > 1
            && (tested.IsVariance || tested.Reads(GeneratedColumns.Arm) || IsIntercept(tested))),
        new("site by arm", tested =>
            ((EndpointOutcome)tested.World.Scenario.Outcome).SiteByArmSd > 0
            && (tested.IsVariance || tested.Reads(GeneratedColumns.Arm) || IsIntercept(tested))),
        new("arm effects that differ between therapists", tested =>
            tested.World.Scenario.Therapists.ArmEffectSd > 0
            && (tested.IsVariance || tested.Reads(GeneratedColumns.Arm) || IsIntercept(tested))),

        // The outcome varies more where therapists add to it.
        new("arm without therapists", tested =>
            tested.World.Layout.IsPartial
            && (tested.World.Components.OutcomeTherapistSd > 0 || !tested.World.Components.Between.IsZero)
            && (tested.IsVariance || tested.Reads(GeneratedColumns.Arm) || IsIntercept(tested))),

        // Ends and steps bend the scale: a straight line is a curve of what is recorded.
        new("instrument", tested =>
            tested.World.Scenario.Alliance.Instrument is not null && HasAllianceEffect(tested.World) && tested.ObservesAlliance && tested.IsProduct),
        new("rater", tested =>
            tested.World.Scenario.Alliance is { Rater: Rater.Therapist } and not { Validity: 1, RaterIcc: null }
            && HasAllianceEffect(tested.World) && tested.ObservesAlliance && (tested.IsVariance || tested.IsBetweenAlliance)),
        new("residuals that are not normal", tested =>
            ((EndpointOutcome)tested.World.Scenario.Outcome).Distribution is not NormalForm && tested.IsVariance),
        new("attrition on the outcome", tested =>
            !tested.IsRandomised
            && (IsLossByOutcome(tested.World.Scenario.Attrition.Alliance) || IsLossByOutcome(tested.World.Scenario.Attrition.Outcome))),
    ];

    private static bool IsIntercept(TestedTerm tested) => tested is { IsOfTherapists: true, IsRandomised: false, IsOfSkill: false };

    private static bool IsLossByOutcome(AttritionStage stage) => stage is { Rate: > 0, DependsOn.Outcome: not 0 };

    private static bool HasAllianceEffect(World world) => !world.Components.Between.IsZero || !world.Components.Within.IsZero;

    // The residual is in the deviations, and so in the observed means; what moves the alliance becomes linked with it given the alliance.
    private static bool ReverseCausation(TestedTerm tested) =>
        tested.World.Scenario.Alliance.ReverseCorrelation != 0
        && (tested.IsWithinAlliance || tested.ObservesAlliance
            || (tested.IsOfSkill && tested.ModelObservesAlliance && !tested.World.Scores.IsPlain)
            || (tested.ModelReadsWithin && tested.Covariates().Any(c => c.MovesAlliance && tested.Reads(c.Column))));

    private static bool NonRandomAllocation(TestedTerm tested)
    {
        bool bySkill = MixedMechanisms.Score(tested.World.Scenario.Allocation) is AllocationScore.Alliance or AllocationScore.Outcome;
        return tested.Covariates().Any(c => c.IsAllocated
            && ((c.MovesOutcome && !tested.ModelHas(c.Column) && (tested.IsVariance || tested.IsOfSkill || tested.ReadsBetween || (c.MovesAlliance && tested.IsAlliance)))
                || (c.HasFurtherEffects && (tested.IsVariance || tested.IsOfSkill || tested.IsAlliance))
                || (bySkill && !tested.IsVariance && tested.Reads(c.Column))
                || (bySkill && c.MovesAlliance && (tested.IsVariance ? tested.ModelObservesAlliance : tested.IsAlliance))));
    }

    // Of an alliance with errors of measurement only a part is held constant: the rest of its effect goes to what moves it.
    private static bool Confounding(TestedTerm tested) => tested.Covariates().Any(c => c.MovesAlliance
        && ((c.MovesOutcome && !tested.ModelHas(c.Column) && (tested.IsVariance ? tested.ObservesAlliance : tested.IsWithinAlliance || tested.ObservesAlliance))
            || (!tested.IsVariance && tested.Reads(c.Column) && tested.ModelObservesAlliance && HasAllianceEffect(tested.World))));

    // Products that no column holds spread the outcome differently along the alliance and what moderates it.
    private static bool Moderation(TestedTerm tested)
    {
        EndpointOutcome outcome = (EndpointOutcome)tested.World.Scenario.Outcome;
        bool bySeverity = outcome.Moderations.Severity != 0 && !Holds(GeneratedColumns.Severity);
        bool byArm = outcome.Moderations.Arm != 0 && !Holds(GeneratedColumns.Arm);
        bool byAdherence = outcome.Adherence.CurvatureByAlliance != 0 && !Holds(GeneratedColumns.Adherence);
        bool byTraits = tested.World.Scenario.Traits.Any(t => t.Value.ByAlliance != 0 && !Holds(PatientTrait.ColumnOf(t.Key)));
        return byArm || (!tested.IsRandomised && (bySeverity || byAdherence || byTraits));

        bool Holds(string moderator) => tested.ModelHas(GeneratedColumns.TrueAlliance, moderator);
    }

    private static bool Adherence(TestedTerm tested)
    {
        AdherenceEffect adherence = ((EndpointOutcome)tested.World.Scenario.Outcome).Adherence;
        bool between = (adherence.Linear != 0 && !tested.ModelHas(GeneratedColumns.Adherence)) || (adherence.Curvature != 0 && !tested.HasSquareOfAdherence);
        bool bySeverity = adherence.BySeverity != 0 && !tested.ModelHas(GeneratedColumns.Adherence, GeneratedColumns.Severity);
        bool linked = !tested.World.Scores.IsPlain && (tested.IsOfSkill || tested.IsBetweenAlliance);
        return (between && (tested.IsVariance || linked || (!tested.IsVariance && tested.Reads(GeneratedColumns.Adherence))))
            || (bySeverity && (tested.IsVariance || linked || tested.IsAlliance || tested.Reads(GeneratedColumns.Severity) || tested.Reads(GeneratedColumns.Adherence)));
    }

    // Effects of mean 0 differ from 0 in each study.
    private static bool LiteratureOfEffects(TestedTerm tested)
    {
        Literature literature = tested.World.Scenario.Literature;
        bool severityLinked = tested.Covariates().First() is { } severity
            && ((severity.IsAllocated && (tested.IsVariance || tested.IsOfSkill || tested.IsAlliance))
                || (severity.MovesAlliance && (tested.IsAlliance || (tested.IsVariance && tested.ObservesAlliance))));
        return (literature.Alliance > 0 && (tested.IsVariance || tested.IsAlliance))
            || (literature is not { Between: 0, Curvature: 0 } && (tested.IsVariance || tested.IsBetweenAlliance))
            || (literature is not { Between: 0, Curvature: 0, Alliance: 0 } && tested.IsOfSkill && !tested.World.Scores.IsPlain)
            || (literature.Within > 0 && (tested.IsWithinAlliance || tested.ObservesAlliance))
            || (literature is not { Within: 0, Alliance: 0 } && !tested.IsVariance && tested.Covariates().Any(c => c.MovesAlliance && tested.Reads(c.Column)))
            || (literature.ArmEffect > 0 && (tested.IsVariance || tested.Reads(GeneratedColumns.Arm) || IsIntercept(tested)))
            || (literature.Severity > 0 && ((!tested.IsVariance && tested.Reads(GeneratedColumns.Severity))
                || (severityLinked && !tested.ModelHas(GeneratedColumns.Severity))));
    }
}
