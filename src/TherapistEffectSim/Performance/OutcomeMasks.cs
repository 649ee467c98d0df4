using System.Numerics;

namespace TherapistEffectSim.Performance;

/// <summary>One test of one term in up to 64 replicates, a bit each, the first replicate the lowest.</summary>
internal struct OutcomeMasks
{
    /// <summary>The term is estimated and its therapist variance is not on the bound.</summary>
    public ulong Ok;

    /// <summary>The term is estimated; the therapist variance is on its bound 0.</summary>
    public ulong Singular;

    /// <summary><see cref="TermStatus.Dropped"/></summary>
    public ulong Dropped;

    /// <summary><see cref="TermStatus.NotEstimable"/></summary>
    public ulong NotEstimable;

    /// <summary><see cref="TermStatus.NotConverged"/></summary>
    public ulong NotConverged;

    /// <summary>The test was made.</summary>
    public ulong Made;

    /// <summary>It rejects.</summary>
    public ulong Rejected;

    /// <summary>There are an interval and a true value.</summary>
    public ulong WithInterval;

    /// <summary>The interval holds it.</summary>
    public ulong Covered;

    /// <summary>Replicates with an estimate.</summary>
    public readonly ulong Estimated => Ok | Singular;

    /// <summary>All replicates.</summary>
    public readonly ulong All => Ok | Singular | Dropped | NotEstimable | NotConverged;

    /// <summary>The same without test and interval.</summary>
    public readonly OutcomeMasks WithoutTest => new()
    {
        Ok = Ok,
        Singular = Singular,
        Dropped = Dropped,
        NotEstimable = NotEstimable,
        NotConverged = NotConverged,
    };

    /// <summary>Replicates that have an estimate, and by <paramref name="failed"/> cannot be tested, count as not estimable.</summary>
    public void MoveToNotEstimable(ulong failed)
    {
        NotEstimable |= failed & Estimated;
        Ok &= ~failed;
        Singular &= ~failed;
    }

    /// <summary>Replicates that have an estimate, and of which a second fit did not converge, count as not converged.</summary>
    public void MoveToNotConverged(ulong failed)
    {
        NotConverged |= failed & Estimated;
        Ok &= ~failed;
        Singular &= ~failed;
    }

    /// <summary>Counts the replicates of a status.</summary>
    /// <param name="status">The status.</param>
    public readonly int Count(TermStatus status) => BitOperations.PopCount(status switch
    {
        TermStatus.Ok => Ok,
        TermStatus.Singular => Singular,
        TermStatus.Dropped => Dropped,
        TermStatus.NotEstimable => NotEstimable,
        _ => NotConverged,
    });
}
