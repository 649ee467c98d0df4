namespace TherapistEffectSim.Performance;

/// <summary>Sums over consecutive replicates that can be joined with the sums over those that follow.</summary>
/// <typeparam name="T">The sums themselves.</typeparam>
internal interface IJoinable<T>
    where T : class, IJoinable<T>
{
    /// <summary>Adds, term by term, own value + value of <paramref name="next"/>, which stays as it is.</summary>
    /// <param name="next">The sums over the replicates that follow.</param>
    void Append(T next);

    /// <summary>Equal sums that share no memory with these.</summary>
    T Copy();
}
