namespace TherapistEffectSim.Studies;

/// <summary>Estimates of the terms in the replicates of one leaf.</summary>
internal sealed class LeafEstimates
{
    private readonly double[] _estimates; // [term × capacity + replicate]; NaN where there is none

    /// <param name="terms">Terms.</param>
    public LeafEstimates(int terms) => _estimates = new double[terms * LeafValues.Capacity];

    /// <summary>Takes an estimate.</summary>
    public void Take(int term, int replicate, double estimate) => _estimates[(term * LeafValues.Capacity) + replicate] = estimate;

    /// <summary>The estimates of a term.</summary>
    /// <param name="term">The term.</param>
    /// <param name="count">Replicates of the leaf.</param>
    public ReadOnlySpan<double> Of(int term, int count) => _estimates.AsSpan(term * LeafValues.Capacity, count);
}
