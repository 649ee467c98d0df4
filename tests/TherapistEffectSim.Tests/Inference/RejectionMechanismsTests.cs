using System.Collections.Immutable;
using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using static TherapistEffectSim.Tests.Inference.TruthWorld;

namespace TherapistEffectSim.Tests.Inference;

/// <summary>Which mechanisms of linked worlds reach which tests of zero targets.</summary>
public sealed class RejectionMechanismsTests
{
    private const string Linear = "arm + alliance_between + alliance_within";
    private const string Adjusted = Linear + " + severity";
    private const string TypeOne = "type-I";

    private static readonly EndpointOutcome s_nothing = new();
    private static readonly EndpointOutcome s_severity = new() { Severity = -0.4 };
    private static readonly EndpointOutcome s_slope = new() { Alliance = new AllianceEffect { Slope = 0.25 } };

    private static readonly ImmutableSortedDictionary<string, World> s_worlds = new Dictionary<string, World>
    {
        ["reverse"] = With(Of(s_nothing, outcomeIcc: 0), s => s with { Alliance = s.Alliance with { ReverseCausation = new() { Early = 0.3 } } }),
        ["late"] = With(Of(s_nothing, outcomeIcc: 0), s => s with { Alliance = s.Alliance with { ReverseCausation = new() { Late = 0.3 } } }),
        ["reverse, severity in the alliance"] = With(Of(s_nothing), s => s with
        {
            Alliance = s.Alliance with { ReverseCausation = new() { Early = 0.3 }, Severity = -0.3 },
        }),
        ["case-mix"] = With(Of(s_severity, outcomeIcc: 0), s => s with { Allocation = new CaseMixAllocation { Correlation = 0.5 } }),
        ["case-mix by outcome"] = With(Of(s_nothing), s => s with { Allocation = new CaseMixAllocation { With = AllocationScore.Outcome, Correlation = 0.5 } }),
        ["sorted trait"] = With(Of(s_nothing, outcomeIcc: 0), s => s with
        {
            Allocation = new SortedAllocation { Of = "prior-treatment" },
            Traits = Traits(new PatientTrait { Outcome = 0.5, Share = 0.4 }),
        }),
        ["confounded"] = With(Of(s_severity, outcomeIcc: 0), s => s with { Alliance = s.Alliance with { Severity = -0.3 } }),
        ["unreliable"] = With(Of(s_slope), s => s with { Alliance = s.Alliance with { Severity = -0.3 } }),
        ["moderated"] = Of(new EndpointOutcome { Moderations = new() { Severity = 0.2 } }, outcomeIcc: 0),
        ["moderated by arm"] = Of(new EndpointOutcome { Moderations = new() { Arm = 0.2 } }, outcomeIcc: 0),
        ["adherence"] = Of(new EndpointOutcome { Adherence = new() { Linear = 0.2, Curvature = 0.2 } }, outcomeIcc: 0),
        ["adherence of the skilled"] = With(Of(new EndpointOutcome { Adherence = new() { Curvature = 0.2 } }), s => s with
        {
            Therapists = s.Therapists with { Correlations = new() { AllianceAdherence = 0.4 } },
        }),
        ["matching"] = Of(new EndpointOutcome { Adherence = new() { BySeverity = 0.2 } }, outcomeIcc: 0),
        ["retention"] = With(Of(s_nothing), s => s with { Retention = new() { DropOut = 0.3, Severity = 0.3, Outcome = 0.5 } }),
        ["retention of chance"] = With(Of(s_nothing), s => s with { Retention = new() { DropOut = 0.3, Outcome = 0.5 } }),
        ["slopes"] = Of(new EndpointOutcome { Within = new NoShape { SlopeSd = 0.2 } }, outcomeIcc: 0),
        ["literature of the alliance"] = With(Of(s_nothing, outcomeIcc: 0), s => s with { Literature = new() { Alliance = 0.2 } }),
        ["literature between"] = With(Of(s_nothing, outcomeIcc: 0), s => s with { Literature = new() { Curvature = 0.2 } }),
        ["literature within"] = With(Of(s_nothing, outcomeIcc: 0), s => s with { Literature = new() { Within = 0.2 } }),
        ["literature of the arms"] = With(Of(s_nothing, outcomeIcc: 0), s => s with { Literature = new() { ArmEffect = 0.2 } }),
        ["literature of severity"] = With(Of(s_nothing, outcomeIcc: 0), s => s with { Literature = new() { Severity = 0.2 } }),
        ["residuals of the arms"] = Of(
            new EndpointOutcome { ResidualSd = new() { PerArm = ImmutableSortedDictionary<string, double>.Empty.Add("usual", 2) } }, outcomeIcc: 0),
        ["site by arm"] = Of(new EndpointOutcome { SiteByArmSd = 0.2 }, TwoArms with { Sites = 3 }),
        ["questionnaire"] = With(Of(s_slope, outcomeIcc: 0), s => s with { Alliance = s.Alliance with { Instrument = new() { Min = 12, Max = 84, Mean = 75, Sd = 10 } } }),
        ["questionnaire without effect"] = With(Of(s_nothing), s => s with
        {
            Alliance = s.Alliance with { Instrument = new() { Min = 12, Max = 84, Mean = 75, Sd = 10 } },
        }),
        ["therapists' view"] = With(Of(new EndpointOutcome { Between = new LinearShape { Slope = 0.3 } }, outcomeIcc: 0), s => s with
        {
            Alliance = s.Alliance with { Rater = Rater.Therapist, Validity = 0.5 },
        }),
        ["heavy tails"] = Of(new EndpointOutcome { Distribution = new TForm { Df = 4 } }, outcomeIcc: 0),
    }.ToImmutableSortedDictionary();

    public static TheoryData<string, string, string, string> Table() => new()
    {
        { "reverse", Linear, "alliance_within", "reverse causation" },
        { "reverse", Linear, "alliance_between", "reverse causation" },
        { "reverse", Linear, "var(therapist)", "reverse causation" },
        { "reverse", "arm + alliance + alliance_between", "alliance", "reverse causation" },
        { "reverse", "arm", "var(therapist)", TypeOne },
        { "reverse", "arm + therapist_score", "therapist_score", TypeOne },
        { "reverse", Linear, "armmotivational", TypeOne },
        { "reverse", Adjusted, "severity", TypeOne },
        { "late", Linear, "alliance_within", TypeOne },
        { "reverse, severity in the alliance", Adjusted, "severity", "reverse causation" },
        { "case-mix", Linear, "alliance_between", "non-random allocation" },
        { "case-mix", Linear, "alliance_within", TypeOne },
        { "case-mix", Adjusted, "alliance_between", TypeOne },
        { "case-mix", Adjusted, "var(therapist)", TypeOne },
        { "case-mix", "arm", "armmotivational", TypeOne },
        { "case-mix", "arm", "var(therapist)", "power" },
        { "case-mix by outcome", "arm + severity", "severity", "non-random allocation" },
        { "case-mix by outcome", Linear, "alliance_between", TypeOne },
        { "sorted trait", Linear, "alliance_between", "non-random allocation" },
        { "sorted trait", Linear + " + prior_treatment", "alliance_between", TypeOne },
        { "sorted trait", Linear + " + prior_treatment", "var(therapist)", TypeOne },
        { "confounded", Linear, "alliance_between", "confounding of the alliance" },
        { "confounded", Linear, "alliance_within", "power" },
        { "confounded", Adjusted, "alliance_within", TypeOne },
        { "confounded", Linear, "var(therapist)", "confounding of the alliance" },
        { "unreliable", Adjusted, "severity", "confounding of the alliance" },
        { "unreliable", "true_alliance_within + severity", "severity", TypeOne },
        { "moderated", Linear, "alliance_within", "moderation of the alliance" },
        { "moderated", Linear, "armmotivational", TypeOne },
        { "moderated", "severity*true_alliance", "severity", TypeOne },
        { "moderated by arm", "arm + therapist_score", "armmotivational", "moderation of the alliance" },
        { "adherence", Linear + " + adherence + I(adherence^2)", "var(therapist)", TypeOne },
        { "adherence", Linear, "alliance_between", TypeOne },
        { "adherence", Linear, "var(therapist)", "power" },
        { "adherence of the skilled", Linear, "alliance_between", "adherence" },
        { "adherence of the skilled", Linear + " + adherence", "adherence", "adherence" },
        { "adherence of the skilled", Linear + " + adherence + I(adherence^2)", "adherence", TypeOne },
        { "adherence of the skilled", Linear, "alliance_within", TypeOne },
        { "matching", "severity", "severity", "adherence" },
        { "matching", "severity", "var(therapist)", "adherence" },
        { "matching", "adherence*severity", "severity", TypeOne },
        { "retention", Linear, "alliance_within", "retention" },
        { "retention", Linear, "armmotivational", TypeOne },
        { "retention of chance", Linear, "alliance_within", TypeOne },
        { "slopes", Linear, "alliance_within", "slopes that differ between therapists" },
        { "slopes", "arm", "var(therapist)", "slopes that differ between therapists" },
        { "slopes", "therapist_score", "therapist_score", TypeOne },
        { "literature of the alliance", Linear, "alliance_within", "literature" },
        { "literature of the alliance", "arm", "var(therapist)", "literature" },
        { "literature of the alliance", "arm", "armmotivational", TypeOne },
        { "literature between", Linear, "alliance_between", "literature" },
        { "literature between", Linear, "alliance_within", TypeOne },
        { "literature within", Linear, "alliance_within", "literature" },
        { "literature within", "arm", "var(therapist)", TypeOne },
        { "literature of the arms", "arm", "armmotivational", "literature" },
        { "literature of the arms", Linear, "alliance_within", TypeOne },
        { "literature of severity", Adjusted, "severity", "literature" },
        { "literature of severity", Linear, "alliance_within", TypeOne },
        { "residuals of the arms", "arm", "armmotivational", "residual SDs of the arms" },
        { "residuals of the arms", "arm", "var(therapist)", "residual SDs of the arms" },
        { "residuals of the arms", Linear, "alliance_within", TypeOne },
        { "site by arm", "arm + site", "armmotivational", "site by arm" },
        { "site by arm", Linear, "alliance_between", TypeOne },
        { "site by arm", "arm", "var(therapist)", "" },
        { "questionnaire", Linear + " + I(alliance_within^2)", "I(alliance_within^2)", "instrument" },
        { "questionnaire without effect", Linear + " + I(alliance_within^2)", "I(alliance_within^2)", TypeOne },
        { "therapists' view", Linear, "var(therapist)", "between-therapist slope, rater" },
        { "heavy tails", "arm", "var(therapist)", "residuals that are not normal" },
        { "heavy tails", Linear, "alliance_between", TypeOne },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Of_ZeroTarget_NamesWhatReachesTheTerm(string world, string terms, string name, string expected) =>
        Assert.Equal(
            expected is TypeOne or "power" or "" ? expected : "false-positive: " + expected,
            Meaning(s_worlds[world], terms, name));

    private static ImmutableSortedDictionary<string, PatientTrait> Traits(PatientTrait trait) =>
        ImmutableSortedDictionary<string, PatientTrait>.Empty.Add("prior-treatment", trait);
}
