using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Planning;

/// <summary>How a plan is made; nothing here changes a result.</summary>
public sealed record PlanOptions
{
    /// <summary>Threads; at least 1.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Replicates side by side: 1, 2, 4 or 8; <see langword="null"/> for the widest that the machine does well.</summary>
    public int? Lanes { get; init; }

    /// <summary>Told of finished replicates.</summary>
    public StudyProgress Progress { get; init; } = new();

    /// <summary>What an earlier, interrupted run of the same plan found: not run again.</summary>
    public IReadOnlyList<DesignRecord> Known { get; init; } = [];

    /// <summary>Takes what was found, in order, that of <see cref="Known"/> included where it is used.</summary>
    public Action<DesignRecord>? OnRecord { get; init; }
}

/// <summary>What a range of replicates of one design gave.</summary>
/// <param name="Stage">What it was run for.</param>
/// <param name="Design">The values of the dimensions, and what else was changed, as text: names the design within a plan.</param>
/// <param name="Seed">Key of its random numbers.</param>
/// <param name="FirstReplicate">First replicate, from 0.</param>
/// <param name="Replicates">Number of replicates.</param>
/// <param name="Values">Those that have a value: an interval, where intervals are asked for; else all.</param>
/// <param name="Sum">Number of rejections or of intervals that hold the truth; sum of widths.</param>
/// <param name="SumOfSquares">Sum of the squares.</param>
public sealed record DesignRecord(
    PlanStage Stage, string Design, ulong Seed, long FirstReplicate, long Replicates, long Values, double Sum, double SumOfSquares);

/// <summary>What replicates of a plan are run for.</summary>
public enum PlanStage
{
    /// <summary>To find where the answer is; all designs share their random numbers.</summary>
    Search,

    /// <summary>To tell the answer with its uncertainty; each on random numbers of its own, which the search never saw.</summary>
    Confirmation,

    /// <summary>To show the curve, what limits, and the answer under other assumptions, around the answer.</summary>
    Outlook,
}
