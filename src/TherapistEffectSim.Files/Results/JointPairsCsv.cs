using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Files.Results;

/// <summary>Writes <c>joint-pairs.csv</c>: two tests on the same data sets, their 2 × 2 table and the difference of their rates.</summary>
public sealed class JointPairsCsv
{
    private static readonly string[] s_columns =
        ["a", "b", "both", "only_a", "only_b", "neither", "difference", "difference_mcse", "conf_low", "conf_high"];

    /// <summary>The columns beside the factors.</summary>
    internal static IEnumerable<string> Columns => ["scenario", .. s_columns];

    private readonly CsvRow _row;
    private readonly FactorColumns _factors;

    /// <summary>Writes the header.</summary>
    /// <param name="writer">Where the file goes; stays open.</param>
    /// <param name="factors">Names of the factors, in the order of the grid.</param>
    /// <exception cref="ArgumentException">A factor is named like another column.</exception>
    public JointPairsCsv(TextWriter writer, IEnumerable<string> factors)
    {
        _row = new CsvRow(writer);
        _factors = new FactorColumns(factors, ["scenario", .. s_columns]);
        _row.Add("scenario").Add(_factors.Names).Add(s_columns).End();
    }

    /// <summary>Writes one row.</summary>
    /// <param name="cell">The scenario of the row.</param>
    /// <param name="row">The pair of tests.</param>
    /// <exception cref="ArgumentException">The row is not of this cell, or the cell has other factors than the header.</exception>
    public void Write(Cell cell, JointPairRow row) =>
        _row.Add(row.Scenario)
            .Add(_factors.Values(cell, row.Scenario))
            .Add(row.A)
            .Add(row.B)
            .Add(row.Both)
            .Add(row.OnlyA)
            .Add(row.OnlyB)
            .Add(row.Neither)
            .Add(row.Difference)
            .Add(row.DifferenceMcse)
            .Add(row.ConfLow)
            .Add(row.ConfHigh)
            .End();
}
