namespace TherapistEffectSim.Studies;

/// <summary>The sums of some consecutive leaves of one scenario, made by one thread alone.</summary>
internal sealed class CellPart(ScenarioPlan plan)
{
    /// <summary>The sums, to be moved away.</summary>
    public CellSums Sums { get; } = new(plan);

    /// <summary>Adds a leaf.</summary>
    /// <param name="leaf">Its index.</param>
    /// <param name="decisions">What its tests said.</param>
    /// <param name="values">What its fits found.</param>
    /// <param name="count">Its replicates.</param>
    public void Add(long leaf, LeafDecisions decisions, LeafValues values, int count)
    {
        LeafSums sums = Sums.Empty();
        sums.Add(decisions, values, count);
        for (int t = 0; t < plan.Terms.Length; t++)
        {
            ulong estimated = decisions.MasksOfTerm(t).Estimated;
            Sums.Errors[t]?.Add(estimated, decisions.EstimatesOf(t), plan.Terms[t].TrueValue ?? 0);
            Sums.Iccs[t]?.Add(estimated, decisions.IccsOf(t), 0);
        }

        Sums.Add(leaf, sums);
    }
}
