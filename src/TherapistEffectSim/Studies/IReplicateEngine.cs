namespace TherapistEffectSim.Studies;

/// <summary>Generates and fits replicates of one scenario; one engine per thread and scenario, whatever the lane width.</summary>
internal interface IReplicateEngine
{
    /// <summary>Runs the replicates first … first + count − 1 (from 0) of one leaf and stores what the fits found.</summary>
    void Run(long first, int count, LeafValues values);
}

/// <summary>An engine that leaves to tables what lanes cannot fit.</summary>
internal interface IFitsByTables
{
    /// <summary>Fits that were left to them so far; a fit of one replicate counts once.</summary>
    long FitsByTables { get; }
}
