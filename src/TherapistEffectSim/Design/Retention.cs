using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Design;

/// <summary>Sessions attended and drop-out of treatment.</summary>
/// <remarks>
/// After each session but the last a patient stays away for good with the hazard λ = exp(α + b_A·a + b_z·z), constant over sessions:
/// sessions = min(planned, 1 + ⌊E/λ⌋) with E exponential. α is solved so that the expected share who do not attend all sessions holds.
/// Drop-out of treatment is not loss to follow-up: the outcome of those who drop out is measured unless attrition loses it.
/// </remarks>
public sealed record Retention
{
    /// <summary>Planned sessions.</summary>
    [Description("Planned sessions.")]
    [Interval(2, 10_000)]
    public int Sessions { get; init => field = Require.Declared<Retention>(value); } = 10;

    /// <summary>Expected share who do not attend all sessions.</summary>
    [Description("Expected share of the patients who do not attend all planned sessions.")]
    [Interval(0, 1, HighOpen = true)]
    public double DropOut { get; init => field = Require.Declared<Retention>(value); }

    /// <summary>b_A: log hazard of drop-out per SD of the true alliance.</summary>
    [Description("Log hazard of drop-out per SD of the true alliance; below 0, a better alliance keeps patients.")]
    [Interval(-10, 10)]
    public double Alliance { get; init => field = Require.Declared<Retention>(value); }

    /// <summary>b_z: log hazard of drop-out per SD of severity.</summary>
    [Description("Log hazard of drop-out per SD of severity (high = worse).")]
    [Interval(-10, 10)]
    public double Severity { get; init => field = Require.Declared<Retention>(value); }

    /// <summary>Effect of attending all sessions; outcome units.</summary>
    [Description("How much better the outcome is of those who attend all sessions; outcome units.")]
    [Interval(-1e6, 1e6)]
    public double Outcome { get; init => field = Require.Declared<Retention>(value); }
}
