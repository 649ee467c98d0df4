using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>Runs whose scenarios have as many replicates as their precision asks for.</summary>
public sealed class PrecisionRunTests
{
    private static readonly ImmutableArray<Method> s_methods = [new() { Preset = MethodPreset.NullModel }];

    [Fact]
    public void Run_EndsEachScenarioAtTheFirstLookWithThePrecision()
    {
        Study study = Study(new() { Min = 1000, Max = 3500, TargetMcse = 0.009 });
        LookSchedule looks = new(study);
        List<ReplicateRow> kept = [];

        List<CellResult> cells = StudyFixture.Run(study, onReplicate: kept.Add);

        Assert.Equal([1024, 1280, 1600, 1984, 2496, 3072, 3500], looks.Replicates.AsEnumerable());
        ILookup<int, ReplicateRow> rows = kept.ToLookup(r => r.Scenario);
        foreach (CellResult cell in cells)
        {
            ReplicateRow[][] tests = [.. rows[cell.Cell.Number].GroupBy(r => r.Test).Select(g => g.ToArray())];
            long expected = looks.Replicates.First(n => n == 3500
                || tests.All(test => SequentialInterval.WilsonError(test.Take((int)n).Count(r => r.PValue < 0.05), n) <= 0.009));
            Assert.Equal(expected, cell.Replicates);
            Assert.Equal(expected, tests[0].Length);
            Assert.Equal(CellEnd.Complete, cell.End);
        }

        Assert.InRange(cells.Select(c => c.Replicates).Distinct().Count(), 3, 4);
    }

    // Rates of .05, .21, .45 and .97, of which the target allows those below .14 and above .91: six standard errors from the nearest.
    [Fact]
    public void Run_ThatDoesNotReachItsPrecision_SaysSo()
    {
        List<CellResult> cells = StudyFixture.Run(Study(new() { Min = 1000, Max = 1500, TargetMcse = 0.009 }));

        Assert.Equal([CellEnd.Complete, CellEnd.PrecisionMissed, CellEnd.PrecisionMissed, CellEnd.Complete], cells.Select(c => c.End));
        Assert.All(cells, c => Assert.Equal(c.End == CellEnd.PrecisionMissed ? 1500 : 1024, c.Replicates));
    }

    [Fact]
    public void Run_GivesTheSumsOfAFixedRun_WithWiderIntervals()
    {
        Study study = Study(new() { Min = 1000, Max = 3500, TargetMcse = 0.009 });

        foreach (CellResult cell in StudyFixture.Run(study))
        {
            CellResult fixedRun = StudyFixture.Run(study with { Precision = null, Replicates = (int)cell.Replicates })[cell.Cell.Number - 1];
            Assert.Equal(
                fixedRun.Summary.Select(r => (r.Measure, r.Value, r.Mcse, r.Replicates)),
                cell.Summary.Select(r => (r.Measure, r.Value, r.Mcse, r.Replicates)));
            Assert.All(
                cell.Summary.Zip(fixedRun.Summary).Where(r => r.First.ConfHigh < 1 && r.First.ConfLow > 0),
                r => Assert.InRange((r.First.ConfHigh - r.First.ConfLow)!.Value / (r.Second.ConfHigh - r.Second.ConfLow)!.Value, 1.2, 1.5));
        }
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(5, 8)]
    [InlineData(16, 1)]
    public void Run_WithAnyThreadsAndLanes_GivesTheSameBits(int threads, int lanes)
    {
        Study study = Study(new() { Min = 1000, Max = 3500, TargetMcse = 0.009 });

        Assert.Equal(
            StudyFixture.Run(study, threads: 1, lanes: 2).SelectMany(c => c.Summary),
            StudyFixture.Run(study, threads, lanes).SelectMany(c => c.Summary));
    }

    [Fact]
    public void Run_ThatIsInterrupted_HandsOutWhatIsFinished()
    {
        Study study = Study(new() { Min = 1000, Max = 200_000, TargetMcse = 0.001 });
        using CancellationTokenSource source = new();
        List<CellResult> cells = [];
        int rows = 0;
        RunOptions options = new()
        {
            Threads = 3,
            OnCell = cells.Add,
            OnReplicate = _ =>
            {
                if (++rows == 5000)
                {
                    source.Cancel();
                }
            },
        };

        Assert.False(StudyRunner.Run(study, options, source.Token));
        CellResult cell = Assert.Single(cells);
        Assert.Equal(CellEnd.Interrupted, cell.End);
        Assert.Equal(rows / 3, cell.Replicates); // three tests of the null model
        Assert.Equal(0, cell.Replicates % 64);
    }

    private static Study Study(PrecisionReplicates precision) =>
        StudyFixture.Study(precision.Max, seed: 11, s_methods, [.. new[] { 0, 0.05, 0.1, 0.3 }.Select(icc => StudyFixture.ScoresWorld(20, 6, icc, 0, 0, 0))])
            with
        { Precision = precision };
}
