using System.Collections.Immutable;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Generation;

/// <summary>A scenario made ready for generation: layout, caseloads, variances and the solved constants. Shared by all threads.</summary>
internal sealed class World
{
    private readonly Lazy<double?> _dropOutIntercept;
    private readonly Lazy<Losses> _losses;

    public World(Scenario scenario)
    {
        Scenario = scenario;
        Components = VarianceComponents.Of(scenario);
        Scores = new(scenario.Therapists);
        Layout = TherapistLayout.Of(scenario.Trial);
        Caseloads = CaseloadSampler.Of(scenario.Trial, Layout);
        ArmShares = PatientSharesOfArms();
        HasFurtherMechanisms = FurtherMechanisms.In(scenario);
        SortedTrait = scenario.Allocation is SortedAllocation sorted ? scenario.Traits.Keys.ToImmutableArray().IndexOf(sorted.Of) : -1;

        // Solved where they are read first: to check or to plan a study does not take them.
        Lazy<World?> beforeAttrition = new(() =>
            AttritionIsSolved(scenario.Attrition) && !PlainDistributions.HoldForAll(scenario) ? new(scenario with { Attrition = new() }) : null);
        _dropOutIntercept = new(() => beforeAttrition.Value is { } before ? before.DropOutIntercept : SolveDropOut(scenario.Retention));
        _losses = new(() => SolveAttrition(scenario.Attrition, beforeAttrition.Value));
    }

    /// <summary>The scenario.</summary>
    public Scenario Scenario { get; }

    /// <summary>Standard deviations and slopes.</summary>
    public VarianceComponents Components { get; }

    /// <summary>Distribution of the therapists' scores.</summary>
    public TherapistScoreModel Scores { get; }

    /// <summary>Arm and site of each therapist.</summary>
    public TherapistLayout Layout { get; }

    /// <summary>Caseloads before attrition.</summary>
    public CaseloadSampler Caseloads { get; }

    /// <summary>Expected share of the randomised patients in each arm; where therapists treat in every arm, in which each has as many but for one, equal.</summary>
    public ImmutableArray<double> ArmShares { get; }

    /// <summary>α: log hazard of drop-out of a patient of average alliance and severity; <see langword="null"/> if all attend all sessions.</summary>
    public double? DropOutIntercept => _dropOutIntercept.Value;

    /// <summary>Loss before the alliance is measured; <see langword="null"/> if nobody is lost.</summary>
    public LossLogOdds? LossBeforeAlliance => _losses.Value.BeforeAlliance;

    /// <summary>Loss before the outcome is measured, of those whose alliance was; <see langword="null"/> if nobody is lost.</summary>
    public LossLogOdds? LossBeforeOutcome => _losses.Value.BeforeOutcome;

    /// <summary>Whether the generator needs its longer path.</summary>
    public bool HasFurtherMechanisms { get; }

    /// <summary>Whether what is recorded of the alliance differs from the truth between therapists: another rater, another scale.</summary>
    public bool HasOwnObservedBase => Scenario.Alliance.Rater != Rater.Patient || Scenario.Alliance.Instrument is not null;

    /// <summary>Index of the trait by which patients are sorted; −1 if there is none.</summary>
    public int SortedTrait { get; }

    /// <summary>Whether every randomised patient is analysed.</summary>
    public bool IsComplete => Scenario.Attrition is { Alliance.Rate: 0, Outcome.Rate: 0, Therapists: 0 };

    /// <summary>Whether all therapists, patients without one included, have the same number of analysed patients in every replicate.</summary>
    public bool IsBalanced => IsComplete && Caseloads.IsEqual && !Layout.IsPartial;

    /// <summary>Constants that were solved at set-up, by name.</summary>
    public IEnumerable<KeyValuePair<string, double>> SolvedConstants()
    {
        if (DropOutIntercept is { } dropOut)
        {
            yield return new("retention.intercept", dropOut);
        }

        if (LossBeforeAlliance is { } alliance)
        {
            yield return new("attrition.alliance.intercept", alliance.Intercept);
        }

        if (LossBeforeOutcome is { } outcome)
        {
            yield return new("attrition.outcome.intercept", outcome.Intercept);
        }
    }

    private static bool AttritionIsSolved(Attrition attrition) =>
        attrition.Alliance is { Rate: > 0, HasEqualOdds: false } || attrition.Outcome is { Rate: > 0, HasEqualOdds: false };

    private Losses SolveAttrition(Attrition attrition, World? beforeAttrition)
    {
        AttritionStage first = attrition.Alliance;
        AttritionStage second = attrition.Outcome;
        if (!AttritionIsSolved(attrition))
        {
            return new(Constant(first), Constant(second));
        }

        AttritionIntercepts intercepts = new(beforeAttrition is null ? PlainPatients() : GeneratedPatients.Of(beforeAttrition));
        LossLogOdds? alliance = first.Rate > 0 ? intercepts.Solve(first) : null;
        LossLogOdds? outcome = second.Rate > 0 ? intercepts.Solve(second) : null;
        return new(alliance, outcome);

        static LossLogOdds? Constant(AttritionStage stage) =>
            stage.Rate > 0 ? new LossLogOdds(AttritionIntercepts.Logit(stage.Rate), 0, 0, 0, 0, 0) : null;
    }

    private double? SolveDropOut(Retention retention) => retention switch
    {
        { DropOut: 0 } => null,
        { Alliance: 0, Severity: 0 } => RetentionHazard.Intercept(retention),
        _ when PlainDistributions.HoldForTrueAllianceAndSeverity(Scenario) => RetentionHazard.Intercept(retention, PlainPatients()),
        _ => RetentionHazard.Intercept(retention, GeneratedPatients.Of(new(Scenario with { Attrition = new(), Retention = new() }))),
    };

    private PatientCovariates PlainPatients() => QuasiRandomPatients.Of(Components, Scores, ArmShares.AsSpan());

    private ImmutableArray<double> PatientSharesOfArms()
    {
        if (Layout.IsCrossed)
        {
            return [.. Enumerable.Repeat(1.0 / Layout.Arms, Layout.Arms)];
        }

        double[] shares = new double[Layout.Arms];
        double total = 0;
        int[]? given = Scenario.Trial.Caseload switch
        {
            ListedCaseload listed => [.. listed.Patients],
            SharedCaseload { Cv: 0 } shared => SharedCaseloads.Equal(shared.Total, Layout.RealTherapists),
            _ => null,
        };
        double perTherapist = Layout.IsPartial ? Scenario.Trial.Caseload.ExpectedPatients(Layout.RealTherapists) / Layout.RealTherapists : 1;
        for (int j = 0; j < Layout.Therapists; j++)
        {
            double patients = !Layout.HasTherapist(j) ? 1 : given is null ? perTherapist : given[j];
            shares[Layout.Arm[j]] += patients;
            total += patients;
        }

        for (int arm = 0; arm < shares.Length; arm++)
        {
            shares[arm] /= total;
        }

        return [.. shares];
    }

    private sealed record Losses(LossLogOdds? BeforeAlliance, LossLogOdds? BeforeOutcome);
}
