using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>Runs that go on from stored parts, and runs that are put together from them, give the bits of one run.</summary>
public sealed class StoredPartsTests
{
    private static readonly ImmutableArray<Method> s_methods = [new() { Preset = MethodPreset.NullModel }, new() { Preset = MethodPreset.Linear }, new() { Preset = MethodPreset.Quadratic }];

    // Whatever parts are lost, and however many threads wrote them; 700 replicates end in a leaf that is not full.
    [Theory]
    [InlineData(700, false, null)]
    [InlineData(700, true, null)]
    [InlineData(3500, false, 0.009)]
    [InlineData(3500, true, 0.009)]
    public void Run_FromAnyStoredParts_GivesTheSameBits(int replicates, bool keep, double? targetMcse)
    {
        Study study = StudyOf(replicates, targetMcse);
        Found whole = Run(study, keep, new() { OnCell = _ => { }, Threads = 2 });
        MemoryStore store = new();
        Assert.Equal(whole, Run(study, keep, new() { OnCell = _ => { }, Threads = 3, Store = store }));

        Prop.ForAll(Gen.Choose(0, 3).ArrayOf(store.Written.Count).Zip(Gen.Choose(1, 5)).ToArbitrary(), drawn =>
        {
            MemoryStore left = new(store.Written.Where((_, i) => drawn.Item1[i] > 0));
            Found again = Run(study, keep, new() { OnCell = _ => { }, Threads = drawn.Item2, Store = left });
            long kept = left.Scenarios.Sum(s => left.Find(s).Sum(p => p.Label.Replicates.Sum(r => r.Count)));
            return (again with { Run = whole.Run } == whole).Label("same bits").And((again.Run + kept == whole.Run).Label($"runs {again.Run} of {whole.Run} replicates, with {kept} stored"));
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(10).WithReplay(1, 3));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Run_OfShards_JoinedInAnyOrder_GivesTheSameBits(bool keep)
    {
        Study study = StudyOf(700, null);
        Found whole = Run(study, keep, new() { OnCell = _ => { }, Threads = 2 });
        foreach (int count in (int[])[1, 3, 11])
        {
            List<(PartLabel, byte[])> parts = [];
            for (int k = count; k >= 1; k--)
            {
                MemoryStore store = new();
                Run(study, keep, new() { OnCell = _ => Assert.Fail("A shard has no results."), Threads = 2, Store = store, Shard = new(k, count) });
                Assert.Equal(new Shard(k, count).ReplicatesOf(700).Count * 2, store.Written.Sum(p => p.Label.Replicates.Sum(r => r.Count)));
                parts.AddRange(store.Written);
                parts.AddRange(k == 2 ? store.Written : []); // one was run twice
            }

            MemoryStore all = new(parts);
            Assert.Equal(whole with { Run = 0 }, Run(study, keep, new() { OnCell = _ => { }, Threads = 2, Store = all, StoredOnly = true }));
            Assert.Equal([.. Enumerable.Range(1, count).Select(k => new Shard(k, count).ReplicatesOf(700).Count * 2)], StoredReplicates.PerShard(study, count, all, keep));
        }
    }

    // More blocks than may wait for earlier ones, with stored leaves before, between and after them.
    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Run_OfManyBlocksBetweenStoredOnes_ComesToItsEnd(bool isShard, bool keep)
    {
        Study study = StudyOf(64 * 300, null);
        Shard? shard = isShard ? new(1, 1) : null;
        MemoryStore store = new();
        Run(study, keep, new() { OnCell = _ => { }, Threads = 2, Store = store, Shard = shard });
        MemoryStore some = new(store.Written.Where(p => p.Label.Replicates[0].First / 64 is < 16 or (> 140 and < 150) or > 280));
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(1));

        bool complete = StudyRunner.Run(
            study, new() { OnCell = _ => { }, OnReplicate = keep ? _ => { } : null, Threads = 1, Store = some, Shard = shard }, patience.Token);

        Assert.True(complete, "The run waits for itself.");
        Assert.NotEmpty(some.Scenarios);
    }

    [Fact]
    public void Run_WithMoreReplicates_GoesOnFromAllLeavesButTheUnfinishedLast()
    {
        MemoryStore store = new();
        Run(StudyOf(700, null), keep: false, new() { OnCell = _ => { }, Threads = 2, Store = store });
        Found whole = Run(StudyOf(1500, null), keep: false, new() { OnCell = _ => { }, Threads = 2 });

        Found extended = Run(StudyOf(1500, null), keep: false, new() { OnCell = _ => { }, Threads = 2, Store = new MemoryStore(store.Written) });

        Assert.Equal(whole with { Run = 2 * (1500 - 640) }, extended);
    }

    // Parts of a run with other looks may lie across a look, where they are of no use.
    [Fact]
    public void Run_ThatLooksElsewhere_GivesTheBitsOfItsOwnLooks()
    {
        MemoryStore store = new();
        Run(StudyOf(3500, null), keep: false, new() { OnCell = _ => { }, Threads = 2, Store = store });
        Study precise = StudyOf(3500, 0.009);

        Found again = Run(precise, keep: false, new() { OnCell = _ => { }, Threads = 2, Store = new MemoryStore(store.Written) });

        Found whole = Run(precise, keep: false, new() { OnCell = _ => { }, Threads = 2 });
        Assert.Equal(whole with { Run = again.Run }, again);
        Assert.InRange(again.Run, 1, whole.Run);
    }

    [Fact]
    public void Run_OfStoredPartsAlone_SaysWhatIsMissing()
    {
        Study study = StudyOf(700, null);
        MemoryStore store = new();
        Run(study, keep: false, new() { OnCell = _ => { }, Threads = 1, Store = store, Shard = new(2, 3) });
        List<CellResult> cells = [];

        bool complete = StudyRunner.Run(study, new() { OnCell = cells.Add, Threads = 2, Store = new MemoryStore(store.Written.Where(p => p.Label.Scenario == 2)), StoredOnly = true }, CancellationToken.None);

        Assert.False(complete);
        Assert.Equal((2, 256L, CellEnd.Interrupted), (cells.Single().Cell.Number, cells[0].Replicates, cells[0].End));
    }

    [Fact]
    public void Run_OfAPartOfAnotherPlan_IsRefused()
    {
        Study study = StudyOf(700, null);
        MemoryStore store = new();
        Run(study, keep: false, new() { OnCell = _ => { }, Threads = 1, Store = store });
        (PartLabel label, byte[] content) = store.Written[0];

        Assert.ThrowsAny<Exception>(() => Run(
            study, keep: false, new() { OnCell = _ => { }, Threads = 1, Store = new MemoryStore([(label with { Replicates = [new(64, 64 + label.Replicates[0].Count)] }, content)]) }));
    }

    [Theory]
    [InlineData(1, 1, 700, 0, 700)]
    [InlineData(1, 3, 700, 0, 192)]
    [InlineData(2, 3, 700, 192, 448)]
    [InlineData(3, 3, 700, 448, 700)]
    [InlineData(7, 7, 1_000_000_000, 857_142_848, 1_000_000_000)]
    public void ReplicatesOf_AShard_BeginAtALeaf(int number, int count, long replicates, long first, long end) =>
        Assert.Equal(new ReplicateRange(first, end), new Shard(number, count).ReplicatesOf(replicates));

    private static Study StudyOf(int replicates, double? targetMcse) =>
        StudyFixture.Study(
            replicates, seed: 5, s_methods, StudyFixture.ScoresWorld(20, 6, 0.05, 0.1, -0.1, 0.1), StudyFixture.ScoresWorld(14, 5, 0, 0, 0, 0))
            with
        { Precision = targetMcse is { } target ? new() { Min = 1000, Max = replicates, TargetMcse = target } : null };

    private static Found Run(Study study, bool keep, RunOptions options)
    {
        List<CellResult> cells = [];
        List<ReplicateRow> rows = [];
        RunOptions told = options with
        {
            OnCell = cell =>
            {
                options.OnCell(cell);
                cells.Add(cell);
            },
            OnReplicate = keep ? rows.Add : null,
        };
        StudyRunner.Run(study, told, CancellationToken.None);
        return new(
            string.Join('\n', cells.SelectMany(c => c.Summary).Select(row => row.ToString()).Concat(cells.SelectMany(c => c.Joint).Select(row => row.ToString()))),
            string.Join('\n', rows),
            told.Progress.ReplicatesDone);
    }

    private sealed record Found(string Results, string Rows, long Run);
}
