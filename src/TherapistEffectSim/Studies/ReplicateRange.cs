namespace TherapistEffectSim.Studies;

/// <summary>Consecutive replicates of a scenario.</summary>
/// <param name="First">The first, counted from 0.</param>
/// <param name="End">The one after the last.</param>
public readonly record struct ReplicateRange(long First, long End)
{
    /// <summary>Number of replicates.</summary>
    public long Count => End - First;
}
