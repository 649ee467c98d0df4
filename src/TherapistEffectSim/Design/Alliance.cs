using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>The working alliance: true values with total variance 1, and their measurement.</summary>
public sealed record Alliance
{
    /// <summary>τ_A²/(τ_A² + σ_W²): therapist share of the true alliance variance.</summary>
    [Description("Therapist share of the variance of the true alliance. Give this or observed-therapist-icc.")]
    [Interval(0, 1, HighOpen = true)]
    public double? TherapistIcc { get; init => field = Require.Declared<Alliance>(value); }

    /// <summary>Therapist share of the variance of the measured alliance, error of measurement included.</summary>
    [Description("Therapist share of the variance of the alliance as measured, with its error. Give this or therapist-icc.")]
    [Interval(0, 1, HighOpen = true)]
    public double? ObservedTherapistIcc { get; init => field = Require.Declared<Alliance>(value); }

    /// <summary>Reliability within therapists of one assessment, in [0.001, 1]: what is nearer to 0 is no measurement.</summary>
    [Description("Reliability within therapists of one assessment; 1 means measured without error.")]
    [Interval(0.001, 1)]
    public double Reliability { get; init => field = Require.Declared<Alliance>(value); } = 1;

    /// <summary>Assessments that are averaged per patient.</summary>
    [Description("Assessments that are averaged per patient.")]
    [Interval(1, 1000)]
    public int Assessments { get; init => field = Require.Declared<Alliance>(value); } = 1;

    /// <summary>Over which patients the observed therapist mean is taken.</summary>
    [Description("Patients over whom the observed therapist mean is taken: analysed (alliance and outcome measured) or measured (alliance measured).")]
    public TherapistMean TherapistMean { get; init; } = TherapistMean.Analysed;

    /// <summary>Share of the assessments after the first that are missing.</summary>
    [Description("Share of the assessments after the first that are missing, each independently; the mean is over those there are.")]
    [Interval(0, 1)]
    public double MissingAssessments { get; init => field = Require.Declared<Alliance>(value); }

    /// <summary>γ_z: alliance SDs per SD of severity.</summary>
    [Description("Alliance SDs per SD of severity (high = worse), normally negative. Part of the variance within therapists.")]
    [Interval(-1, 1)]
    public double Severity { get; init => field = Require.Declared<Alliance>(value); }

    /// <summary>ρ_r: what the residual of the outcome brings about in the alliance.</summary>
    [Description("Reverse causation: correlation of the patient's alliance with the residual of the outcome; a number, or {early, late}, of which timing chooses one.")]
    public ReverseCausation ReverseCausation { get; init; } = new();

    /// <summary>When the alliance is measured.</summary>
    [Description("When the alliance is measured: early or late in treatment. Chooses the value of reverse-causation.")]
    public Timing Timing { get; init; } = Timing.Early;

    /// <summary>Who rates the alliance.</summary>
    [Description("Who rates the alliance: patient or therapist.")]
    public Rater Rater { get; init; } = Rater.Patient;

    /// <summary>Therapist share of the variance of the therapists' ratings, error excluded; that of the true alliance if not given.</summary>
    [Description("Share of the therapists in the variance of their ratings, error of measurement excluded; for rater: therapist. As the true alliance's if not given.")]
    [Interval(0, 1, HighOpen = true)]
    public double? RaterIcc { get; init => field = Require.Declared<Alliance>(value); }

    /// <summary>Correlation of the therapists' ratings with the true alliance at either level, error excluded.</summary>
    [Description("Correlation of the therapists' ratings with the true alliance, both between and within therapists, error of measurement excluded; for rater: therapist.")]
    [Interval(0, 1)]
    public double Validity { get; init => field = Require.Declared<Alliance>(value); } = 1;

    /// <summary>The questionnaire on whose scale the alliance is recorded; <see langword="null"/>: alliance SDs without ends.</summary>
    [Description("The questionnaire on whose scale the alliance is recorded, with its ends and steps; alliance SDs without ends if not given.")]
    public Instrument? Instrument { get; init; }

    /// <summary>ρ_r at the time of the measurement.</summary>
    internal double ReverseCorrelation => Timing == Timing.Early ? ReverseCausation.Early : ReverseCausation.Late;

    /// <summary>Number of assessments whose mean has the error variance that the assessments have on average: 1/E(1/k), k = 1 + binomial(assessments − 1, 1 − missing).</summary>
    internal double EffectiveAssessments
    {
        get
        {
            // E 1/(1 + B) of B ~ binomial(n, 1 − q) is (1 − q^(n + 1))/((n + 1)·(1 − q)) = (1 + q + … + q^n)/(n + 1).
            double sum = 0;
            double power = 1;
            for (int i = 0; i < Assessments; i++)
            {
                sum += power;
                power *= MissingAssessments;
            }

            return Assessments / sum;
        }
    }

    internal IEnumerable<Problem> Problems()
    {
        if (Rater == Rater.Patient && (RaterIcc is not null || Validity != 1))
        {
            yield return new("rater", "rater-icc and validity are for rater: therapist; the patients' ratings measure the true alliance itself.");
        }

        if (RaterIcc is not null && ObservedTherapistIcc is not null)
        {
            yield return new("rater-icc", "rater-icc says what observed-therapist-icc says: beside it, give therapist-icc, the share of the true alliance.");
        }

        foreach (Problem problem in Instrument?.Problems() ?? [])
        {
            yield return problem with { Path = "instrument." + problem.Path };
        }
    }
}

/// <summary>ρ_r = corr(D, e) of the alliance at two times of treatment.</summary>
public sealed record ReverseCausation
{
    /// <summary>Of the alliance early in treatment.</summary>
    [Description("Correlation of the patient's alliance early in treatment with the residual of the outcome.")]
    [Interval(-1, 1)]
    public double Early { get; init => field = Require.Declared<ReverseCausation>(value); }

    /// <summary>Of the alliance late in treatment.</summary>
    [Description("Correlation of the patient's alliance late in treatment with the residual of the outcome.")]
    [Interval(-1, 1)]
    public double Late { get; init => field = Require.Declared<ReverseCausation>(value); }
}

/// <summary>When the alliance is measured.</summary>
public enum Timing
{
    /// <summary>Early in treatment.</summary>
    Early,

    /// <summary>Late in treatment.</summary>
    Late,
}

/// <summary>Who rates the alliance.</summary>
public enum Rater
{
    /// <summary>The patient: the true alliance is what the patient's ratings measure.</summary>
    Patient,

    /// <summary>The therapist, whose view has an ICC and a validity of its own.</summary>
    Therapist,
}

/// <summary>Over which patients of a therapist the observed mean of the alliance is taken.</summary>
public enum TherapistMean
{
    /// <summary>Those analysed: the within-therapist deviation sums to zero.</summary>
    Analysed,

    /// <summary>All whose alliance was measured.</summary>
    Measured,
}
