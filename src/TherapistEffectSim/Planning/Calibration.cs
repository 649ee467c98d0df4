using System.Collections.Immutable;

namespace TherapistEffectSim.Planning;

/// <summary>What pilot data say about the world of a trial.</summary>
public sealed record Calibration
{
    /// <summary>Confidence of all intervals, in (0, 1).</summary>
    public required double Confidence { get; init; }

    /// <summary>Arms, sites and therapists.</summary>
    public required PilotLayout Layout { get; init; }

    /// <summary>Randomised patients.</summary>
    public required int Patients { get; init; }

    /// <summary>Patients with an outcome.</summary>
    public required int Outcomes { get; init; }

    /// <summary>Number of assessments of the alliance; 0 if it was not measured.</summary>
    public required int Assessments { get; init; }

    /// <summary>Whether severity was measured.</summary>
    public required bool HasSeverity { get; init; }

    /// <summary>What was estimated.</summary>
    public required ImmutableArray<CalibratedNumber> Numbers { get; init; }

    /// <summary>What could have been estimated from other data, and why it was not, in words.</summary>
    public required ImmutableSortedDictionary<PilotQuantity, string> NotEstimated { get; init; }

    /// <summary>What a user should know of the data, one sentence or two each.</summary>
    public required ImmutableArray<string> Notes { get; init; }

    /// <summary>The estimate of a quantity; <see langword="null"/> if there is none.</summary>
    public CalibratedNumber? Find(PilotQuantity quantity) => Numbers.FirstOrDefault(n => n.Quantity == quantity);
}
