using System.Collections.Immutable;
using TherapistEffectSim.Inference;

namespace TherapistEffectSim.Performance;

/// <summary>One replicate of any simulation study, as its file of estimates has it. NaN where a value is missing.</summary>
/// <param name="Method">Name of the method; empty if there is only one.</param>
/// <param name="Estimate">The estimate; NaN counts as a failure.</param>
/// <param name="StandardError">Its standard error, ≥ 0.</param>
/// <param name="DegreesOfFreedom">Of the reference t distribution, positive; NaN stands for the normal distribution.</param>
/// <param name="PValue">Of the two-sided test of 0; if it is missing, |estimate| is compared with its critical value.</param>
public readonly record struct EstimateRecord(
    string Method, double Estimate, double StandardError, double DegreesOfFreedom, double PValue);

/// <summary>Performance measures of estimates that any program has made.</summary>
public static class EstimateSummary
{
    /// <inheritdoc cref="Of(IReadOnlyList{EstimateRecord}, string, double?, double, Func{double, double})"/>
    public static ImmutableArray<SummaryRow> Of(IReadOnlyList<EstimateRecord> records, string term, double? trueValue, double alpha) =>
        Of(records, term, trueValue, alpha, df => StudentT.UpperQuantile(0.5 * alpha, df));

    /// <summary>All performance measures of each method, methods in the order in which they first occur.</summary>
    /// <remarks>
    /// The interval is estimate ± critical value × standard error. A test rejects if p ≤ α, without p-value if |estimate| reaches the
    /// critical value times a standard error above 0. The median of the errors is exact here. There is no row for singular fits:
    /// a file of estimates does not tell them.
    /// </remarks>
    /// <param name="records">In any order.</param>
    /// <param name="term">What is estimated, for <see cref="SummaryRow.Term"/>.</param>
    /// <param name="trueValue">The value that the estimates aim at; <see langword="null"/> if it is unknown.</param>
    /// <param name="alpha">Level of the tests, in (0, 1).</param>
    /// <param name="criticalValue">The 1 − α/2 quantile of t for its degrees of freedom; +∞ asks for the normal distribution.</param>
    /// <exception cref="ArgumentException">A value is infinite, negative or otherwise impossible.</exception>
    internal static ImmutableArray<SummaryRow> Of(
        IReadOnlyList<EstimateRecord> records, string term, double? trueValue, double alpha, Func<double, double> criticalValue)
    {
        if (!(alpha is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "alpha must be > 0 and < 1.");
        }

        if (trueValue is double truth && !double.IsFinite(truth))
        {
            throw new ArgumentOutOfRangeException(nameof(trueValue), trueValue, "The true value must be finite.");
        }

        Check(records);
        List<SummaryRow> rows = [];
        foreach (IGrouping<string, EstimateRecord> group in records.GroupBy(record => record.Method, StringComparer.Ordinal))
        {
            SummaryKey key = new(1, group.Key, term, "", "");
            rows.AddRange(OfMethod(key, [.. group], trueValue, alpha, criticalValue));
        }

        return [.. rows];
    }

    private static IEnumerable<SummaryRow> OfMethod(
        SummaryKey key, EstimateRecord[] records, double? trueValue, double alpha, Func<double, double> criticalValue)
    {
        EstimateSums sums = new(trueValue);
        double[] halfWidths = new double[records.Length];
        for (int i = 0; i < records.Length; i++)
        {
            EstimateRecord record = records[i];
            double df = record.DegreesOfFreedom;
            halfWidths[i] = double.IsNaN(record.StandardError)
                ? double.NaN
                : record.StandardError * criticalValue(double.IsNaN(df) ? double.PositiveInfinity : df);
            sums.Add(OutcomeOf(record, halfWidths[i], trueValue, alpha));
        }

        double[] estimates = [.. records.Select(record => record.Estimate)];
        double[] errors = [.. estimates.Where(double.IsFinite).Select(estimate => estimate - (trueValue ?? 0)).Order()];
        MonteCarloEstimate medianBias = PerformanceFormula.Quantile(p => SampleQuantile(errors, p), 0.5, errors.Length);

        SummaryRow[] rows =
        [
            .. Measures.OfTest(key, sums),
            .. Measures.OfTerm(key, sums, medianBias).Where(row => !IsFor(row, MeasureName.SingularRate)),
            Measures.BiasEliminatedCoverage(key, trueValue, estimates, halfWidths, sums.FailedTests),
        ];
        return MeasureDefinition.All.SelectMany(measure => rows.Where(row => IsFor(row, measure.Name)));
    }

    private static TestOutcome OutcomeOf(EstimateRecord record, double halfWidth, double? trueValue, double alpha)
    {
        if (double.IsNaN(record.Estimate))
        {
            return TestOutcome.Failed(TermStatus.NotConverged);
        }

        Decision decision = Decision.NotMade;
        if (!double.IsNaN(record.PValue))
        {
            decision = record.PValue <= alpha ? Decision.Rejected : Decision.NotRejected;
        }
        else if (halfWidth > 0)
        {
            decision = Math.Abs(record.Estimate) >= halfWidth ? Decision.Rejected : Decision.NotRejected;
        }

        IntervalCoverage coverage = IntervalCoverage.None;
        if (trueValue is double truth && !double.IsNaN(halfWidth))
        {
            coverage = Math.Abs(record.Estimate - truth) <= halfWidth ? IntervalCoverage.Covered : IntervalCoverage.Missed;
        }

        return new TestOutcome(TermStatus.Ok, record.Estimate, record.StandardError, decision, coverage);
    }

    private static void Check(IReadOnlyList<EstimateRecord> records)
    {
        for (int i = 0; i < records.Count; i++)
        {
            (string _, double estimate, double standardError, double df, double pValue) = records[i];
            string? violation =
                double.IsInfinity(estimate) ? $"An estimate must be finite or missing, but was {estimate}"
                : standardError is < 0 or double.PositiveInfinity
                    ? $"A standard error must be finite and >= 0 or missing, but was {standardError}"
                : df <= 0 ? $"Degrees of freedom must be > 0 or missing, but were {df}"
                : pValue is < 0 or > 1 ? $"A p-value must be between 0 and 1 or missing, but was {pValue}"
                : null;
            if (violation is not null)
            {
                throw new ArgumentException($"{violation} in record {i + 1}.", nameof(records));
            }
        }
    }

    /// <summary>Linear between the order statistics at rank (n − 1)p, counted from 0.</summary>
    private static double SampleQuantile(double[] sorted, double p)
    {
        double rank = (sorted.Length - 1) * p;
        int below = (int)rank;
        int above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((rank - below) * (sorted[above] - sorted[below]));
    }

    private static bool IsFor(SummaryRow row, string measure) => string.Equals(row.Measure, measure, StringComparison.Ordinal);
}
