namespace TherapistEffectSim.Performance;

/// <summary>What a summary row is about.</summary>
/// <param name="Scenario">Number of the scenario, from 1.</param>
/// <param name="Method">Name of the method.</param>
/// <param name="Term">The coefficient, <c>var(therapist)</c> or <c>icc(therapist)</c>.</param>
/// <param name="Test">The test; empty where nothing is tested.</param>
/// <param name="RejectionMeans"><c>power</c>, <c>type-I</c> or <c>false-positive</c> with its mechanisms; empty without test.</param>
internal readonly record struct SummaryKey(int Scenario, string Method, string Term, string Test, string RejectionMeans);

/// <summary>The rows of a summary, from sums. A measure that cannot be told has a row with empty values, never 0.</summary>
/// <remarks>
/// The Monte Carlo standard error and the interval are empty where all values are equal: nothing then tells the error, and an MCSE of 0
/// would say that there is none.
/// </remarks>
internal static class Measures
{
    /// <summary>Measures of the estimates of a term, whatever tests it has: the rows belong to no test.</summary>
    /// <param name="key">Scenario, method and term.</param>
    /// <param name="sums">Over the replicates, from any of the term's tests.</param>
    /// <param name="errors">θ̂ − true value over the estimates; may be empty without a true value.</param>
    public static SummaryRow[] OfTerm(SummaryKey key, EstimateSums sums, QuantileHistogram errors) =>
        OfTerm(key, sums, PerformanceFormula.Quantile(errors.Quantile, 0.5, errors.Count));

    /// <inheritdoc cref="OfTerm(SummaryKey, EstimateSums, QuantileHistogram)"/>
    /// <param name="key">Scenario, method and term.</param>
    /// <param name="sums">Over the replicates, from any of the term's tests.</param>
    /// <param name="medianBias">The median of θ̂ − true value; not read without a true value.</param>
    public static SummaryRow[] OfTerm(SummaryKey key, EstimateSums sums, MonteCarloEstimate medianBias)
    {
        return
        [
            Estimated(MeasureName.Bias, PerformanceFormula.Bias(sums)),
            Estimated(MeasureName.RelativeBias, PerformanceFormula.RelativeBias(sums)),
            Estimated(MeasureName.MedianBias, sums.TrueValue is null ? MonteCarloEstimate.Unknown : medianBias),
            Estimated(MeasureName.EmpiricalSe, PerformanceFormula.EmpiricalSe(sums)),
            Estimated(MeasureName.MeanSquaredError, PerformanceFormula.MeanSquaredError(sums)),
            Rate(MeasureName.SingularRate, sums.Count(TermStatus.Singular)),
            Rate(MeasureName.FailureRate, sums.FailedEstimates),
        ];

        SummaryRow Estimated(string measure, MonteCarloEstimate result) =>
            Row(Untested(key), sums.TrueValue, measure, result, sums.Estimates, sums.FailedEstimates);

        SummaryRow Rate(string measure, long count) =>
            Row(
                Untested(key),
                sums.TrueValue,
                measure,
                MonteCarloEstimate.Proportion(count, sums.Replicates),
                sums.Replicates,
                sums.FailedEstimates);
    }

    /// <summary>Mean and sign of the estimates of a correlation.</summary>
    /// <param name="key">Scenario, method and term.</param>
    /// <param name="sums">Over the replicates.</param>
    public static SummaryRow[] OfCorrelation(SummaryKey key, EstimateSums sums)
    {
        return
        [
            Estimated(MeasureName.EstimateMean, PerformanceFormula.MeanEstimate(sums)),
            Estimated(MeasureName.NegativeRate, PerformanceFormula.NegativeRate(sums)),
        ];

        SummaryRow Estimated(string measure, MonteCarloEstimate result) =>
            Row(Untested(key), sums.TrueValue, measure, result, sums.Estimates, sums.FailedEstimates);
    }

    /// <summary>Measures of one test of a term, with its standard errors and intervals.</summary>
    /// <param name="key">Scenario, method, term and test.</param>
    /// <param name="sums">Over the replicates.</param>
    public static SummaryRow[] OfTest(SummaryKey key, EstimateSums sums)
    {
        return
        [
            Tested(MeasureName.RejectionRate, PerformanceFormula.RejectionRate(sums), sums.Replicates),
            Tested(MeasureName.RejectionRateTrueSign, PerformanceFormula.RejectionRateTrueSign(sums), sums.Replicates),
            Tested(MeasureName.ModelSe, PerformanceFormula.ModelSe(sums), sums.StandardErrors),
            Tested(MeasureName.RelativeErrorModelSe, PerformanceFormula.RelativeErrorModelSe(sums), sums.StandardErrors),
            Tested(MeasureName.Coverage, PerformanceFormula.Coverage(sums), sums.Intervals),
            Tested(MeasureName.TypeS, PerformanceFormula.TypeS(sums), sums.Rejections),
            Tested(MeasureName.TypeM, PerformanceFormula.TypeM(sums), sums.Rejections),
        ];

        SummaryRow Tested(string measure, MonteCarloEstimate result, long replicates) =>
            Row(key, sums.TrueValue, measure, result, replicates, sums.FailedTests);
    }

    /// <summary>A rejection rate that is known without simulation: it rests on no replicates.</summary>
    /// <param name="key">Scenario, method, term and test.</param>
    /// <param name="trueValue">Of the term.</param>
    /// <param name="power">The rate.</param>
    /// <param name="isExact">Whether it is exact.</param>
    public static SummaryRow OfAnalyticPower(SummaryKey key, double? trueValue, double power, bool isExact) => new()
    {
        Scenario = key.Scenario,
        Method = key.Method,
        Term = key.Term,
        Test = key.Test,
        TrueValue = trueValue,
        RejectionMeans = key.RejectionMeans,
        Measure = isExact ? MeasureName.AnalyticPower : MeasureName.AnalyticPowerApproximate,
        Value = power,
        Replicates = 0,
        Failures = 0,
    };

    /// <summary>How much of the trial is analysed.</summary>
    /// <param name="key">The scenario; no method.</param>
    /// <param name="patients">Analysed patients as estimates of an untested term.</param>
    /// <param name="therapists">Therapists with at least one analysed patient, likewise.</param>
    public static SummaryRow[] OfSize(SummaryKey key, EstimateSums patients, EstimateSums therapists) =>
    [
        Row(key, null, MeasureName.PatientsAnalysed, PerformanceFormula.MeanEstimate(patients), patients.Replicates, 0),
        Row(key, null, MeasureName.TherapistsAnalysed, PerformanceFormula.MeanEstimate(therapists), therapists.Replicates, 0),
    ];

    /// <summary>Mean and quantiles of the estimated intraclass correlation of therapists.</summary>
    /// <param name="key">Scenario, method and the term <c>icc(therapist)</c>.</param>
    /// <param name="iccs">The estimates as estimates of an untested term.</param>
    /// <param name="distribution">The same estimates on the unit interval.</param>
    public static SummaryRow[] OfIcc(SummaryKey key, EstimateSums iccs, QuantileHistogram distribution)
    {
        return
        [
            Row(MeasureName.IccMean, PerformanceFormula.MeanEstimate(iccs)),
            Quantile(MeasureName.IccQ05, 0.05),
            Quantile(MeasureName.IccQ50, 0.5),
            Quantile(MeasureName.IccQ95, 0.95),
        ];

        SummaryRow Quantile(string measure, double p) =>
            Row(measure, PerformanceFormula.Quantile(distribution.Quantile, p, distribution.Count));

        SummaryRow Row(string measure, MonteCarloEstimate result) =>
            Measures.Row(Untested(key), iccs.TrueValue, measure, result, iccs.Estimates, iccs.FailedEstimates);
    }

    /// <summary>What the fitted parabolas show.</summary>
    /// <param name="key">Scenario, method, quadratic term and its test.</param>
    /// <param name="trueValue">Of the quadratic coefficient.</param>
    /// <param name="curves">Over the replicates.</param>
    public static SummaryRow[] OfCurve(SummaryKey key, double? trueValue, CurveSums curves)
    {
        return [Rate(MeasureName.VertexInside, curves.VertexInside), Rate(MeasureName.InvertedUShown, curves.InvertedUShown)];

        SummaryRow Rate(string measure, long count) =>
            Row(
                key,
                trueValue,
                measure,
                MonteCarloEstimate.Proportion(count, curves.Replicates),
                curves.Replicates,
                curves.Failures);
    }

    /// <summary>Bias-eliminated coverage; only where the estimates of all replicates are kept.</summary>
    /// <param name="key">Scenario, method, term and test.</param>
    /// <param name="trueValue">Of the term.</param>
    /// <param name="estimates">Per replicate; NaN where there is none.</param>
    /// <param name="halfWidths">Of the intervals, per replicate; NaN where there is none.</param>
    /// <param name="failures">Replicates in which the test could not be made.</param>
    public static SummaryRow BiasEliminatedCoverage(
        SummaryKey key, double? trueValue, ReadOnlySpan<double> estimates, ReadOnlySpan<double> halfWidths, long failures)
    {
        MonteCarloEstimate result = PerformanceFormula.BiasEliminatedCoverage(estimates, halfWidths, out long intervals);
        return Row(key, trueValue, MeasureName.BiasEliminatedCoverage, result, intervals, failures);
    }

    private static SummaryKey Untested(SummaryKey key) => key with { Test = "", RejectionMeans = "" };

    private static SummaryRow Row(
        SummaryKey key, double? trueValue, string measure, MonteCarloEstimate result, long replicates, long failures)
    {
        bool hasError = result.Mcse > 0 && double.IsFinite(result.Mcse);
        return new SummaryRow
        {
            Scenario = key.Scenario,
            Method = key.Method,
            Term = key.Term,
            Test = key.Test,
            TrueValue = trueValue,
            RejectionMeans = key.RejectionMeans,
            Measure = measure,
            Value = Known(result.Value),
            Mcse = hasError ? result.Mcse : null,
            ConfLow = hasError ? Known(result.ConfLow) : null,
            ConfHigh = hasError ? Known(result.ConfHigh) : null,
            Replicates = replicates,
            Failures = failures,
        };
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;
}
