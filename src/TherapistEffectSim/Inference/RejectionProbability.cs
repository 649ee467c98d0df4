using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Inference;

/// <summary>Probabilities with which F and t tests reject, known in closed form or as an integral over χ².</summary>
internal static class RejectionProbability
{
    private const double LargestStep = 0.1;
    private const double StepInSds = 0.3;
    private const double NegligibleDensity = 1e-13;

    /// <summary>P(λF &gt; critical) for F with these degrees of freedom: a ratio of mean squares whose expectations are as λ to 1.</summary>
    public static double OfF(double critical, double lambda, double df1, double df2) => FDistribution.Survival(critical / lambda, df1, df2);

    /// <summary>Power of a t statistic with a noncentral t distribution: P(Z + δ beyond the critical value times √(χ²/df)).</summary>
    /// <param name="critical">Critical value, positive.</param>
    /// <param name="noncentrality">δ.</param>
    /// <param name="df">Degrees of freedom.</param>
    /// <param name="alternative">The side.</param>
    public static double OfT(double critical, double noncentrality, double df, Alternative alternative) => Mean(df, x =>
    {
        double bound = critical * Math.Sqrt(x / df);
        double above = NormalDistribution.Survival(bound - noncentrality);
        double below = NormalDistribution.Survival(bound + noncentrality);
        return alternative switch
        {
            Alternative.Greater => above,
            Alternative.Less => below,
            _ => above + below,
        };
    });

    /// <summary>The same for the slope on a normal predictor that is drawn anew in every trial, averaged over its sum of squares.</summary>
    /// <param name="critical">Critical value, positive.</param>
    /// <param name="ratio">Slope times the SD of the predictor, over the residual SD.</param>
    /// <param name="predictorDf">Degrees of freedom of the predictor's sum of squares.</param>
    /// <param name="df">Degrees of freedom of the test.</param>
    /// <param name="alternative">The side.</param>
    public static double OfSlope(double critical, double ratio, double predictorDf, double df, Alternative alternative) =>
        ratio == 0 ? OfT(critical, 0, df, alternative) : Mean(predictorDf, x => OfT(critical, ratio * Math.Sqrt(x), df, alternative));

    // E g(χ²) by the trapezoidal rule in log χ², whose error falls exponentially with the step.
    private static double Mean(double df, Func<double, double> g)
    {
        double half = 0.5 * df;
        double constant = -GammaFunctions.LogGamma(half) - (half * Elementary.Log(2));
        double step = Math.Min(LargestStep, StepInSds * Math.Sqrt(2 / df));
        double mode = Elementary.Log(df);
        double sum = 0;
        for (int sign = -1; sign <= 1; sign += 2)
        {
            for (int k = sign < 0 ? 0 : 1; ; k++)
            {
                double t = mode + (sign * k * step);
                double x = Elementary.Exp(t);
                double density = Elementary.Exp((half * t) - (0.5 * x) + constant);
                sum += density * g(x);
                if (density < NegligibleDensity)
                {
                    break;
                }
            }
        }

        return sum * step;
    }
}
