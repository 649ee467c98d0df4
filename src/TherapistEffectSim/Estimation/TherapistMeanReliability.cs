using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Reliability λ of the observed therapist means of the alliance over the analysed therapists, one data set per lane.</summary>
/// <remarks>
/// Lüdtke et al. (2008), Psychological Methods 13(3), manifest aggregation: with m_j patients behind the mean of therapist j,
/// λ = τ²/(τ² + σ² mean_j(1/m_j)), σ² the variance within therapists as measured.
/// </remarks>
/// <param name="Value">λ; NaN where it is not above 0 or cannot be estimated.</param>
/// <param name="Variance">Its sampling variance; 0 if λ is known.</param>
/// <typeparam name="T">The lane.</typeparam>
internal readonly record struct TherapistMeanReliability<T>(T Value, T Variance)
    where T : unmanaged, ILane<T>
{
    /// <summary>λ from variances that are known.</summary>
    /// <param name="data">The analysed therapists.</param>
    /// <param name="patients">[therapist] m_j.</param>
    /// <param name="between">τ².</param>
    /// <param name="within">σ².</param>
    public static TherapistMeanReliability<T> Known(TherapistStatistics<T> data, ReadOnlySpan<T> patients, double between, double within)
    {
        T noise = T.Create(within) * MeanInverse(data, patients);
        T value = T.Create(between) / (T.Create(between) + noise);
        return new(PositiveOrNaN(value), T.Create(0));
    }

    /// <summary>λ̂ = 1 − MSW mean_j(1/m_j)/S², with S² the variance of the observed means and MSW the pooled variance within therapists.</summary>
    /// <remarks>With equal caseloads λ̂ = 1 − 1/F of the one-way analysis of variance, so that Var λ̂ ≈ (1 − λ̂)² (2/(J − 1) + 2/(N − J)).</remarks>
    /// <param name="data">The analysed therapists and patients.</param>
    /// <param name="patients">[therapist] m_j.</param>
    /// <param name="means">Column of the observed means.</param>
    /// <param name="deviations">Column of the deviations from them.</param>
    public static TherapistMeanReliability<T> Estimated(TherapistStatistics<T> data, ReadOnlySpan<T> patients, int means, int deviations)
    {
        T one = T.Create(1);
        T two = T.Create(2);
        T betweenDf = data.AnalysedTherapists - one;
        T withinDf = data.Observations - data.AnalysedTherapists;
        T half = T.Create(0.5);
        T estimable = T.And(T.LessThan(half, betweenDf), T.LessThan(half, withinDf));
        betweenDf = T.Max(betweenDf, one);
        withinDf = T.Max(withinDf, one);
        T withinSquare = data.Within.Span[Packed.Index(deviations, deviations)] / withinDf;
        T unreliability = withinSquare * MeanInverse(data, patients) * betweenDf / SumOfSquares(data, means);
        T variance = unreliability * unreliability * ((two / betweenDf) + (two / withinDf));
        return new(T.Select(estimable, PositiveOrNaN(one - unreliability), T.Create(double.NaN)), variance);
    }

    // A NaN is not above 0 either.
    private static T PositiveOrNaN(T value) => T.Select(T.LessThan(T.Create(0), value), value, T.Create(double.NaN));

    private static T MeanInverse(TherapistStatistics<T> data, ReadOnlySpan<T> patients)
    {
        T one = T.Create(1);
        T sum = T.Create(0);
        ReadOnlySpan<T> n = data.Analysed.Span;
        for (int j = 0; j < n.Length; j++)
        {
            sum += T.Min(n[j], one) / T.Max(patients[j], one);
        }

        return sum / T.Max(data.AnalysedTherapists, one);
    }

    private static T SumOfSquares(TherapistStatistics<T> data, int column)
    {
        T one = T.Create(1);
        T sum = T.Create(0);
        ReadOnlySpan<T> x = data.MeansOf(column); // 0 for therapists without analysed patients
        ReadOnlySpan<T> n = data.Analysed.Span;
        foreach (T value in x)
        {
            sum += value;
        }

        T mean = sum / T.Max(data.AnalysedTherapists, one);
        T squares = T.Create(0);
        for (int j = 0; j < x.Length; j++)
        {
            T deviation = T.Min(n[j], one) * (x[j] - mean);
            squares = T.Fma(deviation, deviation, squares);
        }

        return squares;
    }
}
