namespace TherapistEffectSim.Generation;

/// <summary>What of a trial is drawn, the most first.</summary>
internal enum Drawing
{
    /// <summary>Therapists and patients.</summary>
    Patients,

    /// <summary>Therapists, and means and sums over their patients.</summary>
    Means,

    /// <summary>The same, with each therapist's effect on the outcome and the mean of the patients' residuals as one number; see <see cref="CombinedTherapists{T}"/>.</summary>
    CombinedMeans,
}
