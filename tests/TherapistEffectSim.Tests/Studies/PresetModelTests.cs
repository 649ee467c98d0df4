using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Tests.Studies;

/// <summary>The presets for contextual effects, case mix, adherence and moderators.</summary>
public sealed class PresetModelTests
{
    private const string Square = "I(adherence^2)";

    private static readonly Method s_moderated = new() { Preset = MethodPreset.Moderated };

    public static TheoryData<string, string, string[]> Presets() => new()
    {
        { "contextual", "alliance + alliance_between", ["alliance_between"] },
        { "case-mix-adjusted", "severity + earlier_treatment + single + alliance_between + alliance_within", ["alliance_between", "alliance_within"] },
        { "adherence-curve", "adherence + I(adherence^2) + alliance + I(adherence^2):alliance", [Square, $"{Square}:alliance"] },
        { "moderated severity", "severity + alliance + severity:alliance", ["severity:alliance"] },
        { "moderated arm", "alliance + arm:alliance", ["armmotivational:alliance"] },
        { "moderated earlier-treatment", "earlier_treatment + alliance + earlier_treatment:alliance", ["earlier_treatment:alliance"] },
        { "moderated earlier_treatment", "earlier_treatment * alliance", ["earlier_treatment:alliance"] },
    };

    [Theory]
    [MemberData(nameof(Presets))]
    public void Run_OfAPreset_TestsWhatItAsksInTheModelThatItStandsFor(string preset, string terms, string[] tested)
    {
        ArgumentNullException.ThrowIfNull(preset);
        ArgumentNullException.ThrowIfNull(tested);
        string[] words = preset.Split(' ');
        Method method = new()
        {
            Name = "preset",
            Preset = Enum.GetValues<MethodPreset>().Single(p => Words.Of(p) == words[0]),
            Moderator = words.Length > 1 ? words[1] : null,
        };
        Method own = StudyFixture.Own("own", $"outcome ~ arm + site + {terms} + (1 | therapist)");

        ILookup<string, ReplicateRow> rows = RowsOf([method, own], World());

        Assert.Equal(tested, rows["preset"].Select(r => r.Term).Distinct().Where(term => term != "var(therapist)"));
        foreach (ReplicateRow row in rows["preset"])
        {
            ReplicateRow same = rows["own"].Single(r => (r.Replicate, r.Term, r.Test) == (row.Replicate, row.Term, row.Test));
            Assert.Equal((same.Estimate, same.StandardError, same.PValue), (row.Estimate, row.StandardError, row.PValue));
        }
    }

    /// <summary>alliance = alliance_between + alliance_within over the analysed patients: the same model with other coefficients.</summary>
    [Fact]
    public void Run_OfTheContextualEffect_IsTheSlopeBetweenMinusTheSlopeWithin()
    {
        ILookup<string, ReplicateRow> rows = RowsOf([new() { Preset = MethodPreset.Contextual }, new() { Preset = MethodPreset.Linear }], World());

        foreach (ReplicateRow contextual in rows["contextual"])
        {
            double Slope(string term) => rows["linear"].Single(r => r.Replicate == contextual.Replicate && r.Term == term).Estimate;
            Assert.Equal(Slope("alliance_between") - Slope("alliance_within"), contextual.Estimate, 1e-8);
        }
    }

    /// <summary>lme4 puts the factor first that the formula names first.</summary>
    [Fact]
    public void Run_OfAModeratedSlopeAdjustedForTheAlliance_TestsTheProductAsItIsPrinted()
    {
        Method method = s_moderated with { Moderator = "severity", Adjust = ["alliance"] };

        Assert.Equal(["alliance:severity"], RowsOf([method], World())["moderated"].Select(r => r.Term).Distinct());
    }

    [Fact]
    public void Run_OfAModeratedSlopeInThreeArms_TestsEachArmAgainstTheFirst()
    {
        Scenario world = World();
        Scenario arms = (world with { Trial = world.Trial with { Arms = ["a", "b", "c"] } });

        Assert.Equal(["armb:alliance", "armc:alliance"], RowsOf([s_moderated with { Moderator = "arm" }], arms)["moderated"].Select(r => r.Term).Distinct());
    }

    [Fact]
    public void Run_OfAWrongModerator_IsRefusedInWords()
    {
        Scenario world = World();
        AssertRefused(
            s_moderated, world, "method moderated: moderator is missing; moderated takes as moderator one of severity, arm, earlier-treatment, single.");
        AssertRefused(
            s_moderated with { Moderator = "earlier" }, world,
            "method moderated: moderated takes as moderator one of severity, arm, earlier-treatment, single, but it was 'earlier'");
        AssertRefused(s_moderated with { Moderator = "sevrity" }, world, "but it was 'sevrity'; did you mean severity?");
        AssertRefused(
            s_moderated with { Moderator = "arm" }, world with { Trial = world.Trial with { Arms = ["all"] } },
            "moderated takes as moderator one of severity, earlier-treatment, single, but it was 'arm' (the trial has one arm).");
        AssertRefused(
            new() { Preset = MethodPreset.Linear, Moderator = "severity" }, world,
            "method linear: moderator is for preset: moderated, which multiplies it by the alliance; remove moderator: severity.");
        AssertRefused(
            new() { Preset = MethodPreset.Correlations, Moderator = "severity" }, world, "method correlations: moderator is for preset: moderated");
        AssertRefused(
            StudyFixture.Own("own", "outcome ~ alliance") with { Moderator = "severity" }, world, "method own: moderator is for preset: moderated");
    }

    private static Scenario World() => StudyFixture.ScoresWorld(16, 8, 0.1, 0.2, 0, 0.3) with
    {
        Trial = new() { Arms = ["usual", "motivational"], Sites = 2, Therapists = 16, Caseload = new DrawnCaseload { Mean = 8, Cv = 0.6 } },
        Traits = ImmutableSortedDictionary<string, PatientTrait>.Empty
            .Add("earlier-treatment", new() { Share = 0.4, ByAlliance = 0.3 })
            .Add("single", new() { Outcome = -0.2 }),
    };

    private static ILookup<string, ReplicateRow> RowsOf(Method[] methods, Scenario world)
    {
        List<ReplicateRow> rows = [];
        StudyFixture.Run(StudyFixture.Study(16, 11, [.. methods], world), onReplicate: rows.Add);
        return rows.ToLookup(r => r.Method);
    }

    private static void AssertRefused(Method method, Scenario world, string message) => Assert.Contains(
        message, Assert.Throws<StudyException>(() => RowsOf([method], world)).Message, StringComparison.Ordinal);
}
