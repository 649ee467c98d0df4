using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>What a fit found, one data set per lane. Coefficients are read from the criterion, which stands at the fitted θ.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal struct LinearModelFit<T>
    where T : unmanaged, ILane<T>
{
    /// <summary>N.</summary>
    public T Observations;

    /// <summary>Fixed effects that take part.</summary>
    public T Rank;

    /// <summary>θ = τ²/σ²; 0 on the bound.</summary>
    public T Theta;

    /// <summary>σ²: R/N, or R/(N − p) for REML.</summary>
    public T Variance;

    /// <summary>Deviance or REML criterion at the fitted θ.</summary>
    public T Criterion;

    /// <summary>The same at θ = 0: ordinary least squares.</summary>
    public T CriterionAtZero;

    /// <summary>Residual sum of squares of ordinary least squares.</summary>
    public T ResidualSumOfSquaresAtZero;

    /// <summary>Mask: the data have residual and, with a random intercept, therapist degrees of freedom.</summary>
    public T Estimable;

    /// <summary>Mask: the minimum was found.</summary>
    public T Converged;

    /// <summary>Sums of squares with therapists as fixed effects.</summary>
    public WithinTherapists<T> Within;
}

/// <summary>Sums of squares of the F test of therapists after the fixed effects.</summary>
/// <param name="Within">Residual sum of squares with therapists as fixed effects.</param>
/// <param name="Between">What the therapist columns take off the residual sum of squares.</param>
/// <param name="WithinDf">N − rank [X Z].</param>
/// <param name="BetweenDf">rank [X Z] − rank X.</param>
/// <param name="Estimable">Mask: both degrees of freedom are at least 1 and something is left within therapists.</param>
/// <typeparam name="T">The lane.</typeparam>
internal readonly record struct WithinTherapists<T>(T Within, T Between, T WithinDf, T BetweenDf, T Estimable)
    where T : unmanaged, ILane<T>;
