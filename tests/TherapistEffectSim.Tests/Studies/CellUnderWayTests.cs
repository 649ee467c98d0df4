using TherapistEffectSim.Design;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

public sealed class CellUnderWayTests
{
    private static readonly Study s_study = StudyFixture.Study(
        replicates: 640,
        seed: 11,
        [new() { Name = "null-model", Preset = MethodPreset.NullModel }, new() { Name = "linear", Preset = MethodPreset.Linear }, new() { Name = "quadratic", Preset = MethodPreset.Quadratic }],
        new Scenario
        {
            Trial = new() { Therapists = 12, Caseload = new FixedCaseload { Patients = 4 } },
            Therapists = new() { OutcomeIcc = 0.05 },
            Alliance = new() { TherapistIcc = 0.2 },
        });

    [Fact]
    public void Snapshot_BeforeAndAfterARun_IsNothingAndTheResult()
    {
        CellUnderWay cell = new();
        List<CellResult> found = [];

        Assert.Null(cell.Snapshot());
        StudyRunner.Run(s_study, new() { OnCell = found.Add, UnderWay = cell }, CancellationToken.None);

        Assert.Equal(found[0].Summary.AsEnumerable(), cell.Snapshot()!.Summary);
    }

    [Fact]
    public void Snapshot_WhileOthersWork_IsTheResultOfWholeLeaves()
    {
        CellUnderWay cell = new();
        using CancellationTokenSource end = new();
        Thread run = new(() => StudyRunner.Run(s_study with { Replicates = 10_000_000 }, new() { Threads = 2, OnCell = _ => { }, UnderWay = cell }, end.Token));
        run.Start();
        List<CellResult> seen = [];
        while (seen.Count < 50)
        {
            if (cell.Snapshot() is { } snapshot)
            {
                seen.Add(snapshot);
            }
        }

        end.Cancel();
        run.Join();

        Assert.All(seen, s => Assert.Equal(0, s.Replicates % 64));
        Assert.Equal(seen.Select(s => s.Replicates).Order(), seen.Select(s => s.Replicates));
        Assert.All(seen, s => Assert.Equal(s.Replicates, s.Joint.Sum(j => j.Count)));
    }

    [Fact]
    public void Run_ThatIsLookedAt_HasTheBitsOfOneThatIsNot()
    {
        List<CellResult> looked = [];
        List<CellResult> plain = [];
        StudyRunner.Run(s_study, new() { OnCell = looked.Add, UnderWay = new() }, CancellationToken.None);
        StudyRunner.Run(s_study, new() { OnCell = plain.Add }, CancellationToken.None);

        Assert.Equal(plain[0].Summary.AsEnumerable(), looked[0].Summary);
        Assert.Equal(plain[0].Joint.AsEnumerable(), looked[0].Joint);
    }

    [Fact]
    public void Run_ThatIsLookedAtAndKeepsReplicates_IsRefused() =>
        Assert.Throws<ArgumentException>(() => StudyRunner.Run(s_study, new() { OnCell = _ => { }, OnReplicate = _ => { }, UnderWay = new() }, CancellationToken.None));

    [Fact]
    public void Outline_IsThatOfTheResult()
    {
        List<CellResult> found = [];
        StudyRunner.Run(s_study, new() { OnCell = found.Add }, CancellationToken.None);
        StudyOutline outline = StudyOutline.Of(s_study, s_study.Cells[0]);

        Assert.Equal(found[0].Formulas.AsEnumerable(), outline.Formulas);
        Assert.Equal(found[0].JointTests.AsEnumerable(), outline.JointTests);
    }
}
