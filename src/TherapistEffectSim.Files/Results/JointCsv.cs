using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Files.Results;

/// <summary>Writes <c>joint.csv</c>: how often each pattern of decisions occurred.</summary>
public sealed class JointCsv
{
    private static readonly string[] s_columns = ["pattern", "count", "share", "mcse", "conf_low", "conf_high", "replicates", "failures"];

    /// <summary>The columns beside the factors.</summary>
    internal static IEnumerable<string> Columns => ["scenario", .. s_columns];

    private readonly CsvRow _row;
    private readonly FactorColumns _factors;

    /// <summary>Writes the header.</summary>
    /// <param name="writer">Where the file goes; stays open.</param>
    /// <param name="factors">Names of the factors, in the order of the grid.</param>
    /// <exception cref="ArgumentException">A factor is named like another column.</exception>
    public JointCsv(TextWriter writer, IEnumerable<string> factors)
    {
        _row = new CsvRow(writer);
        _factors = new FactorColumns(factors, ["scenario", .. s_columns]);
        _row.Add("scenario").Add(_factors.Names).Add(s_columns).End();
    }

    /// <summary>Writes one row.</summary>
    /// <param name="cell">The scenario of the row.</param>
    /// <param name="row">The pattern.</param>
    /// <exception cref="ArgumentException">The row is not of this cell, or the cell has other factors than the header.</exception>
    public void Write(Cell cell, JointRow row) =>
        _row.Add(row.Scenario)
            .Add(_factors.Values(cell, row.Scenario))
            .Add(row.Pattern)
            .Add(row.Count)
            .Add(row.Share)
            .Add(row.Mcse)
            .Add(row.ConfLow)
            .Add(row.ConfHigh)
            .Add(row.Replicates)
            .Add(row.Failures)
            .End();
}
