namespace TherapistEffectSim.Inference;

/// <summary>Decides F tests at one level, remembering critical values of whole degrees of freedom.</summary>
/// <remarks>Not safe to share between threads.</remarks>
internal sealed class FCriticalValues
{
    private const int Slots = 1024; // a power of 2

    private readonly double _alpha;
    private readonly (double Df1, double Df2, double Value)[] _known = new (double, double, double)[Slots];

    /// <param name="alpha">Level, in (0, 1).</param>
    public FCriticalValues(double alpha) => _alpha = alpha;

    /// <summary>Whether F exceeds the critical value.</summary>
    public bool Rejects(double f, double df1, double df2) => f > Value(df1, df2);

    /// <summary>The upper α quantile of F with these degrees of freedom.</summary>
    public double Value(double df1, double df2)
    {
        int slot = (int)(((uint)(int)df1 * 31) + (uint)(int)df2) & (Slots - 1);
        ref (double Df1, double Df2, double Value) known = ref _known[slot];
        if (known.Df1 != df1 || known.Df2 != df2)
        {
            known = (df1, df2, FDistribution.UpperQuantile(_alpha, df1, df2));
        }

        return known.Value;
    }
}
