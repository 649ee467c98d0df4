using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Teaching.Live;

/// <summary>What the trials simulated so far say.</summary>
internal sealed record PowerFrame
{
    private const string FalsePositive = "false-positive";

    /// <summary>Trials simulated.</summary>
    public required long Trials { get; init; }

    /// <summary>Trials that will be.</summary>
    public required long Of { get; init; }

    /// <summary>Trials a second.</summary>
    public required double PerSecond { get; init; }

    /// <summary>Whether this is the last frame.</summary>
    public required bool IsLast { get; init; }

    /// <summary>Nominal level of the tests.</summary>
    public required double Alpha { get; init; }

    /// <summary>Patients analysed, on average.</summary>
    public required double Patients { get; init; }

    /// <summary>Therapists analysed, on average.</summary>
    public required double Therapists { get; init; }

    /// <summary>The tests, in the order of their names in the patterns.</summary>
    public required ImmutableArray<TestFrame> Tests { get; init; }

    /// <summary>Patterns of decisions, the most frequent first.</summary>
    public required ImmutableArray<PatternFrame> Patterns { get; init; }

    /// <summary>What trials were simulated so far.</summary>
    public static PowerFrame From(CellResult cell, Study study, TimeSpan elapsed, bool isLast) => new()
    {
        Trials = cell.Replicates,
        Of = study.Replicates,
        PerSecond = cell.Replicates / Math.Max(elapsed.TotalSeconds, 1e-3),
        IsLast = isLast,
        Alpha = study.Alpha,
        Patients = Size(cell, "patients_analysed"),
        Therapists = Size(cell, "therapists_analysed"),
        Tests = [.. cell.JointTests.Select(member => Test(cell, member))],
        Patterns =
        [
            .. cell.Joint.Where(row => row.Count > 0).OrderByDescending(row => row.Count).ThenBy(row => row.Pattern, StringComparer.Ordinal)
                .Select(row => new PatternFrame(row.Pattern, row.Share, row.ConfLow, row.ConfHigh)),
        ],
    };

    private static TestFrame Test(CellResult cell, JointMember member)
    {
        SummaryRow rate = cell.Summary.First(r => r.Method == member.Method && r.Term == member.Term && r.Test == member.Test && r.Measure == "rejection_rate");
        string[] meaning = rate.RejectionMeans.Split(": ", 2);
        return new(
            member.Name,
            $"{member.Term} in {member.Method} by {member.Test}",
            rate.Value ?? 0,
            rate.ConfLow ?? 0,
            rate.ConfHigh ?? 1,
            meaning[0],
            meaning[0] == FalsePositive && meaning.Length > 1 ? meaning[1] : "",
            rate.TrueValue,
            rate.Failures);
    }

    private static double Size(CellResult cell, string measure) => cell.Summary.First(r => r.Measure == measure).Value!.Value;
}

/// <summary>A test.</summary>
/// <param name="Name">Its name in the patterns.</param>
/// <param name="Explanation">What is tested by what.</param>
/// <param name="Share">Of the trials in which it rejects.</param>
/// <param name="Low">Lower end of the 95 % interval for the Monte Carlo error.</param>
/// <param name="High">Upper end.</param>
/// <param name="Means">What a rejection means: power, type-I, false-positive; empty if it is not known.</param>
/// <param name="Mechanisms">What makes a false positive.</param>
/// <param name="Truth">The value that is tested; <see langword="null"/> if it is not known.</param>
/// <param name="Failures">Trials in which it could not be made.</param>
internal sealed record TestFrame(string Name, string Explanation, double Share, double Low, double High, string Means, string Mechanisms, double? Truth, long Failures);

/// <summary>A pattern of decisions.</summary>
/// <param name="Pattern">As in the result files.</param>
/// <param name="Share">Of the trials.</param>
/// <param name="Low">Lower end of the 95 % interval for the Monte Carlo error.</param>
/// <param name="High">Upper end.</param>
internal sealed record PatternFrame(string Pattern, double Share, double Low, double High);
