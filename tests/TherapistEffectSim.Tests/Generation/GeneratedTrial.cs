using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>One generated replicate as plain arrays.</summary>
internal sealed class GeneratedTrial
{
    public required TherapistLayout Layout { get; init; }

    /// <summary>[therapist] Randomised patients.</summary>
    public List<int> Caseload { get; } = [];

    /// <summary>[therapist] A*.</summary>
    public List<double> TherapistScore { get; } = [];

    /// <summary>[therapist] U.</summary>
    public List<double> TherapistEffect { get; } = [];

    /// <summary>[therapist] A.</summary>
    public List<double> TrueAllianceBetween { get; } = [];

    /// <summary>[therapist] Expected outcome of a patient at the therapist's mean.</summary>
    public List<double> OutcomeBase { get; } = [];

    /// <summary>[patient] Therapist, from 0.</summary>
    public List<int> Therapist { get; } = [];

    /// <summary>[patient] Alliance as it was or would have been measured.</summary>
    public List<double> Alliance { get; } = [];

    public List<double> Outcome { get; } = [];

    public List<double> Severity { get; } = [];

    public List<double> PatientScore { get; } = [];

    public List<bool> Measured { get; } = [];

    public List<bool> Analysed { get; } = [];

    public int Patients => Therapist.Count;

    /// <summary>[patient] True alliance.</summary>
    public double TrueAlliance(int patient, double withinSd) => TrueAllianceBetween[Therapist[patient]] + (withinSd * PatientScore[patient]);

    /// <summary>The first replicates of a scenario, generated eight at a time.</summary>
    public static List<GeneratedTrial> Many(Scenario scenario, int replicates, bool severityIsUsed = true) =>
        Many<Lane8>(new World(scenario), 0, replicates, severityIsUsed);

    /// <summary>Replicates from the first one on.</summary>
    public static List<GeneratedTrial> Many<T>(World world, long first, int replicates, bool severityIsUsed)
        where T : unmanaged, ILane<T>
    {
        TrialGenerator<T> generator = new(world, Worlds.Key, severityIsUsed);
        TrialBatch<T> batch = new(world);
        List<GeneratedTrial> trials = [];
        for (int done = 0; done < replicates; done += T.Width)
        {
            generator.Therapists(first + done, batch);
            int position = 0;
            for (int j = 0; j < world.Layout.Therapists; j++)
            {
                position += generator.Patients(j, position, batch);
            }

            for (int lane = 0; lane < Math.Min(T.Width, replicates - done); lane++)
            {
                trials.Add(Read(world.Layout, batch, lane, generator.HasMasks));
            }
        }

        return trials;
    }

    private static GeneratedTrial Read<T>(TherapistLayout layout, TrialBatch<T> batch, int lane, bool hasMasks)
        where T : unmanaged, ILane<T>
    {
        GeneratedTrial trial = new() { Layout = layout };
        for (int j = 0; j < layout.Therapists; j++)
        {
            int caseload = (int)batch.Caseload.Span[j][lane];
            trial.Caseload.Add(caseload);
            trial.TherapistScore.Add(batch.TherapistScore.Span[j][lane]);
            trial.TherapistEffect.Add(batch.TherapistEffect.Span[j][lane]);
            trial.TrueAllianceBetween.Add(batch.AllianceBase.Span[j][lane]);
            trial.OutcomeBase.Add(batch.OutcomeBase.Span[j][lane]);
            for (int i = 0; i < batch.Patients[j]; i++)
            {
                int p = batch.FirstPatient[j] + i;
                if (i >= caseload)
                {
                    Assert.False(
                        IsTrue(batch.Measured.Span[p], lane) || IsTrue(batch.Analysed.Span[p], lane), "a patient beyond the caseload is masked");
                    continue;
                }

                trial.Therapist.Add(j);
                trial.Alliance.Add(batch.ObservedBase.Span[j][lane] + batch.Alliance.Span[p][lane]);
                trial.Outcome.Add(batch.OutcomeBase.Span[j][lane] + batch.Outcome.Span[p][lane]);
                trial.Severity.Add(batch.Severity.Span[p][lane]);
                trial.PatientScore.Add(batch.PatientScore.Span[p][lane]);
                trial.Measured.Add(!hasMasks || IsTrue(batch.Measured.Span[p], lane));
                trial.Analysed.Add(!hasMasks || IsTrue(batch.Analysed.Span[p], lane));
            }
        }

        return trial;
    }

    private static bool IsTrue<T>(T mask, int lane)
        where T : unmanaged, ILane<T>
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(mask[lane]);
        Assert.True(bits is 0 or ulong.MaxValue, "a mask is all ones or all zeros");
        return bits != 0;
    }
}
