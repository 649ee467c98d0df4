using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Design;

namespace TherapistEffectSim.Generation;

/// <summary>Where a generated variable varies.</summary>
internal enum ColumnLevel
{
    /// <summary>Constant for all patients of a therapist.</summary>
    Therapist,

    /// <summary>Differs between the patients of a therapist.</summary>
    Patient,

    /// <summary>Differs between the measurements of a patient.</summary>
    Occasion,

    /// <summary>A label, usable as a grouping factor only.</summary>
    Label,
}

/// <summary>The variables that a generated data set has, by the names that formulas and data files use.</summary>
internal static class GeneratedColumns
{
    public const string Outcome = "outcome";
    public const string Alliance = "alliance";
    public const string AllianceBetween = "alliance_between";
    public const string AllianceWithin = "alliance_within";
    public const string Severity = "severity";
    public const string Adherence = "adherence";
    public const string Sessions = "sessions";
    public const string Retained = "retained";
    public const string Arm = "arm";
    public const string Site = "site";
    public const string Therapist = "therapist";
    public const string Patient = "patient";
    public const string TherapistScore = "therapist_score";
    public const string PatientScore = "patient_score";
    public const string TrueAllianceBetween = "true_alliance_between";
    public const string TrueAllianceWithin = "true_alliance_within";
    public const string TrueAlliance = "true_alliance";
    public const string TrueTherapistEffect = "true_therapist_effect";
    public const string Week = "week";
    public const string AfterOnset = "after_onset";
    public const string Slope = "slope";
    public const string TrueTherapistSlope = "true_therapist_slope";

    /// <summary>Variables of all scenarios, with their levels, in the order of a program's inputs; the traits follow, then what growth scenarios alone have.</summary>
    private static readonly ImmutableArray<(string Name, ColumnLevel Level)> s_common =
    [
        (Outcome, ColumnLevel.Patient),
        (Alliance, ColumnLevel.Patient),
        (AllianceBetween, ColumnLevel.Therapist),
        (AllianceWithin, ColumnLevel.Patient),
        (Severity, ColumnLevel.Patient),
        (TherapistScore, ColumnLevel.Therapist),
        (PatientScore, ColumnLevel.Patient),
        (TrueAllianceBetween, ColumnLevel.Therapist),
        (TrueAllianceWithin, ColumnLevel.Patient),
        (TrueAlliance, ColumnLevel.Patient),
        (TrueTherapistEffect, ColumnLevel.Therapist),
        (Adherence, ColumnLevel.Therapist),
        (Sessions, ColumnLevel.Patient),
        (Retained, ColumnLevel.Patient),
    ];

    /// <summary>Number of the variables that stand before the traits among a program's inputs.</summary>
    public static int Common => s_common.Length;

    /// <summary>Names of the numbers that every scenario has, in the order of a program's inputs.</summary>
    public static IEnumerable<string> CommonNames => s_common.Select(c => c.Name);

    /// <summary>Variables of growth scenarios alone, with their levels.</summary>
    private static readonly ImmutableArray<(string Name, ColumnLevel Level)> s_ofGrowth =
        [(Week, ColumnLevel.Occasion), (AfterOnset, ColumnLevel.Occasion), (Slope, ColumnLevel.Patient), (TrueTherapistSlope, ColumnLevel.Therapist)];

    /// <summary>Names of the variables of growth scenarios alone.</summary>
    public static IEnumerable<string> OfGrowth => s_ofGrowth.Select(c => c.Name);

    /// <summary>All names that formulas may use, in the order of the alphabet.</summary>
    public static IEnumerable<string> NamesIn(Scenario scenario) =>
        s_common.Select(c => c.Name).Where(name => !HasGrowth(scenario) || name is not (Sessions or Retained))
            .Concat(HasGrowth(scenario) ? OfGrowth : [])
            .Concat([Arm, Site, Therapist, Patient]).Concat(TraitsIn(scenario)).Order(StringComparer.Ordinal);

    /// <summary>Whether patients are measured repeatedly.</summary>
    public static bool HasGrowth(Scenario scenario) => scenario.Outcome is GrowthOutcome;

    /// <summary>Level of a variable that the scenario has.</summary>
    public static ColumnLevel LevelOf(Scenario scenario, string name) => name switch
    {
        Arm when scenario.Trial.Nesting == Nesting.Crossed => ColumnLevel.Patient,
        Arm or Site => ColumnLevel.Therapist,
        Therapist or Patient => ColumnLevel.Label,
        Outcome when HasGrowth(scenario) => ColumnLevel.Occasion,
        _ when HasGrowth(scenario) && s_ofGrowth.FirstOrDefault(c => c.Name == name) is { Name: not null } growth => growth.Level,
        _ when s_common.FirstOrDefault(c => c.Name == name) is { Name: not null } common => common.Level,
        _ when TraitsIn(scenario).Contains(name) => ColumnLevel.Patient,
        _ => throw new ArgumentException($"The scenario has no variable {name}.", nameof(name)),
    };

    /// <summary>Place of a number among a program's inputs; −1 for labels and factors.</summary>
    public static int InputOf(Scenario scenario, string name)
    {
        int common = s_common.IndexOf(s_common.FirstOrDefault(c => c.Name == name));
        int trait = common < 0 ? TraitsIn(scenario).IndexOf(name) : -1;
        int growth = HasGrowth(scenario) ? s_ofGrowth.IndexOf(s_ofGrowth.FirstOrDefault(c => c.Name == name)) : -1;
        return trait >= 0 ? Common + trait
            : growth >= 0 ? Common + scenario.Traits.Count + growth
            : common;
    }

    /// <summary>Number of a program's inputs.</summary>
    public static int InputsIn(Scenario scenario) => Common + scenario.Traits.Count + (HasGrowth(scenario) ? s_ofGrowth.Length : 0);

    /// <summary>Whether a variable exists only where the generator takes its longer path.</summary>
    public static bool IsFurther(Scenario scenario, string name) => name is Adherence or Sessions or Retained || TraitsIn(scenario).Contains(name);

    /// <summary>Columns of the scenario's traits, in the order of the batch.</summary>
    public static ImmutableArray<string> TraitsIn(Scenario scenario) => [.. scenario.Traits.Keys.Select(PatientTrait.ColumnOf)];

    /// <summary>Levels of a text variable in this trial, the reference first; <see langword="null"/> for a number.</summary>
    public static ImmutableArray<string>? TextLevels(Trial trial, string name) => name switch
    {
        Arm => trial.Arms,
        Site => [.. Enumerable.Range(1, trial.Sites).Select(number => SiteName(number, trial.Sites))],
        _ => null,
    };

    /// <summary>Name of a site, from 1: s1, or s01 where there are ten or more. Not a number, so that every program reads a factor, with the levels in order.</summary>
    public static string SiteName(int number, int sites) =>
        $"s{number.ToString(CultureInfo.InvariantCulture).PadLeft(sites.ToString(CultureInfo.InvariantCulture).Length, '0')}";
}
