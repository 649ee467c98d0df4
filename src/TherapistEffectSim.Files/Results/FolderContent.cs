using System.Text.Json;
using System.Text.RegularExpressions;

namespace TherapistEffectSim.Files.Results;

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
    /// <returns>Paths of the files that an earlier run left under temporary names.</returns>
    /// <exception cref="ResultFolderException">The message says what stands there.</exception>
    public static string[] Check(string path, string studyIdentity, UnfinishedResults unfinished)
    {
        if (File.Exists(path))
        {
            throw new ResultFolderException($"{path} must be a folder for results, but is a file.");
        }

        if (!Directory.Exists(path))
        {
            RefuseBelowFile(path);
            return [];
        }

        string[] names = [.. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
        string? foreign = Array.Find(
            names, name => Directory.Exists(Path.Join(path, name)) || !(FileNames.Contains(name, StringComparer.Ordinal) || IsTemporary(name)));
        if (foreign is not null)
        {
            throw new ResultFolderException($"{path} must hold nothing but results of this study, but holds {foreign}.");
        }

        string? result = Array.Find(names, name => !IsTemporary(name));
        bool isUnfinished = Array.Exists(names, IsTemporary);
        if (result is not null)
        {
            Manifest manifest = ReadManifest(path, result);
            if (!string.Equals(manifest.StudyIdentity, studyIdentity, StringComparison.Ordinal))
            {
                throw new ResultFolderException(
                    $"{path} must hold nothing but results of this study, but holds those of another one: choose another folder with --out.");
            }

            isUnfinished |= manifest.Status != RunStatus.Complete;
        }

        if (isUnfinished && unfinished == UnfinishedResults.Refuse)
        {
            string orResume = names.Contains(EvaluationsCsv.FileName, StringComparer.Ordinal) ? "--resume to go on, or " : "";
            throw new ResultFolderException($"{path} holds the files of a run that did not end or is still going on: add {orResume}--force to start again.");
        }

        return [.. names.Where(IsTemporary).Select(name => Path.Join(path, name))];
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
