using System.Collections.Concurrent;
using TherapistEffectSim.Design;
using TherapistEffectSim.Validation;

namespace TherapistEffectSim.Inference;

/// <summary>Decides whether a t statistic is significant, mostly without computing its p-value.</summary>
/// <remarks>
/// <para>
/// The critical value falls with df. It is known at df = 1, 2, …, 200 and at 200/df = 63/64, 62/64, …, 0. A t beyond the one at the
/// next smaller df is significant, a t within the one at the next larger df is not; in between, and below df = 1, the p-value decides.
/// </para>
/// <para>Immutable and safe to share between threads; the constructor allocates, the methods do not.</para>
/// </remarks>
internal sealed class TCriticalValues
{
    private const int LargestWholeDf = 200;
    private const int CellsBeyond = 64;
    private const double Guard = 1e-9; // of 1 + the critical value; far above the rounding error of quantiles and p-values

    private static readonly ConcurrentDictionary<(double Alpha, Alternative Alternative), TCriticalValues> s_shared = new();

    private readonly double _tailArea;   // probability above the critical value
    private readonly Alternative _alternative;
    private readonly double[] _atWhole;  // critical value at df = index; element 0 is +∞
    private readonly double[] _beyond;   // critical value at df = 200 · 64 / index; element 0 is the normal one

    /// <param name="alpha">Level of the test, in (0, 1); below ½ for a one-sided alternative.</param>
    /// <param name="alternative">Two-sided: |t| is compared; greater: t; less: −t.</param>
    public TCriticalValues(double alpha, Alternative alternative)
    {
        _tailArea = alternative == Alternative.TwoSided ? 0.5 * alpha : alpha;
        if (!(_tailArea > 0 && _tailArea < 0.5))
        {
            throw Require.Violation(nameof(alpha), alpha, "a number > 0 and < 1, and < 0.5 for a one-sided test");
        }

        Alpha = alpha;
        _alternative = alternative;
        _atWhole = new double[LargestWholeDf + 1];
        _atWhole[0] = double.PositiveInfinity;
        for (int df = 1; df <= LargestWholeDf; df++)
        {
            _atWhole[df] = StudentT.UpperQuantile(_tailArea, df);
        }

        _beyond = new double[CellsBeyond + 1];
        for (int cell = 0; cell <= CellsBeyond; cell++)
        {
            _beyond[cell] = StudentT.UpperQuantile(_tailArea, (double)LargestWholeDf * CellsBeyond / cell);
        }
    }

    /// <summary>Level of the test.</summary>
    public double Alpha { get; }

    /// <summary>Those of a level and side, computed once in a process: a table takes about a millisecond, as long as 64 replicates of a small trial.</summary>
    public static TCriticalValues Of(double alpha, Alternative alternative) =>
        s_shared.GetOrAdd((alpha, alternative), key => new(key.Alpha, key.Alternative));

    /// <summary>The critical value itself, positive also for the alternative "less". NaN unless df &gt; 0.</summary>
    public double Value(double df) =>
        df >= 1 && df <= LargestWholeDf && df == (int)df ? _atWhole[(int)df] : StudentT.UpperQuantile(_tailArea, df);

    /// <summary>Whether the p-value is below <see cref="Alpha"/>; never for NaN.</summary>
    public bool Rejects(double t, double df)
    {
        double directed = _alternative switch
        {
            Alternative.TwoSided => Math.Abs(t),
            Alternative.Less => -t,
            _ => t,
        };

        if (df >= 1)
        {
            (double atSmallerDf, double atLargerDf) = Bounds(df);
            if (directed > atSmallerDf + (Guard * (1 + atSmallerDf)))
            {
                return true;
            }

            if (directed < atLargerDf - (Guard * (1 + atLargerDf)))
            {
                return false;
            }
        }

        double p = _alternative == Alternative.TwoSided ? StudentT.TwoSided(directed, df) : StudentT.Survival(directed, df);
        return p < Alpha;
    }

    /// <summary>Bounds that decide for all degrees of freedom of an interval: what lies beyond the first is significant, what lies within the second is not.</summary>
    /// <param name="smallest">Smallest degrees of freedom.</param>
    /// <param name="largest">Largest degrees of freedom.</param>
    /// <returns>Positive; +∞ and 0 or less, which decide nothing, unless all degrees of freedom are at least 1.</returns>
    public (double Certain, double Impossible) BoundsOver(double smallest, double largest)
    {
        if (!(smallest >= 1 && largest >= smallest))
        {
            return (double.PositiveInfinity, double.NegativeInfinity);
        }

        double certain = Bounds(smallest).AtSmallerDf;
        double impossible = Bounds(largest).AtLargerDf;
        return (certain + (Guard * (1 + certain)), impossible - (Guard * (1 + impossible)));
    }

    private (double AtSmallerDf, double AtLargerDf) Bounds(double df)
    {
        if (df < LargestWholeDf)
        {
            int below = (int)df;
            return (_atWhole[below], _atWhole[below + 1]);
        }

        int cell = Math.Min((int)(LargestWholeDf / df * CellsBeyond), CellsBeyond - 1);
        return (_beyond[cell + 1], _beyond[cell]);
    }
}
