using TherapistEffectSim.Files.Results;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Tests;

public sealed class StoredResultsTests(SampleResults samples) : IClassFixture<SampleResults>
{
    [Fact]
    public void Read_GivesWhatTheRunFound_ToTheBit()
    {
        StoredResults stored = samples.Curve;
        List<CellResult> found = [];
        List<ReplicateRow> replicates = [];
        StudyRunner.Run(stored.Study, new() { OnCell = found.Add, OnReplicate = replicates.Add }, CancellationToken.None);

        Assert.Equal(found.Count, stored.Cells.Length);
        Assert.Equal(found.SelectMany(c => c.Summary).Select(Known), stored.Cells.SelectMany(c => c.Summary));
        Assert.Equal(found.SelectMany(c => c.Joint), stored.Cells.SelectMany(c => c.Joint));
        Assert.Equal(found.SelectMany(c => c.Pairs), stored.Cells.SelectMany(c => c.Pairs));
        Assert.Equal(found.SelectMany(c => c.JointTests), stored.Cells.SelectMany(c => c.JointTests));
        Assert.Equal(found.SelectMany(c => c.Formulas), stored.Cells.SelectMany(c => c.Formulas));
        Assert.All(stored.Cells, cell => Assert.Equal(256, cell.Replicates));
        Assert.Equal(replicates.Select(r => r with { PValue = 0 }), stored.Record.Replicates().Select(r => r with { PValue = 0 })); // of p-values the file has 12 digits
    }

    // A file has no NaN: what cannot be told is an empty cell.
    private static SummaryRow Known(SummaryRow row) => row with
    {
        TrueValue = Known(row.TrueValue),
        Value = Known(row.Value),
        Mcse = Known(row.Mcse),
        ConfLow = Known(row.ConfLow),
        ConfHigh = Known(row.ConfHigh),
    };

    private static double? Known(double? value) => value is double number && double.IsNaN(number) ? null : value;
}
