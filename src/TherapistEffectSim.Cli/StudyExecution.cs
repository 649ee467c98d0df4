using System.Diagnostics;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Checkpoints;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Reports.Charts;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary>Runs a study, or a shard of it, from the beginning or from what an earlier run has done.</summary>
internal sealed class StudyExecution
{
    private readonly RunRequest _request;
    private readonly Streams _streams;
    private readonly StudySource _source;
    private readonly Study _study;
    private readonly string _path;

    private StudyExecution(RunRequest request, StudySource source, string path, Streams streams)
    {
        _request = request;
        _streams = streams;
        _source = source;
        _path = path;
        _study = source.Study(request.Replicates);
    }

    /// <summary>Runs what is asked for.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(RunRequest request, Streams streams)
    {
        if (request.Report && ChartLibrary.Missing is string missing)
        {
            streams.Say(missing);
            return ExitCode.Failed;
        }

        StudySource source = StudySource.Load(request.Study, request.Seed, request.Sampling, streams);
        string path = request.Out ?? Path.Combine("results", source.File.Name);
        if (request.Resume && Earlier(path, request.Shard) is { } earlier)
        {
            source = source.SeedWasDrawn ? source with { Seed = earlier.Seed, SeedWasDrawn = false } : source;
            request = request with
            {
                Replicates = request.Replicates ?? (earlier.ReplicatesWereGiven ? earlier.Replicates : null),
                KeepReplicates = request.KeepReplicates || earlier.KeepReplicates,
            };
        }

        StudyExecution execution = new(request, source, path, streams);
        return execution.Refuses() ? ExitCode.InvalidInput : execution.Run();
    }

    // What an earlier run was asked for beside the study file, if it is a run of this shard, or else of any.
    private static CheckpointRun? Earlier(string path, Shard? shard) =>
        Checkpoint.In(path, shard).OrderByDescending(c => c.Shard == (shard ?? Shard.Whole)).Select(c => c.Run).FirstOrDefault(run => run is not null);

    /// <summary>Why a study cannot be split into shards; <see langword="null"/> if it can.</summary>
    /// <param name="study">The study.</param>
    /// <param name="shards">Number of shards.</param>
    /// <param name="found">How their number was asked for.</param>
    public static string? WhyNotSplit(Study study, int shards, string found) =>
        study.Precision is not null
            ? "a study with target-mcse cannot be split into shards, because a scenario's precision is known only as a whole; give --replicates N"
        : shards > Shard.MostOf(study.Replicates)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{study.Replicates} replicates can be split into at most {Shard.MostOf(study.Replicates)} shards, whole blocks of 64, but {found}")
        : null;

    private bool Refuses()
    {
        if (_request.Shard is not { } shard)
        {
            return false;
        }

        string? refusal = WhyNotSplit(_study, shard.Count, $"--shard is {shard}")
            ?? (_source.SeedWasDrawn
                ? $"a shard needs the seed of the others, but none is given: write seed: {_source.Seed} into the study, or give --seed"
                : null);
        if (refusal is not null)
        {
            _streams.Say($"{_source.Name}: {refusal}.");
        }

        return refusal is not null;
    }

    private int Run()
    {
        if (_source.SeedWasDrawn)
        {
            _streams.Say($"No seed is given; drew {_source.Seed}. Write seed: {_source.Seed} into the study to have the same numbers again.");
        }

        string identity = _source.File.Identity(_source.Seed);
        UnfinishedResults unfinished =
            _request.Force ? UnfinishedResults.StartAgain : _request.Resume ? UnfinishedResults.Resume : UnfinishedResults.Refuse;
        using ResultFolder folder = ResultFolder.Open(_path, identity, unfinished, _request.Shard);
        if (_request.DryRun)
        {
            DryRun.Write(_study, _path, _request.Threads, _streams);
            return ExitCode.Done;
        }

        Checkpoint[] found =
            [.. folder.Checkpoints.Where(c => _request.Shard is null || c.Shard == _request.Shard).OrderByDescending(c => c.Replicates)];
        if (!_request.Resume)
        {
            Discard(found);
            found = [];
        }

        CheckpointRun run = new()
        {
            StudyIdentity = identity,
            Program = ProductVersion.Text,
            Shard = _request.Shard ?? Shard.Whole,
            Replicates = _study.Replicates,
            ReplicatesWereGiven = _request.Replicates is not null,
            KeepReplicates = _request.KeepReplicates,
            Seed = _source.Seed,
            Study = _source.File.ToYaml(_source.Seed, _request.Replicates),
        };
        try
        {
            return _request.Shard is { } shard ? RunShard(folder, found, run, shard) : RunWhole(folder, found, run);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!File.Exists(Path.Join(_path, Checkpoint.NameOf(run.Shard))))
            {
                throw;
            }

            throw new IOException($"{e.Message}\nWhat was finished is kept in {_path}; --resume goes on when this is mended.", e);
        }
    }

    private void Discard(Checkpoint[] found)
    {
        long replicates = found.Sum(c => c.Replicates);
        if (_request.Force && replicates > 0)
        {
            _streams.Say(string.Create(CultureInfo.InvariantCulture, $"--force discards {replicates:N0} finished replicates in {_path}."));
        }

        CheckpointStore.Discard(found);
    }

    private int RunWhole(ResultFolder folder, Checkpoint[] found, CheckpointRun run)
    {
        RunReport report = new(_study);
        DateTimeOffset started = DateTimeOffset.UtcNow;
        Stopwatch clock = Stopwatch.StartNew();
        ResultWriter writer = new(folder, _study, _request.KeepReplicates);
        using CheckpointStore store = CheckpointStore.Open(found, _path, run);
        long restored = SayWhatIsThere(found, store, run);
        RunOptions options = new()
        {
            Threads = _request.Threads,
            OnCell = cell =>
            {
                writer.Write(cell);
                report.Add(cell);
            },
            OnReplicate = _request.KeepReplicates ? writer.Write : null,
            Store = store,
        };
        bool complete = Complete(options, (long)_study.Replicates * _study.Cells.Count);
        if (!complete && report.Cells == 0)
        {
            _streams.Say(restored + options.Progress.ReplicatesDone > 0
                ? $"Interrupted. What was finished is kept in {_path}; --resume goes on."
                : "Interrupted before the first 64 replicates were done: nothing is kept.");
            return ExitCode.Interrupted;
        }

        double perSecond = options.Progress.ReplicatesDone / clock.Elapsed.TotalSeconds;
        writer.Finish(_source, complete, _request.Replicates, new RunTimes(started, DateTimeOffset.UtcNow, _request.Threads, perSecond));
        report.Write(_streams);
        _streams.Say(complete
            ? string.Create(CultureInfo.InvariantCulture, $"Results in {_path} ({clock.Elapsed.TotalSeconds:F1} s).")
            : $"Interrupted. What was finished is in {_path}; --resume goes on, --force starts again.");
        if (_request.Report)
        {
            ReportCommand.Run(_path, file: null, _streams);
        }

        return complete ? ExitCode.Done : ExitCode.Interrupted;
    }

    private int RunShard(ResultFolder folder, Checkpoint[] found, CheckpointRun run, Shard shard)
    {
        Stopwatch clock = Stopwatch.StartNew();
        folder.Make();
        using CheckpointStore store = CheckpointStore.Open(found, _path, run);
        long restored = SayWhatIsThere(found, store, run);
        RunOptions options = new()
        {
            Threads = _request.Threads,
            OnCell = _ => throw new InvalidOperationException("A shard has no results."),
            OnReplicate = _request.KeepReplicates ? NotHandedOut : null,
            Store = store,
            Shard = shard,
        };
        long total = shard.ReplicatesOf(_study.Replicates).Count * _study.Cells.Count;
        bool complete = Complete(options, total);
        long done = restored + options.Progress.ReplicatesDone;
        string file = Path.Join(_path, Checkpoint.NameOf(shard));
        string how = complete
            ? $"Shard {shard} is done: {total:N0} replicates in {file} ({clock.Elapsed.TotalSeconds:F1} s). When all are: tes merge {_path}"
            : $"Interrupted after {done:N0} of {total:N0} replicates of shard {shard}. They are kept in {file}; --resume goes on.";
        _streams.Say(done > 0 ? how : "Interrupted before the first 64 replicates were done: nothing is kept.");
        return complete ? ExitCode.Done : ExitCode.Interrupted;
    }

    // The tests of a shard's replicates are stored, and handed out by the merge.
    private static void NotHandedOut(ReplicateRow row)
    {
    }

    private bool Complete(RunOptions options, long total)
    {
        using ProgressLine line = new(options.Progress, total, _streams);
        return StudyRunner.Run(_study, options, _streams.Interruption);
    }

    private long SayWhatIsThere(Checkpoint[] found, CheckpointStore store, CheckpointRun run)
    {
        long[] stored = StoredReplicates.PerShard(_study, run.Shard.Count, store, run.KeepReplicates);
        long restored = _request.Shard is null ? stored.Sum() : stored[run.Shard.Number - 1];
        int damages = found.Sum(c => c.Damages);
        if (damages > 0)
        {
            _streams.Say($"{Wording.LongCount(damages, "place")} in the {(found.Length == 1 ? "checkpoint is" : "checkpoints are")} damaged; what stood there is run again.");
        }

        if (found.Select(c => c.Run?.Program).FirstOrDefault(p => p is not null && p != run.Program) is string other)
        {
            _streams.Say($"Note: some replicates were run by {other}, this is {run.Program}.");
        }

        if (restored > 0)
        {
            long total = run.Shard.ReplicatesOf(_study.Replicates).Count * _study.Cells.Count;
            _streams.Say(string.Create(CultureInfo.InvariantCulture, $"Goes on after {restored:N0} of {total:N0} replicates."));
        }

        return restored;
    }
}
