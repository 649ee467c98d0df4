using System.Runtime.CompilerServices;
using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>Solves the log hazard of drop-out so that the expected share who do not attend all sessions holds.</summary>
/// <remarks>
/// sessions = min(planned, 1 + ⌊E/λ⌋) with E standard exponential and λ = exp(α + b_A·a + b_z·z), so that all sessions are attended with
/// probability exp(−(planned − 1)·λ).
/// </remarks>
internal static class RetentionHazard
{
    private const double ShareTolerance = 1e-12;
    private const double Vanishing = 700; // expected drop-outs beyond which x·exp(−x) is 0

    /// <summary>α where nothing changes the hazard.</summary>
    public static double Intercept(Retention retention) =>
        Elementary.Log(-Elementary.Log(1 - retention.DropOut) / (retention.Sessions - 1));

    /// <summary>α.</summary>
    /// <param name="retention">Drop-out above 0.</param>
    /// <param name="patients">Patients of the world before drop-out.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Intercept(Retention retention, PatientCovariates patients)
    {
        double[] relative = new double[patients.Count]; // planned sessions after the first times exp(b_A·a + b_z·z)
        double total = 0;
        for (int i = 0; i < relative.Length; i++)
        {
            relative[i] = (retention.Sessions - 1)
                * Elementary.Exp((retention.Alliance * patients.TrueAlliance[i]) + (retention.Severity * patients.Severity[i]));
            total += patients.Share[i];
        }

        double low = -800;
        double high = 800;
        double intercept = Intercept(retention);
        for (int step = 0; step < 200; step++)
        {
            double baseline = Elementary.Exp(intercept);
            double dropOut = 0;
            double slope = 0;
            for (int i = 0; i < relative.Length; i++)
            {
                double x = baseline * relative[i];
                dropOut -= patients.Share[i] * Elementary.Expm1(-x);
                slope += x < Vanishing ? patients.Share[i] * x * Elementary.Exp(-x) : 0;
            }

            double excess = (dropOut / total) - retention.DropOut;
            if (Math.Abs(excess) <= ShareTolerance)
            {
                break;
            }

            (low, high) = excess > 0 ? (low, intercept) : (intercept, high);
            double newton = intercept - (excess * total / slope);
            intercept = newton > low && newton < high ? newton : (low + high) / 2;
        }

        return intercept;
    }
}
