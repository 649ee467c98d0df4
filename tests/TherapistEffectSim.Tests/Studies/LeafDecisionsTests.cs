using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>Decisions and sums of whole leaves are, to the bit, those of one replicate after the other.</summary>
public sealed class LeafDecisionsTests
{
    private const int Leaves = 12;

    private static readonly ImmutableArray<Method> s_oneSided =
    [
        .. new[] { Alternative.Greater, Alternative.Less }.SelectMany(side => new Method[]
        {
            new()
            {
                Preset = MethodPreset.Linear,
                Name = $"linear-{side}",
                Tests =
                [
                    StudyFixture.Term("alliance_between", TestKind.WaldZ) with { Alternative = side },
                    StudyFixture.Term("alliance_between", TestKind.TSatterthwaite) with { Alternative = side },
                ],
            },
        }),
    ];

    // Whose variance test rests on another fit than the estimate.
    private static readonly Method s_otherCriterion = new()
    {
        Preset = MethodPreset.NullModel,
        Name = "ml",
        Estimate = Criterion.Ml,
        Tests = [StudyFixture.Variance(TestKind.RlrtExact), StudyFixture.Variance(TestKind.RlrtMixture)],
    };

    /// <summary>Therapists, patients of each (0: drawn), share lost.</summary>
    public static TheoryData<int, int, double> Trials() => new()
    {
        { 30, 10, 0 },  // all is estimated
        { 30, 10, 0.4 },
        { 5, 3, 0.6 },  // columns dropped, no degrees of freedom left, fits on the bound
        { 4, 2, 0.7 },
        { 12, 0, 0.3 }, // degrees of freedom that differ between replicates
    };

    [Theory]
    [MemberData(nameof(Trials))]
    public void SumsOfLeaves_AreThoseOfReplicates(int therapists, int patients, double lost)
    {
        Scenario world = BitIdentityTests.World(patients > 0 ? new FixedCaseload { Patients = patients } : new DrawnCaseload { Mean = 9, Cv = 1.2 }, TherapistMean.Measured) with
        {
            Attrition = new() { Outcome = new() { Rate = lost, DependsOn = new() { Outcome = lost } } },
        };
        world = world with { Trial = world.Trial with { Therapists = therapists } };
        AssertSame(StudyFixture.Study(1, seed: 8, [.. BitIdentityTests.AllMethods, .. s_oneSided, s_otherCriterion], world));
    }

    [Fact]
    public void SumsOfLeaves_OfAHighLevel_AreThoseOfReplicates()
    {
        Scenario world = BitIdentityTests.World(new FixedCaseload { Patients = 6 }, TherapistMean.Analysed);
        AssertSame(StudyFixture.Study(1, seed: 9, [.. BitIdentityTests.AllMethods.Where(m => m.Name != "curve")], world) with { Alpha = 0.6 });
    }

    private static void AssertSame(Study study)
    {
        ScenarioPlan plan = ScenarioPlanner.Plan(study, study.Cells[0]);
        IReplicateEngine engine = StudyRunner.Engine(plan, lanes: null);
        LeafValues values = new(plan);
        LeafDecisions decisions = new(plan);
        QuantileHistogram?[] errors = [.. plan.Terms.Select(t => t.TrueValue is null ? null : new QuantileHistogram(HistogramLayout.SignedLogarithmic))];

        // Each leaf by itself: sums of doubles over several leaves are joined by the tree.
        for (int leaf = 0; leaf < Leaves; leaf++)
        {
            int count = leaf == Leaves - 1 ? 37 : LeafValues.Capacity;
            engine.Run(leaf * LeafValues.Capacity, count, values);
            decisions.Decide(values, count);
            LeafSums sums = new(plan);
            sums.Add(decisions, values, count);
            OneByOneSums expected = new(plan);
            expected.Add(values, count);

            Assert.Equal(Bytes(expected.Sums), Bytes(sums));
            for (int t = 0; t < errors.Length; t++)
            {
                QuantileHistogram? histogram = errors[t] is null ? null : new(HistogramLayout.SignedLogarithmic);
                histogram?.Add(decisions.MasksOfTerm(t).Estimated, decisions.EstimatesOf(t), plan.Terms[t].TrueValue!.Value);
                Assert.Equal(expected.Errors[t] is { } e ? Bytes(e.Write) : [], histogram is null ? [] : Bytes(histogram.Write));
            }
        }
    }

    private static byte[] Bytes(LeafSums sums) => Bytes(writer =>
    {
        foreach (EstimateSums part in (EstimateSums[])[.. sums.Sizes, .. sums.Terms, .. sums.Iccs, .. sums.Tests])
        {
            part.Write(writer);
        }

        foreach (CurveSums curve in sums.Curves)
        {
            curve.Write(writer);
        }

        sums.Joint?.Write(writer);
    });

    private static byte[] Bytes(Action<BinaryWriter> write)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream);
        write(writer);
        writer.Flush();
        return stream.ToArray();
    }
}
