using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Estimation;

/// <summary>Therapist statistics of a data set held in memory.</summary>
internal static class DataStatistics
{
    // Share of a column's sum of squares below which what varies within groups is rounding.
    private const double RoundingShare = 1e-24;

    /// <summary>Group means and pooled cross-products within groups, in two passes.</summary>
    /// <param name="columns">Columns of length N; the outcome last.</param>
    /// <param name="group">Group of each row, from 0.</param>
    /// <param name="randomColumn">Column of the random term for each group.</param>
    public static TherapistStatistics<Lane1> Of(IReadOnlyList<double[]> columns, ReadOnlySpan<int> group, ReadOnlySpan<double> randomColumn)
    {
        int groups = randomColumn.Length;
        bool[] all = [.. Enumerable.Repeat(true, columns.Count)];
        double[] counts = new double[groups];
        foreach (int g in group)
        {
            counts[g]++;
        }

        TherapistStatistics<Lane1> statistics = new(groups, all, all);
        for (int g = 0; g < groups; g++)
        {
            statistics.Analysed.Span[g] = Lane1.Create(counts[g]);
            statistics.RandomFactor.Span[g] = Lane1.Create(randomColumn[g] * randomColumn[g]);
        }

        double[][] deviations = [.. columns.Select(c => (double[])c.Clone())];
        for (int c = 0; c < columns.Count; c++)
        {
            Centre(deviations[c], group, counts, statistics.MeansOf(c));
        }

        CrossProducts(columns, deviations, statistics.Within.Span);
        statistics.Count();
        statistics.SumMeanProducts();
        return statistics;
    }

    private static void Centre(double[] column, ReadOnlySpan<int> group, double[] counts, Span<Lane1> means)
    {
        double[] sums = new double[counts.Length];
        for (int i = 0; i < column.Length; i++)
        {
            sums[group[i]] += column[i];
        }

        double[] corrections = new double[counts.Length];
        for (int i = 0; i < column.Length; i++)
        {
            column[i] -= sums[group[i]] / counts[group[i]];
            corrections[group[i]] += column[i];
        }

        for (int i = 0; i < column.Length; i++)
        {
            column[i] -= corrections[group[i]] / counts[group[i]];
        }

        for (int g = 0; g < counts.Length; g++)
        {
            means[g] = Lane1.Create(counts[g] > 0 ? (sums[g] / counts[g]) + (corrections[g] / counts[g]) : 0);
        }
    }

    private static void CrossProducts(IReadOnlyList<double[]> columns, double[][] deviations, Span<Lane1> within)
    {
        bool[] varies = new bool[columns.Count];
        for (int a = 0; a < columns.Count; a++)
        {
            varies[a] = SumOfProducts(deviations[a], deviations[a]) > RoundingShare * SumOfProducts(columns[a], columns[a]);
            for (int b = 0; b <= a; b++)
            {
                within[Packed.Index(a, b)] = Lane1.Create(varies[a] && varies[b] ? SumOfProducts(deviations[a], deviations[b]) : 0);
            }
        }
    }

    private static double SumOfProducts(double[] x, double[] y)
    {
        double sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }
}
