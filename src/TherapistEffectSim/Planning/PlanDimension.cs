namespace TherapistEffectSim.Planning;

/// <summary>A number of the scenario that a plan may choose, on a lattice of values.</summary>
/// <param name="Name">Column name in the result files.</param>
/// <param name="Lowest">First value.</param>
/// <param name="Step">Distance of neighbouring values.</param>
/// <param name="Count">Number of values, at least 2.</param>
/// <param name="Direction">Whether larger values bring the trial nearer to its target; <see langword="null"/> to find out.</param>
public sealed record PlanDimension(string Name, decimal Lowest, decimal Step, int Count, PlanDirection? Direction = null)
{
    /// <summary>The value of an index from 0 on: exact in decimals, so that 0.1 + 0.2 is 0.3.</summary>
    public double this[int index] => (double)(Lowest + (index * Step));

    /// <summary>Last value.</summary>
    public double Highest => this[Count - 1];

    /// <summary>The index of the value that is nearest.</summary>
    public int Nearest(double value) => (int)Math.Clamp(Math.Round((value - (double)Lowest) / (double)Step), 0, Count - 1);
}

/// <summary>In which direction of a dimension a target comes nearer.</summary>
public enum PlanDirection
{
    /// <summary>Larger values: the answer is the smallest that does.</summary>
    Up,

    /// <summary>Smaller values: the answer is the largest that does.</summary>
    Down,
}
