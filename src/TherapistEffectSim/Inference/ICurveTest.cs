namespace TherapistEffectSim.Inference;

/// <summary>A test of an inverted U that needs two slopes, up on the left and down on the right.</summary>
internal interface ICurveTest
{
    /// <summary>Makes the test.</summary>
    CurveTestResult Of(TherapistCurve data);
}

/// <summary>The weaker of two slopes.</summary>
/// <param name="Statistic">The smaller of t of the left and −t of the right slope: above 0 if both have the sign required. NaN if the test cannot be made.</param>
/// <param name="DegreesOfFreedom">Of both.</param>
internal readonly record struct CurveTestResult(double Statistic, double DegreesOfFreedom)
{
    /// <summary>The test cannot be made.</summary>
    public static CurveTestResult NotEstimable { get; } = new(double.NaN, double.NaN);

    /// <summary>The result of two slopes.</summary>
    public static CurveTestResult Of(double left, double right, double df) =>
        double.IsFinite(left) && double.IsFinite(right) ? new(Math.Min(left, -right), df) : NotEstimable;
}
