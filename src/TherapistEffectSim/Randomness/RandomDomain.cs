namespace TherapistEffectSim.Randomness;

/// <summary>What a random number is for: the top eight bits of the second counter word.</summary>
/// <remarks>
/// <para>
/// Counter = (index within the entity, domain « 24 | entity, replicate low, replicate high). The entity is the therapist, or the
/// site, or 0. A block holds two words; a word gives two normal numbers or two 32-bit uniforms.
/// </para>
/// <para>
/// Index: bits 0–16 the pair of patients (patients 2k and 2k + 1 have the first and second word of block k), bits 17–24 the
/// measurement occasion, bits 25–31 the attempt of a rejection sampler. An address never depends on which mechanisms a scenario
/// has, so that a mechanism of size 0 leaves every other number as it is. Numbers are fixed for ever; new domains get new ones.
/// </para>
/// </remarks>
internal enum RandomDomain : byte
{
    /// <summary>Per patient: deviation D from the own therapist's alliance, outcome residual e.</summary>
    Patient = 1,

    /// <summary>Per patient: error of the alliance measurement, severity.</summary>
    Measurement = 2,

    /// <summary>Per patient: two uniforms, loss before the alliance and loss before the outcome.</summary>
    Attrition = 3,

    /// <summary>Per patient: two normals that give residuals another form than the normal's.</summary>
    ResidualForm = 4,

    /// <summary>Per patient, occasion index k: two uniforms, traits 2k and 2k + 1 in the order of their names.</summary>
    Trait = 5,

    /// <summary>Per patient: what a therapist sees in the patient that is not there; reserved.</summary>
    Rater = 6,

    /// <summary>Per patient: two uniforms, number of assessments and time of drop-out.</summary>
    Course = 7,

    /// <summary>Per patient: deviations of intercept and slope of the patient's line.</summary>
    GrowthPatient = 8,

    /// <summary>Per patient, occasion index k: residuals of measurements 2k and 2k + 1.</summary>
    GrowthResidual = 9,

    /// <summary>Per patient: a uniform for the time of loss in the course of the measurements; reserved.</summary>
    GrowthLoss = 10,

    /// <summary>
    /// Per candidate t for a therapist, block 2t: alliance skill A*, outcome skill U*; adherence C* and slope deviation. Block 2t + 1: a uniform for the population that the candidate comes from.
    /// Drawn without patients, the second word of block 0 holds the means of the patients' first two numbers instead.
    /// </summary>
    Therapist = 16,

    /// <summary>Per therapist: a uniform for a drawn caseload.</summary>
    Caseload = 17,

    /// <summary>Per therapist and attempt: a normal and a uniform for the gamma weight of a shared caseload.</summary>
    CaseloadWeight = 18,

    /// <summary>Per therapist, block 0: referral score, rater's part; deviations of the log odds of loss at both stages. Block 1: a uniform for the loss of the therapist; two normals that give outcome skill another form than the normal's. Block 2: deviation of the effect of the second arm; reserved.</summary>
    TherapistContext = 19,

    /// <summary>Drawn without patients, per further pair of means (the entity, from 1), index the pair of therapists: two normals a therapist, means of patients' numbers.</summary>
    TherapistMean = 20,

    /// <summary>Drawn without patients, per candidate t for a therapist, block 2t: adherence C* and slope deviation.</summary>
    TherapistAdherence = 21,

    /// <summary>Drawn without patients, index the pair of therapists: two normals a therapist, alliance skill A* and the effect on the outcome with the mean of the patients' residuals.</summary>
    CombinedTherapist = 22,

    /// <summary>Drawn without patients and with the domain before, per number of a patient but the residual (the entity, from 0), index four therapists: a normal a therapist, mean of the number.</summary>
    CombinedMean = 23,

    /// <summary>Per therapist, block 0: a normal that parts the effect on the outcome from the mean of the patients' residuals where they were drawn as one.</summary>
    SeparatedEffect = 24,

    /// <summary>Per therapist, block 0: deviations of intercept and slope of the patients' lines; reserved.</summary>
    GrowthTherapist = 25,

    /// <summary>Per site, block 0: site effect; reserved. Block 1 + a: deviation of the effect of arm a; reserved.</summary>
    Site = 32,

    /// <summary>Per replicate, block 0: deviations between studies of the slopes on the alliance and between therapists; of the slope within therapists and of the curvature between. Block 1: of the effects of arm and severity.</summary>
    Study = 48,

    /// <summary>Per replicate: gamma numbers 0 to 3 and, at entity 8, normals of cross-products within therapists drawn without patients; the first normal of a row is the second of the first attempt at its gamma number.</summary>
    Statistics = 49,

    /// <summary>Per draw of a null distribution (the replicate), entity the pair of eigenvalues: two normals. Entity 2²⁴ − 1: a gamma number.</summary>
    NullDistribution = 50,

    /// <summary>Per data set of a parametric bootstrap (the replicate), entity: two normals, of residuals in the order of rows, then of random effects.</summary>
    Bootstrap = 51,

    /// <summary>Per data set of a parametric bootstrap in a replicate of a study, key that of the replicate, entity: two normals, of therapists' means, then of cross-products with the columns. Entity 2²⁴ − 1: a gamma number.</summary>
    BootstrapStatistics = 52,
}
