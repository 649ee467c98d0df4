using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>What a statement is made of: the study, the scenarios that it speaks of, and their results.</summary>
/// <param name="Study">The study as run.</param>
/// <param name="Manifest">How it was run.</param>
/// <param name="Cells">The scenarios, at least one.</param>
/// <param name="Summary">Their performance measures.</param>
/// <param name="Joint">Their patterns of decisions.</param>
internal sealed record StatementSource(
    Study Study, Manifest Manifest, ImmutableArray<Cell> Cells, ImmutableArray<SummaryRow> Summary, ImmutableArray<JointRow> Joint)
{
    private const string RejectionRate = "rejection_rate";

    /// <summary>The measures of tests, one row each, of tests that could be made.</summary>
    public ImmutableArray<SummaryRow> Rates { get; } =
        [.. Summary.Where(r => r.Measure == RejectionRate && r.Value is not null && r.Failures < r.Replicates)];

    /// <summary>The mean of a count over the trials of a scenario.</summary>
    public double Mean(int scenario, string measure) => Summary.First(r => r.Scenario == scenario && r.Measure == measure).Value ?? double.NaN;

    /// <summary>A measure beside a rate.</summary>
    public SummaryRow? Beside(SummaryRow rate, string test, string measure) => Summary.FirstOrDefault(r =>
        r.Scenario == rate.Scenario && r.Method == rate.Method && r.Term == rate.Term && r.Test == test && r.Measure == measure);

    /// <summary>The methods, with their models written out.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Formulas => StudyOutline.Of(Study, Cells[0]).Formulas;

    /// <summary>Reads a folder that <c>tes run</c> has written.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="scenario">The one scenario to speak of, from 1; <see langword="null"/> for all.</param>
    /// <param name="streams">Streams of the command.</param>
    /// <exception cref="ResultRecordException">The folder does not hold what a run wrote.</exception>
    /// <exception cref="DataException">The run was interrupted, or has no such scenario.</exception>
    public static StatementSource Read(string folder, int? scenario, Streams streams)
    {
        ResultRecord record = ResultRecord.Read(folder);
        if (record.Manifest.Status != RunStatus.Complete)
        {
            throw Refuse(folder, "the run was interrupted: a statement needs all of its replicates. Run the study again with --force.");
        }

        Study study = StudySource.Load(record.StudyPath, seed: null, sampling: null, streams).Study(replicates: null);
        if (scenario > study.Cells.Count)
        {
            throw Refuse(folder, string.Create(CultureInfo.InvariantCulture, $"--scenario must be in [1, {study.Cells.Count}], but was {scenario}."));
        }

        ImmutableArray<Cell> cells = [.. study.Cells.Where(c => scenario is null || c.Number == scenario)];
        return new(
            study,
            record.Manifest,
            cells,
            [.. record.Summary.Where(r => scenario is null || r.Scenario == scenario)],
            [.. record.Joint.Where(r => scenario is null || r.Scenario == scenario)]);
    }

    private static DataException Refuse(string folder, string why) => new(folder, new InvalidOperationException(why));
}
