using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Files.Checkpoints;

/// <summary>What a checkpoint file of a result folder holds: <c>checkpoint-K-of-M.bin</c>, the finished replicates of shard K of M; 1 of 1 for a run that is not split.</summary>
/// <remarks>Records are appended to it, none is ever changed: see <see cref="CheckpointStore"/>.</remarks>
public sealed partial record Checkpoint
{
    private Checkpoint()
    {
    }

    /// <summary>The file.</summary>
    public required string Path { get; init; }

    /// <summary>The shard that its name says.</summary>
    public required Shard Shard { get; init; }

    /// <summary>Hash of the study; <see langword="null"/> if the file has no whole record.</summary>
    public string? StudyIdentity { get; private init; }

    /// <summary>The last run that wrote to it; <see langword="null"/> if its record is damaged.</summary>
    public CheckpointRun? Run { get; private init; }

    /// <summary>Places at which something else than a whole record stands.</summary>
    public int Damages { get; private init; }

    /// <summary>Whether another process is writing to it, so that it cannot be read.</summary>
    public bool IsInUse { get; private init; }

    /// <summary>What its parts cover and where they are.</summary>
    internal ImmutableArray<(PartLabel Label, long Position)> Parts { get; private init; } = [];

    /// <summary>Replicates over all parts; more than there are if parts overlap.</summary>
    public long Replicates => Parts.Sum(part => part.Label.Replicates.Sum(range => range.Count));

    /// <summary>Name of the file of a shard.</summary>
    public static string NameOf(Shard shard) => string.Create(CultureInfo.InvariantCulture, $"checkpoint-{shard.Number}-of-{shard.Count}.bin");

    /// <summary>The shard that a file is called after; <see langword="null"/> if the name is no such name.</summary>
    public static Shard? ShardOf(string fileName) =>
        NamePattern().Match(fileName) is { Success: true } match
        && int.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && int.TryParse(match.Groups["count"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
        && number >= 1 && number <= count && count <= Shard.Most
            ? new Shard(number, count)
            : null;

    /// <summary>Reads the checkpoint files of a folder, those of the first shards first.</summary>
    /// <param name="folder">The folder; none if it does not exist.</param>
    /// <param name="shard">The only shard whose file is read as a whole, and besides it the beginning of one other, so that many shards can start at once; <see langword="null"/> for all files.</param>
    public static ImmutableArray<Checkpoint> In(string folder, Shard? shard = null)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        (string Path, Shard Shard)[] files =
        [
            .. Directory.EnumerateFiles(folder)
                .Select(path => (path, Shard: ShardOf(System.IO.Path.GetFileName(path))))
                .Where(file => file.Shard is not null)
                .Select(file => (file.path, file.Shard!.Value))
                .OrderBy(file => file.Value.Count)
                .ThenBy(file => file.Value.Number),
        ];
        return shard is null
            ? [.. files.Select(file => Read(file.Path))]
            : [.. files.Where(file => file.Shard == shard).Select(file => Read(file.Path)), .. files.Where(file => file.Shard != shard).Take(1).Select(file => Read(file.Path, headOnly: true))];
    }

    /// <summary>Reads a checkpoint file.</summary>
    public static Checkpoint Read(string path) => Read(path, headOnly: false);

    private static Checkpoint Read(string path, bool headOnly)
    {
        Shard shard = ShardOf(System.IO.Path.GetFileName(path))!.Value;
        using SafeFileHandle? file = TryOpen(path);
        if (file is null)
        {
            return new() { Path = path, Shard = shard, IsInUse = true };
        }

        string? identity = null;
        CheckpointRun? run = null;
        int damages = 0;
        ImmutableArray<(PartLabel, long)>.Builder parts = ImmutableArray.CreateBuilder<(PartLabel, long)>();
        foreach ((long position, byte[] body) in ChecksummedRecords.Read(file, () => damages++))
        {
            (string ofRecord, CheckpointRun? newRun, PartLabel? label, _) = CheckpointRecord.Read(body);
            identity ??= ofRecord;
            if (!string.Equals(ofRecord, identity, StringComparison.Ordinal))
            {
                throw new Results.ResultFolderException($"{path} holds replicates of two studies, which no run of this program writes.");
            }

            run = newRun ?? run;
            if (label is not null)
            {
                parts.Add((label, position));
            }

            if (headOnly)
            {
                break;
            }
        }

        return new() { Path = path, Shard = shard, StudyIdentity = identity, Run = run, Damages = damages, Parts = parts.ToImmutable() };
    }

    // A run keeps its file to itself as long as it lasts.
    private static SafeFileHandle? TryOpen(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, FileOptions.SequentialScan);
        }
        catch (IOException e) when (CheckpointStore.IsInUse(e))
        {
            return null;
        }
    }

    [GeneratedRegex("^checkpoint-(?<number>[0-9]{1,6})-of-(?<count>[0-9]{1,6})\\.bin$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamePattern();
}
