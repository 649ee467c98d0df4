using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Files.Results;

/// <summary>Writes <c>summary.csv</c>: the factors that vary, then one performance measure per row.</summary>
public sealed class SummaryCsv
{
    private static readonly string[] s_columns =
    [
        "scenario", "method", "term", "test", "true_value", "rejection_means", "measure", "value", "mcse", "conf_low", "conf_high", "replicates",
        "failures",
    ];

    /// <summary>The columns beside the factors.</summary>
    internal static IEnumerable<string> Columns => s_columns;

    private readonly CsvRow _row;
    private readonly FactorColumns _factors;

    /// <summary>Writes the header.</summary>
    /// <param name="writer">Where the file goes; stays open.</param>
    /// <param name="factors">Names of the factors, in the order of the grid.</param>
    /// <exception cref="ArgumentException">A factor is named like another column.</exception>
    public SummaryCsv(TextWriter writer, IEnumerable<string> factors)
    {
        _row = new CsvRow(writer);
        _factors = new FactorColumns(factors, s_columns);
        _row.Add(_factors.Names).Add(s_columns).End();
    }

    /// <summary>Writes one row.</summary>
    /// <param name="cell">The scenario of the row.</param>
    /// <param name="row">The measure.</param>
    /// <exception cref="ArgumentException">The row is not of this cell, or the cell has other factors than the header.</exception>
    public void Write(Cell cell, SummaryRow row) =>
        _row.Add(_factors.Values(cell, row.Scenario))
            .Add(row.Scenario)
            .Add(row.Method)
            .Add(row.Term)
            .Add(row.Test)
            .Add(row.TrueValue)
            .Add(row.RejectionMeans)
            .Add(row.Measure)
            .Add(row.Value)
            .Add(row.Mcse)
            .Add(row.ConfLow)
            .Add(row.ConfHigh)
            .Add(row.Replicates)
            .Add(row.Failures)
            .End();
}
