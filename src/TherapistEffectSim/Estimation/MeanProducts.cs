using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Weighted sums of products of the therapist means, Σ_j w_j m_j m_jᵀ: what an evaluation of the criterion spends its time on.</summary>
/// <remarks>
/// Columns whose therapist means are 0 by construction are left out. The first four columns are summed in one pass over the therapists, the
/// others four sums at a time; the order of each sum is that of the therapists.
/// </remarks>
/// <typeparam name="T">The lane: one data set each.</typeparam>
internal sealed class MeanProducts<T>
    where T : unmanaged, ILane<T>
{
    private readonly int[] _columns; // of the statistics
    private readonly int[] _between; // positions in _columns whose therapist means can differ from 0
    private readonly int _therapists;
    private readonly LaneBuffer<T> _weighted; // [between position × J + therapist] means times a weight
    private readonly LaneBuffer<T> _triangle = new(Packed.Length(4)); // packed over the first four between positions
    private TherapistStatistics<T> _data = null!;

    /// <param name="therapists">Therapists of the data.</param>
    /// <param name="columns">Columns of the statistics: fixed effects in order, then the outcome.</param>
    /// <param name="hasBetween">For each column of the statistics whether its therapist means can differ from 0.</param>
    public MeanProducts(int therapists, int[] columns, ReadOnlySpan<bool> hasBetween)
    {
        _columns = columns;
        _therapists = therapists;
        List<int> between = [];
        for (int k = 0; k < columns.Length; k++)
        {
            if (hasBetween[columns[k]])
            {
                between.Add(k);
            }
        }

        _between = [.. between];
        _weighted = new(_between.Length * therapists);
    }

    /// <summary>Places among the columns of those that have therapist means; the outcome is the last.</summary>
    public ReadOnlySpan<int> Positions => _between;

    /// <summary>Takes over the data.</summary>
    public void Load(TherapistStatistics<T> data) => _data = data;

    /// <summary>Adds Σ_j weight_j m_j m_jᵀ to a packed matrix over the columns.</summary>
    /// <param name="weight">[therapist]; empty where all weigh 1.</param>
    /// <param name="target">Packed lower triangle.</param>
    /// <param name="fixedEffectsOnly">Without the outcome.</param>
    public void Add(ReadOnlySpan<T> weight, Span<T> target, bool fixedEffectsOnly)
    {
        int columns = _between.Length - (fixedEffectsOnly ? 1 : 0); // the outcome is the last, and always has means
        Triangle(weight, columns, target);
        Span<T> weighted = _weighted.Span;
        for (int b = 4; b < columns; b++)
        {
            ReadOnlySpan<T> x = Column(b);
            Span<T> wx = weighted.Slice(b * _therapists, _therapists);
            if (weight.IsEmpty)
            {
                x.CopyTo(wx);
            }

            for (int j = 0; j < wx.Length && j < weight.Length; j++)
            {
                wx[j] = weight[j] * x[j];
            }

            int c = 0;
            for (; c + 3 <= b; c += 4)
            {
                FourProducts(wx, c, target, b);
            }

            for (; c <= b; c++)
            {
                target[Packed.Index(_between[b], _between[c])] += Product(wx, Column(c));
            }
        }
    }

    // The first four columns in one pass. Where there are fewer, the last stands in for those that are missing, and its sums are dropped.
    private void Triangle(ReadOnlySpan<T> weight, int columns, Span<T> target)
    {
        if (columns == 0)
        {
            return;
        }

        ReadOnlySpan<T> x0 = Column(0);
        ReadOnlySpan<T> x1 = Column(Math.Min(1, columns - 1));
        ReadOnlySpan<T> x2 = Column(Math.Min(2, columns - 1));
        ReadOnlySpan<T> x3 = Column(Math.Min(3, columns - 1));
        if (weight.IsEmpty)
        {
            Products(x0, x1, x2, x3, _triangle.Span);
        }
        else
        {
            WeightedProducts(weight, x0, x1, x2, x3, _triangle.Span);
        }

        ReadOnlySpan<T> sums = _triangle.Span;
        for (int b = 0; b < 4 && b < columns; b++)
        {
            for (int c = 0; c <= b; c++)
            {
                target[Packed.Index(_between[b], _between[c])] += sums[Packed.Index(b, c)];
            }
        }
    }

    private static void WeightedProducts(
        ReadOnlySpan<T> weight, ReadOnlySpan<T> x0, ReadOnlySpan<T> x1, ReadOnlySpan<T> x2, ReadOnlySpan<T> x3, Span<T> sums)
    {
        x0 = x0[..weight.Length];
        x1 = x1[..weight.Length];
        x2 = x2[..weight.Length];
        x3 = x3[..weight.Length];
        T s00 = T.Create(0);
        T s10 = s00;
        T s11 = s00;
        T s20 = s00;
        T s21 = s00;
        T s22 = s00;
        T s30 = s00;
        T s31 = s00;
        T s32 = s00;
        T s33 = s00;
        for (int j = 0; j < weight.Length; j++)
        {
            T w = weight[j];
            T m0 = x0[j];
            T m1 = x1[j];
            T m2 = x2[j];
            T m3 = x3[j];
            T wm1 = w * m1;
            T wm2 = w * m2;
            T wm3 = w * m3;
            s00 = T.Fma(w * m0, m0, s00);
            s10 = T.Fma(wm1, m0, s10);
            s11 = T.Fma(wm1, m1, s11);
            s20 = T.Fma(wm2, m0, s20);
            s21 = T.Fma(wm2, m1, s21);
            s22 = T.Fma(wm2, m2, s22);
            s30 = T.Fma(wm3, m0, s30);
            s31 = T.Fma(wm3, m1, s31);
            s32 = T.Fma(wm3, m2, s32);
            s33 = T.Fma(wm3, m3, s33);
        }

        Store(sums, s00, s10, s11, s20, s21, s22, s30, s31, s32, s33);
    }

    // The same bits as with weights of 1.
    private static void Products(ReadOnlySpan<T> x0, ReadOnlySpan<T> x1, ReadOnlySpan<T> x2, ReadOnlySpan<T> x3, Span<T> sums)
    {
        x1 = x1[..x0.Length];
        x2 = x2[..x0.Length];
        x3 = x3[..x0.Length];
        T s00 = T.Create(0);
        T s10 = s00;
        T s11 = s00;
        T s20 = s00;
        T s21 = s00;
        T s22 = s00;
        T s30 = s00;
        T s31 = s00;
        T s32 = s00;
        T s33 = s00;
        for (int j = 0; j < x0.Length; j++)
        {
            T m0 = x0[j];
            T m1 = x1[j];
            T m2 = x2[j];
            T m3 = x3[j];
            s00 = T.Fma(m0, m0, s00);
            s10 = T.Fma(m1, m0, s10);
            s11 = T.Fma(m1, m1, s11);
            s20 = T.Fma(m2, m0, s20);
            s21 = T.Fma(m2, m1, s21);
            s22 = T.Fma(m2, m2, s22);
            s30 = T.Fma(m3, m0, s30);
            s31 = T.Fma(m3, m1, s31);
            s32 = T.Fma(m3, m2, s32);
            s33 = T.Fma(m3, m3, s33);
        }

        Store(sums, s00, s10, s11, s20, s21, s22, s30, s31, s32, s33);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Span<T> sums, T s00, T s10, T s11, T s20, T s21, T s22, T s30, T s31, T s32, T s33)
    {
        sums[0] = s00;
        sums[1] = s10;
        sums[2] = s11;
        sums[3] = s20;
        sums[4] = s21;
        sums[5] = s22;
        sums[6] = s30;
        sums[7] = s31;
        sums[8] = s32;
        sums[9] = s33;
    }

    /// <summary>[therapist] Means of one of the columns that have any.</summary>
    public ReadOnlySpan<T> Column(int b) => _data.MeansOf(_columns[_between[b]]);

    /// <summary>Σ_j x_j y_j.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Product(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
    {
        T sum = T.Create(0);
        for (int j = 0; j < x.Length && j < y.Length; j++)
        {
            sum = T.Fma(x[j], y[j], sum);
        }

        return sum;
    }

    // Four sums at a time hide the latency of the additions.
    private void FourProducts(ReadOnlySpan<T> x, int c, Span<T> target, int b)
    {
        ReadOnlySpan<T> y0 = Column(c)[..x.Length];
        ReadOnlySpan<T> y1 = Column(c + 1)[..x.Length];
        ReadOnlySpan<T> y2 = Column(c + 2)[..x.Length];
        ReadOnlySpan<T> y3 = Column(c + 3)[..x.Length];
        T sum0 = T.Create(0);
        T sum1 = sum0;
        T sum2 = sum0;
        T sum3 = sum0;
        for (int j = 0; j < x.Length; j++)
        {
            T value = x[j];
            sum0 = T.Fma(value, y0[j], sum0);
            sum1 = T.Fma(value, y1[j], sum1);
            sum2 = T.Fma(value, y2[j], sum2);
            sum3 = T.Fma(value, y3[j], sum3);
        }

        target[Packed.Index(_between[b], _between[c])] += sum0;
        target[Packed.Index(_between[b], _between[c + 1])] += sum1;
        target[Packed.Index(_between[b], _between[c + 2])] += sum2;
        target[Packed.Index(_between[b], _between[c + 3])] += sum3;
    }
}
