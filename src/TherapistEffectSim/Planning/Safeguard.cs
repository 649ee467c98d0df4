namespace TherapistEffectSim.Planning;

/// <summary>What a trial is planned to show.</summary>
public enum PlanningQuestion
{
    /// <summary>That therapists differ in their outcomes.</summary>
    TherapistVariance,

    /// <summary>That the outcome depends on the alliance, between or within therapists.</summary>
    Alliance,

    /// <summary>That the arms differ.</summary>
    ArmEffect,
}

/// <summary>The end of an interval that makes it harder to find what is looked for.</summary>
public enum UnfavourableEnd
{
    /// <summary>Neither: the question does not depend on it.</summary>
    Neither,

    /// <summary>The lower end.</summary>
    Low,

    /// <summary>The upper end.</summary>
    High,

    /// <summary>The end that is farther from 0.</summary>
    FartherFromZero,
}

/// <summary>The unfavourable end of a quantity's interval, and why it is.</summary>
/// <param name="End">The end.</param>
/// <param name="Reason">In words that follow "because".</param>
public sealed record Safeguard(UnfavourableEnd End, string Reason)
{
    private const string FewerPatients = "fewer patients are left to analyse";
    private const string SelectiveLoss = "the stronger loss depends on it, the more those analysed differ from all";

    /// <summary>The rule for a quantity.</summary>
    public static Safeguard For(PilotQuantity quantity, PlanningQuestion question) => quantity switch
    {
        PilotQuantity.OutcomeIcc => question == PlanningQuestion.TherapistVariance
            ? new(UnfavourableEnd.Low, "small differences between therapists are harder to find")
            : new(UnfavourableEnd.High, "what therapists differ in beyond the effect is noise between them"),
        PilotQuantity.ResidualSd => question == PlanningQuestion.TherapistVariance
            ? new(UnfavourableEnd.Neither, "the test of therapists depends on their share alone, not on the unit")
            : new(UnfavourableEnd.High, "an effect in outcome units stands out less from more noise"),
        PilotQuantity.OutcomeSeverity => new(UnfavourableEnd.FartherFromZero, "severity is noise for every method that does not adjust for it"),
        PilotQuantity.CaseloadMean => new(UnfavourableEnd.Low, "a therapist's mean over fewer patients is less reliable"),
        PilotQuantity.CaseloadCv => new(UnfavourableEnd.High, "unequal caseloads carry less information than equal ones"),
        PilotQuantity.AllianceLossRate or PilotQuantity.OutcomeLossRate => new(UnfavourableEnd.High, FewerPatients),
        PilotQuantity.AllianceLossBySeverity or PilotQuantity.OutcomeLossBySeverity or PilotQuantity.OutcomeLossByAlliance =>
            new(UnfavourableEnd.FartherFromZero, SelectiveLoss),
        _ when question != PlanningQuestion.Alliance => new(UnfavourableEnd.Neither, "the question does not concern the alliance"),
        PilotQuantity.AllianceIcc => new(UnfavourableEnd.Low, "therapists who differ little in the alliance have unreliable means of it"),
        PilotQuantity.Reliability => new(UnfavourableEnd.Low, "errors of measurement shrink what is found of an effect"),
        PilotQuantity.MissingAssessments => new(UnfavourableEnd.High, "the mean of fewer assessments is less reliable"),
        PilotQuantity.AllianceSeverity => new(UnfavourableEnd.FartherFromZero, "what severity brings about in the alliance confounds it"),
        _ => throw new ArgumentOutOfRangeException(nameof(quantity), quantity, "Unknown quantity."),
    };

    /// <summary>The unfavourable value of a number.</summary>
    public double ValueOf(CalibratedNumber number) => End switch
    {
        UnfavourableEnd.Low => number.Interval.Low,
        UnfavourableEnd.High => number.Interval.High,
        UnfavourableEnd.FartherFromZero => Math.Abs(number.Interval.Low) > Math.Abs(number.Interval.High) ? number.Interval.Low : number.Interval.High,
        _ => number.Estimate,
    };
}
