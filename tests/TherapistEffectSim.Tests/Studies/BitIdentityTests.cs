using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

public sealed class BitIdentityTests
{
    // 200 replicates: three full leaves and a broken one.
    private const int Replicates = 200;

    private static readonly Method[] s_methods =
    [
        new() { Preset = MethodPreset.NullModel },
        new() { Preset = MethodPreset.Linear },
        new()
        {
            Preset = MethodPreset.Quadratic,
            Tests =
            [
                StudyFixture.Term("I(alliance_between^2)", TestKind.TSatterthwaite),
                StudyFixture.Term("I(alliance_between^2)", TestKind.Lrt),
                StudyFixture.Term("alliance_within", TestKind.WaldZ),
            ],
        },
        new() { Preset = MethodPreset.RawAlliance, Adjust = ["severity"] },
        new() { Preset = MethodPreset.TherapistMeans },
        new() { Preset = MethodPreset.TherapistMeans, Name = "robust", Tests = [StudyFixture.Term("alliance_between", TestKind.THc3)] },
        StudyFixture.Own(
            "curve",
            "outcome ~ alliance_between + I(alliance_between^2) + (1 | therapist)",
            StudyFixture.Term("I(alliance_between^2)", TestKind.TwoLines),
            StudyFixture.Term("I(alliance_between^2)", TestKind.LindMehlum)),
        new() { Preset = MethodPreset.OlsIgnoringTherapist },
        new() { Preset = MethodPreset.OlsIgnoringTherapist, Name = "known", Reliability = ReliabilitySource.Known },
        new() { Preset = MethodPreset.Quadratic, Name = "estimated", Adjust = ["severity"], Reliability = ReliabilitySource.Estimated },
        new()
        {
            Preset = MethodPreset.TherapistMeans, Name = "robust-estimated", Reliability = ReliabilitySource.Estimated,
            Tests = [StudyFixture.Term("alliance_between", TestKind.THc3)],
        },
        StudyFixture.Own(
            "patients",
            "outcome ~ arm + alliance_between + alliance + severity",
            StudyFixture.Term("alliance_between", TestKind.TCr2),
            StudyFixture.Term("alliance", TestKind.TCr2),
            StudyFixture.Term("alliance", TestKind.THc3)),
        StudyFixture.Own("products", "outcome ~ severity:alliance_within + I(alliance_within^2) + alliance_between * patient_score + (1 | therapist)"),
        StudyFixture.Own(
            "small-samples",
            "outcome ~ arm + alliance + alliance_between + (1 | therapist)",
            StudyFixture.Term("armmotivational", TestKind.TKenwardRoger),
            StudyFixture.Term("alliance", TestKind.TKenwardRoger),
            StudyFixture.Term("alliance & alliance_between", TestKind.JointWald)),
        StudyFixture.Own("alliance", "alliance ~ arm + severity + outcome + (1 | therapist)"),
        new() { Preset = MethodPreset.Correlations },
    ];

    /// <summary>Methods with every kind of test.</summary>
    public static ImmutableArray<Method> AllMethods => [.. s_methods];

    /// <summary>Methods that see no more of a trial than means and sums within therapists.</summary>
    public static ImmutableArray<Method> MethodsWithoutPatients { get; } =
        [.. s_methods.Where(m => m.Name is not ("patients" or "products"))];

    /// <summary>A world whose statistics can be drawn without patients: nobody is lost, and what holds within therapists is straight.</summary>
    public static Scenario Complete(Caseload caseload)
    {
        Scenario world = World(caseload, TherapistMean.Analysed);
        return world with
        {
            Outcome = (EndpointOutcome)world.Outcome with { Within = new LinearShape { Slope = 0.3 } },
            Attrition = new(),
        };
    }

    public static Scenario World(Caseload caseload, TherapistMean mean) => new()
    {
        Trial = new() { Arms = ["usual", "motivational"], Sites = 3, Therapists = 13, Caseload = caseload },
        Therapists = new() { OutcomeIcc = 0.05 },
        Alliance = new() { ObservedTherapistIcc = 0.2, Reliability = 0.7, Assessments = 2, TherapistMean = mean },
        Outcome = new EndpointOutcome
        {
            Between = new QuadraticShape { Curvature = 0.2 },
            Within = new QuadraticShape { Curvature = 0.1, Linear = 0.3 },
            ArmEffect = new() { D = 0.3 },
            Severity = -0.3,
            SiteIcc = 0.03,
        },
        Attrition = new()
        {
            Alliance = new() { Rate = 0.3 },
            Outcome = new() { Rate = 0.25, DependsOn = new() { Severity = 0.5, Outcome = -0.4 } },
        },
    };

    public static TheoryData<int> Worlds() => [0, 1, 2, 3, 4, 5];

    [Theory]
    [MemberData(nameof(Worlds))]
    public void Run_WithAnyThreadsAndLanes_GivesTheSameBits(int world)
    {
        Scenario scenario = world switch
        {
            0 => World(new DrawnCaseload { Mean = 9, Cv = 0.8 }, TherapistMean.Measured),
            3 => World(new FixedCaseload { Patients = 6 }, TherapistMean.Analysed) with
            {
                Therapists = new()
                {
                    OutcomeIcc = 0.05,
                    Correlations = new() { AllianceOutcome = 0.3, OutcomeAdherence = 0.4 },
                    Contamination = new() { Share = 0.1 },
                    Selection = new() { By = TherapistTrait.Adherence, Keep = 0.3 },
                    Training = 0.7,
                },
            },
            1 => World(new SharedCaseload { Total = 150, Cv = 0.6 }, TherapistMean.Analysed),
            4 => Nested(World(new DrawnCaseload { Mean = 9, Cv = 0.8 }, TherapistMean.Measured), t => t with { Nesting = Nesting.Crossed }, armEffectSd: 0.3),
            5 => Nested(
                World(new SharedCaseload { Total = 100, Cv = 0.6 }, TherapistMean.Analysed),
                t => t with { WithoutTherapists = ImmutableSortedDictionary<string, int>.Empty.Add("usual", 21) },
                armEffectSd: 0),
            _ => World(new FixedCaseload { Patients = 8 }, TherapistMean.Analysed) with { Attrition = new() },
        };
        Method[] methods = [.. s_methods.Where(m => m.Reliability is null || scenario.Trial.WithoutTherapists.IsEmpty)];
        Study study = StudyFixture.Study(Replicates, seed: 7, [.. methods], scenario, scenario with { Therapists = scenario.Therapists with { OutcomeIcc = 0 } });
        study = study with { Sampling = Sampling.Patients };

        AssertSameBits(study);
    }

    public static TheoryData<Caseload> Caseloads() =>
    [
        new FixedCaseload { Patients = 6 },
        new DrawnCaseload { Mean = 9, Cv = 0.8 },
        new SharedCaseload { Total = 150, Cv = 0.6 },
    ];

    [Theory]
    [MemberData(nameof(Caseloads))]
    public void Run_WithoutPatientsWithAnyThreadsAndLanes_GivesTheSameBits(Caseload caseload)
    {
        Scenario scenario = Complete(caseload);
        Study study = StudyFixture.Study(
            Replicates, seed: 7, [.. MethodsWithoutPatients], scenario, scenario with { Therapists = scenario.Therapists with { OutcomeIcc = 0 } });
        Assert.Equal(Drawing.CombinedMeans, StudySampling.Inspect(study));
        Study reader = study with { Methods = [.. study.Methods.Where(m => m.Name is null), StudySamplingTests.EffectReader] };
        Assert.Equal(Drawing.Means, StudySampling.Inspect(reader));

        AssertSameBits(study);
        AssertSameBits(reader);
    }

    private static void AssertSameBits(Study study)
    {
        string reference = Text(study, threads: 1, lanes: 1);

        Assert.Equal(reference, Text(study, threads: 1, lanes: 2));
        Assert.Equal(reference, Text(study, threads: 1, lanes: 4));
        Assert.Equal(reference, Text(study, threads: 1, lanes: 8));
        Assert.Equal(reference, Text(study, threads: 2, lanes: 8));
        Assert.Equal(reference, Text(study, threads: 5, lanes: 4));
    }

    [Theory]
    [InlineData(Sampling.Patients)]
    [InlineData(Sampling.Automatic)]
    public void Run_OfMoreReplicates_KeepsTheFirstOnes(Sampling sampling)
    {
        DrawnCaseload caseload = new() { Mean = 9, Cv = 0.8 };
        Study study = sampling == Sampling.Patients
            ? StudyFixture.Study(70, 7, [.. s_methods], World(caseload, TherapistMean.Analysed))
            : StudyFixture.Study(70, 7, MethodsWithoutPatients, Complete(caseload));
        Assert.Equal(sampling == Sampling.Automatic, StudySampling.IsWithoutPatients(study));
        List<ReplicateRow> few = [];
        List<ReplicateRow> many = [];

        StudyFixture.Run(study, onReplicate: few.Add);
        StudyFixture.Run(study with { Replicates = 150 }, onReplicate: many.Add);

        Assert.Equal(few, many.Take(few.Count));
    }

    private static Scenario Nested(Scenario world, Func<Trial, Trial> change, double armEffectSd) =>
        world with { Trial = change(world.Trial), Therapists = world.Therapists with { ArmEffectSd = armEffectSd } };

    // Every number with all its bits.
    private static string Text(Study study, int threads, int lanes)
    {
        StringBuilder text = new();
        foreach (CellResult cell in StudyFixture.Run(study, threads, lanes, row => Append(text, row)))
        {
            foreach (SummaryRow row in cell.Summary)
            {
                text.Append(CultureInfo.InvariantCulture, $"{row.Method} {row.Term} {row.Test} {row.Measure} {row.Value:R} {row.Mcse:R} {row.ConfLow:R} {row.ConfHigh:R} {row.Replicates} {row.Failures}\n");
            }

            foreach (JointRow row in cell.Joint)
            {
                text.Append(CultureInfo.InvariantCulture, $"{row}\n");
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, ReplicateRow row) => text.Append(
        CultureInfo.InvariantCulture,
        $"{row.Scenario} {row.Replicate} {row.Method} {row.Term} {row.Test} {row.Estimate:R} {row.StandardError:R} {row.DegreesOfFreedom:R} {row.Statistic:R} {row.PValue:R} {row.ConfLow:R} {row.ConfHigh:R} {row.Status}\n");
}
