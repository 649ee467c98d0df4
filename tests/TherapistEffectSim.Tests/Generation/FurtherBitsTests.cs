using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Equal bits of the generator's longer path: with the short one, over lane widths, and of mechanisms that are switched off.</summary>
public sealed class FurtherBitsTests
{
    private const int Replicates = 8;

    private static readonly string[] s_common =
        ["caseload", "therapist score", "therapist effect", "alliance base", "outcome base", "alliance", "outcome", "severity", "patient score", "measured", "analysed"];

    public static TheoryData<string> ShortWorlds => ["plain", "full", "sparse", "narrowed"];

    [Theory]
    [MemberData(nameof(ShortWorlds))]
    public void LongerPath_WithoutFurtherMechanisms_HasTheBitsOfTheShortOne(string name)
    {
        World world = new(name switch
        {
            "plain" => Worlds.Plain,
            "full" => Worlds.Full,
            "sparse" => Worlds.Sparse,
            _ => Worlds.Full with { Therapists = Worlds.EverythingNarrowed.Therapists, Attrition = Worlds.Sparse.Attrition },
        });
        Assert.False(world.HasFurtherMechanisms);
        AssertSame(Columns<Lane8>(world, 0, furtherIsUsed: false), Columns<Lane8>(world, 0, furtherIsUsed: true), s_common);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Batches_OfWideLanes_HaveTheBitsOfOneLane(bool narrowed)
    {
        World world = new(narrowed ? Worlds.EverythingNarrowed : Worlds.Everything);
        Dictionary<string, List<ulong>[]> eight = Columns<Lane8>(world, 0, furtherIsUsed: true);
        Dictionary<string, List<ulong>[]> four = Columns<Lane4>(world, 0, furtherIsUsed: true);
        Dictionary<string, List<ulong>[]> two = Columns<Lane2>(world, 0, furtherIsUsed: true);
        for (int r = 0; r < Replicates; r++)
        {
            foreach ((string name, List<ulong>[] one) in Columns<Lane1>(world, r, furtherIsUsed: true))
            {
                Assert.True(one[0].SequenceEqual(eight[name][r]), $"{name}, replicate {r}, 8 lanes");
                Assert.True(r >= 4 || one[0].SequenceEqual(four[name][r]), $"{name}, replicate {r}, 4 lanes");
                Assert.True(r >= 2 || one[0].SequenceEqual(two[name][r]), $"{name}, replicate {r}, 2 lanes");
            }
        }
    }

    public static TheoryData<string> NeutralDials => [.. s_neutral.Keys];

    // Settings that switch the longer path on and do nothing.
    private static readonly Dictionary<string, Func<Scenario, Scenario>> s_neutral = new()
    {
        ["case-mix 0"] = s => s with { Allocation = new CaseMixAllocation { Correlation = 0 } },
        ["trait"] = s => s with { Traits = s.Traits.Add("trait", new()) },
        ["reverse causation 0"] = s => s.WithAlliance(a => a with { ReverseCausation = new() { Early = 0, Late = 0.5 } }),
        ["reverse causation late"] = s => s.WithAlliance(a => a with { ReverseCausation = new() { Early = 0.5 }, Timing = Timing.Late }),
        ["rater who sees all"] = s => s.WithAlliance(a => a with { Rater = Rater.Therapist }),
        ["missing 0"] = s => s.WithAlliance(a => a with { MissingAssessments = 0 }),
        ["equal residuals"] = s => s.WithOutcome(o => o with { ResidualSd = new() { PerArm = OfArms(s, 1) } }),
        ["skewness 0 of residuals"] = s => s.WithOutcome(o => o with { Distribution = new SkewedForm { Skewness = 0 } }),
        ["skewness 0 of therapists"] = s => s with { Therapists = s.Therapists with { Distribution = new SkewedForm { Skewness = 0 } } },
        ["slope correlation"] = s => s.WithOutcome(o => o with { Within = o.Within with { SlopeCorrelation = 0.5 } }),
        ["drop-out that does nothing"] = s => s with { Retention = new() { DropOut = 0.3, Severity = 0.2 } },
    };

    [Theory]
    [MemberData(nameof(NeutralDials))]
    public void ADialThatDoesNothing_LeavesAllBits(string dial)
    {
        Scenario full = Worlds.Full with { Attrition = new() };
        AssertSame(
            Columns<Lane8>(new World(full), 0, furtherIsUsed: false),
            Columns<Lane8>(new World(s_neutral[dial](full)), 0, furtherIsUsed: true),
            s_common);
    }

    public static TheoryData<string> Dials => [.. s_dials.Keys];

    // [dial] What sets it, and what it may move beside those that depend on nobody but themselves.
    private static readonly Dictionary<string, (Func<Scenario, double, Scenario> Set, string Moved)> s_dials = new()
    {
        ["alliance.severity"] = ((s, x) => s.WithAlliance(a => a with { Severity = x }), "patient score, alliance, outcome"),
        ["alliance.reverse-causation"] = ((s, x) => s.WithAlliance(a => a with { ReverseCausation = new() { Late = x } }), "outcome"),
        ["alliance.missing-assessments"] = ((s, x) => s.WithAlliance(a => a with { MissingAssessments = x }), "alliance, observed base"),
        ["alliance.rater-icc"] = ((s, x) => s.WithAlliance(a => a with { RaterIcc = x }), "alliance, observed base"),
        ["alliance.validity"] = ((s, x) => s.WithAlliance(a => a with { Validity = x }), "alliance, observed base"),
        ["traits.alliance"] = (OfTrait((t, x) => t with { Alliance = x }), "patient score, alliance, outcome"),
        ["traits.outcome"] = (OfTrait((t, x) => t with { Outcome = x }), "outcome"),
        ["traits.by-alliance"] = (OfTrait((t, x) => t with { ByAlliance = x }), "outcome"),
        ["traits.share"] = (OfTrait((t, x) => t with { Share = x }), "trait 0, patient score, alliance, outcome"),
        ["within.slope-sd"] = ((s, x) => s.WithOutcome(o => o with { Within = o.Within with { SlopeSd = x } }), "outcome"),
        ["within.slope-correlation"] = ((s, x) => s.WithOutcome(o => o with { Within = o.Within with { SlopeCorrelation = x } }), "outcome"),
        ["outcome.severity"] = ((s, x) => s.WithOutcome(o => o with { Severity = x }), "outcome"),
        ["site-by-arm-sd"] = ((s, x) => s.WithOutcome(o => o with { SiteByArmSd = x }), "outcome base"),
        ["moderations.severity"] = ((s, x) => s.WithOutcome(o => o with { Moderations = o.Moderations with { Severity = x } }), "outcome"),
        ["moderations.arm"] = ((s, x) => s.WithOutcome(o => o with { Moderations = o.Moderations with { Arm = x } }), "outcome"),
        ["adherence.linear"] = (OfAdherence((a, x) => a with { Linear = x }), "outcome base"),
        ["adherence.curvature"] = (OfAdherence((a, x) => a with { Curvature = x }), "outcome base"),
        ["adherence.curvature-by-alliance"] = (OfAdherence((a, x) => a with { CurvatureByAlliance = x }), "outcome"),
        ["adherence.by-severity"] = (OfAdherence((a, x) => a with { BySeverity = x }), "outcome"),
        ["literature.alliance"] = ((s, x) => s with { Literature = s.Literature with { Alliance = x } }, "outcome"),
        ["literature.between"] = ((s, x) => s with { Literature = s.Literature with { Between = x } }, "outcome base"),
        ["literature.within"] = ((s, x) => s with { Literature = s.Literature with { Within = x } }, "outcome"),
        ["literature.curvature"] = ((s, x) => s with { Literature = s.Literature with { Curvature = x } }, "outcome base"),
        ["literature.arm-effect"] = ((s, x) => s with { Literature = s.Literature with { ArmEffect = x } }, "outcome base"),
        ["literature.severity"] = ((s, x) => s with { Literature = s.Literature with { Severity = x } }, "outcome"),
    };

    // Without steps and drop-out, which jump. A number that moved to another address would be wholly another one.
    [Theory]
    [MemberData(nameof(Dials))]
    public void ADialAtZero_BesideAllOthers_LeavesWhatIsNotItsOwnAndIsNextToASmallOne(string dial)
    {
        (Func<Scenario, double, Scenario> set, string moved) = s_dials[dial];
        Scenario others = Worlds.Everything with { Retention = new(), Attrition = new() };
        others = others.WithAlliance(a => a with { Instrument = a.Instrument! with { Rounding = Rounding.None } });
        Dictionary<string, List<ulong>[]> on = Columns<Lane8>(new World(others), 0, furtherIsUsed: true);
        Dictionary<string, List<ulong>[]> off = Columns<Lane8>(new World(set(others, 0)), 0, furtherIsUsed: true);
        Dictionary<string, List<ulong>[]> small = Columns<Lane8>(new World(set(others, 1e-9)), 0, furtherIsUsed: true);

        string[] own = moved.Split(", ");
        AssertSame(on, off, [.. on.Keys.Except(own)]);
        Assert.All(own, name => Assert.False(on[name][0].SequenceEqual(off[name][0]), $"{name} moves"));
        foreach (string name in own)
        {
            for (int r = 0; r < Replicates; r++)
            {
                Assert.All(off[name][r].Zip(small[name][r]), pair =>
                    Assert.Equal(BitConverter.UInt64BitsToDouble(pair.First), BitConverter.UInt64BitsToDouble(pair.Second), 1e-4));
            }
        }
    }

    [Fact]
    public void Traits_HaveTheOrderOfTheirLettersWhateverTheDictionarys()
    {
        IComparer<string> backwards = Comparer<string>.Create((a, b) => string.CompareOrdinal(b, a));
        Scenario complete = Worlds.Everything with { Attrition = new(), Retention = new() };
        Scenario other = complete with { Traits = complete.Traits.WithComparers(backwards) };

        Assert.Equal(["alone", "prior_treatment", "young"], GeneratedColumns.TraitsIn(other).AsEnumerable());
        Dictionary<string, List<ulong>[]> expected = Columns<Lane1>(new World(complete), 0, furtherIsUsed: true);
        AssertSame(expected, Columns<Lane1>(new World(other), 0, furtherIsUsed: true), [.. expected.Keys]);
    }

    private static Func<Scenario, double, Scenario> OfTrait(Func<PatientTrait, double, PatientTrait> change) =>
        (s, x) => s with { Traits = s.Traits.SetItem("alone", change(s.Traits["alone"], x)) };

    private static Func<Scenario, double, Scenario> OfAdherence(Func<AdherenceEffect, double, AdherenceEffect> change) =>
        (s, x) => s.WithOutcome(o => o with { Adherence = change(o.Adherence, x) });

    private static ImmutableSortedDictionary<string, double> OfArms(Scenario scenario, double sd) =>
        scenario.Trial.Arms.ToImmutableSortedDictionary(arm => arm, _ => sd);

    private static void AssertSame(Dictionary<string, List<ulong>[]> expected, Dictionary<string, List<ulong>[]> found, string[] names)
    {
        foreach (string name in names)
        {
            for (int r = 0; r < expected[name].Length; r++)
            {
                Assert.True(expected[name][r].SequenceEqual(found[name][r]), $"{name}, replicate {r}");
            }
        }
    }

    // [name][lane] The bits of a column, 0 and −0 taken for the same.
    private static Dictionary<string, List<ulong>[]> Columns<T>(World world, long first, bool furtherIsUsed)
        where T : unmanaged, ILane<T>
    {
        TrialGenerator<T> generator = new(world, Worlds.Key, severityIsUsed: true, furtherIsUsed);
        TrialBatch<T> batch = new(world);
        generator.Therapists(first, batch);
        int position = 0;
        for (int j = 0; j < world.Layout.Therapists; j++)
        {
            position += generator.Patients(j, position, batch);
        }

        (string Name, LaneBuffer<T> Buffer)[] therapist =
        [
            ("caseload", batch.Caseload), ("therapist score", batch.TherapistScore), ("therapist effect", batch.TherapistEffect),
            ("alliance base", batch.AllianceBase), ("outcome base", batch.OutcomeBase), ("observed base", batch.ObservedBase), ("adherence", batch.Adherence),
        ];
        (string Name, LaneBuffer<T> Buffer)[] patient =
        [
            ("alliance", batch.Alliance), ("outcome", batch.Outcome), ("severity", batch.Severity), ("patient score", batch.PatientScore),
            ("sessions", batch.Sessions), ("retained", batch.Retained), ("measured", batch.Measured), ("analysed", batch.Analysed),
            .. batch.Traits.Select((trait, t) => ($"trait {t}", trait)),
        ];
        Dictionary<string, List<ulong>[]> columns = [];
        foreach ((string name, LaneBuffer<T> buffer) in therapist)
        {
            columns[name] = [.. Enumerable.Range(0, T.Width).Select(lane => Enumerable.Range(0, world.Layout.Therapists).Select(j => Bits(buffer, j, lane)).ToList())];
        }

        foreach ((string name, LaneBuffer<T> buffer) in patient)
        {
            columns[name] = [.. Enumerable.Range(0, T.Width).Select(lane => Enumerable.Range(0, world.Layout.Therapists)
                .SelectMany(j => Enumerable.Range(batch.FirstPatient[j], (int)batch.Caseload.Span[j][lane]))
                .Select(p => Bits(buffer, p, lane)).ToList())];
        }

        return columns;
    }

    private static ulong Bits<T>(LaneBuffer<T> buffer, int i, int lane)
        where T : unmanaged, ILane<T> => i >= buffer.Length || buffer.Span[i][lane] == 0 ? 0 : buffer.Span[i].Bits(lane);
}
