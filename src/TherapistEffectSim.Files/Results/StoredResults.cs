using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Files.Results;

/// <summary>The results of a run as they stand in its folder.</summary>
public sealed record StoredResults
{
    /// <summary>The folder.</summary>
    public required string FolderPath { get; init; }

    /// <summary>What is known about the run.</summary>
    public required Manifest Manifest { get; init; }

    /// <summary>The study as run.</summary>
    public required Study Study { get; init; }

    /// <summary>The study file as it stands in the folder.</summary>
    public required string StudyText { get; init; }

    /// <summary>What was found, by scenario; of an interrupted run those that were begun.</summary>
    public required ImmutableArray<CellResult> Cells { get; init; }

    /// <summary>Files that are not as the run left them.</summary>
    public required ImmutableArray<string> ChangedFiles { get; init; }

    /// <summary>Whether the tests of all replicates were kept.</summary>
    public bool HasReplicates => File.Exists(Path.Join(FolderPath, "replicates.csv"));

    /// <summary>Reads a result folder.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="StoredResultsException">The folder holds no results, or those of another version.</exception>
    /// <exception cref="StudyFileException">Its study cannot be read.</exception>
    /// <exception cref="CsvTableException">One of its tables cannot be read.</exception>
    public static StoredResults Read(string path)
    {
        Manifest manifest = ReadManifest(path);
        string studyPath = Path.Join(path, "study.yaml");
        Study study = StudyFile.Load(studyPath).ToStudy(manifest.Seed);
        return new()
        {
            FolderPath = path,
            Manifest = manifest,
            Study = study,
            StudyText = File.ReadAllText(studyPath),
            Cells = [.. CellsOf(path, study)],
            ChangedFiles = [.. manifest.Files.Where(file => !IsUnchanged(Path.Join(path, file.Key), file.Value)).Select(file => file.Key)],
        };
    }

    /// <summary>The rows of <c>replicates.csv</c>, one at a time, in the order of the file.</summary>
    /// <exception cref="CsvTableException">The file cannot be read.</exception>
    public IEnumerable<ReplicateRow> Replicates() =>
        StoredRow.Read(Path.Join(FolderPath, "replicates.csv"), ReplicatesCsv.Columns).Select(row => new ReplicateRow(
            (int)row.Count("scenario"),
            row.Count("replicate"),
            row.Text("method"),
            row.Text("term"),
            row.Text("test"),
            row.Number("estimate") ?? double.NaN,
            row.Number("std_error") ?? double.NaN,
            row.Number("df") ?? double.NaN,
            row.Number("statistic") ?? double.NaN,
            row.Number("p_value") ?? double.NaN,
            row.Number("conf_low") ?? double.NaN,
            row.Number("conf_high") ?? double.NaN,
            row.Word("status", ReplicatesCsv.Statuses)));

    private static Manifest ReadManifest(string path)
    {
        string manifest = Path.Join(path, FolderContent.ManifestName);
        if (!File.Exists(manifest))
        {
            throw new StoredResultsException(Directory.Exists(path)
                ? $"{path} must be the result folder of a run, but holds no {FolderContent.ManifestName}."
                : $"{path} must be the result folder of a run, but there is no such folder.");
        }

        try
        {
            return Manifest.Parse(File.ReadAllText(manifest));
        }
        catch (JsonException e)
        {
            throw new StoredResultsException($"{manifest} is no manifest that this version can read.", e);
        }
    }

    private static IEnumerable<CellResult> CellsOf(string path, Study study)
    {
        ILookup<int, SummaryRow> summary = StoredRow.Read(Path.Join(path, "summary.csv"), SummaryCsv.Columns).Select(Summary).ToLookup(r => r.Scenario);
        ILookup<int, JointRow> joint = StoredRow.Read(Path.Join(path, "joint.csv"), JointCsv.Columns).Select(Joint).ToLookup(r => r.Scenario);
        ILookup<int, JointPairRow> pairs = StoredRow.Read(Path.Join(path, "joint-pairs.csv"), JointPairsCsv.Columns).Select(Pair).ToLookup(r => r.Scenario);
        StudyOutline? outline = null;
        for (int i = 0; i < study.Cells.Count && summary.Contains(i + 1); i++)
        {
            Cell cell = study.Cells[i];
            outline ??= StudyOutline.Of(study, cell);
            SummaryRow[] rows = [.. summary[cell.Number]];
            yield return new()
            {
                Cell = cell,
                Formulas = outline.Formulas,
                SolvedConstants = [],
                Replicates = rows.Max(r => r.Replicates),
                Summary = [.. rows],
                JointTests = outline.JointTests,
                Joint = [.. joint[cell.Number]],
                Pairs = [.. pairs[cell.Number]],
            };
        }
    }

    private static SummaryRow Summary(StoredRow row) => new()
    {
        Scenario = (int)row.Count("scenario"),
        Method = row.Text("method"),
        Term = row.Text("term"),
        Test = row.Text("test"),
        TrueValue = row.Number("true_value"),
        RejectionMeans = row.Text("rejection_means"),
        Measure = row.Text("measure"),
        Value = row.Number("value"),
        Mcse = row.Number("mcse"),
        ConfLow = row.Number("conf_low"),
        ConfHigh = row.Number("conf_high"),
        Replicates = row.Count("replicates"),
        Failures = row.Count("failures"),
    };

    private static JointRow Joint(StoredRow row) => new()
    {
        Scenario = (int)row.Count("scenario"),
        Pattern = row.Text("pattern"),
        Count = row.Count("count"),
        Share = row.Known("share"),
        Mcse = row.Known("mcse"),
        ConfLow = row.Known("conf_low"),
        ConfHigh = row.Known("conf_high"),
        Replicates = row.Count("replicates"),
        Failures = row.Count("failures"),
    };

    private static JointPairRow Pair(StoredRow row) => new()
    {
        Scenario = (int)row.Count("scenario"),
        A = row.Text("a"),
        B = row.Text("b"),
        Both = row.Count("both"),
        OnlyA = row.Count("only_a"),
        OnlyB = row.Count("only_b"),
        Neither = row.Count("neither"),
        Difference = row.Known("difference"),
        DifferenceMcse = row.Known("difference_mcse"),
        ConfLow = row.Known("conf_low"),
        ConfHigh = row.Known("conf_high"),
    };

    private static bool IsUnchanged(string path, string sha256)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using FileStream file = File.OpenRead(path);
        return string.Equals(Convert.ToHexStringLower(SHA256.HashData(file)), sha256, StringComparison.Ordinal);
    }
}
