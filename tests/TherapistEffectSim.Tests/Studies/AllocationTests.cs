using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>The hot loop of a study allocates nothing once its buffers have their size.</summary>
public sealed class AllocationTests
{
    private const int Leaves = 40;

    private static readonly Method[] s_methods =
    [
        new() { Preset = MethodPreset.NullModel },
        new() { Preset = MethodPreset.Linear },
        new() { Preset = MethodPreset.Quadratic },
        new() { Preset = MethodPreset.RawAlliance, Adjust = ["severity"] },
        new() { Preset = MethodPreset.TherapistMeans },
        new() { Preset = MethodPreset.OlsIgnoringTherapist },
        new() { Preset = MethodPreset.Quadratic, Name = "known", Reliability = ReliabilitySource.Known },
        new() { Preset = MethodPreset.TherapistMeans, Name = "estimated", Reliability = ReliabilitySource.Estimated, Tests = [StudyFixture.Term("alliance_between", TestKind.THc3)] },
        StudyFixture.Own(
            "robust", "outcome ~ alliance", StudyFixture.Term("alliance", TestKind.TCr2), StudyFixture.Term("alliance", TestKind.THc3)),
        StudyFixture.Own(
            "small-samples",
            "outcome ~ arm + alliance + (1 | therapist)",
            StudyFixture.Term("alliance", TestKind.TKenwardRoger),
            StudyFixture.Term("armmotivational & alliance", TestKind.JointWald)),
        StudyFixture.Own("products", "outcome ~ severity:alliance_within + alliance_between * patient_score + (1 | therapist)"),
    ];

    public static TheoryData<Caseload, TherapistMean, double> Worlds() => new()
    {
        { new FixedCaseload { Patients = 8 }, TherapistMean.Analysed, 0 },
        { new DrawnCaseload { Mean = 9, Cv = 0.8 }, TherapistMean.Analysed, 0 },
        { new DrawnCaseload { Mean = 9, Cv = 0.8 }, TherapistMean.Measured, 0.4 },
        { new SharedCaseload { Total = 200, Cv = 1.5 }, TherapistMean.Analysed, 0.4 },
    };

    public static TheoryData<Caseload> Complete() =>
    [
        new FixedCaseload { Patients = 8 },
        new DrawnCaseload { Mean = 9, Cv = 0.8 },
        new SharedCaseload { Total = 200, Cv = 1.5 },
    ];

    [Theory]
    [MemberData(nameof(Worlds))]
    public void RunAndAdd_InSteadyState_DoNotAllocate(Caseload caseload, TherapistMean mean, double loss)
    {
        Scenario world = BitIdentityTests.World(caseload, mean) with
        {
            Attrition = new()
            {
                Alliance = new() { Rate = loss },
                Outcome = new() { Rate = loss / 2, DependsOn = new() { Severity = loss, Outcome = -loss } },
            },
        };
        Study study = StudyFixture.Study(1, seed: 3, [.. s_methods], world) with { Sampling = Sampling.Patients };

        AssertNoAllocation(study, Drawing.Patients);
    }

    [Theory]
    [MemberData(nameof(Complete))]
    public void RunAndAdd_WithoutPatients_DoNotAllocate(Caseload caseload)
    {
        Scenario world = BitIdentityTests.Complete(caseload);
        Study study = StudyFixture.Study(1, seed: 3, [.. BitIdentityTests.MethodsWithoutPatients], world);

        AssertNoAllocation(study, Drawing.CombinedMeans);
        AssertNoAllocation(study with { Methods = [.. study.Methods, StudySamplingTests.EffectReader] }, Drawing.Means);
    }

    [Fact]
    public void Bootstrap_InSteadyState_DoesNotAllocate()
    {
        Method method = StudyFixture.Own(
            "bootstrap", "outcome ~ severity + (1 | therapist)", StudyFixture.Term("severity", TestKind.Bootstrap), StudyFixture.Variance(TestKind.Bootstrap));
        Scenario world = StudyFixture.ScoresWorld(6, 4, 0, 0, 0, 0) with { Trial = new() { Therapists = 6, Caseload = new DrawnCaseload { Mean = 4, Cv = 0.8 } } };

        AssertNoAllocation(StudyFixture.Study(1, seed: 3, [method], world) with { Sampling = Sampling.Patients }, Drawing.Patients);
    }

    private static void AssertNoAllocation(Study study, Drawing expected)
    {
        ScenarioPlan plan = ScenarioPlanner.Plan(study, study.Cells[0], StudySampling.Inspect(study));
        Assert.Equal(expected, plan.Drawing);
        AssertNoAllocation(new ReplicateEngine<Lane8>(plan), plan);
        AssertNoAllocation(new ReplicateEngine<Lane2>(plan), plan);
    }

    private static void AssertNoAllocation<T>(ReplicateEngine<T> engine, ScenarioPlan plan)
        where T : unmanaged, ILane<T>
    {
        LeafDecisions decisions = new(plan);
        LeafValues values = new(plan);
        LeafSums sums = new(plan);
        Run(engine, decisions, values, sums); // buffers grow to the largest caseload, critical values are remembered

        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(engine, decisions, values, sums);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Run<T>(ReplicateEngine<T> engine, LeafDecisions decisions, LeafValues values, LeafSums sums)
        where T : unmanaged, ILane<T>
    {
        for (int leaf = 0; leaf < Leaves; leaf++)
        {
            engine.Run(leaf * LeafValues.Capacity, LeafValues.Capacity, values);
            decisions.Decide(values, LeafValues.Capacity);
            sums.Add(decisions, values, LeafValues.Capacity);
        }
    }
}
