using System.Collections.Immutable;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>An analysis: a model in lme4's notation and the tests made with it.</summary>
public sealed record Method
{
    /// <summary>Name in the result files; a preset's own name if not given.</summary>
    [Description("Name in the result files.")]
    public string? Name { get; init; }

    /// <summary>A model by name; exactly one of this and <see cref="Formula"/>.</summary>
    [Description("A model by name. Give this or formula.")]
    public MethodPreset? Preset { get; init; }

    /// <summary>
    /// A model in lme4's notation on generated columns, such as <c>outcome ~ arm + alliance + (1 | therapist)</c>. Any number that differs
    /// between patients can be the response; true values are known of the outcome only.
    /// </summary>
    [Description("A model in lme4's notation on generated columns: outcome ~ arm + alliance + (1 | therapist), or with another column that differs between patients as response. Give this or preset.")]
    public string? Formula { get; init; }

    /// <summary>Columns that a preset adjusts for, beside arm and site.</summary>
    [Description("Columns that a preset adjusts for beside arm and site, such as severity.")]
    public ImmutableArray<string> Adjust { get; init; } = [];

    /// <summary>What the slope on the alliance is asked to depend on in <see cref="MethodPreset.Moderated"/>: severity, arm, or a trait of the scenario.</summary>
    [Description("What the slope on the alliance depends on, for preset: moderated: severity, arm, or the name of a trait.")]
    public string? Moderator { get; init; }

    /// <summary>What a row of the analysis is; the preset's own if not given.</summary>
    [Description("What a row of the analysis is: patients, or therapist-means (ordinary least squares of unweighted therapist means, df J - p).")]
    public AnalysisRows? Rows { get; init; }

    /// <summary>Criterion of the estimates; likelihood ratios always use maximum likelihood.</summary>
    [Description("Criterion of the estimates: reml or ml. Likelihood ratios always use the criterion that their name says.")]
    public Criterion Estimate { get; init; } = Criterion.Reml;

    /// <summary>Corrects the slope and the curve of the observed therapist means for their unreliability; not corrected if not given.</summary>
    [Description("Corrects alliance_between and I(alliance_between^2) for the unreliability of the observed therapist means: estimates and intervals, not the p-values. known: by the reliability of the world; estimated: by the one that the trial's own data show. Not corrected if left out.")]
    public ReliabilitySource? Reliability { get; init; }

    /// <summary>The tests; empty for the preset's own.</summary>
    [Description("The tests made with the model; the preset's own if none are listed.")]
    public ImmutableArray<TestRequest> Tests { get; init; } = [];

    /// <summary>True values by term where the program cannot know them.</summary>
    [Key("true-values")]
    [Description("True values by term, for terms whose true value the program cannot compute.")]
    [Interval]
    public ImmutableSortedDictionary<string, double> True { get; init; } = ImmutableSortedDictionary<string, double>.Empty;
}

/// <summary>Models by name. C stands for arm, if there is more than one, and site, if there is more than one.</summary>
public enum MethodPreset
{
    /// <summary><c>~ C + (1 | therapist)</c>.</summary>
    NullModel,

    /// <summary><c>~ C + alliance_between + alliance_within + (1 | therapist)</c>.</summary>
    Linear,

    /// <summary>Another name of <see cref="Linear"/>.</summary>
    BetweenWithin,

    /// <summary><see cref="Linear"/> with the square of alliance_between.</summary>
    Quadratic,

    /// <summary><c>~ C + alliance + (1 | therapist)</c>: one slope for both levels.</summary>
    RawAlliance,

    /// <summary><see cref="Linear"/> without the random term.</summary>
    OlsIgnoringTherapist,

    /// <summary>Ordinary least squares of therapist means on therapist-level columns.</summary>
    TherapistMeans,

    /// <summary>
    /// No model, but Pearson's correlations of observed alliance and outcome over the analysed patients: <c>cor(total)</c> over patients,
    /// <c>cor(between)</c> of the unweighted therapist means, <c>cor(within)</c> of the deviations from them. Takes no <c>adjust</c>.
    /// </summary>
    /// <remarks>
    /// True values are the correlations in the structural world, without attrition and with infinite caseloads: between therapists those of
    /// the true alliance with the therapists' expected outcomes, within and over patients those of the alliance as measured, its error
    /// included. Differences of arms and sites are part of the outcome's variance between therapists and over patients.
    /// </remarks>
    Correlations,

    /// <summary><c>~ C + alliance + alliance_between + (1 | therapist)</c>: alliance_between is the contextual effect, the slope between therapists minus that within.</summary>
    Contextual,

    /// <summary><see cref="Linear"/> with severity and all traits of the scenario as columns.</summary>
    CaseMixAdjusted,

    /// <summary><c>~ C + adherence + I(adherence^2) + alliance + I(adherence^2):alliance + (1 | therapist)</c>: a curve that depends on the alliance.</summary>
    AdherenceCurve,

    /// <summary><c>~ C + M * alliance + (1 | therapist)</c> with M the <see cref="Method.Moderator"/>.</summary>
    Moderated,

    /// <summary>
    /// Of growth scenarios: <c>outcome ~ week * arm + …</c> (<c>week</c> alone with one arm; site as a column) with random intercepts and slopes of therapists and of their patients, such as
    /// <c>(1 + week | therapist) + (1 + week | therapist:patient)</c>: those that are in the world, if only with an SD of 0.
    /// </summary>
    Growth,

    /// <summary><see cref="Growth"/> without the therapists' random effects.</summary>
    GrowthIgnoringTherapist,

    /// <summary>Of growth scenarios, in two stages: <c>slope ~ C + (1 | therapist)</c>, a row per patient, with the least-squares slope of each patient's measurements.</summary>
    Slopes,

    /// <summary>Of growth scenarios, in two stages: ordinary least squares <c>slope ~ C</c> of the therapists' mean slopes, df J − p.</summary>
    SlopeMeans,
}

/// <summary>What a row of an analysis is.</summary>
public enum AnalysisRows
{
    /// <summary>A patient.</summary>
    Patients,

    /// <summary>The mean over a therapist's analysed patients, unweighted.</summary>
    TherapistMeans,
}

/// <summary>What a fit minimises.</summary>
public enum Criterion
{
    /// <summary>Restricted maximum likelihood.</summary>
    Reml,

    /// <summary>Maximum likelihood.</summary>
    Ml,
}

/// <summary>Where the reliability of the observed therapist means comes from.</summary>
public enum ReliabilitySource
{
    /// <summary>From the variances of the world and the caseloads analysed.</summary>
    Known,

    /// <summary>From the analysis of variance of the observed alliance; a trial in which it is not above 0 is not estimable.</summary>
    Estimated,
}

/// <summary>A test of a coefficient or of a variance.</summary>
public sealed record TestRequest
{
    /// <summary>The coefficient tested, by its name as lme4 prints it, or several joined by <c>&amp;</c>; exactly one of this and <see cref="Variance"/>.</summary>
    [Description("The coefficient tested, by its name as lme4 prints it; for joint-wald several, joined by &. Give this or variance.")]
    public string? Term { get; init; }

    /// <summary>The grouping factor whose variance is tested.</summary>
    [Description("The grouping factor whose variance is tested: therapist. Give this or term.")]
    public string? Variance { get; init; }

    /// <summary>The test.</summary>
    [Description("The test.")]
    public required TestKind By { get; init; }

    /// <summary>The side on which the hypothesis is rejected; variances are always tested upwards.</summary>
    [Description("The side on which the hypothesis is rejected.")]
    public Alternative Alternative { get; init; } = Alternative.TwoSided;

    /// <summary>What two-lines and lind-mehlum look for; an inverted U if not given. Other tests have none.</summary>
    [Description("What two-lines and lind-mehlum look for: inverted-u, if not given, or u.")]
    public CurveShape? Shape { get; init; }
}

/// <summary>The tests of a coefficient, of a variance or of a correlation.</summary>
public enum TestKind
{
    /// <summary>Estimate over standard error against the normal distribution.</summary>
    WaldZ,

    /// <summary>Estimate over standard error against t with Satterthwaite's degrees of freedom; for least squares the ordinary t test.</summary>
    TSatterthwaite,

    /// <summary>
    /// Estimate over the standard error of Kenward and Roger against t with their degrees of freedom, by REML; for least squares the
    /// ordinary t test.
    /// </summary>
    TKenwardRoger,

    /// <summary>Estimate over its HC3 standard error against t with N − p degrees of freedom; for least squares of patients or therapist means.</summary>
    THc3,

    /// <summary>
    /// Estimate over its CR2 standard error, therapists as clusters, against t with Satterthwaite's degrees of freedom after Bell and
    /// McCaffrey; for least squares of patients.
    /// </summary>
    TCr2,

    /// <summary>
    /// Pearson's correlation r against t with its degrees of freedom: patients − 2 over patients, therapists − 2 between them, patients −
    /// therapists − 1 within; intervals by Fisher's z. Only of the terms of <see cref="MethodPreset.Correlations"/>.
    /// </summary>
    TCorrelation,

    /// <summary>
    /// Wald's χ² of several coefficients together, with their covariance matrix from the model and as many degrees of freedom. The term
    /// names them all, joined by <c>&amp;</c>. The variances count as known: with few therapists it can reject too often.
    /// </summary>
    JointWald,

    /// <summary>Likelihood ratio of a coefficient, both models by maximum likelihood.</summary>
    Lrt,

    /// <summary>Likelihood ratio of a variance by maximum likelihood against the 50:50 mixture of χ²(0) and χ²(1).</summary>
    LrtMixture,

    /// <summary>Restricted likelihood ratio of a variance against the same mixture.</summary>
    RlrtMixture,

    /// <summary>
    /// Restricted likelihood ratio of a variance against its exact null distribution in the trial at hand (Crainiceanu and Ruppert 2004): a function of F with equal caseloads, else by
    /// up to 9,999 draws per replicate.
    /// </summary>
    RlrtExact,

    /// <summary>F test of the therapist columns after the fixed effects; exact for any caseloads and covariates.</summary>
    FExact,

    /// <summary>
    /// Likelihood ratio of a coefficient or of a variance by maximum likelihood against its distribution in up to 999 data sets drawn in each replicate
    /// from the smaller model as fitted: many times the work of the other tests.
    /// </summary>
    Bootstrap,

    /// <summary>
    /// Two lines that meet at a breakpoint chosen from the data, on therapist means: both slopes significant, with opposite signs. The
    /// term is the square of the variable.
    /// </summary>
    TwoLines,

    /// <summary>Slopes of a parabola through the therapist means at both ends of the observed range. The term is the square of the variable.</summary>
    LindMehlum,
}

/// <summary>The curve that a test looks for.</summary>
public enum CurveShape
{
    /// <summary>Up, then down.</summary>
    InvertedU,

    /// <summary>Down, then up.</summary>
    U,
}

/// <summary>The side on which a hypothesis is rejected.</summary>
public enum Alternative
{
    /// <summary>Either side.</summary>
    TwoSided,

    /// <summary>Coefficients below zero.</summary>
    Less,

    /// <summary>Coefficients above zero.</summary>
    Greater,
}

/// <summary>A test that takes part in the patterns of joint decisions.</summary>
public sealed record JointTest
{
    /// <summary>Name in the patterns, such as <c>curve</c>.</summary>
    [Description("Name in the patterns, such as curve.")]
    public required string Name { get; init; }

    /// <summary>Name of the method.</summary>
    [Description("Name of the method.")]
    public required string Method { get; init; }

    /// <summary>The coefficient tested; exactly one of this and <see cref="Variance"/>.</summary>
    [Description("The coefficient tested. Give this or variance.")]
    public string? Term { get; init; }

    /// <summary>The grouping factor whose variance is tested.</summary>
    [Description("The grouping factor whose variance is tested. Give this or term.")]
    public string? Variance { get; init; }

    /// <summary>The test, which the method must make.</summary>
    [Description("The test, one of those that the method makes.")]
    public required TestKind By { get; init; }
}
