namespace TherapistEffectSim.Performance;

/// <summary>One test in one replicate. NaN where a value does not exist.</summary>
/// <param name="Scenario">Number of the scenario, from 1.</param>
/// <param name="Replicate">Number of the replicate, from 1.</param>
/// <param name="Method">Name of the method.</param>
/// <param name="Term">The coefficient, <c>var(therapist)</c>.</param>
/// <param name="Test">The test.</param>
/// <param name="Estimate">The estimate.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="DegreesOfFreedom">Of the reference distribution (denominator df of an F test).</param>
/// <param name="Statistic">The test statistic; where the estimate is corrected for unreliability, that of the uncorrected one.</param>
/// <param name="PValue">The p-value.</param>
/// <param name="ConfLow">Lower end of the interval at level 1 − α.</param>
/// <param name="ConfHigh">Upper end of the interval at level 1 − α.</param>
/// <param name="Status">How the term came out.</param>
public readonly record struct ReplicateRow(
    int Scenario,
    long Replicate,
    string Method,
    string Term,
    string Test,
    double Estimate,
    double StandardError,
    double DegreesOfFreedom,
    double Statistic,
    double PValue,
    double ConfLow,
    double ConfHigh,
    TermStatus Status);
