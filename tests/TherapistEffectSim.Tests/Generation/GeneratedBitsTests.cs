using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.Design;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Equal bits: over lane widths, positions in a batch, trials of different size, and mechanisms that are switched off.</summary>
public sealed class GeneratedBitsTests
{
    private const int Replicates = 16;

    public static TheoryData<string> WorldNames => ["plain", "full", "sparse", "kinked"];

    [Theory]
    [MemberData(nameof(WorldNames))]
    public void Batches_OfWideLanes_HaveTheBitsOfOneLane(string name)
    {
        World world = new(Named(name));
        ulong[][] expected = [.. Enumerable.Range(0, Replicates).Select(r => Bits<Lane1>(world, r)[0])];
        for (int first = 0; first < Replicates; first += 8)
        {
            Assert.Equal(expected[first..(first + 8)], Bits<Lane8>(world, first));
            Assert.Equal(expected[first..(first + 4)], Bits<Lane4>(world, first));
            Assert.Equal(expected[first..(first + 2)], Bits<Lane2>(world, first));
        }

        // A replicate does not depend on where in a batch it stands.
        Assert.Equal(expected[3], Bits<Lane8>(world, 1)[2]);
    }

    // Any change of these is a change of results at a fixed seed.
    [Theory]
    [InlineData("plain", 0xB852B8A2E8EB94F1UL)]
    [InlineData("full", 0x46035D6DD4599701UL)]
    [InlineData("sparse", 0x23658CC8B379D840UL)]
    [InlineData("kinked", 0x1C4A0817DEED92DDUL)]
    public void Batches_HaveTheirPinnedBits(string name, ulong hash)
    {
        World world = new(Named(name));
        ulong found = 14695981039346656037;
        foreach (ulong bits in Enumerable.Range(0, Replicates).SelectMany(r => Bits<Lane1>(world, r)[0]))
        {
            found = (found ^ bits) * 1099511628211;
        }

        Assert.Equal($"{hash:X16}", $"{found:X16}");
    }

    [Fact]
    public void Replicates_Differ()
    {
        World world = new(Worlds.Plain);

        Assert.Equal(64, GeneratedTrial.Many<Lane8>(world, 0, 64, true).Select(t => t.Outcome[0]).Distinct().Count());
    }

    [Fact]
    public void ASmallerTrial_IsTheFirstTherapistsOfALargerOne()
    {
        Scenario large = Worlds.Plain with
        {
            Trial = new() { Arms = ["a", "b"], Sites = 2, Therapists = 30, Caseload = new FixedCaseload { Patients = 10 } },
            Attrition = new() { Alliance = new() { Rate = 0.2 }, Outcome = new() { Rate = 0.2 } },
        };
        Scenario small = large with { Trial = large.Trial with { Therapists = 15, Caseload = new FixedCaseload { Patients = 7 } } };
        foreach ((GeneratedTrial few, GeneratedTrial many) in GeneratedTrial.Many(small, Replicates).Zip(GeneratedTrial.Many(large, Replicates)))
        {
            Assert.Equal(many.TherapistScore.Take(15), few.TherapistScore);
            Assert.Equal(many.OutcomeBase.Take(15), few.OutcomeBase);
            int[] same = [.. Enumerable.Range(0, 15).SelectMany(j => Enumerable.Range(10 * j, 7))];
            AssertSameBits(same.Select(i => many.Outcome[i]), few.Outcome);
            AssertSameBits(same.Select(i => many.Alliance[i]), few.Alliance);
            AssertSameBits(same.Select(i => many.Severity[i]), few.Severity);
            Assert.Equal(same.Select(i => many.Measured[i]), few.Measured);
            Assert.Equal(same.Select(i => many.Analysed[i]), few.Analysed);
        }
    }

    public static TheoryData<string> Dials =>
    [
        "severity", "reliability", "sites", "arms", "between", "within", "alliance slope", "alliance loss", "outcome loss",
    ];

    [Theory]
    [MemberData(nameof(Dials))]
    public void ADialAtZero_LeavesAllOtherVariablesTheirBits(string dial)
    {
        (Scenario on, string changed) = TurnedOn(dial);
        List<GeneratedTrial> plain = GeneratedTrial.Many(Worlds.Plain, Replicates);
        AssertSame(plain, GeneratedTrial.Many(TurnedToZero(dial), Replicates), except: "");
        AssertSame(plain, GeneratedTrial.Many(on, Replicates), except: changed);
        Assert.ThrowsAny<Exception>(() => AssertSame(plain, GeneratedTrial.Many(on, Replicates), except: ""));
    }

    [Fact]
    public void SeverityThatNobodyReads_IsNotDrawnAndChangesNothing() =>
        AssertSame(
            GeneratedTrial.Many(Worlds.Plain, Replicates),
            GeneratedTrial.Many(Worlds.Plain, Replicates, severityIsUsed: false),
            except: "severity");

    [Fact]
    public void LossAtBothStages_IsTheLossOfEachStage()
    {
        static List<GeneratedTrial> Trials(double alliance, double outcome) => GeneratedTrial.Many(
            Worlds.Plain with { Attrition = new() { Alliance = new() { Rate = alliance }, Outcome = new() { Rate = outcome } } }, Replicates);
        List<GeneratedTrial> both = Trials(0.2, 0.3);
        List<GeneratedTrial> first = Trials(0.2, 0);
        List<GeneratedTrial> second = Trials(0, 0.3);
        for (int r = 0; r < Replicates; r++)
        {
            Assert.Equal(first[r].Measured, both[r].Measured);
            Assert.Equal(first[r].Measured.Zip(second[r].Analysed, (m, a) => m && a), both[r].Analysed);
        }
    }

    private static Scenario Named(string name) => name switch
    {
        "plain" => Worlds.Plain,
        "full" => Worlds.Full,
        "kinked" => Worlds.Full.WithOutcome(o => o with
        {
            Between = new PlateauShape { Slope = 0.4, Knee = 0.5 },
            Within = ResponseCurveTests.Points([(-1.5, -1), (0, 0.2), (0.25, 0.5), (2, -0.4)]),
        }),
        _ => Worlds.Sparse,
    };

    private static Scenario TurnedToZero(string dial) => dial switch
    {
        "severity" => Worlds.Plain.WithOutcome(o => o with { Severity = 0 }),
        "reliability" => Worlds.Plain with { Alliance = Worlds.Plain.Alliance with { Reliability = 1, Assessments = 3 } },
        "sites" => (Worlds.Plain with { Trial = Worlds.Plain.Trial with { Sites = 4 } }).WithOutcome(o => o with { SiteIcc = 0 }),
        "arms" => (Worlds.Plain with { Trial = Worlds.Plain.Trial with { Arms = ["a", "b"] } }).WithOutcome(o => o with { ArmEffect = new() { D = 0 } }),
        "between" => Worlds.Plain.WithOutcome(o => o with { Between = new QuadraticShape { Curvature = 0 } }),
        "within" => Worlds.Plain.WithOutcome(o => o with { Within = new QuadraticShape { Curvature = 0 } }),
        "alliance slope" => Worlds.Plain.WithOutcome(o => o with { Alliance = new() { Slope = 0 } }),
        _ => Worlds.Plain with { Attrition = new() { Alliance = new() { Rate = 0 }, Outcome = new() { Rate = 0 } } },
    };

    private static (Scenario Scenario, string Changed) TurnedOn(string dial) => dial switch
    {
        "severity" => (Worlds.Plain.WithOutcome(o => o with { Severity = -0.3 }), "outcome"),
        "reliability" => (Worlds.Plain with { Alliance = Worlds.Plain.Alliance with { Reliability = 0.7 } }, "alliance"),
        "sites" => (TurnedToZero(dial).WithOutcome(o => o with { SiteIcc = 0.1 }), "outcome"),
        "arms" => (TurnedToZero(dial).WithOutcome(o => o with { ArmEffect = new() { D = 1 } }), "outcome"),
        "between" => (Worlds.Plain.WithOutcome(o => o with { Between = new QuadraticShape { Curvature = 0.2 } }), "outcome"),
        "within" => (Worlds.Plain.WithOutcome(o => o with { Within = new QuadraticShape { Curvature = 0.2 } }), "outcome"),
        "alliance slope" => (Worlds.Plain.WithOutcome(o => o with { Alliance = new() { Slope = 0.3 } }), "outcome"),
        "alliance loss" => (Worlds.Plain with { Attrition = new() { Alliance = new() { Rate = 0.2 } } }, "loss"),
        _ => (Worlds.Plain with { Attrition = new() { Outcome = new() { Rate = 0.2, DependsOn = new() { Outcome = -1 } } } }, "loss"),
    };

    private static void AssertSame(List<GeneratedTrial> expected, List<GeneratedTrial> found, string except)
    {
        foreach ((GeneratedTrial e, GeneratedTrial f) in expected.Zip(found))
        {
            AssertSameBits(e.TherapistScore, f.TherapistScore);
            AssertSameBits(e.TherapistEffect, f.TherapistEffect);
            AssertSameBits(e.TrueAllianceBetween, f.TrueAllianceBetween);
            AssertSameBits(e.PatientScore, f.PatientScore);
            if (except != "severity")
            {
                AssertSameBits(e.Severity, f.Severity);
            }

            if (except != "alliance")
            {
                AssertSameBits(e.Alliance, f.Alliance);
            }

            if (except != "outcome")
            {
                AssertSameBits(e.OutcomeBase, f.OutcomeBase);
                AssertSameBits(e.Outcome, f.Outcome);
            }

            if (except != "loss")
            {
                Assert.Equal(e.Measured, f.Measured);
                Assert.Equal(e.Analysed, f.Analysed);
            }
        }
    }

    private static void AssertSameBits(IEnumerable<double> expected, IEnumerable<double> found) =>
        Assert.Equal(expected.Select(BitConverter.DoubleToUInt64Bits), found.Select(BitConverter.DoubleToUInt64Bits));

    // [lane] All that is in the batch for one replicate.
    private static ulong[][] Bits<T>(World world, long first)
        where T : unmanaged, ILane<T>
    {
        TrialGenerator<T> generator = new(world, Worlds.Key, severityIsUsed: true);
        TrialBatch<T> batch = new(world.Layout.Therapists);
        List<ulong>[] bits = [.. Enumerable.Range(0, T.Width).Select(_ => new List<ulong>())];
        generator.Therapists(first, batch);
        int position = 0;
        for (int j = 0; j < world.Layout.Therapists; j++)
        {
            position += generator.Patients(j, position, batch);
            for (int lane = 0; lane < T.Width; lane++)
            {
                LaneBuffer<T>[] therapist = [batch.Caseload, batch.TherapistScore, batch.TherapistEffect, batch.AllianceBase, batch.OutcomeBase];
                bits[lane].AddRange(therapist.Select(buffer => buffer.Span[j].Bits(lane)));
                LaneBuffer<T>[] patient = [batch.Alliance, batch.Outcome, batch.Severity, batch.PatientScore];
                LaneBuffer<T>[] masks = generator.HasMasks ? [batch.Measured, batch.Analysed] : [];
                for (int i = 0; i < (int)batch.Caseload.Span[j][lane]; i++)
                {
                    bits[lane].AddRange(patient.Concat(masks).Select(buffer => buffer.Span[batch.FirstPatient[j] + i].Bits(lane)));
                }
            }
        }

        return [.. bits.Select(b => b.ToArray())];
    }
}
