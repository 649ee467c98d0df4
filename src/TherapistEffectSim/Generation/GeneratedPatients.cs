using System.Numerics;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Generation;

/// <summary>About 131,072 patients of a world from its own generator, with a fixed key that no seed enters.</summary>
/// <remarks>
/// Whole replicates of the trial while they are small. Of larger trials each batch of replicates gives an equal part, by therapists in an
/// order that spreads over arms and sites, so that the patients come from several replicates without making all of them. The patients of
/// one therapist differ by chance alone: of an enormous caseload the first are enough.
/// </remarks>
internal static class GeneratedPatients
{
    private const int Patients = 131_072;
    private const int MostBatchesOfParts = 16;
    private const int TherapistsDrawn = 65_536; // per lane, in batches of which only parts are taken
    private const double InverseGoldenRatio = 0.6180339887498949;
    private static readonly ulong s_key = StreamKey.ForStudy(0xA77417104C0457A7UL);

    /// <param name="world">The world; its attrition is not applied.</param>
    public static PatientCovariates Of(World world)
    {
        int therapists = world.Layout.Therapists;
        double patientsPerBatch = Lane4.Width * world.Scenario.Trial.ExpectedPatients;
        double partsAffordable = Math.Clamp(Math.Min(TherapistsDrawn / (double)therapists, Patients * therapists / patientsPerBatch), 1, MostBatchesOfParts);
        bool isWhole = Patients / patientsPerBatch >= partsAffordable;
        int batches = (int)Math.Max(Patients / patientsPerBatch, partsAffordable);
        int part = isWhole ? int.MaxValue : Patients / batches;
        int step = SpreadingStep(therapists);
        TrialGenerator<Lane4> generator = new(world, s_key, severityIsUsed: true);
        TrialBatch<Lane4> batch = new(world);
        PatientCovariates patients = new(Patients + (Patients / 8));
        long therapist = 0;
        for (int b = 0; b < batches; b++)
        {
            generator.Therapists((long)b * Lane4.Width, batch);
            int before = patients.Count;
            for (int k = 0; k < therapists && patients.Count - before < part; k++)
            {
                generator.Patients((int)therapist, 0, batch);
                Add(world, batch, (int)therapist, patients);
                therapist = (therapist + step) % therapists;
            }
        }

        return patients;
    }

    // Coprime to the number of therapists, near its golden section: successive therapists fall evenly over all.
    private static int SpreadingStep(int therapists)
    {
        int step = Math.Max(1, (int)(therapists * InverseGoldenRatio));
        while (BigInteger.GreatestCommonDivisor(step, therapists) != 1)
        {
            step++;
        }

        return step;
    }

    private static void Add(World world, TrialBatch<Lane4> batch, int j, PatientCovariates patients)
    {
        double withinSd = world.Components.AllianceWithinSd;
        ReadOnlySpan<Lane4> outcome = batch.Outcome.Span;
        ReadOnlySpan<Lane4> alliance = batch.Alliance.Span;
        ReadOnlySpan<Lane4> score = batch.PatientScore.Span;
        ReadOnlySpan<Lane4> severity = batch.Severity.Span;
        for (int lane = 0; lane < Lane4.Width; lane++)
        {
            int taken = Math.Min((int)batch.Caseload.Span[j][lane], Patients / Lane4.Width);
            double expectedOutcome = batch.OutcomeBase.Span[j][lane];
            double expectedAlliance = batch.ObservedBase.Span[j][lane];
            double trueAlliance = batch.AllianceBase.Span[j][lane];
            for (int i = 0; i < taken; i++)
            {
                patients.Add(
                    expectedOutcome + outcome[i][lane],
                    expectedAlliance + alliance[i][lane],
                    trueAlliance + (withinSd * score[i][lane]),
                    severity[i][lane],
                    1);
            }
        }
    }
}
