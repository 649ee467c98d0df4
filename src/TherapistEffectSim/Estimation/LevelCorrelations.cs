using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>What of two variables is correlated.</summary>
internal enum CorrelationLevel
{
    /// <summary>The patients' values, whoever treated them.</summary>
    Total,

    /// <summary>The therapists' means.</summary>
    Between,

    /// <summary>The patients' deviations from the mean of their therapist.</summary>
    Within,
}

/// <summary>A correlation at one level, one data set per lane.</summary>
/// <param name="Estimate">r; 0 where it is not estimable.</param>
/// <param name="DegreesOfFreedom">Of r·√(df/(1 − r²)).</param>
/// <param name="Estimable">All bits set where degrees of freedom are left and both variables vary.</param>
/// <typeparam name="T">The lane.</typeparam>
internal readonly record struct LevelCorrelation<T>(T Estimate, T DegreesOfFreedom, T Estimable)
    where T : unmanaged, ILane<T>;

/// <summary>Pearson correlations of two columns over patients, between and within therapists.</summary>
/// <remarks>
/// With n_j patients of J analysed therapists, N = Σn_j, therapist means m_j and pooled cross-products W within therapists: total
/// W + Σn_j(m_j − m̄)², df N − 2; between Σ(m_j − m̄)², therapists unweighted, df J − 2; within W, df N − J − 1.
/// </remarks>
internal static class LevelCorrelations
{
    /// <summary>The correlation at one level.</summary>
    /// <param name="data">The data.</param>
    /// <param name="x">Column of the statistics.</param>
    /// <param name="y">Another.</param>
    /// <param name="level">The level.</param>
    /// <typeparam name="T">The lane.</typeparam>
    public static LevelCorrelation<T> Of<T>(TherapistStatistics<T> data, int x, int y, CorrelationLevel level)
        where T : unmanaged, ILane<T>
    {
        Products<T> within = new(
            data.Within.Span[Packed.Index(x, x)],
            data.Within.Span[Packed.Index(Math.Max(x, y), Math.Min(x, y))],
            data.Within.Span[Packed.Index(y, y)]);
        T one = T.Create(1);
        T two = T.Create(2);
        switch (level)
        {
            case CorrelationLevel.Within:
                return Correlation(within, data.Observations - data.AnalysedTherapists - one);
            case CorrelationLevel.Between:
                return Correlation(Between(data, x, y, unweighted: true), data.AnalysedTherapists - two);
            default:
                Products<T> between = Between(data, x, y, unweighted: false);
                return Correlation(new(within.XX + between.XX, within.XY + between.XY, within.YY + between.YY), data.Observations - two);
        }
    }

    private static Products<T> Between<T>(TherapistStatistics<T> data, int x, int y, bool unweighted)
        where T : unmanaged, ILane<T>
    {
        ReadOnlySpan<T> n = data.Analysed.Span;
        ReadOnlySpan<T> means = data.MeansOf(x);
        ReadOnlySpan<T> others = data.MeansOf(y);
        T one = T.Create(1);
        T zero = T.Create(0);
        T total = zero;
        T meanX = zero;
        T meanY = zero;
        for (int j = 0; j < n.Length; j++)
        {
            T weight = unweighted ? T.Min(n[j], one) : n[j];
            total += weight;
            meanX = T.Fma(weight, means[j], meanX);
            meanY = T.Fma(weight, others[j], meanY);
        }

        T atLeastOne = T.Max(total, one);
        meanX /= atLeastOne;
        meanY /= atLeastOne;
        T xx = zero;
        T xy = zero;
        T yy = zero;
        for (int j = 0; j < n.Length; j++)
        {
            T weight = unweighted ? T.Min(n[j], one) : n[j];
            T dx = means[j] - meanX;
            T dy = others[j] - meanY;
            xx = T.Fma(weight * dx, dx, xx);
            xy = T.Fma(weight * dx, dy, xy);
            yy = T.Fma(weight * dy, dy, yy);
        }

        return new(xx, xy, yy);
    }

    private static LevelCorrelation<T> Correlation<T>(in Products<T> sums, T df)
        where T : unmanaged, ILane<T>
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        T scale = T.Sqrt(sums.XX) * T.Sqrt(sums.YY);
        T estimable = T.And(T.LessThan(T.Create(0.5), df), T.LessThan(zero, scale));
        T r = sums.XY / T.Select(estimable, scale, one);
        T clamped = T.Max(T.Min(r, one), zero - one); // rounding can lead beyond ±1
        return new(T.Select(estimable, clamped, zero), df, estimable);
    }

    /// <summary>Sums of squares and of products.</summary>
    private readonly record struct Products<T>(T XX, T XY, T YY)
        where T : unmanaged, ILane<T>;
}
