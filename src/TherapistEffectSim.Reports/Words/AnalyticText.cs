using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Words;

/// <summary>Rejection rates that are known without simulation, beside the simulated ones.</summary>
internal static class AnalyticText
{
    /// <summary>Head of their column.</summary>
    public const string Header = "formula";

    /// <summary>What the column holds, and where it comes from.</summary>
    public const string Explanation =
        "the same share without simulation: exact, or with ≈ approximate (mixed models, unequal caseloads, selected therapists); empty where there is no closed form. "
        + "Variances by the F distribution of a one-way random analysis of variance (Searle, Casella & McCulloch 1992), slopes and arms by the noncentral t distribution "
        + "(Snijders & Bosker 1993; Lüdtke et al. 2008; slopes over weeks: Magnusson 2018, powerlmm)";

    private const string Exact = "analytic_power";
    private const string Approximate = "analytic_power_approximate";

    /// <summary>Whether a scenario has any.</summary>
    public static bool IsIn(CellResult cell) => cell.Summary.Any(r => r.Measure is Exact or Approximate);

    /// <summary><c>48.7 %</c> if it is exact, <c>≈ 48.7 %</c> if not, and nothing where there is none.</summary>
    /// <param name="cell">The scenario.</param>
    /// <param name="rate">The simulated rate.</param>
    public static string Of(CellResult cell, SummaryRow rate)
    {
        SummaryRow? found = cell.Summary.FirstOrDefault(r =>
            r.Method == rate.Method && r.Term == rate.Term && r.Test == rate.Test && r.Measure is (Exact or Approximate));
        return found?.Value is not { } power ? "" : $"{(found.Measure == Exact ? "" : "≈ ")}{ShareText.Percent(power, null)}";
    }
}
