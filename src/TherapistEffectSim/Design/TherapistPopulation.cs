using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>The therapists from whom those of the trial come, and what narrows them.</summary>
/// <remarks>
/// Latent standard scores of alliance skill A*, outcome skill U* and adherence C*, multivariate normal. In this order they are
/// contaminated, selected and trained.
/// </remarks>
public sealed record TherapistPopulation
{
    /// <summary>τ_U²/(τ_U² + σ_e²): residual therapist share of the outcome variance, sites excluded.</summary>
    [Description("Residual therapist share of the outcome variance, sites and the alliance's effects excluded: tau_U^2 / (tau_U^2 + sigma_e^2), of the unselected population. Give this or outcome-icc-total.")]
    [Interval(0, 1, HighOpen = true)]
    public double? OutcomeIcc { get; init => field = Require.Declared<TherapistPopulation>(value); }

    /// <summary>Therapist share of the outcome variance with the alliance's effects included; τ_U² is solved from it.</summary>
    [Description("Therapist share of the outcome variance including what the alliance brings about between therapists. Give this or outcome-icc.")]
    [Interval(0, 1, HighOpen = true)]
    public double? OutcomeIccTotal { get; init => field = Require.Declared<TherapistPopulation>(value); }

    /// <summary>Correlations of the scores in the population.</summary>
    [Description("Correlations of the therapists' scores in the population.")]
    public ScoreCorrelations Correlations { get; init; } = new();

    /// <summary>A share of therapists who come from another population: the toxic tail.</summary>
    [Description("A share of therapists who come from another population in one score, such as a toxic tail.")]
    public Contamination Contamination { get; init; } = new();

    /// <summary>The candidates whom the trial keeps.</summary>
    [Description("The candidates whom the trial keeps: the top share by one score.")]
    public Selection Selection { get; init; } = new();

    /// <summary>k: what training leaves of the deviations from the selected population's mean.</summary>
    [Description("What training leaves of the therapists' deviations from the mean of the selected population, in the score training-of: 1 nothing changes, 0 all become equal.")]
    [Interval(0, 1)]
    public double Training { get; init => field = Require.Declared<TherapistPopulation>(value); } = 1;

    /// <summary>The score that training narrows.</summary>
    [Description("The score that training narrows.")]
    public TherapistTrait TrainingOf { get; init; } = TherapistTrait.Alliance;

    /// <summary>Distribution of outcome skill U*.</summary>
    [Description("Distribution of the therapists' outcome skill, scaled to its variance: normal, t or skewed.")]
    public DistributionForm Distribution { get; init; } = new NormalForm();

    /// <summary>τ_Δ: SD between therapists of the effect of the second arm; outcome units.</summary>
    [Description("SD between therapists of the effect of the second arm, where each treats in both (trial.nesting: crossed); outcome units.")]
    [Interval(0, 1e6)]
    public double ArmEffectSd { get; init => field = Require.Declared<TherapistPopulation>(value); }

    /// <summary>Whether all scores are independent standard normal numbers.</summary>
    internal bool IsPlain =>
        Correlations is { AllianceOutcome: 0, AllianceAdherence: 0, OutcomeAdherence: 0 }
        && Contamination.Share == 0 && Selection.Keep == 1 && Training == 1;

    internal IEnumerable<Problem> Problems()
    {
        if (Correlations.Determinant <= 0)
        {
            yield return new("correlations", "correlations contradict each other: no three scores can be correlated so.");
        }

        if (Distribution is not NormalForm && !IsPlain)
        {
            yield return new("distribution", "distribution must be normal where therapists are correlated in their skills, contaminated, selected or trained: those are defined for normal scores.");
        }
    }
}

/// <summary>A latent score of a therapist.</summary>
public enum TherapistTrait
{
    /// <summary>A*: skill in building alliances.</summary>
    Alliance,

    /// <summary>U*: skill in bringing about outcomes, beyond the alliance.</summary>
    Outcome,

    /// <summary>C*: adherence, competence in the method.</summary>
    Adherence,
}

/// <summary>Correlations of the therapists' scores.</summary>
public sealed record ScoreCorrelations
{
    /// <summary>Of A* and U*.</summary>
    [Description("Of alliance skill and outcome skill.")]
    [Interval(-1, 1, LowOpen = true, HighOpen = true)]
    public double AllianceOutcome { get; init => field = Require.Declared<ScoreCorrelations>(value); }

    /// <summary>Of A* and C*.</summary>
    [Description("Of alliance skill and adherence.")]
    [Interval(-1, 1, LowOpen = true, HighOpen = true)]
    public double AllianceAdherence { get; init => field = Require.Declared<ScoreCorrelations>(value); }

    /// <summary>Of U* and C*.</summary>
    [Description("Of outcome skill and adherence.")]
    [Interval(-1, 1, LowOpen = true, HighOpen = true)]
    public double OutcomeAdherence { get; init => field = Require.Declared<ScoreCorrelations>(value); }

    /// <summary>Determinant of the correlation matrix.</summary>
    internal double Determinant =>
        1 + (2 * AllianceOutcome * AllianceAdherence * OutcomeAdherence)
        - (AllianceOutcome * AllianceOutcome) - (AllianceAdherence * AllianceAdherence) - (OutcomeAdherence * OutcomeAdherence);
}

/// <summary>A share of therapists who come from another population in one score.</summary>
public sealed record Contamination
{
    /// <summary>Their share.</summary>
    [Description("Share of therapists from the other population.")]
    [Interval(0, 0.5)]
    public double Share { get; init => field = Require.Declared<Contamination>(value); }

    /// <summary>The score in which they differ.</summary>
    [Description("The score in which they differ.")]
    public TherapistTrait Of { get; init; } = TherapistTrait.Alliance;

    /// <summary>Their mean, in SDs of the first population.</summary>
    [Description("Their mean in SDs of the first population.")]
    [Interval(-10, 10)]
    public double Mean { get; init => field = Require.Declared<Contamination>(value); } = -2;

    /// <summary>Their SD, in SDs of the first population.</summary>
    [Description("Their SD in SDs of the first population.")]
    [Interval(0, 10)]
    public double Sd { get; init => field = Require.Declared<Contamination>(value); } = 1;
}

/// <summary>The candidates whom a trial keeps.</summary>
public sealed record Selection
{
    /// <summary>The score by which they are ordered.</summary>
    [Description("The score by which candidates are ordered.")]
    public TherapistTrait By { get; init; } = TherapistTrait.Alliance;

    /// <summary>The share kept, from the top.</summary>
    [Description("Share of the candidates kept, from the top; 1 keeps all.")]
    [Interval(0.01, 1)]
    public double Keep { get; init => field = Require.Declared<Selection>(value); } = 1;
}
