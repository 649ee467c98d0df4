namespace TherapistEffectSim.Performance;

/// <summary>Difference of two rejection rates on the same data sets.</summary>
internal static class PairedDifference
{
    /// <summary>p_a − p_b with MCSE √((p_a + p_b − 2p_ab − (p_a − p_b)²)/R); only the replicates that differ matter.</summary>
    /// <remarks>
    /// The MCSE is 0 if the tests never differ, or differ in every replicate in the same direction. There MCSE and interval are those of
    /// the table with half a replicate added to each of its four cells (Agresti &amp; Min 2005, Stat. Med. 24).
    /// </remarks>
    /// <param name="onlyA">Replicates in which only the first rejects.</param>
    /// <param name="onlyB">Replicates in which only the second rejects.</param>
    /// <param name="replicates">R; 0 gives <see cref="MonteCarloEstimate.Unknown"/>.</param>
    public static MonteCarloEstimate Of(long onlyA, long onlyB, long replicates)
    {
        if (replicates == 0)
        {
            return MonteCarloEstimate.Unknown;
        }

        MonteCarloEstimate plain = Wald(onlyA, onlyB, replicates);
        bool degenerate = onlyA + onlyB == 0 || onlyA == replicates || onlyB == replicates;
        return degenerate ? Wald(onlyA + 0.5, onlyB + 0.5, replicates + 2.0) with { Value = plain.Value } : plain;
    }

    private static MonteCarloEstimate Wald(double onlyA, double onlyB, double replicates)
    {
        double difference = (onlyA - onlyB) / replicates;
        double mcse = Math.Sqrt((((onlyA + onlyB) / replicates) - (difference * difference)) / replicates);
        MonteCarloEstimate normal = MonteCarloEstimate.Normal(difference, mcse);
        return normal with { ConfLow = Math.Max(-1, normal.ConfLow), ConfHigh = Math.Min(1, normal.ConfHigh) };
    }
}
