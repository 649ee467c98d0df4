using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Files.Results;

/// <summary>Writes <c>replicates.csv</c>: one test in one replicate per row, the long form that R's rsimsum reads.</summary>
public sealed class ReplicatesCsv
{
    private static readonly string[] s_columns =
    [
        "scenario", "replicate", "method", "term", "test", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high", "status",
    ];

    /// <summary>The columns.</summary>
    internal static IEnumerable<string> Columns => s_columns;

    private readonly CsvRow _row;

    /// <summary>Writes the header.</summary>
    /// <param name="writer">Where the file goes; stays open.</param>
    public ReplicatesCsv(TextWriter writer)
    {
        _row = new CsvRow(writer);
        _row.Add(s_columns).End();
    }

    /// <summary>Writes one row. Rows are written in the order in which they come.</summary>
    /// <param name="row">The test.</param>
    public void Write(in ReplicateRow row) =>
        _row.Add(row.Scenario)
            .Add(row.Replicate)
            .Add(row.Method)
            .Add(row.Term)
            .Add(row.Test)
            .Add(row.Estimate)
            .Add(row.StandardError)
            .Add(row.DegreesOfFreedom)
            .Add(row.Statistic)
            .AddProbability(row.PValue)
            .Add(row.ConfLow)
            .Add(row.ConfHigh)
            .Add(Text(row.Status))
            .End();

    /// <summary>The words of the file for how a term came out.</summary>
    internal static IEnumerable<(string Word, TermStatus Status)> Statuses => Enum.GetValues<TermStatus>().Select(status => (Text(status), status));

    private static string Text(TermStatus status) => status switch
    {
        TermStatus.Ok => "ok",
        TermStatus.Singular => "singular",
        TermStatus.Dropped => "dropped",
        TermStatus.NotEstimable => "not-estimable",
        TermStatus.NotConverged => "not-converged",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "This is no status of a term."),
    };
}
