using System.Collections.Immutable;
using System.Globalization;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>One data-generating mechanism: a world with all its numbers fixed.</summary>
public sealed record Scenario
{
    private const double SmallestRate = 1e-9;

    /// <summary>Arms, sites, therapists and caseloads.</summary>
    [Description("Arms, sites, therapists and caseloads.")]
    public required Trial Trial { get; init; }

    /// <summary>How much therapists differ in outcome.</summary>
    [Description("How much therapists differ in outcome.")]
    public TherapistPopulation Therapists { get; init; } = new();

    /// <summary>How patients come to therapists.</summary>
    [Description("How patients come to therapists.")]
    public Allocation Allocation { get; init; } = new RandomAllocation();

    /// <summary>Binary traits of the patients, by name.</summary>
    [Description("Binary traits of the patients by name, such as prior-treatment: who has them and what they do. A trait is a column of the data, with _ for -.")]
    public ImmutableSortedDictionary<string, PatientTrait> Traits
    {
        get;
        init => field = value.WithComparers(StringComparer.Ordinal); // their order is that of their random numbers, on every machine the same
    } = ImmutableSortedDictionary<string, PatientTrait>.Empty.WithComparers(StringComparer.Ordinal);

    /// <summary>The working alliance and its measurement.</summary>
    [Description("The working alliance between therapist and patient, and how it is measured.")]
    public Alliance Alliance { get; init; } = new();

    /// <summary>What the outcome depends on.</summary>
    [Description("What the outcome depends on. Higher is better; the unit is the residual SD within therapists unless residual-sd says otherwise.")]
    public Outcome Outcome { get; init; } = new EndpointOutcome();

    /// <summary>Sessions attended and drop-out of treatment.</summary>
    [Description("Sessions attended and drop-out of treatment.")]
    public Retention Retention { get; init; } = new();

    /// <summary>SDs between studies of the effects.</summary>
    [Description("SDs between studies of the effects: each replicate is a study that draws its own.")]
    public Literature Literature { get; init; } = new();

    /// <summary>Who is lost before the alliance, and before the outcome, is measured.</summary>
    [Description("Who is lost before the alliance, and before the outcome, is measured.")]
    public Attrition Attrition { get; init; } = new();

    /// <summary>All that keeps this scenario from being run, over the rules that concern several keys.</summary>
    public IEnumerable<Problem> Problems() =>
    [
        .. Trial.Problems().Select(p => p with { Path = "trial." + p.Path }),
        .. Therapists.Problems().Select(p => p with { Path = "therapists." + p.Path }),
        .. Alliance.Problems().Select(p => p with { Path = "alliance." + p.Path }),
        .. PatientTrait.Problems(Traits),
        .. AllocationProblems(),
        .. RateProblems(),
        .. VarianceComponents.Problems(WithoutGrowth),
        .. Outcome is GrowthOutcome ? GrowthComponents.Problems(this) : [],
    ];

    /// <summary>The same therapists, patients and alliances with one outcome per patient on which nothing acts but sites; this scenario, where it has no growth.</summary>
    internal Scenario WithoutGrowth => Outcome is not GrowthOutcome growth ? this : this with
    {
        Outcome = new EndpointOutcome { SiteIcc = growth.SiteSd * growth.SiteSd / (1 + (growth.SiteSd * growth.SiteSd)) },
        Therapists = Therapists with { OutcomeIcc = 0, OutcomeIccTotal = null },
        Alliance = Alliance is { TherapistIcc: null, ObservedTherapistIcc: null } ? Alliance with { TherapistIcc = 0 } : Alliance,
        Traits = Traits.ToImmutableSortedDictionary(t => t.Key, t => t.Value with { Outcome = 0, ByAlliance = 0 }, StringComparer.Ordinal),
    };

    // Constants are solved for shares of the patients; a share below one in a thousand million is a slip of the pen.
    private IEnumerable<Problem> RateProblems()
    {
        (string Path, double Rate)[] rates =
        [
            ("attrition.alliance.rate", Attrition.Alliance.Rate),
            ("attrition.outcome.rate", Attrition.Outcome.Rate),
            ("retention.drop-out", Retention.DropOut),
            ("outcome.dropout.rate", Outcome is GrowthOutcome growth ? growth.Dropout.Rate : 0),
        ];
        return rates
            .Where(r => r.Rate is > 0 and < SmallestRate)
            .Select(r => new Problem(r.Path, string.Create(CultureInfo.InvariantCulture, $"{r.Path[(r.Path.LastIndexOf('.') + 1)..]} must be 0, or at least {SmallestRate}, but was {r.Rate}.")));
    }

    private IEnumerable<Problem> AllocationProblems()
    {
        if (Allocation is SortedAllocation { Of: not SortedAllocation.Severity } sorted && !Traits.ContainsKey(sorted.Of))
        {
            yield return new("allocation.of", $"of must be severity or the name of a trait, but was '{sorted.Of}'.");
        }
    }
}
