using TherapistEffectSim.Design;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Growth scenarios for tests.</summary>
internal static class GrowthWorlds
{
    /// <summary>Eleven weekly measurements, two arms, 10 patients of 4 therapists each: the study of Magnusson's powerlmm whose published power is .5835486.</summary>
    public static Scenario Published { get; } = new()
    {
        Trial = new() { Arms = ["control", "treatment"], Therapists = 8, Caseload = new FixedCaseload { Patients = 10 } },
        Outcome = new GrowthOutcome
        {
            Weeks = [.. Enumerable.Range(0, 11).Select(week => (double)week)],
            Shares = new() { PatientIcc = 0.5, TherapistIcc = 0, SlopeIcc = 0.05, VarianceRatio = 0.02 },
            ArmEffect = new() { D = 0.8, Standardiser = GrowthStandardiser.Baseline },
        },
    };

    /// <summary>Few unequally spaced weeks, and differences large enough to be estimated well.</summary>
    public static Scenario Large { get; } = new()
    {
        Trial = new() { Arms = ["usual", "trained"], Therapists = 30, Caseload = new FixedCaseload { Patients = 5 } },
        Outcome = new GrowthOutcome
        {
            Weeks = [0, 1, 2, 5, 8],
            Intercept = 10,
            Slope = 0.5,
            ResidualSd = 1.5,
            Patients = new() { InterceptSd = 2, SlopeSd = 0.5, Correlation = -0.4 },
            Therapists = new() { InterceptSd = 1, SlopeSd = 0.4, Correlation = 0.3 },
            ArmEffect = new() { D = 0.25 },
        },
    };

    public static Scenario WithGrowth(this Scenario scenario, Func<GrowthOutcome, GrowthOutcome> change) =>
        scenario with { Outcome = change((GrowthOutcome)scenario.Outcome) };

    public static Scenario WithTrial(this Scenario scenario, Func<Trial, Trial> change) => scenario with { Trial = change(scenario.Trial) };
}
