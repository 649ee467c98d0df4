using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using TherapistEffectSim.Files.Checkpoints;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Files.Results;

/// <summary>What earlier runs left in a result folder, beside results.</summary>
/// <param name="Leftovers">Paths of files under temporary names.</param>
/// <param name="Checkpoints">The checkpoint files.</param>
internal sealed record FolderState(string[] Leftovers, ImmutableArray<Checkpoint> Checkpoints)
{
    public static FolderState Nothing { get; } = new([], []);
}

/// <summary>What stands at the path of a result folder before a run, and whether the run may write there.</summary>
internal static partial class FolderContent
{
    public const string ManifestName = "manifest.json";

    /// <summary>Made from the results by <c>tes report</c>, and out of date once a run replaces them.</summary>
    public const string ReportName = "report.html";

    /// <summary>Names of the files of a result folder.</summary>
    public static readonly string[] FileNames =
    [
        "summary.csv", "joint.csv", "joint-pairs.csv", "replicates.csv",
        "plan.csv", "curve.csv", "plan.json", EvaluationsCsv.FileName,
        "study.yaml", ManifestName, ReportName,
    ];

    /// <summary>Name under which a file is written before it is put in place.</summary>
    public static string TemporaryName(string fileName) => $".{fileName}.{Environment.ProcessId}.tmp";

    /// <summary>Whether a file is one that a run left unfinished, or is writing.</summary>
    public static bool IsTemporary(string fileName) =>
        TemporaryPattern().Match(fileName) is { Success: true } match && FileNames.Contains(match.Groups["file"].Value, StringComparer.Ordinal);

    /// <summary>Refuses a path at which something else stands than results of the same study.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="studyIdentity">Hash of the canonical study and the version of its results.</param>
    /// <param name="unfinished">What to do about unfinished results of the same study.</param>
    /// <param name="shard">The shard that is to be run; <see langword="null"/> for a run that writes results.</param>
    /// <returns>What an earlier run left.</returns>
    /// <exception cref="ResultFolderException">The message says what stands there.</exception>
    public static FolderState Check(string path, string studyIdentity, UnfinishedResults unfinished, Shard? shard)
    {
        if (File.Exists(path))
        {
            throw new ResultFolderException($"{path} must be a folder for results, but is a file.");
        }

        if (!Directory.Exists(path))
        {
            RefuseBelowFile(path);
            return FolderState.Nothing;
        }

        string[] names = [.. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
        string? foreign = Array.Find(names, name => Directory.Exists(Path.Join(path, name)) || !(IsResult(name) || IsTemporary(name) || IsCheckpoint(name)));
        if (foreign is not null)
        {
            throw new ResultFolderException($"{path} must hold nothing but results of this study, but holds {foreign}.");
        }

        bool isComplete = false;
        if (Array.Find(names, IsResult) is string result)
        {
            Manifest manifest = ReadManifest(path, result);
            RefuseOther(path, manifest.StudyIdentity, studyIdentity);
            isComplete = manifest.Status == RunStatus.Complete;
        }

        FolderState state = new([.. names.Where(IsTemporary).Select(name => Path.Join(path, name))], Checkpoint.In(path, shard));
        foreach (Checkpoint checkpoint in state.Checkpoints)
        {
            RefuseOther(path, checkpoint.StudyIdentity ?? studyIdentity, studyIdentity);
        }

        if (unfinished == UnfinishedResults.Refuse)
        {
            Refuse(path, names, state, isComplete, shard);
        }

        return state;
    }

    private static bool IsResult(string name) => FileNames.Contains(name, StringComparer.Ordinal);

    private static bool IsCheckpoint(string name) => Checkpoint.ShardOf(name) is not null;

    private static void RefuseOther(string path, string found, string studyIdentity)
    {
        if (!string.Equals(found, studyIdentity, StringComparison.Ordinal))
        {
            throw new ResultFolderException(
                $"{path} must hold nothing but results of this study, but holds those of another one: choose another folder with --out.");
        }
    }

    private static void Refuse(string path, string[] names, FolderState state, bool isComplete, Shard? shard)
    {
        if (shard is { } own)
        {
            if (names.Contains(Checkpoint.NameOf(own), StringComparer.Ordinal))
            {
                throw new ResultFolderException(
                    $"{path} holds {Checkpoint.NameOf(own)}, what a run of this shard has done: add --resume to go on, or --force to start again.");
            }

            return;
        }

        if (!isComplete && names.Length > 0 || state.Leftovers.Length > 0)
        {
            throw new ResultFolderException(
                $"{path} holds the files of a run that did not end or is still going on: add --resume to go on, or --force to start again.");
        }
    }

    private static void RefuseBelowFile(string path)
    {
        for (string? above = Path.GetDirectoryName(Path.GetFullPath(path)); above is not null && !Directory.Exists(above); above = Path.GetDirectoryName(above))
        {
            if (File.Exists(above))
            {
                throw new ResultFolderException($"{path} must be a folder for results, but {above} above it is a file.");
            }
        }
    }

    private static Manifest ReadManifest(string path, string result)
    {
        string manifestPath = Path.Join(path, ManifestName);
        if (!File.Exists(manifestPath))
        {
            throw new ResultFolderException($"{path} holds {result} without a {ManifestName}, so that it cannot be told which study it belongs to.");
        }

        try
        {
            return Manifest.Parse(File.ReadAllText(manifestPath));
        }
        catch (JsonException e)
        {
            throw new ResultFolderException($"{manifestPath} is no manifest that this version can read, so that it cannot be told which study it belongs to.", e);
        }
    }

    [GeneratedRegex(@"^\.(?<file>.+)\.[0-9]+\.tmp$", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TemporaryPattern();
}
