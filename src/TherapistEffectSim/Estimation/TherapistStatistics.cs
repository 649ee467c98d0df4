using System.Runtime.CompilerServices;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>All that a random-intercept model needs of the data: caseloads, therapist means and pooled cross-products within therapists.</summary>
/// <remarks>Columns are those that any model of the study uses, the outcome last.</remarks>
/// <typeparam name="T">The lane: one data set each.</typeparam>
internal sealed class TherapistStatistics<T>
    where T : unmanaged, ILane<T>
{
    private readonly MeanProducts<T> _products;

    /// <param name="therapists">Therapists.</param>
    /// <param name="hasBetween">For each column whether its therapist means can differ from 0.</param>
    /// <param name="hasWithin">For each column whether it can vary within therapists.</param>
    public TherapistStatistics(int therapists, bool[] hasBetween, bool[] hasWithin)
    {
        Therapists = therapists;
        Columns = hasBetween.Length;
        HasBetween = hasBetween;
        HasWithin = hasWithin;
        Analysed = new(therapists);
        RandomFactor = new(therapists);
        RandomFactor.Span.Fill(T.Create(1));
        Means = new(therapists * Columns);
        Within = new(Packed.Length(Columns));
        MeanProducts = new(Packed.Length(Columns));
        _products = new(therapists, [.. Enumerable.Range(0, Columns)], hasBetween);
    }

    /// <summary>J: therapists, with or without analysed patients.</summary>
    public int Therapists { get; }

    /// <summary>Number of columns with the outcome.</summary>
    public int Columns { get; }

    /// <summary>[column] Whether its therapist means can differ from 0.</summary>
    public bool[] HasBetween { get; }

    /// <summary>[column] Whether it can vary within therapists.</summary>
    public bool[] HasWithin { get; }

    /// <summary>[therapist] n_j: analysed patients; 0 where all were lost.</summary>
    public LaneBuffer<T> Analysed { get; }

    /// <summary>[therapist] z_j: square of the column of the random term; 1 for an intercept, 0 where the model gives none (partial nesting).</summary>
    public LaneBuffer<T> RandomFactor { get; }

    /// <summary>[column × J + therapist] Mean over the analysed patients, 0 where there are none.</summary>
    public LaneBuffer<T> Means { get; }

    /// <summary>Packed lower triangle over the columns: Σ_j Σ_i (x_ij − x̄_j)(y_ij − ȳ_j).</summary>
    public LaneBuffer<T> Within { get; }

    /// <summary>Packed lower triangle over the columns, shared by all fits: Σ_j m_j m_jᵀ of the therapist means in balanced designs, in others Σ_j n_j m_j m_jᵀ.</summary>
    public LaneBuffer<T> MeanProducts { get; }

    /// <summary>N: analysed patients.</summary>
    public T Observations { get; set; }

    /// <summary>Therapists with at least one analysed patient.</summary>
    public T AnalysedTherapists { get; set; }

    /// <summary>Whether all therapists have the same number of analysed patients in every data set, by design.</summary>
    public bool IsBalanced { get; init; }

    /// <summary>Means of one column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> MeansOf(int column) => Means.Span.Slice(column * Therapists, Therapists);

    /// <summary>Smallest number of analysed patients of a therapist who has any.</summary>
    public T SmallestCaseload { get; private set; }

    /// <summary>Largest number of analysed patients of a therapist.</summary>
    public T LargestCaseload { get; private set; }

    /// <summary>Counts patients and therapists from <see cref="Analysed"/>.</summary>
    public void Count()
    {
        T zero = T.Create(0);
        T one = T.Create(1);
        T patients = zero;
        T therapists = zero;
        T smallest = T.Create(double.MaxValue);
        T largest = zero;
        foreach (T n in Analysed.Span)
        {
            patients += n;
            therapists += T.Min(n, one);
            smallest = T.Min(smallest, T.Select(T.LessThan(zero, n), n, smallest));
            largest = T.Max(largest, n);
        }

        Observations = patients;
        AnalysedTherapists = therapists;
        SmallestCaseload = smallest;
        LargestCaseload = largest;
    }

    /// <summary>Fills <see cref="MeanProducts"/>, once the means are there.</summary>
    public void SumMeanProducts()
    {
        MeanProducts.Span.Fill(T.Create(0));
        _products.Load(this);
        _products.Add(IsBalanced ? default : Analysed.Span, MeanProducts.Span, fixedEffectsOnly: false);
    }

    /// <summary>Copies one lane into statistics of one data set.</summary>
    public void CopyLane(int lane, TherapistStatistics<Lane1> target)
    {
        Copy(Analysed.Span, target.Analysed.Span, lane);
        Copy(RandomFactor.Span, target.RandomFactor.Span, lane);
        Copy(Means.Span, target.Means.Span, lane);
        Copy(Within.Span, target.Within.Span, lane);
        Copy(MeanProducts.Span, target.MeanProducts.Span, lane);
        target.Observations = Lane1.Create(Observations[lane]);
        target.AnalysedTherapists = Lane1.Create(AnalysedTherapists[lane]);
    }

    private static void Copy(ReadOnlySpan<T> from, Span<Lane1> to, int lane)
    {
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = Lane1.Create(from[i][lane]);
        }
    }
}
