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

    /// <summary>Level of each variable that this version generates.</summary>
    public static ImmutableDictionary<string, ColumnLevel> Levels { get; } = new Dictionary<string, ColumnLevel>
    {
        [Outcome] = ColumnLevel.Patient,
        [Alliance] = ColumnLevel.Patient,
        [AllianceBetween] = ColumnLevel.Therapist,
        [AllianceWithin] = ColumnLevel.Patient,
        [Severity] = ColumnLevel.Patient,
        [Arm] = ColumnLevel.Therapist,
        [Site] = ColumnLevel.Therapist,
        [Therapist] = ColumnLevel.Label,
        [Patient] = ColumnLevel.Label,
        [TherapistScore] = ColumnLevel.Therapist,
        [PatientScore] = ColumnLevel.Patient,
        [TrueAllianceBetween] = ColumnLevel.Therapist,
        [TrueAllianceWithin] = ColumnLevel.Patient,
        [TrueAlliance] = ColumnLevel.Patient,
        [TrueTherapistEffect] = ColumnLevel.Therapist,
    }.ToImmutableDictionary();

    /// <summary>Variables that later versions generate.</summary>
    public static ImmutableHashSet<string> NotYetAvailable { get; } = ["prior_treatment", "adherence", "week", "sessions", "retained"];

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
