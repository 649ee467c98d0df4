using System.Globalization;
using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Planning;

namespace TherapistEffectSim.Files.Results;

/// <summary>Writes and reads <c>evaluations.csv</c>: what each range of replicates of each design of a plan gave. A plan that was interrupted goes on from it.</summary>
public sealed class EvaluationsCsv
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "evaluations.csv";

    private static readonly string[] s_columns = ["stage", "design", "seed", "first_replicate", "replicates", "values", "sum", "sum_of_squares"];

    private readonly CsvRow _row;

    /// <summary>Writes the header.</summary>
    /// <param name="writer">Where the file goes; stays open.</param>
    public EvaluationsCsv(TextWriter writer)
    {
        _row = new CsvRow(writer);
        _row.Add(s_columns).End();
    }

    /// <summary>Writes one row.</summary>
    public void Write(DesignRecord record) =>
        _row.Add(record.Stage.ToString().ToLowerInvariant())
            .Add(record.Design)
            .Add(record.Seed.ToString(CultureInfo.InvariantCulture))
            .Add(record.FirstReplicate)
            .Add(record.Replicates)
            .Add(record.Values)
            .Add(record.Sum)
            .Add(record.SumOfSquares)
            .End();

    /// <summary>The rows of a result folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ResultFolderException">The folder has no such file, or it cannot be read.</exception>
    public static IReadOnlyList<DesignRecord> Read(string folder)
    {
        string path = Path.Join(folder, FileName);
        if (!File.Exists(path))
        {
            throw new ResultFolderException($"{folder} holds no {FileName} to go on from: add --force to start again.");
        }

        List<DesignRecord> records = [];
        using CsvRecords rows = new(File.OpenText(path), path);
        for (bool isHeader = true; rows.Read(); isHeader = false)
        {
            if (!isHeader)
            {
                records.Add(RecordOf(rows.Cells) ?? throw new ResultFolderException($"{path}, line {rows.Line}, cannot be read: add --force to start again."));
            }
        }

        return records;
    }

    private static DesignRecord? RecordOf(List<string> cells) =>
        cells.Count == s_columns.Length
        && Enum.TryParse(cells[0], ignoreCase: true, out PlanStage stage)
        && ulong.TryParse(cells[2], NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
        && long.TryParse(cells[3], NumberStyles.None, CultureInfo.InvariantCulture, out long first)
        && long.TryParse(cells[4], NumberStyles.None, CultureInfo.InvariantCulture, out long replicates)
        && long.TryParse(cells[5], NumberStyles.None, CultureInfo.InvariantCulture, out long values)
        && NumberCell.TryParse(cells[6], out double sum)
        && NumberCell.TryParse(cells[7], out double sumOfSquares)
            ? new(stage, cells[1], seed, first, replicates, values, sum, sumOfSquares)
            : null;
}
