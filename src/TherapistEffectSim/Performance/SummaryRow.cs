namespace TherapistEffectSim.Performance;

/// <summary>One performance measure of one test in one scenario, with its Monte Carlo error.</summary>
public sealed record SummaryRow
{
    /// <summary>Number of the scenario, from 1.</summary>
    public required int Scenario { get; init; }

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>The coefficient as lme4 names it, <c>var(therapist)</c> or <c>icc(therapist)</c>.</summary>
    public required string Term { get; init; }

    /// <summary>The test, as a study file names it; empty for measures that belong to no test.</summary>
    public required string Test { get; init; }

    /// <summary>The value that the estimate aims at; <see langword="null"/> if the program cannot know it and the study does not say it.</summary>
    public double? TrueValue { get; init; }

    /// <summary><c>power</c>, <c>type-I</c>, or <c>false-positive</c> with the mechanisms that bring it about; empty where nothing is tested.</summary>
    public string RejectionMeans { get; init; } = "";

    /// <summary>The measure, such as <c>rejection_rate</c>.</summary>
    public required string Measure { get; init; }

    /// <summary>Its estimate.</summary>
    public double? Value { get; init; }

    /// <summary>Monte Carlo standard error of <see cref="Value"/>.</summary>
    public double? Mcse { get; init; }

    /// <summary>Lower end of the 95 % interval for the Monte Carlo error.</summary>
    public double? ConfLow { get; init; }

    /// <summary>Upper end of the 95 % interval for the Monte Carlo error.</summary>
    public double? ConfHigh { get; init; }

    /// <summary>Replicates on which the measure rests.</summary>
    public required long Replicates { get; init; }

    /// <summary>Replicates in which the test could not be made.</summary>
    public required long Failures { get; init; }
}
