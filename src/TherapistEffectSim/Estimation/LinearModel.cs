using System.Collections.Immutable;

namespace TherapistEffectSim.Estimation;

/// <summary>A linear model on the columns of <see cref="TherapistStatistics{T}"/>.</summary>
/// <param name="Columns">Fixed effects in order, then the outcome.</param>
/// <param name="HasRandomIntercept">Whether therapists have a random intercept; if not, ordinary least squares.</param>
/// <param name="Reml">REML criterion instead of maximum likelihood.</param>
internal sealed record LinearModel(ImmutableArray<int> Columns, bool HasRandomIntercept, bool Reml)
{
    /// <summary>
    /// What the REML criterion gains when the columns that are fitted are turned back into those of the formula: 2 log|det R| for X = QR.
    /// </summary>
    public double LogDeterminantShift { get; init; }

    /// <summary>Number of fixed effects.</summary>
    public int FixedEffects => Columns.Length - 1;

    /// <inheritdoc/>
    public bool Equals(LinearModel? other) =>
        other is not null
        && HasRandomIntercept == other.HasRandomIntercept
        && Reml == other.Reml
        && LogDeterminantShift.Equals(other.LogDeterminantShift)
        && Columns.SequenceEqual(other.Columns);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(HasRandomIntercept, Reml, Columns.Length, Columns[0]);
}
