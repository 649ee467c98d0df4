using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Files.Checkpoints;

/// <summary>Finished replicates in checkpoint files: those found there, and those of the run under way, appended to one of them.</summary>
/// <remarks>
/// A part reaches the operating system as soon as it is written, so that a process that is killed loses nothing of it, and the disk at the next
/// <see cref="Flush"/>. It is time to write after a quarter of a second, then at twice the time, later every five seconds.
/// </remarks>
public sealed class CheckpointStore : IPartStore, IDisposable
{
    private const long ShortestPause = 250; // ms
    private const long LongestPause = 5000;
    private const int SharingViolation = unchecked((int)0x80070020); // Windows
    private const int WouldBlock = 11;                               // errno of Linux
    private const int WouldBlockOnMac = 35;

    private readonly List<SafeFileHandle> _files = [];
    private readonly Dictionary<int, List<StoredPart>> _parts = [];
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Lock _gate = new();
    private readonly CheckpointRun? _run;
    private readonly string? _path;
    private readonly SafeFileHandle? _own;
    private readonly WriteAt _write;
    private readonly bool _isNew;
    private long _end;
    private long _due = ShortestPause;
    private bool _isWritten;

    private CheckpointStore(IEnumerable<Checkpoint> found, string? path, CheckpointRun? run, WriteAt write)
    {
        _write = write;
        _run = run;
        _path = path;
        try
        {
            if (path is not null)
            {
                _own = OpenOwn(path);
                _end = RandomAccess.GetLength(_own);
                _isNew = _end == 0;
                Append(CheckpointRecord.Of(run!));
            }

            foreach (Checkpoint checkpoint in found)
            {
                if (checkpoint.IsInUse)
                {
                    throw InUse(checkpoint.Path, null);
                }

                bool isOwn = string.Equals(checkpoint.Path, path, StringComparison.Ordinal);
                SafeFileHandle file = isOwn ? _own! : File.OpenHandle(checkpoint.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
                _files.Add(file);
                foreach ((PartLabel label, long position) in checkpoint.Parts)
                {
                    if (!_parts.TryGetValue(label.Scenario, out List<StoredPart>? parts))
                    {
                        _parts.Add(label.Scenario, parts = []);
                    }

                    parts.Add(new(label, _files.Count - 1, position));
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>A store to which a run adds.</summary>
    /// <param name="found">What to go on from.</param>
    /// <param name="folder">The result folder, which exists.</param>
    /// <param name="run">The run.</param>
    /// <exception cref="ResultFolderException">Another run is writing to the file.</exception>
    public static CheckpointStore Open(IEnumerable<Checkpoint> found, string folder, CheckpointRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return Open(found, folder, run, RandomAccess.Write);
    }

    // A test writes as if the disk were full.
    internal static CheckpointStore Open(IEnumerable<Checkpoint> found, string folder, CheckpointRun run, WriteAt write) =>
        new(found, Path.Join(folder, Checkpoint.NameOf(run.Shard)), run, write);

    /// <summary>A store to be read only.</summary>
    /// <param name="found">The files. Where two hold the same replicates, the earlier counts.</param>
    public static CheckpointStore Of(IEnumerable<Checkpoint> found) => new(found, null, null, RandomAccess.Write);

    /// <inheritdoc/>
    public IEnumerable<int> Scenarios => _parts.Keys;

    /// <inheritdoc/>
    public bool IsTimeToWrite()
    {
        long now = _clock.ElapsedMilliseconds;
        long due = Interlocked.Read(ref _due);
        return now >= due && Interlocked.CompareExchange(ref _due, now + Math.Clamp(now, ShortestPause, LongestPause), due) == due;
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredPart> Find(int scenario) => _parts.TryGetValue(scenario, out List<StoredPart>? parts) ? parts : [];

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file has changed since it was found.</exception>
    public byte[] Read(StoredPart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        SafeFileHandle file = _files[part.Volume];
        byte[] body = ChecksummedRecords.TryRead(file, part.Position, RandomAccess.GetLength(file))
            ?? throw new InvalidDataException("A checkpoint file has changed while it was read.");
        return body[CheckpointRecord.Read(body).Content..];
    }

    /// <inheritdoc/>
    public void Write(PartLabel label, ReadOnlyMemory<byte> content)
    {
        byte[] body = CheckpointRecord.Of(_run!.StudyIdentity, label, content);
        lock (_gate)
        {
            Append(body);
            _isWritten = true;
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
        if (_own is not null)
        {
            RandomAccess.FlushToDisk(_own);
        }
    }

    /// <summary>Closes the files. Takes away a file of its own without any part.</summary>
    public void Dispose()
    {
        _own?.Dispose();
        foreach (SafeFileHandle file in _files)
        {
            file.Dispose();
        }

        if (_own is not null && _isNew && !_isWritten)
        {
            File.Delete(_path!);
        }
    }

    /// <summary>Whether a file could not be opened because another process has it.</summary>
    internal static bool IsInUse(IOException e) =>
        e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException) && (e.HResult is SharingViolation or WouldBlock or WouldBlockOnMac);

    /// <summary>Takes away the checkpoint files of a folder.</summary>
    /// <exception cref="ResultFolderException">A run is writing to one of them; none is taken away.</exception>
    public static void Discard(IEnumerable<Checkpoint> checkpoints)
    {
        List<SafeFileHandle> handles = [];
        try
        {
            Checkpoint[] all = [.. checkpoints];
            handles.AddRange(all.Select(checkpoint => OpenOwn(checkpoint.Path)));
            foreach (Checkpoint checkpoint in all)
            {
                File.Delete(checkpoint.Path);
            }
        }
        finally
        {
            handles.ForEach(handle => handle.Dispose());
        }
    }

    private static SafeFileHandle OpenOwn(string path)
    {
        try
        {
            return File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None);
        }
        catch (IOException e) when (IsInUse(e))
        {
            throw InUse(path, e);
        }
    }

    private static ResultFolderException InUse(string path, Exception? inner) =>
        new($"{path} is being written by a run that is still going on: wait for its end, or end it.", inner);

    // What a full disk left of a record is cut off; a reader would pass over it as well.
    private void Append(byte[] body)
    {
        byte[] record = ChecksummedRecords.Of(body);
        try
        {
            _write(_own!, record, _end);
        }
        catch (IOException)
        {
            RandomAccess.SetLength(_own!, _end);
            throw;
        }

        _end += record.Length;
    }
}

/// <summary>Writes bytes at a position of a file, all of them.</summary>
internal delegate void WriteAt(SafeFileHandle file, ReadOnlySpan<byte> bytes, long position);
