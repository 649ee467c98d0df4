using TherapistEffectSim.Design;
using TherapistEffectSim.Estimation;

namespace TherapistEffectSim.Studies;

/// <summary>A coefficient, a variance or a correlation that a method estimates.</summary>
internal sealed record PlannedTerm
{
    /// <summary>Index of the method.</summary>
    public required int Method { get; init; }

    /// <summary>As lme4 names it, <c>var(therapist)</c>, or <c>cor(…)</c> with a level.</summary>
    public required string Name { get; init; }

    /// <summary>Index of the fit that gives the estimate; −1 for a correlation.</summary>
    public required int Fit { get; init; }

    /// <summary>Place among the coefficients that the fit reads; −1 for the therapist variance and for correlations.</summary>
    public required int Coefficient { get; init; }

    /// <summary>The level of a correlation; <see langword="null"/> if it is none.</summary>
    public CorrelationLevel? Correlation { get; init; }

    /// <summary>Index of the correction of the estimate; −1 if it is reported as it is.</summary>
    public int Correction { get; init; } = -1;

    /// <summary>Index of the variance among the random effects of a fit of a table; −1 for all else.</summary>
    public int Effect { get; init; } = -1;

    /// <summary>Index of the coefficients tested together, which have no estimate of their own; −1 for a single one.</summary>
    public int JointWald { get; init; } = -1;

    /// <summary>What the estimate aims at; <see langword="null"/> if unknown.</summary>
    public required double? TrueValue { get; init; }

    /// <summary>True intraclass correlation, for the therapist variance.</summary>
    public double? TrueIcc { get; init; }

    /// <summary>What a rejection means; empty if unknown.</summary>
    public required string RejectionMeans { get; init; }

    /// <summary>Whether it is the therapist variance of a random-intercept model, with its intraclass correlation.</summary>
    public bool IsVariance => Coefficient < 0 && Correlation is null && Effect < 0 && JointWald < 0;
}

/// <summary>A test of a scenario.</summary>
internal sealed record PlannedTest
{
    /// <summary>Index of the term.</summary>
    public required int Term { get; init; }

    /// <summary>The test.</summary>
    public required TestKind Kind { get; init; }

    /// <summary>The side.</summary>
    public required Alternative Alternative { get; init; }

    /// <summary>Index of the fit from which the statistic comes; −1 for a correlation.</summary>
    public required int Fit { get; init; }

    /// <summary>Place among the coefficients that the fit reads; −1 for a variance and for correlations.</summary>
    public required int Coefficient { get; init; }

    /// <summary>Index of the variance among the random effects of a fit of a table; −1 for all else.</summary>
    public int Effect { get; init; } = -1;

    /// <summary>Parameters that the reduced fit of a variance has not: the variance and its covariances.</summary>
    public int Parameters { get; init; } = 1;

    /// <summary>Index of the correction of the estimate and its interval, not of the statistic; −1 if there is none.</summary>
    public int Correction { get; init; } = -1;

    /// <summary>Index of the fit without the tested columns, or without the tested random effect, for a likelihood ratio; else −1.</summary>
    public int ReducedFit { get; init; } = -1;

    /// <summary>Index of the coefficients tested together; −1 for other tests.</summary>
    public int JointWald { get; init; } = -1;

    /// <summary>How many are tested together; 0 for other tests.</summary>
    public int JointCoefficients { get; init; }

    /// <summary>Index of the bootstrap; −1 for other tests.</summary>
    public int Bootstrap { get; init; } = -1;

    /// <summary>Index of the test of a curve; −1 for other tests.</summary>
    public int CurveTest { get; init; } = -1;
}

/// <summary>A quadratic whose vertex is followed.</summary>
/// <param name="Term">Index of the term of the square.</param>
/// <param name="Test">Index of the first test of the square; −1 if it is not tested.</param>
/// <param name="Fit">Index of the fit.</param>
/// <param name="Linear">Place of the linear coefficient among those that the fit reads.</param>
/// <param name="LinearCorrection">Index of the correction of the linear coefficient; −1 if there is none.</param>
/// <param name="Square">Place of the square.</param>
/// <param name="Column">Column of the statistics whose therapist range must hold the vertex.</param>
internal sealed record PlannedCurve(int Term, int Test, int Fit, int Linear, int LinearCorrection, int Square, int Column);
