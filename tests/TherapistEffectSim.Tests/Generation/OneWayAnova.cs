namespace TherapistEffectSim.Tests.Generation;

/// <summary>Mean squares of a balanced one-way layout: E(within) = σ², E(between) = σ² + n·τ².</summary>
internal readonly record struct OneWayAnova(double Between, double Within)
{
    /// <param name="values">[therapist × n + patient].</param>
    /// <param name="n">Patients per therapist.</param>
    public static OneWayAnova Of(IReadOnlyList<double> values, int n)
    {
        int therapists = values.Count / n;
        double grand = values.Average();
        double between = 0;
        double within = 0;
        for (int j = 0; j < therapists; j++)
        {
            double mean = Enumerable.Range(j * n, n).Average(i => values[i]);
            between += n * (mean - grand) * (mean - grand);
            within += Enumerable.Range(j * n, n).Sum(i => (values[i] - mean) * (values[i] - mean));
        }

        return new(between / (therapists - 1), within / (therapists * (n - 1)));
    }
}
