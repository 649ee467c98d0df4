using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;

namespace TherapistEffectSim.Tests.Studies;

public sealed class MethodIndependenceTests
{
    private static readonly Method[] s_alone =
    [
        new() { Preset = MethodPreset.TherapistMeans },
        new() { Preset = MethodPreset.Linear },
        new() { Preset = MethodPreset.RawAlliance, Adjust = ["severity"] },
        new() { Preset = MethodPreset.OlsIgnoringTherapist },
        StudyFixture.Own("alliance", "alliance ~ severity + outcome + (1 | therapist)"),
        new() { Preset = MethodPreset.Correlations },
    ];

    public static TheoryData<Caseload, TherapistMean, double> Worlds() => new()
    {
        { new FixedCaseload { Patients = 8 }, TherapistMean.Analysed, 0 },
        { new DrawnCaseload { Mean = 9, Cv = 0.8 }, TherapistMean.Analysed, 0.3 },
        { new DrawnCaseload { Mean = 9, Cv = 0.8 }, TherapistMean.Measured, 0.3 },
    };

    /// <summary>What a method finds does not depend on which other methods, and so which other columns, a study has: but for the last digits.</summary>
    [Theory]
    [MemberData(nameof(Worlds))]
    public void Run_OfOneMethodAlone_FindsWhatItFindsBesideTheOthers(Caseload caseload, TherapistMean mean, double loss)
    {
        Scenario scenario = BitIdentityTests.World(caseload, mean) with { Attrition = new() { Alliance = new() { Rate = loss }, Outcome = new() { Rate = loss } } };
        Method products = StudyFixture.Own("products", "outcome ~ severity:alliance_within + alliance_between * patient_score + (1 | therapist)");
        List<ReplicateRow> together = [];
        StudyFixture.Run(StudyFixture.Study(64, 7, [products, .. s_alone], scenario), onReplicate: together.Add);
        foreach (Method method in s_alone)
        {
            List<ReplicateRow> alone = [];
            StudyFixture.Run(StudyFixture.Study(64, 7, [method], scenario), onReplicate: alone.Add);

            ReplicateRow[] beside = [.. together.Where(row => row.Method == alone[0].Method)];
            Assert.Equal(beside.Length, alone.Count);
            foreach ((ReplicateRow one, ReplicateRow other) in alone.Zip(beside))
            {
                Assert.Equal((one.Term, one.Test, one.Status), (other.Term, other.Test, other.Status));
                Assert.Equal(one.Estimate, other.Estimate, 1e-9);
                Assert.Equal(one.StandardError, other.StandardError, 1e-9);
                Assert.Equal(one.DegreesOfFreedom, other.DegreesOfFreedom, 1e-6);
            }
        }
    }
}
