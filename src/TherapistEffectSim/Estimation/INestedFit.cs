using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>What is read of the fixed effects of a fit with several random effects, one data set per lane.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal interface INestedFit<T>
    where T : unmanaged, ILane<T>
{
    /// <summary>Coefficients.</summary>
    ReadOnlySpan<T> Beta { get; }

    /// <summary>Variance of a coefficient.</summary>
    /// <param name="column">Its column.</param>
    T VarianceOf(int column);

    /// <summary>Prepares <see cref="DegreesOfFreedomOf"/> of the last fit.</summary>
    void TakeDegreesOfFreedom();

    /// <summary>Satterthwaite degrees of freedom of a coefficient, after <see cref="TakeDegreesOfFreedom"/>; NaN for a column that was dropped.</summary>
    /// <param name="column">Its column.</param>
    T DegreesOfFreedomOf(int column);
}
