using System.Runtime.CompilerServices;
using TherapistEffectSim.Design;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>65,536 fixed quasi-random patients of a world before attrition, all arms together.</summary>
/// <remarks>
/// For worlds of which <see cref="PlainDistributions"/> hold: their few equations are integrated more exactly so than over generated patients.
/// Therapists whom the trial selects count by the probability of their selection.
/// </remarks>
internal static class QuasiRandomPatients
{
    private const int Patients = 65_536;
    private const int Dimensions = 9;

    /// <param name="components">The world's standard deviations and slopes.</param>
    /// <param name="scores">Distribution of the therapists' scores.</param>
    /// <param name="armShares">Share of the randomised patients in each arm.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PatientCovariates Of(VarianceComponents components, TherapistScoreModel scores, ReadOnlySpan<double> armShares)
    {
        PatientCovariates patients = new(Patients);
        KroneckerSequence points = new(Dimensions);
        for (int i = 0; i < Patients; i++)
        {
            points.Normals(i, 0, out double therapistScore, out double therapistEffect);
            points.Normals(i, 2, out double deviation, out double residual);
            points.Normals(i, 4, out double error, out double severity);
            points.Normals(i, 6, out double site, out double membership);
            double share = scores.IsPlain ? 1 : Therapist(scores, membership, ref therapistScore, ref therapistEffect);
            int arm = 0;
            for (double u = points.At(i, 8) - armShares[0]; u >= 0 && arm < armShares.Length - 1; u -= armShares[arm])
            {
                arm++;
            }

            double trueAlliance = (components.AllianceBetweenSd * therapistScore) + (components.AllianceWithinSd * deviation);
            double alliance = trueAlliance + (components.AllianceErrorSd * error);
            double outcome = (arm == 1 ? components.ArmEffect : 0)
                + (components.SiteSd * site)
                + components.Between.At(therapistScore)
                + (components.OutcomeTherapistSd * therapistEffect)
                + components.Within.At(deviation)
                + (components.Severity * severity)
                + (components.ResidualSd * residual);
            patients.Add(outcome, alliance, trueAlliance, severity, share);
        }

        return patients;
    }

    /// <summary>Turns two independent normal numbers into the scores of a candidate, trained; returns the probability that the candidate is kept.</summary>
    private static double Therapist(TherapistScoreModel scores, double membership, ref double alliance, ref double outcome)
    {
        ScoreComponent component = scores.Components[0];
        if (scores.Components.Length > 1 && membership > NormalDistribution.UpperQuantile(scores.Components[1].Share))
        {
            component = scores.Components[1];
        }

        double first = alliance;
        double second = outcome;
        outcome = component.Mean[1] + (component.Sd[1] * ((scores.Cholesky[1] * first) + (scores.Cholesky[2] * second)));
        alliance = component.Mean[0] + (component.Sd[0] * first);
        double kept = 1;
        if (!double.IsNegativeInfinity(scores.Threshold))
        {
            double expected = component.Mean[2] + (component.Sd[2] * ((scores.Cholesky[3] * first) + (scores.Cholesky[4] * second)));
            double spread = component.Sd[2] * scores.Cholesky[5];
            kept = scores.Selecting switch
            {
                0 => alliance > scores.Threshold ? 1 : 0,
                1 => outcome > scores.Threshold ? 1 : 0,
                _ when spread > 0 => NormalDistribution.Survival((scores.Threshold - expected) / spread),
                _ => expected > scores.Threshold ? 1 : 0,
            };
        }

        alliance = scores.Train(0, alliance);
        outcome = scores.Train(1, outcome);
        return kept;
    }
}
