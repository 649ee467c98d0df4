using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using TherapistEffectSim.Data;
using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Files.Results;

/// <summary>What a result folder says: the manifest, and the rows of its tables.</summary>
public sealed record ResultRecord
{
    private const string SummaryName = "summary.csv";
    private const string JointName = "joint.csv";
    private const string StudyName = "study.yaml";

    /// <summary>The folder as the caller named it.</summary>
    public required string Folder { get; init; }

    /// <summary>How the results were made.</summary>
    public required Manifest Manifest { get; init; }

    /// <summary>Rows of <c>summary.csv</c>.</summary>
    public required ImmutableArray<SummaryRow> Summary { get; init; }

    /// <summary>Rows of <c>joint.csv</c>.</summary>
    public required ImmutableArray<JointRow> Joint { get; init; }

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
        foreach (string name in new[] { SummaryName, JointName, StudyName })
        {
            CheckUnchanged(folder, name, manifest);
        }

        return new()
        {
            Folder = folder,
            Manifest = manifest,
            Summary = SummaryRows(Path.Join(folder, SummaryName)),
            Joint = JointRows(Path.Join(folder, JointName)),
        };
    }

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

    private static ImmutableArray<SummaryRow> SummaryRows(string path)
    {
        DataTable table = CsvTableReader.Read(path,
        [
            Number("scenario"), Text("method"), Text("term"), Text("test"), Number("true_value"), Text("rejection_means"), Text("measure"), Number("value"),
            Number("mcse"), Number("conf_low"), Number("conf_high"), Number("replicates"), Number("failures"),
        ]);
        return [.. Enumerable.Range(0, table.Rows).Select(row => new SummaryRow
        {
            Scenario = (int)table.Numeric("scenario").Values[row],
            Method = Cell(table, "method", row),
            Term = Cell(table, "term", row),
            Test = Cell(table, "test", row),
            TrueValue = Known(table, "true_value", row),
            RejectionMeans = Cell(table, "rejection_means", row),
            Measure = Cell(table, "measure", row),
            Value = Known(table, "value", row),
            Mcse = Known(table, "mcse", row),
            ConfLow = Known(table, "conf_low", row),
            ConfHigh = Known(table, "conf_high", row),
            Replicates = (long)(Known(table, "replicates", row) ?? 0),
            Failures = (long)(Known(table, "failures", row) ?? 0),
        })];
    }

    // A study without joint tests has a header only.
    private static ImmutableArray<JointRow> JointRows(string path)
    {
        if (File.ReadLines(path).Skip(1).All(line => line.Length == 0))
        {
            return [];
        }

        DataTable table = CsvTableReader.Read(path,
        [
            Number("scenario"), Text("pattern"), Number("count"), Number("share"), Number("mcse"), Number("conf_low"), Number("conf_high"),
            Number("replicates"), Number("failures"),
        ]);
        return [.. Enumerable.Range(0, table.Rows).Select(row => new JointRow
        {
            Scenario = (int)table.Numeric("scenario").Values[row],
            Pattern = Cell(table, "pattern", row),
            Count = (long)table.Numeric("count").Values[row],
            Share = table.Numeric("share").Values[row],
            Mcse = table.Numeric("mcse").Values[row],
            ConfLow = table.Numeric("conf_low").Values[row],
            ConfHigh = table.Numeric("conf_high").Values[row],
            Replicates = (long)table.Numeric("replicates").Values[row],
            Failures = (long)table.Numeric("failures").Values[row],
        })];
    }

    private static CsvColumn Number(string name) => new(name, CellContent.Numbers) { Missing = MissingCells.NotAvailableOrEmpty };

    private static CsvColumn Text(string name) => new(name, CellContent.Text) { Missing = MissingCells.NotAvailableOrEmpty };

    private static double? Known(DataTable table, string column, int row) =>
        table.Column(column).IsMissing(row) ? null : table.Numeric(column).Values[row];

    private static string Cell(DataTable table, string column, int row)
    {
        TextColumn texts = table.AsFactor(column);
        return texts.Codes[row] < 0 ? "" : texts.Levels[texts.Codes[row]];
    }
}

/// <summary>A folder that does not hold what a run wrote. The message says what is missing or changed.</summary>
public sealed class ResultRecordException : Exception
{
    internal ResultRecordException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
