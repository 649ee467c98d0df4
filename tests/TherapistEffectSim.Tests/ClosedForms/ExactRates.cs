using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using TherapistEffectSim.Inference;
using ChiSquared = TherapistEffectSim.Inference.ChiSquared;
using StudentT = TherapistEffectSim.Inference.StudentT;

namespace TherapistEffectSim.Tests.ClosedForms;

/// <summary>Rejection rates that are known exactly for normal data.</summary>
internal static class ExactRates
{
    public const double Alpha = 0.05;

    /// <summary>Power of the F test of therapists: F/(1 + nθ) has the F distribution. One-way random analysis of variance (Searle, Casella &amp; McCulloch 1992, section 3.5).</summary>
    /// <param name="therapists">J.</param>
    /// <param name="patients">n per therapist.</param>
    /// <param name="icc">ρ; θ = ρ/(1 − ρ).</param>
    /// <param name="cells">Rank of the fixed effects, all between therapists.</param>
    public static double FPower(double therapists, double patients, double icc, double cells = 1)
    {
        double df1 = therapists - cells;
        double df2 = therapists * (patients - 1);
        return FDistribution.Survival(FDistribution.UpperQuantile(Alpha, df1, df2) / (1 + (patients * icc / (1 - icc))), df1, df2);
    }

    /// <summary>P(F/(1 + nθ) ≤ bound): share of estimates τ̂² = 0, bound 1 for REML and J/(J − 1) for maximum likelihood.</summary>
    public static double ZeroShare(double therapists, double patients, double icc, double bound) =>
        FDistribution.Cdf(bound / (1 + (patients * icc / (1 - icc))), therapists - 1, therapists * (patients - 1));

    /// <summary>Two-sided power of a t test whose statistic has a noncentral t distribution.</summary>
    public static double TPower(double noncentrality, double df)
    {
        double critical = StudentT.UpperQuantile(Alpha / 2, df);
        return OverChiSquared(df, x =>
        {
            double bound = critical * Math.Sqrt(x / df);
            return Normal.CDF(0, 1, noncentrality - bound) + Normal.CDF(0, 1, -noncentrality - bound);
        });
    }

    /// <summary>Power for the slope on a normal therapist-level predictor, averaged over its sum of squares s²χ²(J − 1).</summary>
    /// <param name="therapists">J.</param>
    /// <param name="slopeInSds">Slope times the SD s of the predictor.</param>
    /// <param name="variance">Variance of a therapist's mean given the predictor.</param>
    public static double SlopePower(int therapists, double slopeInSds, double variance) =>
        OverChiSquared(therapists - 1, x => TPower(slopeInSds * Math.Sqrt(x / variance), therapists - 2));

    /// <summary>Rejections by a t test that takes patients as independent, two arms with J therapists of n patients each.</summary>
    public static double IgnoringTherapists(int therapistsPerArm, int patients, double icc) =>
        SizeOfPooled(1 + ((patients - 1) * icc), 2 * (therapistsPerArm - 1), 1 - icc, 2 * therapistsPerArm * (patients - 1));

    /// <summary>Rejections by a t test of the arms that pools their differences between therapists who treat in both arms with the residuals.</summary>
    /// <param name="therapists">J.</param>
    /// <param name="patients">n per therapist, half of them in each arm.</param>
    /// <param name="armEffectVariance">τ_Δ²; the residual variance is 1.</param>
    public static double PoolingArmEffects(int therapists, int patients, double armEffectVariance) =>
        SizeOfPooled(1 + (patients * armEffectVariance / 4), therapists - 1, 1, therapists * (patients - 2));

    /// <summary>P(|N(Δ, v₁ + v₂)| &gt; c·√(v₁χ²₁/ν₁ + v₂χ²₂/ν₂)): two-sided power of a difference of two means whose errors are estimated apart.</summary>
    public static double TwoErrorsPower(double difference, double variance1, double df1, double variance2, double df2, double df)
    {
        double critical = StudentT.UpperQuantile(Alpha / 2, df);
        double sd = Math.Sqrt(variance1 + variance2);
        return OverChiSquared(df1, x => OverChiSquared(df2, y =>
        {
            double bound = critical * Math.Sqrt((variance1 * x / df1) + (variance2 * y / df2));
            return Normal.CDF(0, sd, difference - bound) + Normal.CDF(0, sd, -difference - bound);
        }));
    }

    // χ²₁·b against the pooled mean square of b·χ² and w·χ².
    private static double SizeOfPooled(double between, double betweenDf, double within, double withinDf)
    {
        double df = betweenDf + withinDf;
        double critical = FDistribution.UpperQuantile(Alpha, 1, df);
        return OverChiSquared(betweenDf, b => OverChiSquared(
            withinDf, w => ChiSquared.Survival(critical * ((between * b) + (within * w)) / (df * between), 1)));
    }

    /// <summary>E g(χ²) by the trapezoidal rule in log χ², whose error falls exponentially with the step.</summary>
    private static double OverChiSquared(double df, Func<double, double> g)
    {
        double constant = -SpecialFunctions.GammaLn(df / 2) - (df / 2 * Math.Log(2));
        double step = Math.Min(0.1, 0.3 * Math.Sqrt(2 / df));
        double Density(double t) => Math.Exp((df / 2 * t) - (Math.Exp(t) / 2) + constant);
        double mode = Math.Log(df);
        double sum = 0;
        foreach (int sign in new[] { 1, -1 })
        {
            for (int k = sign < 0 ? 1 : 0; ; k++)
            {
                double t = mode + (sign * k * step);
                double density = Density(t);
                sum += density * g(Math.Exp(t));
                if (density < 1e-12)
                {
                    break;
                }
            }
        }

        return sum * step;
    }
}
