using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Formulas;
using TherapistEffectSim.Generation;

namespace TherapistEffectSim.Inference;

/// <summary>What is tested, in which model and world: a coefficient, or the therapist variance.</summary>
internal sealed class TestedTerm
{
    private readonly string[] _variables; // of the term; of the model for the variance
    private readonly string[][] _columns; // of the model

    /// <param name="world">The world.</param>
    /// <param name="columns">The columns of the model.</param>
    /// <param name="represented">Effects that they can represent.</param>
    /// <param name="column">The column whose coefficient is tested; <see langword="null"/> for the therapist variance.</param>
    public TestedTerm(World world, ImmutableArray<FixedColumn> columns, AllianceShapes represented, FixedColumn? column)
    {
        World = world;
        Represented = represented;
        IsVariance = column is null;
        _columns = [.. columns.Select(c => c.Expression.Variables.ToArray())];
        _variables = [.. (column is null ? columns : [column]).SelectMany(c => c.Expression.Variables).Distinct(StringComparer.Ordinal)];
        bool readsWhole = !IsVariance && _variables.Any(WorldVariables.IsWholeAlliance);
        IsOfTherapists = !IsVariance && _variables.All(v => WorldVariables.IsOfTherapists(world.Scenario, v));
        bool isOfTherapistsAndArms = !IsVariance && _variables.All(v => v == GeneratedColumns.Arm || WorldVariables.IsOfTherapists(world.Scenario, v));
        IsBetweenAlliance = readsWhole || (isOfTherapistsAndArms && _variables.Any(WorldVariables.IsBetweenAlliance));
        IsWithinAlliance = readsWhole || (!IsVariance && _variables.Any(WorldVariables.IsWithinAlliance));
        IsRandomised = !IsVariance && _variables.Length > 0 && _variables.All(v => v is GeneratedColumns.Arm or GeneratedColumns.Site);
        IsProduct = column is not null && PopulationColumn.Degree(column.Expression) > 1;
        HasSquareOfAdherence = columns.Any(c =>
            c.Expression.Variables.SequenceEqual([GeneratedColumns.Adherence]) && PopulationColumn.Degree(c.Expression) == 2);
    }

    /// <summary>The world.</summary>
    public World World { get; }

    /// <summary>Effects that the model's columns can represent.</summary>
    public AllianceShapes Represented { get; }

    /// <summary>The therapist variance is tested.</summary>
    public bool IsVariance { get; }

    /// <summary>A coefficient of variables that patients of a therapist share, or the intercept.</summary>
    public bool IsOfTherapists { get; }

    /// <summary>A coefficient of the alliance between therapists.</summary>
    public bool IsBetweenAlliance { get; }

    /// <summary>A coefficient of the alliance within therapists.</summary>
    public bool IsWithinAlliance { get; }

    /// <summary>A coefficient of arms or sites alone.</summary>
    public bool IsRandomised { get; }

    /// <summary>A power or a product.</summary>
    public bool IsProduct { get; }

    /// <summary>Whether the model has a column of the squared adherence.</summary>
    public bool HasSquareOfAdherence { get; }

    /// <summary>A coefficient of the alliance at any level.</summary>
    public bool IsAlliance => ReadsBetween || IsWithinAlliance;

    /// <summary>A coefficient of the alliance between therapists, or of a product with it.</summary>
    public bool ReadsBetween => IsBetweenAlliance || (!IsVariance && _variables.Any(WorldVariables.IsBetweenAlliance));

    /// <summary>A coefficient of therapists' scores, known or observed.</summary>
    public bool IsOfSkill => IsOfTherapists && !IsRandomised && _variables.Length > 0;

    /// <summary>The term, for a variance the model, reads observed therapist means.</summary>
    public bool ObservesBetween => Reads(GeneratedColumns.AllianceBetween);

    /// <summary>The same for deviations from them.</summary>
    public bool ObservesWithin => Reads(GeneratedColumns.AllianceWithin);

    /// <summary>The same for the observed alliance in any form.</summary>
    public bool ObservesAlliance => ObservesBetween || ObservesWithin || Reads(GeneratedColumns.Alliance);

    /// <summary>Whether the model reads the observed alliance in any form.</summary>
    public bool ModelObservesAlliance => _columns.Any(c => c.Any(
        v => v is GeneratedColumns.Alliance or GeneratedColumns.AllianceBetween or GeneratedColumns.AllianceWithin));

    /// <summary>Whether the model reads the patients' part of the alliance in any form.</summary>
    public bool ModelReadsWithin => _columns.Any(c => c.Any(v => WorldVariables.IsWithinAlliance(v) || WorldVariables.IsWholeAlliance(v)));

    /// <summary>Whether the term, for a variance the model, reads a variable.</summary>
    public bool Reads(string variable) => _variables.Contains(variable);

    /// <summary>Whether the model has a column that is nothing but the variables: <c>severity</c>, <c>severity:true_alliance</c>.</summary>
    public bool ModelHas(params string[] variables) => _columns.Any(c => c.ToHashSet(StringComparer.Ordinal).SetEquals(variables));

    /// <summary>Severity, if it moves the outcome or the alliance, and the traits that do: what allocation and confounding go through.</summary>
    public IEnumerable<Covariate> Covariates()
    {
        Scenario scenario = World.Scenario;
        EndpointOutcome outcome = (EndpointOutcome)scenario.Outcome;
        bool allianceMatters = !World.Components.Between.IsZero || !World.Components.Within.IsZero || outcome.Within.SlopeSd != 0
            || scenario.Retention is { Outcome: not 0, Alliance: not 0 };
        bool furtherEffects = outcome.Moderations.Severity != 0 || outcome.Adherence.BySeverity != 0 || scenario.Retention is { Outcome: not 0, Severity: not 0 };
        yield return new(
            GeneratedColumns.Severity,
            scenario.Allocation is CaseMixAllocation { Correlation: not 0 } or SortedAllocation { Of: SortedAllocation.Severity },
            scenario.Alliance.Severity != 0,
            outcome.Severity != 0,
            furtherEffects || (scenario.Alliance.Severity != 0 && allianceMatters));
        foreach ((string name, PatientTrait trait) in scenario.Traits)
        {
            yield return new(
                PatientTrait.ColumnOf(name),
                scenario.Allocation is SortedAllocation sorted && sorted.Of == name,
                trait.Alliance != 0,
                trait.Outcome != 0,
                trait.ByAlliance != 0 || (trait.Alliance != 0 && allianceMatters));
        }
    }
}

/// <summary>A variable of the patients before treatment.</summary>
/// <param name="Column">Its column.</param>
/// <param name="IsAllocated">Whether it differs between therapists.</param>
/// <param name="MovesAlliance">Whether the alliance depends on it.</param>
/// <param name="MovesOutcome">Whether the outcome depends on it, in a straight line and directly.</param>
/// <param name="HasFurtherEffects">Whether the outcome depends on it otherwise: by the alliance, with another variable, or by retention.</param>
internal sealed record Covariate(string Column, bool IsAllocated, bool MovesAlliance, bool MovesOutcome, bool HasFurtherEffects);
