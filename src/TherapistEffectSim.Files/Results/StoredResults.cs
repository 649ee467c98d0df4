using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.StudyFiles;
using TherapistEffectSim.Files.Tables;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Files.Results;

/// <summary>The results of a run as they stand in its folder, scenario by scenario.</summary>
public sealed record StoredResults
{
    /// <summary>What the folder says.</summary>
    public required ResultRecord Record { get; init; }

    /// <summary>The study as run.</summary>
    public required Study Study { get; init; }

    /// <summary>The study file as it stands in the folder.</summary>
    public required string StudyText { get; init; }

    /// <summary>What was found, by scenario; of an interrupted run those that were begun.</summary>
    public required ImmutableArray<CellResult> Cells { get; init; }

    /// <summary>How the results were made.</summary>
    public Manifest Manifest => Record.Manifest;

    /// <summary>Reads a result folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="ResultRecordException">The folder does not hold what a run wrote.</exception>
    /// <exception cref="StudyFileException">Its study cannot be read.</exception>
    /// <exception cref="CsvTableException">One of its tables cannot be read.</exception>
    public static StoredResults Read(string folder)
    {
        ResultRecord record = ResultRecord.Read(folder);
        Study study = StudyFile.Load(record.StudyPath).ToStudy(record.Manifest.Seed);
        return new()
        {
            Record = record,
            Study = study,
            StudyText = File.ReadAllText(record.StudyPath),
            Cells = [.. CellsOf(record, study)],
        };
    }

    private static IEnumerable<CellResult> CellsOf(ResultRecord record, Study study)
    {
        ILookup<int, SummaryRow> summary = record.Summary.ToLookup(r => r.Scenario);
        ILookup<int, JointRow> joint = record.Joint.ToLookup(r => r.Scenario);
        ILookup<int, JointPairRow> pairs = record.Pairs.ToLookup(r => r.Scenario);
        StudyOutline? outline = null;
        for (int i = 0; i < study.Cells.Count && summary.Contains(i + 1); i++)
        {
            Cell cell = study.Cells[i];
            outline ??= StudyOutline.Of(study, cell);
            SummaryRow[] rows = [.. summary[cell.Number]];
            CellResult found = new()
            {
                Cell = cell,
                Formulas = outline.Formulas,
                SolvedConstants = [],
                Replicates = rows.Max(r => r.Replicates),
                End = EndOf(record, study, cell, rows),
                Summary = [.. rows],
                JointTests = outline.JointTests,
                Joint = [.. joint[cell.Number]],
                Pairs = [.. pairs[cell.Number]],
            };
            yield return record.Manifest.Precision is { } precision ? found with { CriticalValue = precision.CriticalValue } : found;
        }
    }

    private static CellEnd EndOf(ResultRecord record, Study study, Cell cell, SummaryRow[] rows)
    {
        long replicates = rows.Max(r => r.Replicates);
        bool isLast = cell.Number == record.Summary.Max(r => r.Scenario);
        return record.Manifest.Status == RunStatus.Interrupted && isLast && replicates < study.Replicates ? CellEnd.Interrupted
            : study.Precision is { } precision && replicates == precision.Max && !rows.Where(r => r.Measure == "rejection_rate").All(r => IsWithin(r, precision.TargetMcse)) ? CellEnd.PrecisionMissed
            : CellEnd.Complete;
    }

    // The rule by which the run decided: see PrecisionReplicates.
    private static bool IsWithin(SummaryRow rate, double target)
    {
        const double z = 1.959963984540054;
        double n = rate.Replicates;
        double p = rate.Value ?? 0;
        return Math.Sqrt((p * (1 - p) / n) + (z * z / (4 * n * n))) / (1 + (z * z / n)) <= target;
    }
}
