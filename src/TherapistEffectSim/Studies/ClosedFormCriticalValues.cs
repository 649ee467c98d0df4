using TherapistEffectSim.Design;
using TherapistEffectSim.Inference;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Studies;

/// <summary>Where the tests whose rejection rates have a closed form begin to reject.</summary>
internal static class ClosedFormCriticalValues
{
    private const int Bisections = 60;

    /// <summary>The F of the therapists from which on a test of their variance rejects, with equal caseloads; likelihood ratios are functions of it.</summary>
    /// <param name="kind">The test.</param>
    /// <param name="alpha">Its level.</param>
    /// <param name="df1">Degrees of freedom between therapists.</param>
    /// <param name="df2">Those within.</param>
    /// <param name="therapists">J.</param>
    /// <param name="patients">N.</param>
    /// <returns><see langword="null"/> if the test is another one, or degrees of freedom are missing.</returns>
    public static double? OfF(TestKind kind, double alpha, double df1, double df2, double therapists, double patients)
    {
        if (!(df1 > 0.5 && df2 > 0.5))
        {
            return null;
        }

        double mixture = alpha < 0.5 ? ChiSquared.UpperQuantile(2 * alpha, 1) : 0;
        return kind switch
        {
            TestKind.FExact => FDistribution.UpperQuantile(alpha, df1, df2),
            TestKind.RlrtExact => Math.Max(1, FDistribution.UpperQuantile(alpha, df1, df2)),
            TestKind.RlrtMixture => OfRatio(mixture, f => ((df1 + df2) * Elementary.Log(((df1 * f) + df2) / (df1 + df2))) - (df1 * Elementary.Log(f)), 1),
            TestKind.LrtMixture => OfRatio(
                mixture,
                f => (patients * Elementary.Log(((df1 * f) + df2) / patients))
                    - (therapists * Elementary.Log(df1 * f * (patients - therapists) / (therapists * df2)))
                    - (patients * Elementary.Log(df2 / (patients - therapists))),
                therapists * df2 / (df1 * (patients - therapists))),
            _ => null,
        };
    }

    /// <summary>The critical value of |t| as a function of the degrees of freedom; <see langword="null"/> for other tests.</summary>
    public static Func<double, double>? OfT(PlannedTest test, double alpha)
    {
        double tail = test.Alternative == Alternative.TwoSided ? alpha / 2 : alpha;
        return test.Kind switch
        {
            TestKind.TSatterthwaite or TestKind.TKenwardRoger => df => StudentT.UpperQuantile(tail, df),
            TestKind.WaldZ => _ => NormalDistribution.UpperQuantile(tail),
            _ => null,
        };
    }

    // The F at which an increasing likelihood ratio reaches a value; it is 0 up to the smallest F.
    private static double OfRatio(double value, Func<double, double> ratio, double smallest)
    {
        double low = smallest;
        double high = 2 * smallest;
        while (ratio(high) < value)
        {
            high *= 2;
        }

        for (int step = 0; step < Bisections; step++)
        {
            double middle = 0.5 * (low + high);
            (low, high) = ratio(middle) < value ? (middle, high) : (low, middle);
        }

        return 0.5 * (low + high);
    }
}
