using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Files.Results;

/// <summary>What a result folder says: the manifest, and the rows of its tables.</summary>
public sealed record ResultRecord
{
    private const string SummaryName = "summary.csv";
    private const string JointName = "joint.csv";
    private const string PairsName = "joint-pairs.csv";
    private const string ReplicatesName = "replicates.csv";
    private const string StudyName = "study.yaml";

    /// <summary>The folder as the caller named it.</summary>
    public required string Folder { get; init; }

    /// <summary>How the results were made.</summary>
    public required Manifest Manifest { get; init; }

    /// <summary>Rows of <c>summary.csv</c>.</summary>
    public required ImmutableArray<SummaryRow> Summary { get; init; }

    /// <summary>Rows of <c>joint.csv</c>.</summary>
    public required ImmutableArray<JointRow> Joint { get; init; }

    /// <summary>Rows of <c>joint-pairs.csv</c>.</summary>
    public required ImmutableArray<JointPairRow> Pairs { get; init; }

    /// <summary>Whether the tests of all replicates were kept.</summary>
    public bool HasReplicates => Manifest.Files.ContainsKey(ReplicatesName);

    /// <summary>Path of the study as run.</summary>
    public string StudyPath => Path.Join(Folder, StudyName);

    /// <summary>Reads a folder that <c>tes run</c> has written.</summary>
    /// <param name="folder">The folder; messages name it as given here.</param>
    /// <exception cref="ResultRecordException">There is no such folder, a file is missing, or one is not as the run wrote it.</exception>
    /// <exception cref="CsvTableException">A table cannot be read.</exception>
    public static ResultRecord Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            string found = File.Exists(folder) ? "is a file" : "does not exist";
            throw new ResultRecordException($"{folder} must be a folder that tes run has written, but {found}.");
        }

        Manifest manifest = ReadManifest(folder);
        foreach (string name in new[] { SummaryName, JointName, PairsName, StudyName }.Concat(manifest.Files.Keys.Where(name => name is ReplicatesName)))
        {
            CheckUnchanged(folder, name, manifest);
        }

        return new()
        {
            Folder = folder,
            Manifest = manifest,
            Summary = [.. StoredRow.Read(Path.Join(folder, SummaryName), SummaryCsv.Columns).Select(SummaryOf)],
            Joint = [.. StoredRow.Read(Path.Join(folder, JointName), JointCsv.Columns).Select(JointOf)],
            Pairs = [.. StoredRow.Read(Path.Join(folder, PairsName), JointPairsCsv.Columns).Select(PairOf)],
        };
    }

    /// <summary>The rows of <c>replicates.csv</c>, one at a time, in the order of the file.</summary>
    /// <exception cref="CsvTableException">The file cannot be read.</exception>
    public IEnumerable<ReplicateRow> Replicates() =>
        StoredRow.Read(Path.Join(Folder, ReplicatesName), ReplicatesCsv.Columns).Select(row => new ReplicateRow(
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

    private static Manifest ReadManifest(string folder)
    {
        string path = Path.Join(folder, FolderContent.ManifestName);
        if (!File.Exists(path))
        {
            throw new ResultRecordException($"{folder} must be a folder that tes run has written, but holds no {FolderContent.ManifestName}.");
        }

        try
        {
            return Manifest.Parse(File.ReadAllText(path));
        }
        catch (JsonException e)
        {
            throw new ResultRecordException($"{path} is no manifest that this version can read: {e.Message}", e);
        }
    }

    private static void CheckUnchanged(string folder, string name, Manifest manifest)
    {
        string path = Path.Join(folder, name);
        if (!File.Exists(path))
        {
            throw new ResultRecordException($"{folder} must be a folder that tes run has written, but holds no {name}.");
        }

        using FileStream file = File.OpenRead(path);
        string hash = Convert.ToHexStringLower(SHA256.HashData(file));
        if (!manifest.Files.TryGetValue(name, out string? written) || !string.Equals(hash, written, StringComparison.Ordinal))
        {
            throw new ResultRecordException(
                $"{path} is not the file that the run wrote: its checksum differs from the one in {FolderContent.ManifestName}. Run the study again.");
        }
    }

    private static SummaryRow SummaryOf(StoredRow row) => new()
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

    private static JointRow JointOf(StoredRow row) => new()
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

    private static JointPairRow PairOf(StoredRow row) => new()
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
}

/// <summary>A folder that does not hold what a run wrote. The message says what is missing or changed.</summary>
public sealed class ResultRecordException : Exception
{
    internal ResultRecordException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
