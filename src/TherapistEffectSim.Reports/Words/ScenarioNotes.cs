using System.Globalization;
using TherapistEffectSim.Design;
using TherapistEffectSim.Performance;
using TherapistEffectSim.Studies;

namespace TherapistEffectSim.Reports.Words;

/// <summary>What a reader of one scenario should beware of, in words.</summary>
internal static class ScenarioNotes
{
    private const string TherapistVariance = "var(therapist)";

    // Shares from which a note is worth a reader's time.
    private const double NotableBoundary = 0.2;
    private const double NotableFailures = 0.01;
    private const double NotableLoss = 0.98;
    private const double NotableBias = 0.1;

    // Half of a 95 % interval, as a share.
    private const double NotableError = 0.02;
    private const double UsefulError = 0.01;
    private const double Z = 1.959963984540054;

    public static IEnumerable<string> Of(CellResult cell, Study study) =>
    [
        .. LostTherapists(cell),
        .. Boundary(cell),
        .. Failures(cell, study),
        .. FalseAlarms(cell, study),
        .. WrongSides(cell, study),
        .. TestNotes.Of(study, cell.Cell, cell.Formulas),
        .. Biases(cell),
        .. Precision(cell),
    ];

    private static IEnumerable<string> LostTherapists(CellResult cell)
    {
        Trial trial = cell.Cell.Scenario.Trial;
        int planned = trial.GroupCount;
        string groups = trial.WithoutTherapists.IsEmpty ? "therapists" : "therapists, among whom are patients without one,";
        double therapists = cell.Summary.First(r => r.Measure == "therapists_analysed").Value!.Value;
        if (therapists < NotableLoss * planned)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"on average {planned - therapists:F1} of {planned} {groups} lose all their patients and are not in the analysis.");
        }
    }

    private static IEnumerable<string> Boundary(CellResult cell)
    {
        string[] methods =
        [
            .. from row in cell.Summary
               where row.Measure == "singular_rate" && row.Term == TherapistVariance && row.Value > NotableBoundary
               select $"{row.Method} in {ShareText.Percent(row)}",
        ];
        if (methods.Length > 0)
        {
            yield return $"the therapist variance is estimated as exactly 0 (a valid fit, on the bound) by {Wording.List(methods, "and")} of the trials.";
        }
    }

    private static IEnumerable<string> Failures(CellResult cell, Study study)
    {
        IEnumerable<SummaryRow> failed = cell.Summary.Where(r => r.Measure == "rejection_rate" && r.Failures > NotableFailures * cell.Replicates);
        foreach (IGrouping<(string Method, long Failures), SummaryRow> group in failed.GroupBy(r => (r.Method, r.Failures)))
        {
            long made = cell.Replicates - group.Key.Failures;
            if (made == 0)
            {
                int method = cell.Formulas.Select(f => f.Key).ToList().IndexOf(group.Key.Method);
                string reasons = study.Methods[method].Reliability is null
                    ? "or a column that repeats others"
                    : "a column that repeats others, or a reliability that is not above 0";
                yield return $"{group.Key.Method} can test {Wording.List([.. group.Select(r => r.Term).Distinct()], "and")} in none of the trials: too few therapists or patients, {reasons}.";
                continue;
            }

            string others = string.Join(", ", group.Select(r => $"{r.Term} ({r.Test}) rejects in {ShareText.Percent((long)Math.Round(r.Value!.Value * cell.Replicates), made)}"));
            yield return $"{group.Key.Method} cannot test in {ShareText.Percent(group.Key.Failures, cell.Replicates)} of the trials, which count as no rejection; of the others {others}.";
        }
    }

    private static IEnumerable<string> FalseAlarms(CellResult cell, Study study) =>
        from row in cell.Summary
        where row.Measure == "rejection_rate" && row.RejectionMeans.StartsWith("false-positive", StringComparison.Ordinal) && row.ConfLow > study.Alpha
        group $"{row.Method}, {row.Term} ({ShareText.Percent(row)})" by row.RejectionMeans.Split(": ", 2)[1] into alarms
        select $"false alarms: {string.Join("; ", alarms)}. What is tested is 0; the rejections come from the {alarms.Key}.";

    private static IEnumerable<string> WrongSides(CellResult cell, Study study) =>
        from row in cell.Summary
        where row.Measure == "rejection_rate" && TestWords.IsOnOtherSide(row, TestWords.SideOf(cell, study, row))
        select $"{row.Method}, {row.Term}, {row.Test}: the truth is on the side that this one-sided test does not look at; its rejections are errors, not power.";

    private static IEnumerable<string> Biases(CellResult cell)
    {
        SummaryRow[] rows = [.. cell.Summary.Where(r => r.Measure == "relative_bias" && r.Term != TherapistVariance)];
        SummaryRow[] small = [.. rows.Where(r => r.ConfHigh < -NotableBias)];
        SummaryRow[] large = [.. rows.Where(r => r.ConfLow > NotableBias)];
        if (small.Length > 0)
        {
            string means = small.Any(r => r.Term == "cor(between)" || r.Term.Contains("alliance_between", StringComparison.Ordinal))
                ? " Means over few patients are unreliable measures of a therapist's alliance."
                : "";
            double reliability = cell.Cell.Scenario.Alliance.Reliability;
            string error = reliability < 1 && small.Any(r => r.Term.Contains("alliance", StringComparison.Ordinal))
                ? string.Create(CultureInfo.InvariantCulture, $" Each rating of the alliance has a reliability of {reliability}.")
                : "";
            yield return $"estimates are on average too small in size: {string.Join("; ", small.Select(r => Bias(r, r.Value < -1)))}.{means}{error}";
        }

        if (large.Length > 0)
        {
            yield return $"estimates are on average too large in size: {string.Join("; ", large.Select(r => Bias(r, false)))}.";
        }
    }

    private static string Bias(SummaryRow row, bool changesSign)
    {
        string percent = string.Create(CultureInfo.InvariantCulture, $"{row.Method}, {row.Term} by {100 * Math.Abs(row.Value!.Value):F0} %");
        return changesSign ? percent + ", beyond 0 to the other side" : percent;
    }

    private static IEnumerable<string> Precision(CellResult cell)
    {
        SummaryRow[] rates = [.. cell.Summary.Where(r => r.Measure == "rejection_rate" && TestWords.WasMade(r))];
        double? widest = rates.Max(r => r.ConfHigh - r.ConfLow) / 2;
        if (widest > NotableError)
        {
            double replicates = rates.Max(r => LargestVariance(r.ConfLow!.Value, r.ConfHigh!.Value)) * Z * Z / (UsefulError * UsefulError);
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"chance alone moves the rates by up to ±{100 * widest:F0} points (95 %); for ±1 point run about {Math.Ceiling(replicates / 1000) * 1000:N0} replicates.");
        }
    }

    // p(1 − p), at the largest that an interval for p allows.
    private static double LargestVariance(double low, double high)
    {
        double p = Math.Clamp(0.5, low, high);
        return p * (1 - p);
    }
}
