using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace TherapistEffectSim.Files.Results;

/// <summary>The folder of a run: files are written under temporary names and put in place together, when all are done.</summary>
/// <remarks>
/// Open, then create files, then commit; disposing without a commit takes away everything that the run wrote. The folder is made
/// when the first file is, so that a run that cannot begin leaves none. A commit first puts a manifest in place that says
/// interrupted, and at the end the one given: a run that dies in between is seen as unfinished. Files of an earlier run of the study that
/// this run did not write are taken away, so that a folder is always the result of one run.
/// An <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> says that the disk refused.
/// </remarks>
public sealed class ResultFolder : IDisposable
{
    private readonly Dictionary<string, StreamWriter> _writers = new(StringComparer.Ordinal);
    private readonly Stack<string> _madeFolders = new();
    private readonly string[] _leftovers; // what an earlier run that did not end left under temporary names
    private bool _isCommitted;

    private ResultFolder(string path, string[] leftovers)
    {
        FolderPath = path;
        _leftovers = leftovers;
    }

    /// <summary>The path of the folder as the caller gave it.</summary>
    public string FolderPath { get; }

    /// <summary>Decides whether a study may write its results at a path. Nothing is written yet.</summary>
    /// <param name="path">The folder. It may be absent, empty, or hold results of the same study.</param>
    /// <param name="studyIdentity">Hash of the canonical study and the version of its results.</param>
    /// <param name="unfinished">What to do about unfinished results of the same study.</param>
    /// <exception cref="ResultFolderException">Something else stands there.</exception>
    public static ResultFolder Open(string path, string studyIdentity, UnfinishedResults unfinished = UnfinishedResults.Refuse)
    {
        string[] leftovers = FolderContent.Check(path, studyIdentity, unfinished);
        return new ResultFolder(path, leftovers);
    }

    /// <summary>Begins one of the files of the folder. The writer belongs to the folder, which closes it.</summary>
    /// <param name="fileName">One of <c>summary.csv, joint.csv, joint-pairs.csv, replicates.csv, plan.csv, curve.csv, plan.json, evaluations.csv, study.yaml</c>, each once.</param>
    /// <exception cref="ArgumentException">The name is another one, or has been used.</exception>
    public TextWriter Create(string fileName)
    {
        bool isKnown = FolderContent.FileNames.Contains(fileName, StringComparer.Ordinal) && !IsManifest(fileName) && fileName != FolderContent.ReportName;
        if (!isKnown || _writers.ContainsKey(fileName))
        {
            string finding = isKnown ? "has been created" : "is none of them";
            throw new ArgumentException($"A result file must have one of the fixed names, each once, but {fileName} {finding}.", nameof(fileName));
        }

        MakeFolder();
        StreamWriter writer = NewWriter(fileName);
        _writers.Add(fileName, writer);
        return writer;
    }

    /// <summary>Puts all files in place, the manifest last.</summary>
    /// <param name="manifest">The manifest; the hashes of the files are filled in.</param>
    public void Commit(Manifest manifest)
    {
        MakeFolder();
        ImmutableSortedDictionary<string, string>.Builder hashes = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach ((string fileName, StreamWriter writer) in _writers)
        {
            Close(writer);
            hashes.Add(fileName, Sha256(TemporaryPath(fileName)));
        }

        Manifest hashed = manifest with { Files = hashes.ToImmutable() };
        Place(hashed with { Status = RunStatus.Interrupted });
        foreach (string fileName in FolderContent.FileNames.Where(name => !IsManifest(name)))
        {
            if (_writers.ContainsKey(fileName))
            {
                File.Move(TemporaryPath(fileName), PathOf(fileName), overwrite: true);
            }
            else
            {
                File.Delete(PathOf(fileName));
            }
        }

        foreach (string leftover in _leftovers)
        {
            File.Delete(leftover);
        }

        Place(hashed);
        _isCommitted = true;
    }

    /// <summary>Takes away what was written, unless it was committed: files under temporary names, and folders that were made and are empty.</summary>
    public void Dispose()
    {
        foreach (StreamWriter writer in _writers.Values)
        {
            writer.BaseStream.Dispose(); // what the writer still holds is not wanted, and might not find room on the disk
        }

        if (_isCommitted || !Directory.Exists(FolderPath))
        {
            return;
        }

        foreach (string fileName in FolderContent.FileNames)
        {
            File.Delete(TemporaryPath(fileName));
        }

        while (_madeFolders.TryPop(out string? folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    private static bool IsManifest(string fileName) => string.Equals(fileName, FolderContent.ManifestName, StringComparison.Ordinal);

    private static string Sha256(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    // Contents reach the disk before the new name does: otherwise a power cut could leave an empty file under the final name.
    private static void Close(StreamWriter writer)
    {
        writer.Flush();
        ((FileStream)writer.BaseStream).Flush(flushToDisk: true);
        writer.Dispose();
    }

    private void MakeFolder()
    {
        Stack<string> absent = new();
        string? folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(FolderPath));
        for (; folder is not null && !Directory.Exists(folder); folder = Path.GetDirectoryName(folder))
        {
            absent.Push(folder);
        }

        while (absent.TryPop(out string? next))
        {
            Directory.CreateDirectory(next);
            _madeFolders.Push(next);
        }
    }

    private void Place(Manifest manifest)
    {
        using (StreamWriter writer = NewWriter(FolderContent.ManifestName))
        {
            writer.Write(manifest.ToJson());
            Close(writer);
        }

        File.Move(TemporaryPath(FolderContent.ManifestName), PathOf(FolderContent.ManifestName), overwrite: true);
    }

    // The writer alone buffers, so that closing the stream beneath it writes nothing.
    private StreamWriter NewWriter(string fileName)
    {
        FileStream file = new(TemporaryPath(fileName), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        return new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16) { NewLine = "\n" };
    }

    private string PathOf(string fileName) => Path.Join(FolderPath, fileName);

    private string TemporaryPath(string fileName) => PathOf(FolderContent.TemporaryName(fileName));
}

/// <summary>What to do about a folder in which a run of the same study did not end.</summary>
public enum UnfinishedResults
{
    /// <summary>Leave it alone and refuse.</summary>
    Refuse,

    /// <summary>Start again and replace its files (<c>--force</c>).</summary>
    StartAgain,

    /// <summary>Go on from what it found (<c>--resume</c>).</summary>
    Resume,
}
