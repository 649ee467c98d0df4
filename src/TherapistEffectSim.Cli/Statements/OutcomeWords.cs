using TherapistEffectSim.Design;

namespace TherapistEffectSim.Cli.Statements;

/// <summary>What the outcome depends on, in sentences.</summary>
internal static class OutcomeWords
{
    /// <summary>The effects of the alliance.</summary>
    public static string Alliance(EndpointOutcome outcome)
    {
        List<string> sentences =
        [
            $"Between therapists, {Shape(outcome.Between, "the therapist's alliance skill")}.",
            $"Within therapists, {Shape(outcome.Within, "the patient's deviation from the own therapist's mean")}.",
        ];
        if (outcome.Alliance is { } slope)
        {
            sentences.Add($"In addition the outcome changed by {Say.Number(slope.Slope)} per SD of the true alliance, between and within therapists alike.");
        }

        if (outcome.Within.SlopeSd > 0)
        {
            sentences.Add($"The slope within therapists differed between therapists with an SD of {Say.Number(outcome.Within.SlopeSd)} and a correlation of {Say.Number(outcome.Within.SlopeCorrelation)} with their effects on the outcome.");
        }

        Moderations moderations = outcome.Moderations;
        if (moderations is not { Severity: 0, Arm: 0 })
        {
            sentences.Add($"The slope on the true alliance was steeper by {Say.Number(moderations.Severity)} per SD of severity and by {Say.Number(moderations.Arm)} in the second arm.");
        }

        return TrialWords.Join(sentences);
    }

    /// <summary>All other effects, and what is left.</summary>
    public static string Other(EndpointOutcome outcome, Trial trial)
    {
        string unit = outcome.ResidualSd is { Sd: 1, PerArm.IsEmpty: true } ? "residual SDs within therapists" : "units of the outcome";
        List<string> sentences = [$"Effects are in {unit}; higher outcomes are better."];
        if (trial.Arms.Length > 1)
        {
            sentences.Add(ArmEffect(outcome.ArmEffect, trial));
        }

        sentences.Add(outcome.Severity == 0 ? "Severity had no effect on the outcome." : $"The outcome changed by {Say.Number(outcome.Severity)} per SD of severity.");
        string byArm = outcome.ResidualSd.PerArm.IsEmpty ? "" : $" ({Say.And([.. outcome.ResidualSd.PerArm.Select(a => $"{Say.Number(a.Value)} in {a.Key}")])})";
        sentences.Add($"Residuals had an SD of {Say.Number(outcome.ResidualSd.Sd)}{byArm} and {TherapistWords.Distribution(outcome.Distribution)}.");
        if (trial.Sites > 1)
        {
            sentences.Add($"Sites accounted for {Say.Percent(outcome.SiteIcc)} of the outcome variance, and the effects of the arms differed between them with an SD of {Say.Number(outcome.SiteByArmSd)}.");
        }

        AdherenceEffect adherence = outcome.Adherence;
        if (adherence is not { Linear: 0, Curvature: 0, CurvatureByAlliance: 0, BySeverity: 0 })
        {
            string[] parts =
            [
                .. new[]
                    {
                        (adherence.Linear, "A"), (-adherence.Curvature, "(A² − 1)"), (-adherence.CurvatureByAlliance, "(A² − 1)·alliance"), (adherence.BySeverity, "A·severity"),
                    }
                    .Where(p => p.Item1 != 0)
                    .Select(p => $"{Bracketed(p.Item1)}·{p.Item2}"),
            ];
            sentences.Add($"The therapist's adherence A (in SDs) changed the outcome by {string.Join(" + ", parts)}.");
        }

        return TrialWords.Join(sentences);
    }

    /// <summary>Effects that differ between studies.</summary>
    public static string Literature(Literature literature)
    {
        string[] given =
        [
            .. new[]
                {
                    (literature.Alliance, "the slope on the alliance"), (literature.Between, "the slope between therapists"), (literature.Within, "the slope within therapists"),
                    (literature.Curvature, "the curvature between therapists"), (literature.ArmEffect, "the effect of the second arm"), (literature.Severity, "the effect of severity"),
                }
                .Where(l => l.Item1 > 0)
                .Select(l => $"{Say.Number(l.Item1)} for {l.Item2}"),
        ];
        return given.Length == 0 ? "" : $"Each simulated trial was a study with effects of its own, drawn with these SDs between studies: {Say.And(given)}.";
    }

    private static string ArmEffect(ArmEffect effect, Trial trial) => effect switch
    {
        { D: 0 } => "The arms did not differ in the outcome.",
        { Standardiser: null } => $"The outcome was higher by {Say.Number(effect.D)} in {trial.Arms[1]} than in {trial.Arms[0]}.",
        _ => $"The effect of {trial.Arms[1]} against {trial.Arms[0]} was d = {Say.Number(effect.D)}, in units of the {Standardiser(effect.Standardiser.Value)}.",
    };

    private static string Standardiser(Standardiser standardiser) => standardiser switch
    {
        Design.Standardiser.Residual => "residual SD within therapists",
        Design.Standardiser.Within => "SD within therapists",
        _ => "SD within arms and sites",
    };

    private static string Bracketed(double value) => value < 0 ? $"({Say.Number(value)})" : Say.Number(value);

    /// <summary>A curve, in words that follow a comma.</summary>
    public static string Shape(ResponseShape shape, string of) => shape switch
    {
        NoShape => "the outcome did not depend on the alliance",
        LinearShape linear => $"the outcome changed by {Say.Number(linear.Slope)} per SD of {of}",
        QuadraticShape { Curvature: var c, Linear: var b, Optimum: var o } =>
            $"the outcome was a parabola of {of} s (in SDs): {(b == 0 ? "−" : $"{Say.Number(b)}·s − ")}{Bracketed(c)}·{(o == 0 ? "s" : $"(s − {Bracketed(o)})")}²",
        InvertedUShape inverted => $"the outcome was best at {Say.Number(inverted.Optimum)} SD of {of} and lower by {Say.Number(inverted.LossAt2Sd)} two SDs away from there, along a parabola",
        PlateauShape plateau => $"the outcome rose by {Say.Number(plateau.Slope)} per SD of {of} up to {Say.Number(plateau.Knee)} SD and not beyond",
        PointsShape points =>
            $"the outcome followed straight lines through these points of {of} (in SDs) and outcome: {Say.And([.. points.Points.Select(p => $"({Say.Number(p.Score)}, {Say.Number(p.Outcome)})")])}",
        _ => throw new ArgumentException($"Unknown shape {shape}.", nameof(shape)),
    };
}
