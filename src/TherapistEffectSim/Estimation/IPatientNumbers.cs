using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Replicates, one per lane, and the numbers of their patients, all of whom are kept.</summary>
/// <typeparam name="T">The lane.</typeparam>
internal interface IPatientNumbers<T>
    where T : unmanaged, ILane<T>
{
    /// <summary>Number of therapists.</summary>
    int Therapists { get; }

    /// <summary>[therapist] Position of the first patient.</summary>
    ReadOnlySpan<int> First { get; }

    /// <summary>[therapist] Positions.</summary>
    ReadOnlySpan<int> Count { get; }

    /// <summary>Analysed patients.</summary>
    T AnalysedPatients { get; }

    /// <summary>Therapists with an analysed patient.</summary>
    T AnalysedTherapists { get; }

    /// <summary>Draws the replicates first, first + 1, … (from 0).</summary>
    void Draw(long first);

    /// <summary>Mask: the patient is analysed.</summary>
    /// <param name="position">Of the patient.</param>
    /// <param name="withSlope">And measured twice at least, so that there is a slope.</param>
    T Included(int position, bool withSlope);

    /// <summary>[position] A number of the patients; finite where they are not analysed.</summary>
    ReadOnlySpan<T> Number(int number);
}

/// <summary>Statistics that are made anew from each draw.</summary>
internal interface ITakesReplicates
{
    /// <summary>Takes the replicates that were drawn last.</summary>
    void Take();
}
