namespace TherapistEffectSim.Performance;

/// <summary>How often one pattern of decisions occurred in a scenario.</summary>
public sealed record JointRow
{
    /// <summary>Number of the scenario, from 1.</summary>
    public required int Scenario { get; init; }

    /// <summary>The decisions, such as <c>therapist-variance=0;linear=0;curve=1</c>.</summary>
    public required string Pattern { get; init; }

    /// <summary>Replicates with this pattern.</summary>
    public required long Count { get; init; }

    /// <summary>Their share of all replicates.</summary>
    public required double Share { get; init; }

    /// <summary>Monte Carlo standard error of the share.</summary>
    public required double Mcse { get; init; }

    /// <summary>Lower end of the 95 % Wilson interval.</summary>
    public required double ConfLow { get; init; }

    /// <summary>Upper end of the 95 % Wilson interval.</summary>
    public required double ConfHigh { get; init; }

    /// <summary>All replicates.</summary>
    public required long Replicates { get; init; }

    /// <summary>Replicates in which at least one of the tests could not be made (counted as no rejection).</summary>
    public required long Failures { get; init; }
}

/// <summary>Two tests on the same data sets: the 2 × 2 table of their decisions and the difference of their rates (a − b).</summary>
public sealed record JointPairRow
{
    /// <summary>Number of the scenario, from 1.</summary>
    public required int Scenario { get; init; }

    /// <summary>Name of the first test.</summary>
    public required string A { get; init; }

    /// <summary>Name of the second test.</summary>
    public required string B { get; init; }

    /// <summary>Replicates in which both reject.</summary>
    public required long Both { get; init; }

    /// <summary>Replicates in which only the first rejects.</summary>
    public required long OnlyA { get; init; }

    /// <summary>Replicates in which only the second rejects.</summary>
    public required long OnlyB { get; init; }

    /// <summary>Replicates in which neither rejects.</summary>
    public required long Neither { get; init; }

    /// <summary>Rate of the first minus rate of the second.</summary>
    public required double Difference { get; init; }

    /// <summary>Paired Monte Carlo standard error: √((p_a + p_b − 2p_ab − (p_a − p_b)²)/R).</summary>
    public required double DifferenceMcse { get; init; }

    /// <summary>Lower end of the 95 % interval.</summary>
    public required double ConfLow { get; init; }

    /// <summary>Upper end of the 95 % interval.</summary>
    public required double ConfHigh { get; init; }
}
