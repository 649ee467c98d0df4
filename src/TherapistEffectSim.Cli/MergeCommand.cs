using System.CommandLine;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Checkpoints;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli;

/// <summary><c>tes merge</c>: the result folder of a study that was run in shards.</summary>
internal static class MergeCommand
{
    private const int MostNamed = 20;

    public static Command Create(Streams streams)
    {
        Argument<string[]> folders = new("DIR") { Description = "Folders with the checkpoints of the shards; often one.", Arity = ArgumentArity.OneOrMore };
        Option<string?> output = new("--out", "-o") { Description = "Result folder [default: DIR if it is one, else results/<name of the study>]", HelpName = "DIR" };
        Option<int?> threads = WholeNumber.Threads();
        Option<bool> partial = new("--allow-partial") { Description = "Write results of what is there, even if replicates are missing" };
        ExplainedCommand command = new("merge", "Joins the shards of a study: prints and writes what one run of all replicates would have.")
        {
            Notes =
            [
                "The result files are the same bytes as those of a run that was not split.",
                "Shards of different studies are refused; missing ones are named, with exit code 1.",
            ],
            Examples = ["tes merge results/atlas", "tes merge node1/atlas node2/atlas --out results/atlas", "tes merge results/atlas --allow-partial"],
        };
        command.Arguments.Add(folders);
        foreach (Option option in new Option[] { output, threads, partial })
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(folders),
            parsed.GetValue(output),
            parsed.GetValue(threads) ?? WholeNumber.DefaultThreads(),
            parsed.GetValue(partial),
            streams));
        return command;
    }

    /// <summary>Joins what the folders hold.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] folders, string? output, int threads, bool allowPartial, Streams streams)
    {
        if (Array.Find(folders, folder => !Directory.Exists(folder)) is string absent)
        {
            streams.Say($"{absent} must be a folder with checkpoints of shards, but is {(File.Exists(absent) ? "a file" : "not there")}.");
            return ExitCode.InvalidInput;
        }

        DateTimeOffset started = DateTimeOffset.UtcNow;
        Checkpoint[] all = [.. folders.Distinct(StringComparer.Ordinal).SelectMany(folder => Checkpoint.In(folder))];
        if (all.Length == 0)
        {
            streams.Say($"{string.Join(", ", folders)}: there is no checkpoint of a shard, such as {Checkpoint.NameOf(new(1, 4))}.");
            return ExitCode.InvalidInput;
        }

        ShardSet shards = ShardSet.Of(all);
        StudySource source = StudySource.Of(shards.Path, shards.Run);
        Study study = source.Study(replicates: null);
        if (study.Precision is not null)
        {
            streams.Say($"{shards.Path}: a study with target-mcse is not split into shards; tes run with --resume completes it.");
            return ExitCode.InvalidInput;
        }

        string path = output ?? (folders.Length == 1 ? folders[0] : Path.Combine("results", study.Name));
        using ResultFolder folder = ResultFolder.Open(path, shards.Run.StudyIdentity, UnfinishedResults.Resume);
        using CheckpointStore store = CheckpointStore.Of(shards.Readable);
        string[] missing = [.. shards.Missing(study, store)];
        foreach (string line in missing.Take(MostNamed))
        {
            streams.Say(line);
        }

        if (missing.Length > MostNamed)
        {
            streams.Say($"and {missing.Length - MostNamed} more.");
        }

        if (missing.Length > 0 && !allowPartial)
        {
            streams.Say("The study is not complete: run what is missing, with --resume, or add --allow-partial.");
            return ExitCode.Failed;
        }

        return Write(source, study, folder, store, new(started, default, threads, 0), shards.Run.KeepReplicates, streams);
    }

    private static int Write(StudySource source, Study study, ResultFolder folder, CheckpointStore store, RunTimes times, bool keep, Streams streams)
    {
        RunReport report = new(study);
        ResultWriter writer = new(folder, study, keep);
        RunOptions options = new()
        {
            Threads = times.Threads,
            OnCell = cell =>
            {
                writer.Write(cell);
                report.Add(cell);
            },
            OnReplicate = keep ? writer.Write : null,
            Store = store,
            StoredOnly = true,
        };
        bool complete = StudyRunner.Run(study, options, streams.Interruption);
        streams.Interruption.ThrowIfCancellationRequested();
        if (report.Cells == 0)
        {
            streams.Say("No replicate is there: nothing is written.");
            return ExitCode.Failed;
        }

        writer.Finish(source, complete, null, times with { Ended = DateTimeOffset.UtcNow });
        report.Write(streams);
        streams.Say(complete
            ? $"Results in {folder.FolderPath}."
            : string.Create(
                CultureInfo.InvariantCulture,
                $"Results of {options.Progress.ReplicatesRestored:N0} of {(long)study.Replicates * study.Cells.Count:N0} replicates in {folder.FolderPath}."));
        return ExitCode.Done;
    }
}
