using TherapistEffectSim.Design;
using TherapistEffectSim.Generation;
using TherapistEffectSim.Randomness;
using TherapistEffectSim.Tests.Randomness;

namespace TherapistEffectSim.Tests.Generation;

/// <summary>Many replicates of a world as plain columns: therapists of all replicates one after another, and their patients.</summary>
/// <remarks>Replicates are independent, their therapists and patients need not be: tests take one number of each replicate.</remarks>
internal sealed class WorldSample
{
    private readonly List<int> _therapistOf = [];
    private readonly List<int> _firstPatient = [];

    private WorldSample(World world, int replicates)
    {
        World = world;
        Replicates = replicates;
        Traits = [.. world.Scenario.Traits.Select(_ => new List<double>())];
    }

    public World World { get; }

    public int Replicates { get; }

    /// <summary>Therapists of one replicate.</summary>
    public int Therapists => World.Layout.Therapists;

    /// <summary>[therapist of all] A*.</summary>
    public List<double> AllianceSkill { get; } = [];

    /// <summary>[therapist of all] U; outcome units.</summary>
    public List<double> Effect { get; } = [];

    /// <summary>[therapist of all] C*.</summary>
    public List<double> Adherence { get; } = [];

    public List<double> AllianceBase { get; } = [];

    public List<double> ObservedBase { get; } = [];

    public List<double> OutcomeBase { get; } = [];

    /// <summary>[patient] Severity.</summary>
    public List<double> Severity { get; } = [];

    /// <summary>[patient] W/σ_W.</summary>
    public List<double> Score { get; } = [];

    /// <summary>[patient] True alliance.</summary>
    public List<double> TrueAlliance { get; } = [];

    /// <summary>[patient] Alliance as recorded.</summary>
    public List<double> Recorded { get; } = [];

    /// <summary>[patient] The same, minus what is expected of the therapist.</summary>
    public List<double> RecordedDeviation { get; } = [];

    public List<double> Outcome { get; } = [];

    /// <summary>[patient] The same, minus what is expected of the therapist.</summary>
    public List<double> OutcomeDeviation { get; } = [];

    /// <summary>[trait][patient] 0 or 1.</summary>
    public List<double>[] Traits { get; }

    public int Patients => _therapistOf.Count;

    /// <summary>The first replicates of a scenario, all patients before attrition, by the generator's longer path.</summary>
    public static WorldSample Of(Scenario scenario, int replicates)
    {
        Assert.Empty(scenario.Problems());
        World world = new(scenario);
        TrialGenerator<Lane8> generator = new(world, Worlds.Key, severityIsUsed: true, furtherIsUsed: true);
        TrialBatch<Lane8> batch = new(world);
        WorldSample sample = new(world, replicates);
        for (int first = 0; first < replicates; first += Lane8.Width)
        {
            generator.Therapists(first, batch);
            int position = 0;
            for (int j = 0; j < world.Layout.Therapists; j++)
            {
                position += generator.Patients(j, position, batch);
            }

            for (int lane = 0; lane < Math.Min(Lane8.Width, replicates - first); lane++)
            {
                sample.Take(batch, lane);
            }
        }

        sample._firstPatient.Add(sample.Patients);
        return sample;
    }

    /// <summary>Therapist of a patient, among those of all replicates.</summary>
    public int TherapistOf(int patient) => _therapistOf[patient];

    /// <summary>Index of the arm of a patient.</summary>
    public int ArmOf(int patient) => World.Layout.Arm[_therapistOf[patient] % Therapists];

    /// <summary>The patients of a therapist among those of all replicates.</summary>
    public Range PatientsOf(int therapist) => _firstPatient[therapist].._firstPatient[therapist + 1];

    /// <summary>[replicate] Mean over the patients.</summary>
    public double[] PatientMeans(Func<int, double> value) =>
        [.. Enumerable.Range(0, Replicates).Select(r => Mean(_firstPatient[r * Therapists], _firstPatient[(r + 1) * Therapists], value))];

    /// <summary>[replicate] Mean over the therapists.</summary>
    public double[] TherapistMeans(Func<int, double> value) =>
        [.. Enumerable.Range(0, Replicates).Select(r => Mean(r * Therapists, (r + 1) * Therapists, value))];

    /// <summary>[replicate] Mean squares of a column of patients; equal caseloads.</summary>
    public OneWayAnova[] MeanSquares(List<double> column)
    {
        int perReplicate = Patients / Replicates;
        int caseload = perReplicate / Therapists;
        return [.. Enumerable.Range(0, Replicates).Select(r => OneWayAnova.Of(column.GetRange(r * perReplicate, perReplicate), caseload))];
    }

    /// <summary>z test of the expectation of a value over patients, with the replicates as independent draws.</summary>
    public void AssertPatientMean(double expected, Func<int, double> value) => MonteCarlo.AssertMean(expected, PatientMeans(value));

    /// <summary>z test of the expectation of a value over therapists, with the replicates as independent draws.</summary>
    public void AssertTherapistMean(double expected, Func<int, double> value) => MonteCarlo.AssertMean(expected, TherapistMeans(value));

    /// <summary>z tests of the ANOVA estimates of both variance components; equal caseloads.</summary>
    public void AssertVarianceComponents(double between, double within, List<double> column)
    {
        int caseload = Patients / Replicates / Therapists;
        OneWayAnova[] tables = MeanSquares(column);
        MonteCarlo.AssertMean(between, [.. tables.Select(t => (t.Between - t.Within) / caseload)]);
        MonteCarlo.AssertMean(within, [.. tables.Select(t => t.Within)]);
    }

    private static double Mean(int from, int to, Func<int, double> value)
    {
        double sum = 0;
        for (int i = from; i < to; i++)
        {
            sum += value(i);
        }

        return sum / (to - from);
    }

    private void Take(TrialBatch<Lane8> batch, int lane)
    {
        double withinSd = World.Components.AllianceWithinSd;
        for (int j = 0; j < Therapists; j++)
        {
            int therapist = AllianceSkill.Count;
            AllianceSkill.Add(batch.TherapistScore.Span[j][lane]);
            Effect.Add(batch.TherapistEffect.Span[j][lane]);
            Adherence.Add(batch.Adherence.Span[j][lane]);
            AllianceBase.Add(batch.AllianceBase.Span[j][lane]);
            ObservedBase.Add(batch.ObservedBase.Span[j][lane]);
            OutcomeBase.Add(batch.OutcomeBase.Span[j][lane]);
            _firstPatient.Add(Patients);
            int from = batch.FirstPatient[j];
            for (int p = from; p < from + (int)batch.Caseload.Span[j][lane]; p++)
            {
                _therapistOf.Add(therapist);
                Severity.Add(batch.Severity.Span[p][lane]);
                Score.Add(batch.PatientScore.Span[p][lane]);
                TrueAlliance.Add(AllianceBase[therapist] + (withinSd * batch.PatientScore.Span[p][lane]));
                RecordedDeviation.Add(batch.Alliance.Span[p][lane]);
                Recorded.Add(ObservedBase[therapist] + batch.Alliance.Span[p][lane]);
                OutcomeDeviation.Add(batch.Outcome.Span[p][lane]);
                Outcome.Add(OutcomeBase[therapist] + batch.Outcome.Span[p][lane]);
                for (int t = 0; t < Traits.Length; t++)
                {
                    Traits[t].Add(batch.Traits[t].Span[p][lane]);
                }
            }
        }
    }
}
