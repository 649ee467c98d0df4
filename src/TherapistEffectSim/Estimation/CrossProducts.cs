using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Cross-products RᵀR of an upper-triangular factor, packed.</summary>
internal static class CrossProducts
{
    /// <summary>Writes them into one lane.</summary>
    /// <param name="packed">Lower triangle, row by row.</param>
    /// <param name="lane">The lane.</param>
    /// <param name="factor">Columns × columns.</param>
    /// <param name="columns">Rows and columns.</param>
    /// <typeparam name="T">The lane.</typeparam>
    public static void SetLane<T>(Span<T> packed, int lane, ReadOnlySpan<double> factor, int columns)
        where T : unmanaged, ILane<T>
    {
        for (int i = 0; i < columns; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = 0;
                for (int k = 0; k <= j; k++)
                {
                    sum += factor[(k * columns) + i] * factor[(k * columns) + j];
                }

                packed[Packed.Index(i, j)] = packed[Packed.Index(i, j)].With(lane, sum);
            }
        }
    }
}
