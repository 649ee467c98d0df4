using System.Runtime.Intrinsics;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>How a study is run; nothing here changes a result.</summary>
public sealed record RunOptions
{
    /// <summary>Threads; at least 1.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Replicates side by side: 1, 2, 4 or 8; <see langword="null"/> for the widest that the machine does well.</summary>
    public int? Lanes { get; init; }

    /// <summary>Takes the finished scenarios, in order.</summary>
    public required Action<CellResult> OnCell { get; init; }

    /// <summary>Takes the tests of all replicates, in order; <see langword="null"/> if replicates are not kept.</summary>
    public Action<ReplicateRow>? OnReplicate { get; init; }

    /// <summary>Where finished replicates are stored, and may have been before; <see langword="null"/> if they are not.</summary>
    public IPartStore? Store { get; init; }

    /// <summary>The only replicates to be run, to be stored and not handed out; <see langword="null"/> for all.</summary>
    public Shard? Shard { get; init; }

    /// <summary>Whether nothing is run: handed out is what <see cref="Store"/> holds.</summary>
    public bool StoredOnly { get; init; }

    /// <summary>Lets the scenario under way be looked at before it is finished; <see langword="null"/> if nobody looks.</summary>
    public CellUnderWay? UnderWay { get; init; }

    /// <summary>Told of finished replicates.</summary>
    public StudyProgress Progress { get; init; } = new();
}

/// <summary>How far a study has come. Safe to read while it runs.</summary>
public sealed class StudyProgress
{
    private long _done;
    private long _spared;
    private long _restored;

    /// <summary>Replicates run, over all scenarios.</summary>
    public long ReplicatesDone => Interlocked.Read(ref _done);

    /// <summary>Replicates that need not be made, because scenarios reached their precision before.</summary>
    public long ReplicatesSpared => Interlocked.Read(ref _spared);

    /// <summary>Replicates that need not be made, because they were stored before.</summary>
    public long ReplicatesRestored => Interlocked.Read(ref _restored);

    internal void Add(int replicates) => Interlocked.Add(ref _done, replicates);

    internal void Spare(long replicates) => Interlocked.Add(ref _spared, replicates);

    internal void Restore(long replicates) => Interlocked.Add(ref _restored, replicates);
}

/// <summary>A scenario that is being run, to be looked at before it is finished. Safe to read while it runs.</summary>
public sealed class CellUnderWay
{
    private volatile CellWork? _work;

    /// <summary>The measures over the replicates that are done, of the scenario that was begun last; <see langword="null"/> before the first 64.</summary>
    public CellResult? Snapshot() => _work?.ResultSoFar();

    internal void Begin(CellWork work) => _work = work;
}

/// <summary>Runs studies.</summary>
public static class StudyRunner
{
    /// <summary>Replicates side by side that this machine does well.</summary>
    public static int BestLanes =>
        Vector512.IsHardwareAccelerated ? 8
        : Vector256.IsHardwareAccelerated ? 4
        : Vector128.IsHardwareAccelerated ? 2
        : 1;

    /// <summary>Finds out whether the study can be run: plans the scenarios that differ in what methods can see, and compares the sizes of all with the models.</summary>
    /// <exception cref="StudyException">A method or test cannot be carried out.</exception>
    public static void Check(Study study) => StudySampling.Inspect(study);

    /// <summary>Runs all replicates of all scenarios.</summary>
    /// <returns>Whether all were run, or stored before; false if cancelled, and then what was finished has been handed out, or if not all were stored and none are run.</returns>
    /// <exception cref="StudyException">A method or test cannot be carried out.</exception>
    /// <exception cref="ArgumentException">Scenarios that end when they are precise enough cannot be sharded, nor joined from what is stored.</exception>
    /// <exception cref="InvalidDataException">What is stored is of another study.</exception>
    public static bool Run(Study study, RunOptions options, CancellationToken cancellation)
    {
        if (options.Threads < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), $"Threads must be at least 1, but was {options.Threads}.");
        }

        if (study.Precision is not null && (options.Shard is not null || options.StoredOnly))
        {
            throw new ArgumentException("A scenario that ends when it is precise enough must be run as a whole.", nameof(options));
        }

        if (options.UnderWay is not null && options.OnReplicate is not null)
        {
            throw new ArgumentException("A run that hands out its replicates cannot be looked at before it is finished.", nameof(options));
        }

        return new StudyRun(study, options, StudySampling.Inspect(study)).Complete(cancellation);
    }

    internal static IReplicateEngine Engine(ScenarioPlan plan, int? lanes) =>
        plan.Growth is not null || (plan.Fits.IsEmpty && !plan.TableFits.IsEmpty && plan.Correlations is null) ? TableEngine(plan, lanes)
        : plan.TableFits.IsEmpty ? LaneEngine(plan, lanes)
        : new JoinedEngine(LaneEngine(plan, lanes), TableEngine(plan, lanes));

    private static IReplicateEngine TableEngine(ScenarioPlan plan, int? lanes) => (lanes ?? BestLanes) switch
    {
        8 => new LaneTableEngine<Lane8>(plan),
        4 => new LaneTableEngine<Lane4>(plan),
        2 => new LaneTableEngine<Lane2>(plan),
        1 => new LaneTableEngine<Lane1>(plan),
        int other => throw WrongLanes(other),
    };

    private static IReplicateEngine LaneEngine(ScenarioPlan plan, int? lanes) => (lanes ?? BestLanes) switch
    {
        8 => new ReplicateEngine<Lane8>(plan),
        4 => new ReplicateEngine<Lane4>(plan),
        2 => new ReplicateEngine<Lane2>(plan),
        1 => new ReplicateEngine<Lane1>(plan),
        int other => throw WrongLanes(other),
    };

    private static ArgumentOutOfRangeException WrongLanes(int lanes) => new(nameof(lanes), $"Lanes must be 1, 2, 4 or 8, but was {lanes}.");
}
