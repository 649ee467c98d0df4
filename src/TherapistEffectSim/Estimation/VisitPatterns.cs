namespace TherapistEffectSim.Estimation;

/// <summary>The visits that patients can have, and where the line of each stands: mean and spread of a number of the week over the visits made.</summary>
/// <remarks>Patients are measured from the first week on without a gap, so that a pattern is a number of visits.</remarks>
internal sealed class VisitPatterns
{
    // Share of its sum of squares below which a number of the week does not vary over the visits.
    private const double RoundingShare = 1e-20;

    /// <param name="weeks">[occasion] The number of the week.</param>
    /// <param name="someAreLost">Whether patients can make fewer visits than there are weeks.</param>
    public VisitPatterns(ReadOnlySpan<double> weeks, bool someAreLost)
    {
        Weeks = weeks.ToArray();
        Visits = someAreLost ? [.. Enumerable.Range(1, Weeks.Length)] : [Weeks.Length];
        Mean = [.. Visits.Select(k => Weeks.Take(k).Average())];
        Squares = [.. Visits.Select((k, q) => SquaresOver(k, Mean[q]))];
    }

    /// <summary>[occasion] The number of the week.</summary>
    public double[] Weeks { get; }

    /// <summary>Number of patterns.</summary>
    public int Count => Visits.Length;

    /// <summary>[pattern] Visits.</summary>
    public int[] Visits { get; }

    /// <summary>[pattern] Mean over the visits.</summary>
    public double[] Mean { get; }

    /// <summary>[pattern] Sum of squared deviations; 0 where it does not vary.</summary>
    public double[] Squares { get; }

    /// <summary>What another number of the week is on the two rows of Q, Z = [1 z] = QR, of a pattern.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="values">[occasion] The other number.</param>
    /// <param name="orthogonal">[occasion] What is left of it; 0 after the visits, and 0 throughout where it is rounding.</param>
    public (double First, double Second) Project(int pattern, ReadOnlySpan<double> values, Span<double> orthogonal)
    {
        int visits = Visits[pattern];
        double mean = 0;
        for (int t = 0; t < visits; t++)
        {
            mean += values[t] / visits;
        }

        double slope = 0;
        for (int t = 0; t < visits && Squares[pattern] > 0; t++)
        {
            slope += (Weeks[t] - Mean[pattern]) * (values[t] - mean) / Squares[pattern];
        }

        double total = 0;
        double left = 0;
        orthogonal.Clear();
        for (int t = 0; t < visits; t++)
        {
            orthogonal[t] = values[t] - mean - (slope * (Weeks[t] - Mean[pattern]));
            total += values[t] * values[t];
            left += orthogonal[t] * orthogonal[t];
        }

        if (!(left > RoundingShare * total))
        {
            orthogonal.Clear();
        }

        return (mean * Math.Sqrt(visits), slope * Math.Sqrt(Squares[pattern]));
    }

    private double SquaresOver(int visits, double mean)
    {
        double squares = 0;
        double total = 0;
        for (int t = 0; t < visits; t++)
        {
            squares += (Weeks[t] - mean) * (Weeks[t] - mean);
            total += Weeks[t] * Weeks[t];
        }

        return squares > RoundingShare * total ? squares : 0;
    }
}
