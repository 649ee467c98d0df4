using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Columns of [X y] with a row per patient.</summary>
internal sealed class PatientColumns
{
    // Share of a column's sum of squares below which what varies within therapists is rounding.
    private const double RoundingShare = 1e-24;

    /// <param name="numbers">[column] Number of the patients that it is.</param>
    /// <param name="isOfTherapist">[column] Whether all patients of a therapist have the same.</param>
    /// <param name="readSlopes">Whether patients take part who were measured twice at least.</param>
    public PatientColumns(int[] numbers, bool[] isOfTherapist, bool readSlopes)
    {
        Numbers = numbers;
        IsOfTherapist = isOfTherapist;
        ReadSlopes = readSlopes;
        WithinTherapists = [.. Enumerable.Range(0, numbers.Length).Where(c => !isOfTherapist[c])];
    }

    /// <summary>[column] Number of the patients that it is.</summary>
    public int[] Numbers { get; }

    /// <summary>[column] Whether all patients of a therapist have the same.</summary>
    public bool[] IsOfTherapist { get; }

    /// <summary>Whether patients take part who were measured twice at least.</summary>
    public bool ReadSlopes { get; }

    /// <summary>Columns that vary within therapists.</summary>
    public int[] WithinTherapists { get; }

    /// <summary>Sets to 0 what is rounding of a column, lane by lane.</summary>
    /// <param name="products">Packed products of what is left of the columns.</param>
    /// <param name="squares">[column] Sums of squares of the columns themselves.</param>
    /// <typeparam name="T">The lane.</typeparam>
    public void ClearRounding<T>(Span<T> products, ReadOnlySpan<T> squares)
        where T : unmanaged, ILane<T>
    {
        foreach (int c in WithinTherapists)
        {
            T varies = T.LessThan(T.Create(RoundingShare) * squares[c], products[Packed.Index(c, c)]);
            for (int other = 0; other < Numbers.Length; other++)
            {
                int at = other < c ? Packed.Index(c, other) : Packed.Index(other, c);
                products[at] = T.And(varies, products[at]);
            }
        }
    }
}
